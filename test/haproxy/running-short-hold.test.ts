import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { DnsListener, DnsView } from '../../testbed/dns-server';
import { elbNameFor, LoadBalancer } from '../../testbed/load-balancer';
import { LocalNodes } from '../../testbed/nodes';
import { LocalHost, ProxyUnderTest } from '../../testbed/proxy-under-test';
import { request } from '../../testbed/request';
import { availableBinaries } from '../support/binaries';
import { until } from './running';

jest.setTimeout(120_000);

/** HAProxy counts `hold obsolete` in whole seconds: two queries must not be in the same one (src/resolvers.c, last_seen). */
const PERIOD_MILLIS = 1100;
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.holdObsolete);

interface Running {
  readonly proxy: ProxyUnderTest;
  readonly dns: Readonly<DnsListener>;
  /** What its name server says to it alone. */
  readonly view: DnsView;
}

let loadBalancer: LoadBalancer;
const running: Running[] = [];

async function startAll(mode: HaproxyMode): Promise<void> {
  loadBalancer.dns.point(...loadBalancer.addresses);
  for (const binary of BINARIES) {
    const view = loadBalancer.dns.view();
    const dns = await view.listen();
    const proxy = new ProxyUnderTest(binary, new LocalHost(binary, dns), {
      model: {
        mode,
        upstream: { port: loadBalancer.port, slots: 8, healthCheck: { intervalMillis: 500 } },
        resolution: { holdValidMillis: PERIOD_MILLIS, holdObsoleteMillis: 0 },
      },
    });
    await proxy.start();
    running.push({ proxy, dns, view });
  }
}

const stopAll = () => Promise.all(running.splice(0).map(({ proxy }) => proxy.stop()));

beforeAll(async () => {
  loadBalancer = await LoadBalancer.start(['a', 'b', 'c', 'd'], {
    nodes: new LocalNodes({ keepAliveMillis: 60_000 }),
  });
  await startAll(HaproxyMode.HTTP);
});

afterAll(async () => {
  await stopAll();
  await loadBalancer.close();
});

/** Who answers so many requests, in the order of the alphabet. */
async function answerers({ proxy }: Running): Promise<string> {
  const answers = new Set<string | undefined>();
  for (let i = 0; i < 20; i += 1) {
    answers.add(await request('127.0.0.1', proxy.listeners.listen.port));
  }
  return [...answers].sort().join('');
}

/** Sends requests to a proxy while it sends so many queries. @returns those without an answer of a node */
async function lostDuring({ proxy, dns }: Running, queries: number): Promise<string[]> {
  const { port } = proxy.listeners.listen;
  const end = dns.queries + queries;
  const lost: string[] = [];
  await until(`HAProxy ${proxy.binary.version} sends ${queries} queries`, async () => {
    const answer = await request('127.0.0.1', port);
    if (!/^[abcd]$/.test(answer ?? '')) {
      lost.push(`HAProxy ${proxy.binary.version}: ${answer}`);
    }
    return dns.queries >= end || undefined;
  });
  return lost;
}

const each = <T>(run: (one: Running) => Promise<T>) => Promise.all(running.map(run));
const everybody = (answers: string) => running.map(() => answers);

test(`with a holdObsolete of 0 an address leaves with the first answer without it, and no request is lost (${BINARIES.map(({ version }) => version).join(', ')})`, async () => {
  expect(running).not.toEqual([]);
  const [a, b] = loadBalancer.addresses;
  const all = (one: Running) =>
    until('all nodes get requests', async () => (await answerers(one)) === 'abcd' || undefined);
  await each(all);

  loadBalancer.dns.point(a!, b!);
  // With the second query the answer to the first one has been read.
  expect((await each((one) => lostDuring(one, 2))).flat()).toEqual([]);
  expect(await each((one) => answerers(one))).toEqual(everybody('ab'));
  loadBalancer.dns.point(...loadBalancer.addresses);
  await each(all);
});

test('resolvers whose caches answer alternately old and new lose no request', async () => {
  const [a, b] = loadBalancer.addresses;
  for (const { proxy, view } of running) {
    let asked = 0;
    view.set(elbNameFor(proxy.binary), () => {
      asked += 1;
      return asked % 2 === 0 ? loadBalancer.addresses : [a!, b!];
    });
  }
  expect((await each((one) => lostDuring(one, 8))).flat()).toEqual([]);
});

/** A session, and who answers in it. */
interface Session {
  readonly agent: Agent;
  readonly who: string | undefined;
  readonly socket: Socket;
}

async function openSession({ proxy }: Running): Promise<Session> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const free = new Promise<Socket>((resolve) => agent.once('free', resolve));
  const who = await request('127.0.0.1', proxy.listeners.listen.port, undefined, '/', agent);
  return { agent, who, socket: await free };
}

test('in TCP mode the sessions of an address end with it, and those of the others go on', async () => {
  await stopAll();
  await startAll(HaproxyMode.TCP);
  const [a, b] = loadBalancer.addresses;
  const all = await each(async (one) => {
    await until('all nodes get sessions', async () => (await answerers(one)) === 'abcd' || undefined);
    return Promise.all(Array.from({ length: 8 }, () => openSession(one)));
  });
  loadBalancer.dns.point(a!, b!);
  await each((one) => lostDuring(one, 2));
  for (const [i, sessions] of all.entries()) {
    const of = (ended: boolean) => [
      ...new Set(sessions.filter(({ socket }) => socket.destroyed === ended).map(({ who }) => who)),
    ];
    const { version } = running[i]!.proxy.binary;
    expect([version, of(true).sort(), of(false).sort()]).toEqual([version, ['c', 'd'], ['a', 'b']]);
    for (const { agent } of sessions) {
      agent.destroy();
    }
  }
});
