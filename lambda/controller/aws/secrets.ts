import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { ssm } from './registry';

/** Certificate and key of the checker, and the authority that signs those of the runtime APIs; PEM each. */
interface TlsSecret {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** Secrets Manager ends the name of a secret in its ARN with a hyphen and six characters. */
const ARN = /^arn:[^:]+:secretsmanager:[^:]*:\d*:secret:(.+?)(?:-[A-Za-z0-9]{6})?$/;

/** Reads secrets, each of them once. */
export function secretReader(): (secretArn: string) => Promise<TlsSecret> {
  const secrets = new Map<string, Promise<TlsSecret>>();
  return (secretArn) => {
    const known = secrets.get(secretArn) ?? read(secretArn);
    secrets.set(secretArn, known);
    return known;
  };
}

/**
 * Reads a secret through Parameter Store, which serves the secrets of Secrets Manager by name.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
 */
async function read(secretArn: string): Promise<TlsSecret> {
  const name = ARN.exec(secretArn)?.[1] ?? secretArn;
  const Name = `/aws/reference/secretsmanager/${name}`;
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  const secret = fieldsOf(Parameter?.Value ?? '');
  const missing = (['cert', 'key', 'ca'] as const).filter((field) => typeof secret[field] !== 'string');
  if (missing.length > 0) {
    throw new Error(`secret ${name} has no ${missing.join(', ')}: it must be JSON with cert, key and ca, PEM each`);
  }
  return secret as unknown as TlsSecret;
}

/** A text that is not JSON has no fields. The text must not get into an error message. */
function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
