import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyLogFormat } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { ask, Echo, echoed, run, until, valuesOf } from './running';

jest.setTimeout(60_000);

/** What a client gets at an address of the proxy. */
const fetchFrom = (host: string, port: number, path = '/', from?: string) => ask(port, { host, path, from });

let dns: DnsServer;
let echo: Echo;
let port: number;

beforeAll(async () => {
  dns = new DnsServer();
  dns.set('elb.test', ['127.0.0.2']);
  [port] = (await freePorts(1)) as [number];
  echo = await Echo.listen('elb', '127.0.0.2', port);
});

afterAll(() => Promise.all([dns.close(), echo.close()]));

/** 1.6 does not start with a name that is not in the DNS of this machine. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.initAddr);

test('some binary starts with a name that is not in the DNS of this machine', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version behind IPv4 and IPv6', (binary) => {
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  let haproxy: HaproxyProcess;
  let listen: number;
  let health: number;

  beforeAll(async () => {
    [listen, health] = (await freePorts(2)) as [number, number];
    haproxy = await run(binary, {
      upstream: { dnsName: 'elb.test', port },
      listen: { port: listen },
      health: { port: health },
      ipv6: true,
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500 },
      allowFrom: ['127.0.0.1', '127.0.0.4/31', '::1'],
      denyFrom: ['127.0.0.5'],
      rateLimits: [{ requests: 2, periodMillis: 3_600_000 }],
      rateLimitExempt: ['::1'],
      log: { format: HaproxyLogFormat.JSON, syslog: capabilities.logStdout ? undefined : '127.0.0.1:514' },
    });
    await until(
      'the load balancer is found',
      async () => (await fetchFrom('::1', listen))?.status === 200 || undefined,
    );
  });

  afterAll(() => haproxy.stop());

  test('a client of each family is answered, and is named by its own address', async () => {
    expect(valuesOf(echoed(await fetchFrom('127.0.0.1', listen, '/four')), 'x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(valuesOf(echoed(await fetchFrom('::1', listen, '/six')), 'x-forwarded-for')).toEqual(['::1']);
    if (capabilities.logStdout) {
      // The converter writes `/` as `\/`.
      const logged = (path: string) =>
        until(`the log has ${path}`, () => new RegExp(`"client":"([^"]*)".*${path}"`).exec(haproxy.output)?.[1]);
      expect([await logged('four'), await logged('six')]).toEqual(['127.0.0.1', '::1']);
    }
  });

  test('allowFrom and denyFrom have the addresses of IPv4 clients', async () => {
    expect((await fetchFrom('127.0.0.1', listen, '/', '127.0.0.4'))?.status).toBe(200);
    expect(await fetchFrom('127.0.0.1', listen, '/', '127.0.0.5')).toBeUndefined();
    expect(await fetchFrom('127.0.0.1', listen, '/', '127.0.0.6')).toBeUndefined();
  });

  test('one IPv4 client does not use up the share of another one', async () => {
    const statuses = async (from: string) => (await fetchFrom('127.0.0.1', listen, '/', from))?.status;
    const all = [await statuses('127.0.0.1'), await statuses('127.0.0.1'), await statuses('127.0.0.4')];
    expect(all).toEqual([200, 429, 200]);
  });

  test('health checks of both families are answered', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      expect([host, (await fetchFrom(host, health, '/live'))?.status]).toEqual([host, 200]);
      expect([host, (await fetchFrom(host, health, '/ready'))?.status]).toEqual([host, 200]);
    }
  });
});

const MODEL: HaproxyConfigModel = {
  upstream: { dnsName: 'elb.test', port: 80 },
  listen: { port: 8443 },
  listenTls: { certificateFile: '/etc/haproxy/site.pem' },
  redirectPort: 8080,
  acceptProxyProtocol: true,
  health: { port: 8404 },
  runtimeApi: { port: 9990 },
  ipv6: true,
};
const render = (branch: string, model: HaproxyConfigModel) => HaproxyConfig.render(HaproxyVersion.of(branch), model);

test('every listener of clients has a second socket for IPv6 alone, and the runtime API has none', () => {
  expect(
    render('3.2', MODEL)
      .match(/^ +bind .*$/gm)
      ?.map((line) => line.trim()),
  ).toEqual([
    'bind :8443 accept-proxy ssl crt /etc/haproxy/site.pem ssl-min-ver TLSv1.2 alpn h2,http/1.1',
    'bind ipv6@:::8443 v6only accept-proxy ssl crt /etc/haproxy/site.pem ssl-min-ver TLSv1.2 alpn h2,http/1.1',
    'bind :8080 accept-proxy',
    'bind ipv6@:::8080 v6only accept-proxy',
    'bind :8404',
    'bind ipv6@:::8404 v6only',
    'bind :9990',
  ]);
});

test.each(['1.6', '1.7'])('the listener that keeps %s resolving stays at its own address', (branch) => {
  const { health: _, ...model } = MODEL;
  expect(render(branch, model).match(/^ +bind .*8404.*$/gm)).toEqual(['    bind 127.0.0.1:8404']);
});

test.each(BRANCHES.map(({ branch }) => branch))('HAProxy %s reads it', (branch) => {
  const errors = lint(render(branch, MODEL), HaproxyVersion.of(branch)).filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([]);
});

test.each<[what: string, change: Partial<HaproxyConfigModel>]>([
  ['listen', { listen: { address: '10.0.0.1', port: 8443 } }],
  ['health', { health: { address: '10.0.0.1', port: 8404 } }],
])('an address of %s is refused', (_, change) => {
  expect(() => render('3.2', { ...MODEL, ...change })).toThrow(
    "ipv6 listens at every address, and '10.0.0.1' is given: leave the address out, or ipv6",
  );
});
