import { setTimeout as sleep } from 'node:timers/promises';
import { type DnsFailure, DnsServer } from '../../../testbed/dns-server';
import { minutely, NAME, ProxyWithDns, TimedChecker } from './checked';

/** Follows DNS: its own name server answers 127.0.0.1 unless a test changes it. */
let following: ProxyWithDns;
/** Keeps 127.0.0.1 whatever happens. */
let pinned: ProxyWithDns;
let dns: DnsServer;
let nameserver: string;

beforeAll(async () => {
  following = await ProxyWithDns.start(['127.0.0.1']);
  pinned = await ProxyWithDns.start(['127.0.0.1'], { pinnedTo: '127.0.0.1' });
  dns = new DnsServer();
  nameserver = (await dns.listen()).address;
  await Promise.all([following.settles(), pinned.settles()]);
}, 60_000);

beforeEach(async () => {
  dns.heal(NAME);
  dns.set(NAME, ['127.0.0.1']);
  following.dns.set(NAME, ['127.0.0.1']);
  await following.holds('127.0.0.1');
}, 20_000);

afterAll(async () => {
  await Promise.all([following, pinned].map((proxy) => proxy?.stop()));
  await dns?.close();
});

describe('the address of the load balancer moves', () => {
  test('and a pinned proxy stays: stale when DNS has not named its address for the window', async () => {
    const watch = new TimedChecker([pinned.task], nameserver);
    expect(await watch.events(0, 60)).toEqual(['60 opened critical silent-resolver']);
    dns.set(NAME, ['127.0.0.2']);
    expect(await watch.events(...minutely(120, 360))).toEqual(['240 opened critical stale-address']);
  });

  test('and a pinned proxy stays, which the interfaces show at once', async () => {
    const watch = new TimedChecker([pinned.task], nameserver);
    watch.interfaces = ['127.0.0.1'];
    expect(await watch.events(0, 60)).toEqual(['60 opened critical silent-resolver']);
    dns.set(NAME, ['127.0.0.2']);
    watch.interfaces = ['127.0.0.2'];
    expect(await watch.events(120, 180, 240)).toEqual(['180 opened critical stale-address']);
  });

  test('and a proxy that follows moves too: there is no event', async () => {
    const watch = new TimedChecker([following.task], nameserver);
    expect(await watch.events(0, 60)).toEqual([]);
    for (const server of [dns, following.dns]) {
      server.set(NAME, ['127.0.0.2']);
    }
    expect(await watch.events(120, 180)).toEqual([]);
    await following.holds('127.0.0.2');
    expect(await watch.events(...minutely(240, 600))).toEqual([]);
  }, 20_000);
});

test('an ELB of 12 nodes shows 8 of them at random for 10 minutes: no incident, however its process follows', async () => {
  const nodes = Array.from({ length: 12 }, (_, i) => `127.0.0.${i + 1}`);
  // 100 times as fast as by default, as the clock of the watch is.
  const large = await ProxyWithDns.start(nodes, { slots: 14, periodMillis: 100 });
  try {
    dns.set(NAME, nodes);
    const watch = new TimedChecker([large.task], nameserver, { resolutionSeconds: 10 });
    const held = new Set<string>();
    for (const seconds of minutely(0, 600)) {
      const { events, open, observation } = await watch.check(seconds);
      expect([seconds, events, open]).toEqual([seconds, [], []]);
      expect(observation.upstreams[0]!.live.length).toBeGreaterThanOrEqual(8);
      held.add((await large.held()).sort().join());
      await sleep(550);
    }
    // Its addresses come and go, too.
    expect(held.size).toBeGreaterThan(1);
  } finally {
    await large.stop();
  }
}, 30_000);

test('two upstreams of an ELB of 40 nodes, on two ports, are looked up at random: all of it is one set', async () => {
  dns.set(
    NAME,
    Array.from({ length: 40 }, (_, i) => `127.0.0.${i + 1}`),
  );
  const upstream = { backend: 'upstream', dnsName: NAME, port: 80 };
  const upstreams = [upstream, { ...upstream, backend: undefined, port: 443 }];
  const { observation } = await new TimedChecker([following.task], nameserver, { upstreams }).check(0);
  const [one, other] = observation.upstreams;
  expect(one!.named.length).toBeGreaterThan(8);
  expect(one!.named).toEqual(other!.named);
});

