import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { reasonOf } from '../../../lambda/controller/domain/reason';
import type { RuntimeTls } from '../../../lib/contract/probe';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { checkEndpoint, checkNameserver, parseUpstream } from '../../../lib/haproxy/address';
import { InputError } from '../../../lib/haproxy/errors';
import { RESOLUTION } from '../../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { codeOf } from '../lint/files';

/** The flags of `check` as given. */
export interface CheckFlags {
  readonly upstream?: string;
  readonly runtimeApi?: string[];
  readonly backend?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly haproxyVersion?: string;
  readonly nameserver?: string[];
  readonly format: string;
  readonly watch?: boolean;
  readonly explain?: string;
}

/** The time to live of an ELB's records, plus the time for which a generated configuration keeps an address. */
const DNS_WINDOW_SECONDS = 60 + (RESOLUTION.holdValid.default + RESOLUTION.holdObsolete.default) / 1000;

/** What to check, as a record of a registry. */
export function recordOf(flags: CheckFlags): RegistryRecord {
  const { upstream, runtimeApi, backend, haproxyVersion, nameserver, watch } = flags;
  // Commander cannot require them: `--explain` works without them.
  if (upstream === undefined) {
    throw new InputError('--upstream is missing: give the load balancer as NAME:PORT');
  }
  if (runtimeApi === undefined) {
    throw new InputError('--runtime-api is missing: give HOST:PORT or unix:PATH');
  }
  const { dnsName, port } = parseUpstream(upstream, '--upstream');
  return {
    proxy: `${dnsName}:${port}`,
    haproxyVersion: haproxyVersion === undefined ? undefined : HaproxyVersion.of(haproxyVersion).toString(),
    upstreams: [{ backend, dnsName, port }],
    nameservers: nameserver?.map((address) => checkNameserver(address)),
    tasks: { endpoints: runtimeApi.map(checkRuntimeApi) },
    resolutionSeconds: RESOLUTION.holdValid.default / 1000,
    dnsWindowSeconds: watch ? DNS_WINDOW_SECONDS : 0,
    graceSeconds: 0,
  };
}

/** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
function checkRuntimeApi(endpoint: string): string {
  if (!endpoint.startsWith('unix:')) {
    return checkEndpoint(endpoint, '--runtime-api');
  }
  if (endpoint === 'unix:') {
    throw new InputError(`--runtime-api '${endpoint}' has no path: give HOST:PORT or unix:PATH`);
  }
  return endpoint;
}

/** The files of mutual TLS; undefined when none is given. */
export function tlsOf({ tlsCert, tlsKey, tlsCa }: CheckFlags): RuntimeTls | undefined {
  const files = { '--tls-cert': tlsCert, '--tls-key': tlsKey, '--tls-ca': tlsCa };
  const missing = Object.entries(files).flatMap(([flag, file]) => (file === undefined ? [flag] : []));
  if (missing.length === 3) {
    return undefined;
  }
  if (missing.length > 0) {
    throw new InputError(`${missing.join(' and ')} missing: mutual TLS needs --tls-cert, --tls-key and --tls-ca`);
  }
  const [cert, key, ca] = Object.entries(files).map(([flag, file]) => readPem(flag, file!)) as [string, string, string];
  try {
    createSecureContext({ cert, key, ca });
  } catch (error) {
    throw new InputError(
      `--tls-cert, --tls-key and --tls-ca cannot be used together (${reasonOf(error)}): give a certificate, its key without a passphrase, and the authority that signed the server's certificate`,
    );
  }
  return { cert, key, ca };
}

/** Reads a PEM file. OpenSSL would accept a `ca` without any certificate as an authority that signs nothing. */
function readPem(flag: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${flag} ${file} cannot be read (${codeOf(error)}): give a PEM file`);
  }
  if (!text.includes('-----BEGIN ')) {
    throw new InputError(`${flag} ${file} is not PEM: it has no line '-----BEGIN …-----'`);
  }
  return text;
}
