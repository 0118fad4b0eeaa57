import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { RuntimeTls } from '../../../lambda/probe/runtime-client';
import type { RegistryRecord } from '../../../lib/contract/contract';
import { checkHostName, checkNameserver, isAddress, parseUpstream } from '../../../lib/haproxy/address';
import { InputError } from '../../../lib/haproxy/errors';
import { RESOLUTION } from '../../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { codeOf } from '../lint/files';

/** The flags of `check`, as they are given. */
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

/** As long as an ELB's records live, plus what a generated configuration keeps an address for. */
const DNS_WINDOW_SECONDS = 60 + (RESOLUTION.holdValid.default + RESOLUTION.holdObsolete.default) / 1000;

/** What to check, as in a registry. */
export function recordOf(flags: CheckFlags): RegistryRecord {
  const { upstream, runtimeApi, backend, haproxyVersion, nameserver, watch } = flags;
  // Not as options that commander requires: `--explain` goes without them.
  if (upstream === undefined) {
    throw new InputError('--upstream is missing: give the load balancer as NAME:PORT');
  }
  if (runtimeApi === undefined) {
    throw new InputError('--runtime-api is missing: give ADDR:PORT or unix:PATH');
  }
  for (const endpoint of runtimeApi) {
    checkEndpoint(endpoint);
  }
  const { dnsName, port } = parseUpstream(upstream, '--upstream');
  return {
    proxy: `${dnsName}:${port}`,
    haproxyVersion: haproxyVersion === undefined ? undefined : HaproxyVersion.of(haproxyVersion).toString(),
    upstreams: [{ backend, dnsName, port }],
    nameservers: nameserver?.map((address) => checkNameserver(address)),
    tasks: { endpoints: runtimeApi },
    resolutionSeconds: RESOLUTION.holdValid.default / 1000,
    dnsWindowSeconds: watch ? DNS_WINDOW_SECONDS : 0,
    graceSeconds: 0,
  };
}

/** `ADDR:PORT`, `NAME:PORT` or `unix:PATH`. */
function checkEndpoint(endpoint: string): void {
  if (/^unix:./.test(endpoint)) {
    return;
  }
  const at = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, at).replace(/^\[|\]$/g, '');
  const port = endpoint.slice(at + 1);
  if (at < 1 || !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new InputError(`--runtime-api '${endpoint}' is not usable: give ADDR:PORT or unix:PATH`);
  }
  if (!isAddress(host)) {
    checkHostName(host, '--runtime-api');
  }
}

/** The files of mutual TLS; nothing when none is given. */
export function tlsOf({ tlsCert, tlsKey, tlsCa }: CheckFlags): RuntimeTls | undefined {
  const files = { '--tls-cert': tlsCert, '--tls-key': tlsKey, '--tls-ca': tlsCa };
  const missing = Object.entries(files).flatMap(([flag, file]) => (file === undefined ? [flag] : []));
  if (missing.length === 3) {
    return undefined;
  }
  if (missing.length > 0) {
    throw new InputError(`${missing.join(' and ')} missing: mutual TLS takes --tls-cert, --tls-key and --tls-ca`);
  }
  const [cert, key, ca] = Object.entries(files).map(([flag, file]) => readPem(flag, file!)) as [string, string, string];
  try {
    createSecureContext({ cert, key, ca });
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw new InputError(
      `--tls-cert, --tls-key and --tls-ca cannot be used together (${reason ?? message}): give a certificate, its own key without passphrase, and who signs`,
    );
  }
  return { cert, key, ca };
}

/** Whether it is PEM of anything shows at once; OpenSSL would take a file without certificate as one that signs nothing. */
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
