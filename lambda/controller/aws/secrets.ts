import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RuntimeTls } from '../../../lib/contract/probe';
import { reasonOf } from '../domain/reason';
import { REQUIRED } from './client-options';
import { inBatches } from './in-batches';
import type { TimeLimit } from './time-limit';

const FIELDS = ['cert', 'key', 'ca'] as const;

const secretsManager = new SecretsManagerClient(REQUIRED);

/**
 * Reads secrets, each of them once. Their content is in no error message.
 *
 * @returns the secret of an ARN, or why it cannot be used
 */
export async function readSecrets(
  arns: readonly string[],
  time: TimeLimit,
): Promise<(arn: string) => RuntimeTls | { readonly failed: string }> {
  const read = new Map<string, RuntimeTls | { failed: string }>();
  await inBatches([...new Set(arns)], 1, async ([arn = '']) => {
    try {
      read.set(arn, await time.within(() => readSecret(arn)));
    } catch (error) {
      read.set(arn, { failed: reasonOf(error) });
    }
  });
  return (arn) => read.get(arn)!;
}

async function readSecret(SecretId: string): Promise<RuntimeTls> {
  const { SecretString = '' } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
  const secret = fieldsOf(SecretString);
  const missing = FIELDS.filter((field) => typeof secret[field] !== 'string');
  if (missing.length > 0) {
    throw new Error(
      `secret ${SecretId.split(':secret:').at(-1)} has no ${missing.join(', ')}: it must be JSON with cert, key and ca, PEM each`,
    );
  }
  const { cert, key, ca } = secret as unknown as RuntimeTls;
  return { cert, key, ca };
}

/** A text that is not JSON has no fields. The text must not get into an error message. */
function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
