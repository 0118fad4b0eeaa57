import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Files of the task that come from secrets. */
export const SECRET_PATHS = {
  listener: '/dev/shm/listen.pem',
  runtimeApi: '/dev/shm/runtime-api.pem',
  runtimeApiCa: '/dev/shm/runtime-api-ca.pem',
} as const;

/**
 * A file that HAProxy reads: parts of a secret, one after another.
 *
 * It must be a file, because HAProxy reads a certificate twice (with a pipe: "an error occurred while reading"). It is in
 * /dev/shm, the memory that every container has, which is writable also where the root file system is not.
 */
export interface SecretFile {
  readonly path: string;
  readonly secret: ISecret;
  /** Keys of the secret's JSON object, by the environment variable in which ECS passes each. */
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
