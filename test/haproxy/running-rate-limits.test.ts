import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { availableBinaries } from '../support/binaries';
import { OneElb } from './one-elb';
import { ask, converse, until } from './running';

jest.setTimeout(60_000);

/** Long enough that no period ends during a test. */
const LONG = 3_600_000;
/** Its requests find the load balancer before a test begins. */
const EXEMPT = '127.0.9.9';

const elb = OneElb.ofFile();

/** The head of PROXY protocol, version 1, with a client's address. */
const proxied = (address: string) =>
  `PROXY TCP${address.includes(':') ? 6 : 4} ${address} ${address.includes(':') ? '2001:db8::1' : '192.0.2.1'} 4000 80\r\n`;
const GET = 'GET / HTTP/1.1\r\nHost: elb.test\r\nConnection: close\r\n\r\n';

const BINARIES = availableBinaries();

test('some binary is available', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version', (binary) => {
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  let haproxy: HaproxyProcess | undefined;
  let listen: number;

  afterEach(() => haproxy?.stop());

  async function start(model: Partial<HaproxyConfigModel>): Promise<void> {
    ({ haproxy, listen } = await elb.start(binary, { rateLimitExempt: [EXEMPT], ...model }));
    await until(
      'the load balancer is found',
      async () =>
        (model.acceptProxyProtocol
          ? (await converse(listen, proxied(EXEMPT) + GET)).startsWith('HTTP/1.1 200')
          : (await ask(listen, { from: EXEMPT }))?.status === 200) || undefined,
    );
  }

  /** How often each status was answered; `undefined` is a connection without an answer. */
  async function statuses(
    times: number,
    one: (i: number) => Parameters<typeof ask>[1],
  ): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let i = 0; i < times; i++) {
      const status = String((await ask(listen, one(i)))?.status);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  test('each client has as many requests as it may, whatever its headers say', async () => {
    await start({ rateLimits: [{ requests: 10, periodMillis: LONG }] });
    const clients = ['127.0.1.1', '127.0.1.2', '127.0.2.1'];
    const counted = await Promise.all(
      clients.map((from) =>
        statuses(15, (i) => ({ from, headers: { 'X-Forwarded-For': `10.0.0.${i}`, Forwarded: `for=10.0.0.${i}` } })),
      ),
    );
    expect(counted).toEqual(clients.map(() => ({ 200: 10, 429: 5 })));
    const refused = await ask(listen, { from: clients[0] });
    expect(refused?.headers['retry-after']).toBe(capabilities.httpRequestReturn ? '3600' : undefined);
    expect(await statuses(15, () => ({ from: EXEMPT }))).toEqual({ 200: 15 });
    // Another's address cannot be claimed.
    expect(await converse(listen, proxied(EXEMPT) + GET)).toMatch(/^HTTP\/1\.[01] 400 /);
  });

  test('a refused request does not count: who never waits still has a share', async () => {
    await start({ rateLimits: [{ requests: 10, periodMillis: 1000 }] });
    let served = 0;
    await until('three periods of requests are served', async () => {
      served += (await statuses(5, () => ({ from: '127.0.1.1' })))[200] ?? 0;
      return served >= 30 || undefined;
    });
  });

  if (capabilities.sha1) {
    test('a value of a header has its own limit, and another value none of its own without end', async () => {
      await start({
        rateLimits: [
          { requests: 10, periodMillis: LONG },
          { requests: 4, periodMillis: LONG, header: 'X-Key' },
        ],
      });
      const long = 'k'.repeat(500);
      const from = (address: string) => (key: string) => () => ({ from: address, headers: { 'X-Key': key } });
      expect(await statuses(3, from('127.0.1.1')(`${long}a`))).toEqual({ 200: 3 });
      // The key is another client's too.
      expect(await statuses(3, from('127.0.1.2')(`${long}a`))).toEqual({ 200: 1, 429: 2 });
      expect(await statuses(4, from('127.0.1.1')(`${long}b`))).toEqual({ 200: 4 });
      expect(await statuses(9, (i) => ({ from: '127.0.1.1', headers: { 'X-Key': String(i) } }))).toEqual({
        200: 3,
        429: 6,
      });
    });
  }

  if (capabilities.sessionRules) {
    test('each client has as many connections as it may', async () => {
      await start({ rateLimits: [{ connections: 3, periodMillis: LONG }] });
      // Before 2.2 HAProxy says why it closes a connection in HTTP mode.
      const refused = capabilities.httpRequestReturn ? 'undefined' : '500';
      expect(await statuses(5, () => ({ from: '127.0.1.1' }))).toEqual({ 200: 3, [refused]: 2 });
      expect(await statuses(3, () => ({ from: '127.0.1.2' }))).toEqual({ 200: 3 });
    });

    test('also in TCP mode', async () => {
      await start({ mode: HaproxyMode.TCP, rateLimits: [{ connections: 3, periodMillis: LONG }] });
      expect(await statuses(5, () => ({ from: '127.0.1.1' }))).toEqual({ 200: 3, undefined: 2 });
    });

    test('each client has as many bytes as it may', async () => {
      await start({ rateLimits: [{ transferBytes: 20_000, periodMillis: LONG }] });
      const big = { 'X-Big': 'x'.repeat(6000) };
      const { 200: allowed, 429: refused } = await statuses(8, () => ({ from: '127.0.1.1', headers: big }));
      // Requests of more than 6000 bytes: the fourth is beyond 20,000. HAProxy may count the bytes of one after the next.
      expect([4, 5]).toContain(allowed);
      expect(refused).toBe(8 - allowed!);
      expect(await statuses(1, () => ({ from: '127.0.1.2', headers: big }))).toEqual({ 200: 1 });
    });

    test('the address of the PROXY protocol counts, of IPv6 with its network', async () => {
      await start({ acceptProxyProtocol: true, rateLimits: [{ requests: 1, periodMillis: LONG }] });
      const answer = async (address: string) => (await converse(listen, proxied(address) + GET)).slice(9, 12);
      expect(await answer('198.51.100.1')).toBe('200');
      expect(await answer('198.51.100.1')).toBe('429');
      expect(await answer('198.51.100.2')).toBe('200');
      expect(await answer('2001:db8:1:1::1')).toBe('200');
      expect(await answer('2001:db8:1:1:ffff::2')).toBe(capabilities.ipv6Mask ? '429' : '200');
      expect(await answer('2001:db8:1:2::1')).toBe('200');
    });
  }
});
