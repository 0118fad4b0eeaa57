import { readRuntime } from '../../../lambda/probe/runtime-client';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { DnsServer } from '../../../testbed/dns-server';
import { availableBinaries, isDeaf } from '../../support/binaries';
import { minutely, ProxyWithDns, TimedChecker } from './checked';

/** Scenarios that depend on HAProxy run with every available binary, with all of them at the same time. */
const BINARIES = availableBinaries().filter((binary) => !isDeaf(binary));

/** Releases that keep an address which the name has lost. */
const KEEPS = /^1\.(6\.|8\.0$)/;

/** Two for each binary: one that follows DNS, and one that keeps 127.0.0.1 whatever happens. */
let following: ProxyWithDns[];
let pinned: ProxyWithDns[];
let dns: DnsServer;
let nameserver: string;

const onEach = (proxies: readonly ProxyWithDns[], work: (proxy: ProxyWithDns) => Promise<void>) =>
  Promise.all(proxies.map(work));

beforeAll(async () => {
  dns = new DnsServer();
  nameserver = (await dns.listen()).address;
  const startAll = (settings: { pinnedTo?: string }) =>
    Promise.all(BINARIES.map((binary) => ProxyWithDns.start(['127.0.0.1'], { binary, ...settings })));
  following = await startAll({});
  pinned = await startAll({ pinnedTo: '127.0.0.1' });
  await onEach([...following, ...pinned], (proxy) => proxy.settles());
}, 120_000);

beforeEach(() => {
  point('127.0.0.1');
});

afterAll(async () => {
  await onEach([...(following ?? []), ...(pinned ?? [])], (proxy) => proxy.stop());
  await dns?.close();
});

/** What the checker finds for the load balancer. */
function point(...addresses: string[]): void {
  for (const { name } of following) {
    dns.set(name, addresses);
  }
}

/** What the proxies themselves find for it. */
async function pointProxies(proxies: readonly ProxyWithDns[], ...addresses: string[]): Promise<void> {
  await onEach(proxies, async (proxy) => {
    proxy.dns.set(proxy.name, addresses);
    await proxy.holds(...addresses);
  });
}

function watchesOf(proxies: readonly ProxyWithDns[], more: Partial<RegistryRecord> = {}): Map<string, TimedChecker> {
  return new Map(
    proxies.map(({ task, binary: { version, branch }, name }) => {
      const upstreams = [{ backend: 'upstream', dnsName: name, port: 80 }];
      return [version, new TimedChecker([task], nameserver, { upstreams, haproxyVersion: branch, ...more })];
    }),
  );
}

/** Checks each of them at these seconds: the reported events, by release. */
async function reported(
  watches: ReadonlyMap<string, TimedChecker>,
  ...times: number[]
): Promise<Record<string, string[]>> {
  const each = [...watches].map(async ([version, watch]) => [version, await watch.events(...times)] as const);
  return Object.fromEntries(await Promise.all(each));
}

/** The same of all of them. */
const allOf = (proxies: readonly ProxyWithDns[], ...events: string[]) =>
  Object.fromEntries(proxies.map(({ binary }) => [binary.version, events]));

test('a pinned proxy is reported for its silence, and again when the address has moved', async () => {
  const watches = watchesOf(pinned);
  expect(await reported(watches, 0, 60)).toEqual(allOf(pinned, '60 opened critical silent-resolver'));
  point('127.0.0.2');
  expect(await reported(watches, ...minutely(120, 360))).toEqual(allOf(pinned, '240 opened critical stale-address'));
}, 40_000);

test('a proxy that follows the address has no event', async () => {
  const watches = watchesOf(following);
  expect(await reported(watches, 0, 60)).toEqual(allOf(following));
  point('127.0.0.2');
  expect(await reported(watches, 120, 180)).toEqual(allOf(following));
  await pointProxies(following, '127.0.0.2');
  expect(await reported(watches, ...minutely(240, 600))).toEqual(allOf(following));
}, 60_000);

test('no slot has an address any more: reported until one has it again', async () => {
  await pointProxies(following, '127.0.0.2');
  point('127.0.0.2');
  const losing = following.filter(({ binary }) => !KEEPS.test(binary.version));
  const watches = watchesOf(losing);
  await pointProxies(losing);
  expect(await reported(watches, ...minutely(0, 120))).toEqual(allOf(losing, '60 opened critical no-address'));
  await pointProxies(losing, '127.0.0.2');
  expect(await reported(watches, 180)).toEqual(allOf(losing, '180 closed critical no-address'));
}, 60_000);

test('the running branch is not that of its configuration', async () => {
  await pointProxies(following, '127.0.0.2');
  point('127.0.0.2');
  const watches = watchesOf(following, { haproxyVersion: '1.9' });
  expect(await reported(watches, 0, 60)).toEqual(allOf(following, '60 opened critical version-mismatch'));
}, 60_000);

test('every process reports the branch of its configuration', async () => {
  const reported = await Promise.all(
    following.map(async ({ binary, task }) => [binary.branch, (await readRuntime(task.endpoint!)).madeFor]),
  );
  expect(reported).toEqual(following.map(({ binary: { branch } }) => [branch, branch]));
});
