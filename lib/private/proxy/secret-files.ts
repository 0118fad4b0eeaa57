import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';
import type { ProxyMutualTls, ProxyTls } from '../../proxy/options';
import { arnBytes } from '../monitor/arn-bytes';
import { additionalPath, SECRET_PATHS } from './secret-paths';

/**
 * A file that HAProxy reads: parts of a secret, one after another.
 *
 * It must be a file, because HAProxy reads a certificate twice (with a pipe: "an error occurred while reading"). It is in
 * /dev/shm, the memory that every container has, which is writable also where the root file system is not.
 */
export interface SecretFile {
  /** The property that gives the secret. */
  readonly what: string;
  readonly path: string;
  readonly secret: ISecret;
  /** Keys of the secret's JSON object, by the environment variable in which ECS passes each. */
  readonly parts: Readonly<Record<string, string>>;
}

/** The files of a proxy's secrets. */
export function secretFilesOf({
  listenTls,
  runtimeApiTls,
}: Pick<HaproxyElbProxyProps, 'listenTls' | 'runtimeApiTls'>): SecretFile[] {
  return [
    ...(listenTls === undefined ? [] : listenerFiles(listenTls)),
    ...(runtimeApiTls === undefined ? [] : runtimeApiFiles(runtimeApiTls)),
  ];
}

function listenerFiles({ secret, additionalSecrets = [], clientCertificates }: ProxyTls): SecretFile[] {
  const { trustStoreSecret, revocationListSecret } = clientCertificates ?? {};
  const what = 'listenTls.clientCertificates';
  return [
    {
      what: 'listenTls.secret',
      path: SECRET_PATHS.listener,
      secret,
      parts: { LISTEN_CERT: 'cert', LISTEN_KEY: 'key' },
    },
    ...additionalSecrets.map((additional, i) => ({
      what: `listenTls.additionalSecrets[${i}]`,
      path: additionalPath(i),
      secret: additional,
      parts: { [`LISTEN_CERT_${i + 2}`]: 'cert', [`LISTEN_KEY_${i + 2}`]: 'key' },
    })),
    ...fileOf(`${what}.trustStoreSecret`, SECRET_PATHS.trustStore, trustStoreSecret, { CLIENT_CA: 'ca' }),
    ...fileOf(`${what}.revocationListSecret`, SECRET_PATHS.revocationList, revocationListSecret, {
      CLIENT_CRL: 'crl',
    }),
  ];
}

function fileOf(what: string, path: string, secret: ISecret | undefined, parts: SecretFile['parts']): SecretFile[] {
  return secret === undefined ? [] : [{ what, path, secret, parts }];
}

function runtimeApiFiles({ secret }: ProxyMutualTls): SecretFile[] {
  const what = 'runtimeApiTls.secret';
  return [
    {
      what,
      path: SECRET_PATHS.runtimeApi,
      secret,
      parts: { RUNTIME_API_CERT: 'cert', RUNTIME_API_KEY: 'key' },
    },
    { what, path: SECRET_PATHS.runtimeApiCa, secret, parts: { RUNTIME_API_CA: 'ca' } },
  ];
}

/** Least size of what the task definition has of the files: a reference of each part, and its words in the start script. */
export function secretBytes(files: readonly SecretFile[]): number {
  let bytes = 0;
  for (const { path, secret, parts } of files) {
    const reference = '{"name":"","valueFrom":":::"},'.length + arnBytes(secret.secretFullArn ?? secret.secretArn);
    bytes += path.length;
    for (const [variable, key] of Object.entries(parts)) {
      bytes += reference + key.length + 3 * variable.length;
    }
  }
  return bytes;
}
