import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { HaproxyConfigModel, HaproxyShare } from '../../lib/haproxy/model/config-model';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { ask, Echo, echoed, run, until } from './running';

jest.setTimeout(60_000);

const ELB = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
const MACHINES = ['127.0.0.5', '127.0.0.6'];
const UNUSED_ADDRESS = '127.0.0.7';

let dns: DnsServer;
let echoes: Echo[];
let port: number;

beforeAll(async () => {
  dns = new DnsServer();
  dns.set('elb.test', ELB);
  [port] = (await freePorts(1)) as [number];
  echoes = await Promise.all([
    ...ELB.map((address) => Echo.listen('elb', address, port)),
    ...MACHINES.map((address) => Echo.listen('machines', address, port)),
  ]);
});

afterAll(() => Promise.all([dns.close(), ...echoes.map((echo) => echo.close())]));

/** 1.6 does not start with a name that is not in the DNS of this machine. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.initAddr);

test('some binary starts with a name that is not in the DNS of this machine', () => {
  expect(BINARIES).not.toEqual([]);
});

/** What is left to chance: 5 standard deviations are exceeded once in 1.7 million runs. */
const tolerance = (times: number, percent: number) => 5 * Math.sqrt((times * percent * (100 - percent)) / 10_000);

describe.each(BINARIES)('HAProxy $version', (binary) => {
  let haproxy: HaproxyProcess | undefined;
  let listen: number;
  let health: number;

  afterEach(() => haproxy?.stop());

  const machines = (percent: number, addresses = MACHINES): HaproxyShare => ({
    name: 'machines',
    percent,
    upstream: { addresses, port, healthCheck: { intervalMillis: 100 } },
  });

  async function start(model: Partial<HaproxyConfigModel>, isReady = true): Promise<void> {
    await haproxy?.stop();
    [listen, health] = (await freePorts(2)) as [number, number];
    haproxy = await run(binary, {
      upstream: { dnsName: 'elb.test', port, healthCheck: { intervalMillis: 100 } },
      listen: { address: '127.0.0.1', port: listen },
      health: { address: '127.0.0.1', port: health },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500 },
      // Also the pause before a connection is tried again.
      limits: { connectTimeoutMillis: 100 },
      ...model,
    });
    if (isReady) {
      await until('it is ready', async () => (await ask(health, { path: '/ready' }))?.status === 200 || undefined);
    }
  }

  /** Who answers a request on a fresh connection. */
  const whoAnswers = async (how: Parameters<typeof ask>[1] = {}) => echoed(await ask(listen, how)).name;

  /** How many of so many requests the machines get, over 20 kept connections. */
  async function countMachines(times: number, path = '/'): Promise<number> {
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const one = () =>
      new Promise<number>((resolve, reject) => {
        const pending = request({ host: '127.0.0.1', port: listen, path, agent }, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            body += chunk;
          });
          response.on('end', () => (response.statusCode === 200 ? resolve(Number(/machines/.test(body))) : reject()));
        });
        pending.on('error', reject).end();
      });
    const counted = await Promise.all(Array.from({ length: times }, one));
    agent.destroy();
    return counted.reduce((sum, count) => sum + count, 0);
  }

  test('a share is one of requests, whatever the numbers of addresses, also on kept connections and of a route', async () => {
    const shares = [machines(25)];
    const routes = [
      {
        name: 'api',
        pathPrefix: '/api/',
        upstream: { dnsName: 'elb.test', port },
        shares: [{ ...machines(5, ['127.0.0.5']), name: 'api-machines' }],
      },
    ];
    await start({ shares, routes });
    for (const [path, percent] of [['/', 25] as const, ['/api/', 5] as const]) {
      const counted = await countMachines(2000, path);
      expect(Math.abs(counted - 20 * percent)).toBeLessThan(tolerance(2000, percent));
    }
  });

  test('a cookie keeps the share of a client until the share no longer covers its number', async () => {
    const shareStickiness = { cookie: 'part' };
    await start({ shares: [machines(30)], shareStickiness });
    const cookieOf = (headers?: IncomingHttpHeaders) => headers?.['set-cookie']?.map((text) => text.split(';')[0]);
    const first = await ask(listen);
    const [given] = first!.headers['set-cookie']!;
    expect(given).toMatch(/^part=\d\d?; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(first!.headers['cache-control']).toBe('private');
    const cookie = cookieOf(first?.headers)!.join();
    for (let i = 0; i < 10; i++) {
      const next = await ask(listen, { headers: { cookie: `a=1; ${cookie}; b=2` } });
      expect(next!.headers['set-cookie']).toBeUndefined();
      expect(next!.headers['cache-control']).toBeUndefined();
      expect(echoed(next).name).toBe(echoed(first).name);
    }
    const withNumber = (number: unknown) => ({ headers: { cookie: `part=${number}` } });
    expect(await whoAnswers(withNumber(29))).toBe('machines');
    expect(await whoAnswers(withNumber(30))).toBe('elb');
    // No number of ours: the client is a new one.
    for (const forged of [100, -1, '', '1.5', '1%0a', 'elb', '007', '9'.repeat(3000), '"1"', '2;']) {
      const answer = await ask(listen, withNumber(forged));
      expect(answer!.status).toBe(200);
      expect([forged, cookieOf(answer!.headers)]).toEqual([forged, forged === '2;' ? undefined : [expect.any(String)]]);
    }
    await start({ shares: [machines(31)], shareStickiness });
    expect(await whoAnswers(withNumber(29))).toBe('machines');
    expect(await whoAnswers(withNumber(30))).toBe('machines');
    expect(await whoAnswers(withNumber(31))).toBe('elb');
    await start({ shares: [machines(100)], shareStickiness });
    expect(await whoAnswers(withNumber(99))).toBe('machines');
    await start({ shares: [machines(0)], shareStickiness });
    expect(await whoAnswers(withNumber(0))).toBe('elb');
  });

  test('a header keeps the share of a client, and a larger share takes clients from one side alone', async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `client-${i}`);
    const parts = async (percent: number) => {
      await start({ shares: [machines(percent)], shareStickiness: { header: 'X-Client' } });
      return Promise.all(keys.map((key) => whoAnswers({ headers: { 'X-Client': key } })));
    };
    const [small, again, large] = [await parts(20), await parts(20), await parts(60)];
    expect(again).toEqual(small);
    expect(small.every((part, i) => part === 'elb' || large[i] === 'machines')).toBe(true);
    for (const [percent, seen] of [[20, small] as const, [60, large] as const]) {
      const counted = seen.filter((part) => part === 'machines').length;
      expect(Math.abs(counted - percent)).toBeLessThan(tolerance(100, percent));
    }
    // Those without the header are not one client.
    expect(new Set(await Promise.all(keys.map(() => whoAnswers())))).toEqual(new Set(['elb', 'machines']));
  });

  test('a part without a usable server leaves its requests to the other, unless nothing is checked', async () => {
    await start({ shares: [machines(50, [UNUSED_ADDRESS])] }, false);
    await until('the machines count as down', async () =>
      (await Promise.all(Array.from({ length: 20 }, () => ask(listen)))).every((answer) => answer?.status === 200),
    );
    expect(await countMachines(100)).toBe(0);
    expect((await ask(health, { path: '/ready' }))?.status).toBe(503);
    const unchecked = { addresses: [UNUSED_ADDRESS], port, healthCheck: { enabled: false } };
    await start({ shares: [{ ...machines(50), upstream: unchecked }] });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(listen)));
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200, 503]));
    if (HaproxyVersion.of(binary.branch)._capabilities.autonomousResolution) {
      await start({ upstream: { dnsName: 'missing.test', port }, shares: [machines(50)] }, false);
      await until('the machines are up', async () => (await ask(listen))?.status === 200 || undefined);
      expect(await countMachines(100)).toBe(100);
    }
  });

  test('one of 0 percent gets nothing, and /ready does not wait for it', async () => {
    await start({ shares: [machines(0)] });
    expect(await countMachines(200)).toBe(0);
    await start({ shares: [machines(0, [UNUSED_ADDRESS])] });
    if (HaproxyVersion.of(binary.branch)._capabilities.autonomousResolution) {
      await start({ upstream: { dnsName: 'missing.test', port }, shares: [machines(0)] }, false);
      expect((await ask(listen))?.status).toBe(503);
      await start({ upstream: { dnsName: 'missing.test', port }, shares: [machines(100)] });
      expect(await countMachines(200)).toBe(200);
    }
    await start({ shares: [machines(100, [UNUSED_ADDRESS])] }, false);
    await until('the machines count as down', async () => (await ask(listen))?.status === 503 || undefined);
  });

  test('in TCP mode a share is one of connections, or of clients', async () => {
    const clients = Array.from({ length: 200 }, (_, i) => ({ from: `127.1.${i >> 6}.${(i & 63) + 1}` }));
    const parts = async (model: Partial<HaproxyConfigModel>) => {
      await start({ mode: HaproxyMode.TCP, ...model });
      return Promise.all(clients.map(whoAnswers));
    };
    const random = await parts({ shares: [machines(25)] });
    const small = await parts({ shares: [machines(25)], shareStickiness: { clientAddress: true } });
    const large = await parts({ shares: [machines(50)], shareStickiness: { clientAddress: true } });
    for (const [percent, seen] of [[25, random] as const, [25, small] as const, [50, large] as const]) {
      const counted = seen.filter((part) => part === 'machines').length;
      expect(Math.abs(counted - 2 * percent)).toBeLessThan(tolerance(200, percent));
    }
    expect(small.every((part, i) => part === 'elb' || large[i] === 'machines')).toBe(true);
    expect(small).not.toEqual(random);
  });
});
