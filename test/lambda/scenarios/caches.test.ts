import { createServer, type Server } from 'node:net';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { DnsResolver } from '../../../testbed/dns-resolver';
import { startIdleProxy } from '../../../testbed/idle-proxy';
import { ElbDns, elbNameFor, nodeAddress } from '../../../testbed/load-balancer';
import type { ProxyUnderTest } from '../../../testbed/proxy-under-test';
import { anyBinary, availableBinaries, isDeaf } from '../../support/binaries';
import { FastClock, TimedChecker } from './checked';

/*
 * A load balancer of 24 addresses that never changes. Each answer has 8 of them, and each resolver keeps its answer for
 * a minute. The monitor and the tasks have other resolvers, and one of the tasks is in a zone that has 6 addresses of
 * its own. The clock of this world runs 20 times as fast as the real one: the periods of HAProxy are a twentieth of
 * those of a generated configuration. A busy machine stops a process for a second, in which it sends no query.
 */
const NODES = Array.from({ length: 24 }, (_, node) => nodeAddress(node));
const ZONE = NODES.slice(0, 6);
const TTL_SECONDS = 60;
const SPEED = 20;
const SECONDS = 600;
/** Seconds between two checks: less than the time to live, and more than it and the window together. */
const INTERVALS = [45, 300];

const BINARIES = availableBinaries().filter((binary) => !isDeaf(binary));

const authority = new ElbDns();
const clock = new FastClock(SPEED);
const resolvers: DnsResolver[] = [];
const proxies: ProxyUnderTest[] = [];
let nodes: Server;

/** A resolver that asks one view of the load balancer's name. */
async function resolver(view: { listen: ElbDns['listen'] } = authority): Promise<DnsResolver> {
  const made = new DnsResolver((await view.listen()).address, { now: clock.now });
  resolvers.push(made);
  return made;
}

async function start(binary: HaproxyBinary, dns: DnsResolver, pinnedTo?: string): Promise<ProxyUnderTest> {
  const { port } = nodes.address() as { port: number };
  const settings = { pinnedTo, port, slots: 30, periodMillis: 10_000 / SPEED, holdObsoleteMillis: 30_000 / SPEED };
  const proxy = await startIdleProxy(binary, await dns.listen(), settings);
  proxies.push(proxy);
  return proxy;
}

beforeAll(async () => {
  authority.ttl = TTL_SECONDS;
  authority.point(...NODES);
  // Its nodes answer: a slot that is down sends nothing, and is no subject of a check.
  nodes = createServer((client) => client.on('error', () => {}).end());
  await new Promise<void>((done) => nodes.listen(0, '0.0.0.0', done));
});

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await Promise.all([authority, ...resolvers].map((dns) => dns.close()));
  nodes.close();
});

/** What the checks of one proxy, one after the other, found. */
interface Found {
  readonly proxy: string;
  /** Incidents that opened or changed, as `severity kind`, each once. */
  readonly reported: readonly string[];
  /** Whether a check missed an address that the process held. */
  readonly missed: boolean;
}

async function watch(proxy: ProxyUnderTest, nameserver: string, every: number): Promise<Found> {
  const { branch, version } = proxy.binary;
  const checker = new TimedChecker(
    [{ id: 'task', endpoint: proxy.endpoint }],
    nameserver,
    {
      haproxyVersion: branch,
      upstreams: [{ backend: 'upstream', dnsName: elbNameFor(proxy.binary), port: 80 }],
      resolutionSeconds: 10,
      // The question for the own view is a query: two watches of a process that sends none would hide its silence.
      ...(proxy.kind === 'generated' &&
        HaproxyVersion.of(branch)._capabilities.ownView && { viewPort: proxy.listeners.health.port }),
    },
    'fast',
  );
  const start = clock.seconds;
  const reported = new Set<string>();
  let missed = false;
  for (let due = 0; due <= SECONDS; due += every) {
    await clock.reaches(start + due);
    const { events, unexplained } = await checker.check(clock.seconds);
    missed ||= unexplained.length > 0;
    for (const { incident, change } of events) {
      if (change !== 'closed') {
        reported.add(`${incident.severity} ${incident.kind}`);
      }
    }
  }
  return { proxy: `${version} every ${every} s`, reported: [...reported].sort(), missed };
}

test('a large load balancer that never changes, behind caches and in zones: no critical incident, on each branch', async () => {
  const zone = authority.view();
  for (const name of new Set(['elb.test', ...BINARIES.map(elbNameFor)])) {
    zone.set(name, ZONE);
  }
  const [monitors, tasks, zonal] = await Promise.all([resolver(), resolver(), resolver(zone)]);
  const following = await Promise.all(BINARIES.flatMap((binary) => [start(binary, tasks), start(binary, zonal)]));
  // A world in which nothing can be found would show nothing.
  const pinned = await start(anyBinary(), tasks, NODES[0]);
  const { address } = await monitors.listen();
  const watches = [...following, pinned].map((proxy) =>
    Promise.all(INTERVALS.map((every) => watch(proxy, address, every))),
  );
  const found = await Promise.all(watches);
  const control = found.pop()!;
  const critical = ({ reported }: Found) => reported.filter((one) => one.startsWith('critical'));
  const shown = found.flat().map((one) => [one.proxy, one.missed, critical(one)]);
  expect(shown).toEqual(found.flat().map(({ proxy }) => [proxy, true, []]));
  expect(control.map(critical)).toEqual(INTERVALS.map(() => expect.arrayContaining(['critical silent-resolver'])));
}, 120_000);
