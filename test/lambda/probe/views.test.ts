import { setTimeout as sleep } from 'node:timers/promises';
import { handler } from '../../../lambda/probe';
import type { ObservedRuntime } from '../../../lib/contract/probe';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { DnsServer } from '../../../testbed/dns-server';
import { startIdleProxy } from '../../../testbed/idle-proxy';
import { elbNameFor } from '../../../testbed/load-balancer';
import type { ProxyUnderTest } from '../../../testbed/proxy-under-test';
import { ask } from '../../haproxy/running';
import { availableBinaries } from '../../support/binaries';

jest.setTimeout(60_000);

const addresses = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `127.0.1.${from + i}`).sort();
const binaries = availableBinaries();
const able = binaries.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.ownView);

if (able.length === 0) {
  test.todo('the view of a process: no HAProxy from 3.2 on is available');
}

describe.each(able)('HAProxy $version says what its own resolver answers', (binary) => {
  const name = elbNameFor(binary);
  /** Two zones with views of their own, which name all addresses of theirs. */
  const zones = [new DnsServer({ answersAtMost: 12 }), new DnsServer({ answersAtMost: 12 })] as const;
  let proxies: readonly ProxyUnderTest[];

  beforeAll(async () => {
    for (const dns of zones) {
      dns.set(name, addresses(1));
    }
    proxies = await Promise.all(
      zones.map(async (dns) => startIdleProxy(binary, await dns.listen(), { slots: 16, periodMillis: 1000 })),
    );
  });

  afterAll(async () => {
    await Promise.all([...(proxies ?? []).map((proxy) => proxy.stop()), ...zones.map((dns) => dns.close())]);
  });

  const viewOf = async (proxy: ProxyUnderTest, path = '/resolved/upstream') => {
    const views = { [name]: { endpoint: `127.0.0.1:${proxy.listeners.health.port}`, path } };
    const { processes } = await handler({
      millis: 10_000,
      names: [],
      processes: [{ endpoint: proxy.endpoint, views }],
    });
    const [answer] = processes as [(typeof processes)[number]];
    return 'runtime' in answer ? answer.runtime.views?.[name] : answer;
  };

  const until = async (proxy: ProxyUnderTest, expected: readonly string[]) => {
    while (JSON.stringify(await viewOf(proxy)) !== JSON.stringify(expected)) {
      await sleep(200);
    }
  };

  test.each([1, 2, 3, 5, 7, 8, 9, 12])('all of %d addresses', async (count) => {
    zones[0].set(name, addresses(count));
    // The answers before stay for `hold obsolete`.
    await until(proxies[0]!, addresses(count));
    for (let times = 0; times < 5; times += 1) {
      expect(await viewOf(proxies[0]!)).toEqual(addresses(count));
    }
  });

  test('of its own view, not of another', async () => {
    zones[0].set(name, addresses(3));
    zones[1].set(name, addresses(2, 100));
    await Promise.all([until(proxies[0]!, addresses(3)), until(proxies[1]!, addresses(2, 100))]);
    expect(await proxies[1]!.held()).toEqual(expect.arrayContaining(addresses(2, 100)));
    expect(await viewOf(proxies[0]!)).toEqual(addresses(3));
  });

  test('requests lead to no more queries than its slots do', async () => {
    const [proxy] = proxies as [ProxyUnderTest];
    const before = proxy.queries;
    await Promise.all(Array.from({ length: 40 }, () => viewOf(proxy)));
    // One each second, whatever is asked; the requests took a few seconds at most.
    expect(proxy.queries - before).toBeLessThan(20);
  });

  test('a question makes a process query whose slots do not: the answer has it', async () => {
    const pinned = await startIdleProxy(binary, await zones[0].listen(), { pinnedTo: '127.0.0.1', periodMillis: 1000 });
    try {
      const views = { [name]: { endpoint: `127.0.0.1:${pinned.listeners.health.port}`, path: '/resolved/upstream' } };
      const queries: unknown[] = [];
      for (let check = 0; check < 3; check += 1) {
        const request = { millis: 10_000, names: [], processes: [{ endpoint: pinned.endpoint, views }] };
        const [answer] = (await handler(request)).processes;
        const { resolvers = [], viewQueries } = (answer as { runtime: ObservedRuntime }).runtime;
        queries.push(resolvers.find(({ section }) => section === 'dns')?.sent, viewQueries);
        // Longer than `hold valid`, so that it asks again.
        await sleep(1500);
      }
      const one = [{ section: 'dns', sent: 1, valid: 1 }];
      expect(queries).toEqual([0, one, 1, one, 2, one]);
    } finally {
      await pinned.stop();
    }
  });

  test.each(['/resolved/other', '/resolved/', '/resolved/upstream/', '/resolved/upstream?name=other.test'])(
    'a request cannot choose another name: %s',
    async (path) => {
      const port = proxies[0]!.listeners.health.port;
      const answer = await ask(port, { path });
      expect([answer?.status, answer?.body]).toEqual(
        path.includes('?')
          ? [200, expect.stringMatching(/^127\.0\.1\.\d+( 127\.0\.1\.\d+){7}$/)]
          : [503, expect.any(String)],
      );
    },
  );

  test('above 100 requests a second it says nothing, and answers health checks as before', async () => {
    const port = proxies[0]!.listeners.health.port;
    const statuses: (number | undefined)[] = [];
    while (!statuses.includes(503)) {
      const many = Array.from({ length: 150 }, () => ask(port, { path: '/resolved/upstream' }));
      statuses.push(...(await Promise.all(many)).map((answer) => answer?.status));
    }
    expect([...new Set(statuses)].sort()).toEqual([200, 503]);
    expect((await ask(port, { path: '/live' }))?.status).toBe(200);
    await until(proxies[0]!, addresses(3));
  });

  test('nothing while DNS does not answer, and then again', async () => {
    const [proxy] = proxies as [ProxyUnderTest];
    zones[0].fail(name, 'servfail');
    // Up to `hold valid` after the last answer, the view is that answer.
    while ((await viewOf(proxy)) !== undefined) {
      await sleep(200);
    }
    zones[0].heal(name);
    await until(proxy, addresses(3));
  });

  test('nothing of a name that does not exist', async () => {
    const [, proxy] = proxies as [ProxyUnderTest, ProxyUnderTest];
    zones[1].set(name, []);
    while ((await viewOf(proxy)) !== undefined) {
      await sleep(200);
    }
  });
});

const unable = binaries.filter((binary) => !able.includes(binary)).at(-1);

if (unable !== undefined) {
  test(`HAProxy ${unable.version} does not say it: the path does not exist`, async () => {
    const dns = new DnsServer();
    dns.set(elbNameFor(unable), ['127.0.0.1']);
    const proxy = await startIdleProxy(unable, await dns.listen());
    try {
      const views = {
        [elbNameFor(unable)]: { endpoint: `127.0.0.1:${proxy.listeners.health.port}`, path: '/resolved/upstream' },
      };
      const { processes } = await handler({
        millis: 10_000,
        names: [],
        processes: [{ endpoint: proxy.endpoint, views }],
      });
      expect(processes).toEqual([{ runtime: expect.objectContaining({ version: unable.version, views: {} }) }]);
    } finally {
      await proxy.stop();
      await dns.close();
    }
  });
}
