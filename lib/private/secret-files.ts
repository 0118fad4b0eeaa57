import { Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Where HAProxy finds what came out of secrets. */
export const SECRET_PATHS = {
  listener: '/dev/shm/listen.pem',
  runtimeApi: '/dev/shm/runtime-api.pem',
  runtimeApiCa: '/dev/shm/runtime-api-ca.pem',
} as const;

/**
 * A file that HAProxy reads and that is made of a secret: parts of the secret, one after another.
 *
 * It must be a file, because HAProxy reads a certificate twice (a pipe says "an error occurred while reading"). It lies
 * in the memory that every container has at /dev/shm, which is writable also where the root file system is not.
 */
export interface SecretFile {
  readonly path: string;
  readonly secret: ISecret;
  /** Keys of the secret's JSON object, by the name of the variable in which ECS hands each over. */
  readonly parts: Readonly<Record<string, string>>;
}

/** The files of a proxy's secrets. */
export function secretFilesOf(listener: ISecret | undefined, runtimeApi: ISecret | undefined): SecretFile[] {
  return [
    ...(listener
      ? [{ path: SECRET_PATHS.listener, secret: listener, parts: { LISTEN_CERT: 'cert', LISTEN_KEY: 'key' } }]
      : []),
    ...(runtimeApi
      ? [
          {
            path: SECRET_PATHS.runtimeApi,
            secret: runtimeApi,
            parts: { RUNTIME_API_CERT: 'cert', RUNTIME_API_KEY: 'key' },
          },
          { path: SECRET_PATHS.runtimeApiCa, secret: runtimeApi, parts: { RUNTIME_API_CA: 'ca' } },
        ]
      : []),
  ];
}

/**
 * Allows to decrypt secrets that have a key of their owner. The CDK allows it in the policy of a key that it makes, and
 * nowhere for a key that is imported.
 */
export function allowDecryption(scope: Construct, { grantPrincipal }: IGrantable, files: readonly SecretFile[]): void {
  const keys = files.flatMap(({ secret: { encryptionKey } }) => (encryptionKey === undefined ? [] : [encryptionKey]));
  if (keys.length > 0) {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [...new Set(keys.map(({ keyArn }) => keyArn))],
        conditions: { StringEquals: throughSecretsManager(scope) },
      }),
    );
  }
}

/** That Secrets Manager, and nobody else, uses a key in somebody's name. */
export function throughSecretsManager(scope: Construct): Record<string, string> {
  const { region, urlSuffix } = Stack.of(scope);
  return { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` };
}
