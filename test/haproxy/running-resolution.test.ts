import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyMode, HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
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

let dns: DnsServer;
let nodes: LocalNodes;
let port: number;
let health: number;

/** HAProxy listens on 127.0.0.1, the upstreams on other addresses and the same port: a request could loop. */
beforeEach(async () => {
  dns = new DnsServer();
  [port, health] = (await freePorts(2)) as [number, number];
  nodes = new LocalNodes();
  await Promise.all([nodes.start('🥚', '127.0.0.2', port), nodes.start('🐣', '127.0.0.3', port)]);
});

afterEach(() => Promise.all([dns.close(), nodes.close()]));

test('some binary can log to its output', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version', (binary) => {
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  let haproxy: HaproxyProcess | undefined;

  async function start(upstream: Partial<HaproxyUpstream>, more: Partial<HaproxyConfigModel> = {}) {
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
  }

  afterEach(() => haproxy?.stop());

  const answers = (text: string) =>
    until(`it answers ${text}`, async () => (await request('127.0.0.1', port)) === text || undefined);
  const status = async (where: number, path: string) => (await ask(where, { path }))?.status;

  describe('slots', () => {
    test('/ready depends on a usable address, and /live does not', async () => {
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
    });

    test('an address without a listener is marked down after its checks, and the other one answers', async () => {
      await nodes.kill('127.0.0.3');
      dns.set('elb.test', ['127.0.0.2', '127.0.0.3']);
      const running = await start({ slots: 2, healthCheck: { intervalMillis: 200 } });
      await until('one is down', () => /Server upstream\/elb[12] is DOWN/.test(running.output) || undefined);
      const texts = await Promise.all(Array.from({ length: 10 }, () => request('127.0.0.1', port)));
      expect(texts).toEqual(texts.map(() => '🥚'));
    });
  });

  if (capabilities.doResolve) {
    const PER_REQUEST = { resolutionMode: HaproxyResolutionMode.PER_REQUEST };

    describe('per request', () => {
      test('follows the name, and answers 503 once it is gone without asking itself', async () => {
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
      });

      test('answers 503 from the first request on when the name never was', async () => {
        await start(PER_REQUEST);
        expect(await status(port, '/')).toBe(503);
        expect(await status(health, '/live')).toBe(200);
      });
    });
  }

  if (capabilities.doResolveTcp) {
    test('per connection: follows the name, and closes once it is gone without asking itself', async () => {
      const running = await start(
        { resolutionMode: HaproxyResolutionMode.PER_REQUEST },
        { mode: HaproxyMode.TCP, limits: { maxConnections: 50 } },
      );
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
    });
  }
});
