import { MADE_FOR } from '../lib/haproxy/runtime-api/info';
import type { HaproxyBinary } from './binaries';
import type { DnsListener } from './dns-server';
import { LocalHost, type ProxyHost, ProxyUnderTest } from './proxy-under-test';

/** How a HAProxy differs from one that follows DNS with three slots. */
export interface IdleProxySettings {
  /** The address that it holds permanently. @default - it follows DNS */
  readonly pinnedTo?: string;
  /** The branch in its configuration. @default - that of the binary */
  readonly madeFor?: string;
  /** Lines of its backend besides the generated ones. @default - none */
  readonly backendLines?: string[];
  /** Port of its servers. Without a process there its slots are down, and send nothing. @default 80 */
  readonly port?: number;
  /** @default 3 */
  readonly slots?: number;
  /** How often it resolves. @default 1000 */
  readonly periodMillis?: number;
  /** How long it keeps what DNS no longer names. @default - two periods */
  readonly holdObsoleteMillis?: number;
  /** Where it runs. @default - a process of this machine */
  readonly host?: ProxyHost;
}

/** Starts a HAProxy without traffic, for checks of what it holds, and waits until it holds an address. */
export async function startIdleProxy(
  binary: HaproxyBinary,
  dns: DnsListener,
  settings: IdleProxySettings = {},
): Promise<ProxyUnderTest> {
  const {
    pinnedTo,
    madeFor = binary.branch,
    backendLines = [],
    slots = 3,
    port = 80,
    periodMillis = 1000,
    holdObsoleteMillis = 2 * periodMillis,
    host = new LocalHost(binary, dns),
  } = settings;
  const proxy = new ProxyUnderTest(binary, host, {
    kind: pinnedTo === undefined ? 'generated' : 'pinned',
    pinnedTo,
    model: {
      upstream: { port, slots },
      rawLines: { 'backend upstream': backendLines },
      resolution: {
        holdValidMillis: periodMillis,
        holdObsoleteMillis,
        holdNxMillis: 2 * periodMillis,
      },
    },
    edit: (config) => config.replace(`${MADE_FOR} ${binary.branch}`, `${MADE_FOR} ${madeFor}`),
  });
  await proxy.start(() =>
    proxy.held().then(
      (held) => held.length > 0,
      () => false,
    ),
  );
  return proxy;
}