test('servers of another name, or without one, in the backend of a load balancer do not count as its slots', async () => {
  const backendLines = ['server other localhost:80', 'server sorry 127.0.0.66:80 backup'];
  const mixed = await ProxyWithDns.start(['127.0.0.5'], { backendLines });
  try {
    await mixed.settles();
    expect((await mixed.held()).sort()).toEqual(['127.0.0.1', '127.0.0.5', '127.0.0.66']);
    dns.set(NAME, ['127.0.0.5']);
    const watch = new TimedChecker([mixed.task], nameserver);
    expect(await watch.events(...minutely(0, 240))).toEqual([]);
  } finally {
    await mixed.stop();
  }
}, 20_000);

describe('a node leaves DNS while its interface lives', () => {
  test('and a process that follows holds it for a while: there is no event', async () => {
    const watch = new TimedChecker([following.task], nameserver);
    watch.interfaces = ['127.0.0.1', '127.0.0.2'];
    expect(await watch.events(0)).toEqual([]);
    dns.set(NAME, ['127.0.0.2']);
    expect(await watch.events(...minutely(60, 600))).toEqual([]);
  });

  test('and a pinned process goes on sending there: a warning from the first check on', async () => {
    const watch = new TimedChecker([pinned.task], nameserver);
    watch.interfaces = ['127.0.0.1', '127.0.0.2'];
    expect(await watch.events(0, 60)).toEqual(['60 opened critical silent-resolver']);
    dns.set(NAME, ['127.0.0.2']);
    const opened = '120 opened warning leaving-address';
    // It has no session, so that nothing is lost.
    expect(await watch.events(...minutely(120, 600))).toEqual([opened]);
  });
});

describe('DNS', () => {
  /** No address is live after the window, which is not drift. */
  const UNKNOWN = ['240 opened critical unknown-upstream', '300 closed critical unknown-upstream'];
  const GONE = ['180 opened critical unknown-upstream', '300 closed critical unknown-upstream'];

  test.each<[what: string, failure: DnsFailure, reported: string[]]>([
    ['does not answer', 'silent', UNKNOWN],
    ['refuses', 'refused', UNKNOWN],
    ['fails', 'servfail', UNKNOWN],
    ['answers that the name does not exist', 'nxdomain', GONE],
    ['truncates its answers: TCP has them', 'truncated', []],
  ])(
    '%s',
    async (_what, failure, reported) => {
      const watch = new TimedChecker([following.task], nameserver);
      const events = await watch.events(0);
      dns.fail(NAME, failure);
      events.push(...(await watch.events(60, 180, 240)));
      dns.heal(NAME);
      events.push(...(await watch.events(300)));
      expect(events).toEqual(reported);
    },
    40_000,
  );

  test('matches a name that the record has in another case than the process', async () => {
    const upstreams = [{ dnsName: NAME.toUpperCase(), port: 80 }];
    const watch = new TimedChecker([following.task], nameserver, { upstreams });
    expect(await watch.events(...minutely(0, 240))).toEqual([]);
  });

  test('leads over a chain of aliases, and the process follows the end of it: its servers are named', async () => {
    dns.alias('shop.test', 'alias.shop.test');
    dns.alias('alias.shop.test', NAME);
    const watch = new TimedChecker([following.task], nameserver, { upstreams: [{ dnsName: 'shop.test', port: 80 }] });
    expect(await watch.events(...minutely(0, 120))).toEqual(['60 opened warning unreachable-task']);
    const { open } = await watch.check(180);
    expect(open.map(({ message }) => message)).toEqual([
      `no server of task follows shop.test: its servers follow ${NAME}`,
    ]);
  });
});

test('no slot has an address any more: opened after the grace time, closed when one has it again', async () => {
  const watch = new TimedChecker([following.task], nameserver);
  expect(await watch.events(0)).toEqual([]);
  following.dns.set(NAME, []);
  await following.holds();
  expect(await watch.events(...minutely(60, 180))).toEqual(['120 opened critical no-address']);
  following.dns.set(NAME, ['127.0.0.1']);
  await following.holds('127.0.0.1');
  expect(await watch.events(240)).toEqual(['240 closed critical no-address']);
}, 40_000);
