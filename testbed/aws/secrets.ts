import { arnOf } from './arn';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** Secrets Manager ends the name of a secret in its ARN with a hyphen and six characters. */
const SUFFIX = '-AbCdEf';

/** The secrets of the account, by name. */
export class Secrets {
  readonly #texts = new Map<string, string>();

  /** Writes a secret. @returns its full ARN */
  public set(name: string, text: string): string {
    this.#texts.set(name, text);
    return arnOf('secretsmanager', `secret:${name}${SUFFIX}`);
  }

  public readonly handlers = {
    'secretsmanager:GetSecretValue': ({ SecretId = '' }) => {
      // A name, or the ARN with or without its suffix.
      const id = SecretId.split(':secret:').at(-1)!;
      const name = this.#texts.has(id) ? id : id.replace(SUFFIX, '');
      const SecretString = this.#texts.get(name);
      if (SecretString === undefined) {
        throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      return {
        ARN: arnOf('secretsmanager', `secret:${name}${SUFFIX}`),
        Name: name,
        SecretString,
        VersionStages: ['AWSCURRENT'],
      };
    },
  } satisfies AwsHandlers;
}
