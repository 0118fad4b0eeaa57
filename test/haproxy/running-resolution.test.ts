import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyMode, HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { LocalNodes } from '../../testbed/nodes';
import { freePorts } from '../../testbed/ports';
import { request } from '../../testbed/request';
import { availableBinaries } from '../support/binaries';
import { ask, converse, run, until } from './running';

jest.setTimeout(60_000);

/** 1.6 and 1.7 have one slot, which `lambda` and `test/e2e` try. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.logStdout);

/** A HAProxy with a name server and two nodes of its own. */
interface Running {
  readonly dns: DnsServer;
  readonly nodes: LocalNodes;
  readonly port: number;
  readonly health: number;
  start(upstream: Partial<HaproxyUpstream>, more?: Partial<HaproxyConfigModel>): Promise<HaproxyProcess>;
  /** Waits until a request gets this text. */
  answers(text: string): Promise<unknown>;
  status(where: number, path: string): Promise<number | undefined>;
}

/** HAProxy listens on 127.0.0.1, the upstreams on other addresses and the same port: a request could loop. */
async function withHaproxy(binary: HaproxyBinary, work: (running: Running) => Promise<void>): Promise<void> {
  const dns = new DnsServer();
  const [port, health] = (await freePorts(2)) as [number, number];
  const nodes = new LocalNodes();
  await Promise.all([nodes.start('🥚', '127.0.0.2', port), nodes.start('🐣', '127.0.0.3', port)]);
  let haproxy: HaproxyProcess | undefined;
  try {
    await work({
      dns,
      nodes,
      port,
      health,
      start: async (upstream, more = {}) => {
        const [a, b] = [{ port: health }, { port }].map((bind) => ({ address: '127.0.0.1', ...bind }));
        haproxy = await run(binary, {
          upstream: { dnsName: 'elb.test', port, ...upstream },
          listen: b!,
          health: a!,
          resolution: {
            nameservers: [(await dns.listen()).address],
            holdValidMillis: 200,
            holdObsoleteMillis: 400,
            holdNxMillis: 200,
          },
          ...more,
        });
        return haproxy;
      },
      answers: (text) =>
        until(`it answers ${text}`, async () => (await request('127.0.0.1', port)) === text || undefined),
      status: async (where, path) => (await ask(where, { path }))?.status,
    });
  } finally {
    await haproxy?.stop();
    await Promise.all([dns.close(), nodes.close()]);
  }
}

test('some binary can log to its output', () => {
  expect(BINARIES).not.toEqual([]);
});

const PER_REQUEST = { resolutionMode: HaproxyResolutionMode.PER_REQUEST };
const withCapability = (name: 'doResolve' | 'doResolveTcp') =>
  BINARIES.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities[name]);
const PER_REQUEST_BINARIES = withCapability('doResolve');
const PER_CONNECTION_BINARIES = withCapability('doResolveTcp');

test.concurrent.each(BINARIES)(
  'HAProxy $version, slots: /ready depends on a usable address, and /live does not',
  (binary) =>
    withHaproxy(binary, async ({ dns, port, health, start, answers, status }) => {
      await start({ slots: 2, healthCheck: { intervalMillis: 200 } });
      expect([await status(health, '/live'), await status(health, '/ready')]).toEqual([200, 503]);
      dns.set('elb.test', ['127.0.0.2']);
      await until('it is ready', async () => (await status(health, '/ready')) === 200 || undefined);
      await answers('🥚');
      dns.set('elb.test', ['127.0.0.3']);
      await answers('🐣');
      dns.set('elb.test', []);
      await until('it is no longer ready', async () => (await status(health, '/ready')) === 503 || undefined);
      expect(await status(health, '/live')).toBe(200);
      expect(await status(port, '/')).toBe(503);
    }),
);

test.concurrent.each(BINARIES)(
  'HAProxy $version, slots: an address without a listener is marked down after its checks, and the other one answers',
  (binary) =>
    withHaproxy(binary, async ({ dns, nodes, port, start }) => {
      await nodes.kill('127.0.0.3');
      dns.set('elb.test', ['127.0.0.2', '127.0.0.3']);
      const running = await start({ slots: 2, healthCheck: { intervalMillis: 200 } });
      await until('one is down', () => /Server upstream\/elb[12] is DOWN/.test(running.output) || undefined);
      const texts = await Promise.all(Array.from({ length: 10 }, () => request('127.0.0.1', port)));
      expect(texts).toEqual(texts.map(() => '🥚'));
    }),
);

test.concurrent.each(PER_REQUEST_BINARIES)(
  'HAProxy $version, per request: follows the name, and answers 503 when it no longer exists, without a request to itself',
  (binary) =>
    withHaproxy(binary, async ({ dns, port, start, answers, status }) => {
      dns.set('elb.test', ['127.0.0.2']);
      const running = await start(PER_REQUEST);
      await answers('🥚');
      dns.set('elb.test', ['127.0.0.3']);
      await answers('🐣');
      dns.set('elb.test', []);
      await until('it answers 503', async () => (await status(port, '/')) === 503 || undefined);
      expect(await status(port, '/lost')).toBe(503);
      await until('that is logged', () => running.output.includes('GET /lost') || undefined);
      // A request to its own address would come in again, and be logged again.
      await status(port, '/after');
      await until('that is logged', () => running.output.includes('GET /after') || undefined);
      expect(running.output.split('\n').filter((line) => line.includes('GET /lost'))).toHaveLength(1);
      dns.set('elb.test', ['127.0.0.2']);
      await answers('🥚');
    }),
);

test.concurrent.each(PER_REQUEST_BINARIES)(
  'HAProxy $version, per request: answers 503 from the first request on for a name that does not exist',
  (binary) =>
    withHaproxy(binary, async ({ port, health, start, status }) => {
      await start(PER_REQUEST);
      expect(await status(port, '/')).toBe(503);
      expect(await status(health, '/live')).toBe(200);
    }),
);

test.concurrent.each(PER_CONNECTION_BINARIES)(
  'HAProxy $version, per connection: follows the name, and closes when it no longer exists, without a request to itself',
  (binary) =>
    withHaproxy(binary, async ({ dns, port, start, answers }) => {
      const running = await start(PER_REQUEST, { mode: HaproxyMode.TCP, limits: { maxConnections: 50 } });
      dns.set('elb.test', ['127.0.0.2']);
      await answers('🥚');
      dns.set('elb.test', ['127.0.0.3']);
      await answers('🐣');
      dns.set('elb.test', []);
      const gone = () => converse(port, 'GET / HTTP/1.0\r\n\r\n');
      await until('it closes', async () => (await gone()) === '' || undefined);
      const sessions = () => running.output.split('\n').filter((line) => line.includes(' traffic upstream/')).length;
      await until('the output is quiet', async () => {
        const before = sessions();
        await new Promise((done) => setTimeout(done, 300));
        return before === sessions() || undefined;
      });
      const before = sessions();
      expect(await gone()).toBe('');
      await until('that is logged', () => sessions() > before || undefined);
      expect(await gone()).toBe('');
      await until('that too', () => sessions() > before + 1 || undefined);
      expect(sessions()).toBe(before + 2);
    }),
);
