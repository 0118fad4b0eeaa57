import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { ask, converse, Echo, echoed, run, until, valuesOf } from './running';

jest.setTimeout(60_000);

/** Before, a configuration cannot log to the process's output. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.logStdout);

let dns: DnsServer;
let echo: Echo;
let upstreamPort: number;

beforeAll(async () => {
  dns = new DnsServer();
  dns.set('elb.test', ['127.0.0.2']);
  upstreamPort = (await freePorts(1))[0]!;
  echo = await Echo.listen('elb', '127.0.0.2', upstreamPort);
});

afterAll(() => Promise.all([dns.close(), echo.close()]));

test('some binary can log to its output', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version behind a load balancer that terminates TLS', (binary) => {
  let haproxy: HaproxyProcess | undefined;
  let ports: { listen: number; redirect: number };

  async function start(more: { acceptProxyProtocol?: boolean; ipv6?: boolean }): Promise<void> {
    const [listen, redirect, health] = (await freePorts(3)) as [number, number, number];
    const address = more.ipv6 ? undefined : '127.0.0.1';
    ports = { listen, redirect };
    haproxy = await run(binary, {
      upstream: { dnsName: 'elb.test', port: upstreamPort, slots: 2 },
      listen: { address, port: listen },
      tlsInFront: true,
      redirectPort: redirect,
      health: { address, port: health },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200, holdObsoleteMillis: 600 },
      ...more,
    });
    await until(
      'HAProxy has the node',
      async () => (await ask(health, { path: '/ready' }))?.status === 200 || undefined,
    );
  }

  afterEach(() => haproxy?.stop());

  test.each([
    ['', '127.0.0.1', false],
    [', over IPv6 too', '::1', true],
  ])('says that requests came over TLS, and redirects those that did not%s', async (_, host, ipv6) => {
    await start({ ipv6 });
    const answer = echoed(await ask(ports.listen, { host, headers: { 'X-Forwarded-Proto': 'http' } }));
    expect(valuesOf(answer, 'X-Forwarded-Proto')).toEqual(['https']);
    const redirected = await ask(ports.redirect, { host, path: '/a?b=1', headers: { Host: 'shop.test:80' } });
    expect([redirected?.status, redirected?.headers.location]).toEqual([301, 'https://shop.test/a?b=1']);
  });

  test('tells listeners apart, whatever port the PROXY protocol names', async () => {
    await start({ acceptProxyProtocol: true });
    const at = (port: number, named: number) =>
      converse(
        port,
        `PROXY TCP4 192.0.2.1 192.0.2.2 4000 ${named}\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
    expect(await at(ports.listen, ports.redirect)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await at(ports.redirect, ports.listen)).toMatch(/^HTTP\/1\.1 301 /);
  });
});
