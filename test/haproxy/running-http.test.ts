import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HaproxyLogFormat } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, hasTls } from '../support/binaries';
import { ask, converse, Echo, echoed, run, until, valuesOf } from './running';

jest.setTimeout(60_000);

const BINARIES = availableBinaries().filter(
  (binary) => hasTls(binary) && HaproxyVersion.of(binary.branch)._capabilities.logStdout,
);

let folder: string;
let certificate: TestCertificate;
let dns: DnsServer;
let echoes: Echo[];
let upstreamPort: number;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'running-http-'));
  certificate = makeCertificate(folder, 'www.test');
  dns = new DnsServer();
  [upstreamPort] = (await freePorts(1)) as [number];
  const upstreams = { www: '127.0.0.2', api: '127.0.0.3', shop: '127.0.0.4' };
  echoes = await Promise.all(
    Object.entries(upstreams).map(([name, address]) => {
      dns.set(`${name}.test`, [address]);
      return Echo.listen(name, address, upstreamPort);
    }),
  );
});

afterAll(async () => {
  await Promise.all([dns.close(), ...echoes.map((echo) => echo.close())]);
  rmSync(folder, { recursive: true });
});

test('some binary has TLS and can log to its output', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('HAProxy $version', (binary) => {
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  let haproxy: HaproxyProcess;
  let ports: { tls: number; plain: number; health: number };
  const www = (path = '/', more = {}) => ask(ports.tls, { path, servername: 'www.test', ...more });

  beforeAll(async () => {
    const [tls, plain, health] = (await freePorts(3)) as [number, number, number];
    ports = { tls, plain, health };
    const upstream = (name: string) => ({ dnsName: `${name}.test`, port: upstreamPort, slots: 2 });
    const at = (port: number) => ({ address: '127.0.0.1', port });
    haproxy = await run(binary, {
      upstream: upstream('www'),
      routes: [
        { name: 'api', host: 'Api.test', pathPrefix: '/v1/', upstream: upstream('api') },
        { name: 'shop', sni: 'shop.test', upstream: upstream('shop') },
      ],
      listen: at(tls),
      listenTls: { certificateFile: certificate.file },
      redirectPort: plain,
      httpsPort: tls,
      requestHeaders: { set: { 'X-Set': 'by proxy', Both: 'new' }, remove: ['X-Debug', 'Both'] },
      responseHeaders: { set: { 'X-Frame-Options': 'DENY' }, remove: ['X-Internal'] },
      allowFrom: ['127.0.0.0/24'],
      denyFrom: ['127.0.0.9'],
      limits: { maxBodyBytes: 10 },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500, holdObsoleteMillis: 1000 },
      health: at(health),
      metrics: capabilities.prometheus,
      log: { format: HaproxyLogFormat.JSON },
    });
    await until('every upstream has an address', async () => {
      const answers = await Promise.all([
        www(),
        www('/v1/', { headers: { Host: 'api.test' } }),
        ask(tls, { servername: 'shop.test' }),
      ]);
      return answers.every((answer) => answer?.status === 200) || undefined;
    });
  });

  afterAll(() => haproxy.stop());

  test.each([
    ['api.test', '/v1/x', 'api'],
    ['API.TEST', '/v1/', 'api'],
    ['api.test:8443', '/v1/x', 'api'],
    ['aPi.tEst:1', '/v1/x?y', 'api'],
    ['api.test', '/v1', 'www'],
    ['api.test', '/', 'www'],
    ['api.test', '/V1/x', 'www'],
    ['api.test.evil', '/v1/x', 'www'],
    ['www.test', '/v1/x', 'www'],
  ])('Host %s, path %s goes to %s', async (Host, path, name) => {
    expect(echoed(await www(path, { headers: { Host } }))).toMatchObject({ name, url: path });
  });

  test.each([
    ['shop.test', 'shop'],
    ['SHOP.test', 'shop'],
    ['other.test', 'www'],
  ])('a client that asks for %s in its handshake goes to %s', async (servername, name) => {
    expect(echoed(await ask(ports.tls, { servername })).name).toBe(name);
  });

  test('request headers are removed, then set, and have the address of the client', async () => {
    const headers = { 'X-Debug': '1', 'x-set': 'by client', Both: 'old', 'X-Forwarded-Proto': 'ftp' };
    const request = echoed(await www('/', { headers, from: '127.0.0.7' }));
    const names = ['X-Debug', 'X-Set', 'Both', 'X-Forwarded-Proto', 'X-Forwarded-For'];
    expect(names.map((name) => valuesOf(request, name))).toEqual([[], ['by proxy'], ['new'], ['https'], ['127.0.0.7']]);
  });

  test('response headers are removed and set', async () => {
    const { headers } = (await www())!;
    expect(headers['x-internal']).toBeUndefined();
    expect(headers['x-frame-options']).toBe('DENY');
  });

  test('a client outside of the networks, or of a refused one, gets no answer', async () => {
    const statuses = ['127.0.0.1', '127.0.0.8', '127.0.0.9', '127.0.1.1'].map(
      async (from) => (await www('/', { from }))?.status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, undefined, undefined]);
    const plain = await Promise.all(['127.0.0.8', '127.0.0.9'].map((from) => ask(ports.plain, { from })));
    expect(plain.map((answer) => answer?.status)).toEqual([301, undefined]);
  });

  test('a plain request is sent to HTTPS, at the same host and path, on the port of HTTPS', async () => {
    const answer = await ask(ports.plain, { path: '/a/b?c=d&e="', headers: { Host: `www.test:${ports.plain}` } });
    const location = `https://www.test:${ports.tls}/a/b?c=d&e="`;
    expect([answer?.status, answer?.headers.location]).toEqual([301, location]);
    // A client that follows it arrives.
    expect((await ask(Number(new URL(location).port), { path: '/', servername: 'www.test' }))?.status).toBe(200);
  });

  test('a body above the bound is refused, one at the bound is not', async () => {
    const post = (body: string) => www('/', { method: 'POST', body, headers: { 'Content-Length': `${body.length}` } });
    expect((await post('0123456789'))?.status).toBe(200);
    expect((await post('0123456789a'))?.status).toBe(capabilities.httpRequestReturn ? 413 : 403);
  });

  test('answers liveness, readiness and metrics', async () => {
    const health = async (path: string) => (await ask(ports.health, { path }))!;
    expect((await health('/live')).status).toBe(200);
    expect((await health('/ready')).status).toBe(200);
    if (capabilities.prometheus) {
      expect((await health('/metrics')).body).toContain('\nhaproxy_process_');
    }
  });

  describe('JSON lines', () => {
    /** What was logged for requests so far, all that looks like JSON. */
    const lines = () =>
      haproxy.output
        .split('\n')
        .slice(1, -1)
        .filter((line) => line.startsWith('{'));
    const logged = (uri: string) =>
      until(`a line about ${uri}`, () => lines().find((line) => line.includes(uri))).then((line) => JSON.parse(line));

    test('have the request, the server and the result', async () => {
      await www('/v1/json?a=b', { headers: { Host: 'api.test' } });
      expect(await logged('json?a=b')).toMatchObject({
        client: '127.0.0.1',
        backend: 'upstream-api',
        server: expect.stringMatching(/^elb[12]$/),
        address: '127.0.0.3',
        status: 200,
        method: 'GET',
        uri: '/v1/json?a=b',
      });
    });

    test('hold quotes and backslashes of a client', async () => {
      await ask(ports.plain, { path: '/quotes"\\","status":500' });
      expect(await logged('quotes')).toMatchObject({ uri: '/quotes"\\","status":500', status: 301 });
    });

    test('are whole for requests that are none', async () => {
      const requests = [
        'GET /é🥚\u0001 HTTP/1.1\r\n\r\n',
        '"{\r\n\r\n',
        'GET /" "b" HTTP/1.1\r\nHost: "\r\n\r\n',
        '\0\xff"\r\n\r\n',
      ];
      const before = lines().length;
      for (const bytes of requests) {
        await converse(ports.plain, bytes);
      }
      await until('each is logged', () => lines().length >= before + requests.length || undefined);
      expect(lines().map((line) => typeof JSON.parse(line).status)).not.toContain('string');
    });

    test('are whole for a long URI', async () => {
      await ask(ports.plain, { path: `/long?${'"'.repeat(3000)}` });
      expect(await logged('long?')).toMatchObject({ status: 301, uri: expect.stringMatching(/^\/long\?"+$/) });
    });

    test('are not mixed with others for each request to the health port', async () => {
      const marker = (output: string) => output.split('\n').filter((line) => line.includes('health/HTTP'));
      await ask(ports.health, { path: '/live' });
      await www('/after-live');
      await logged('after-live');
      expect(marker(haproxy.output)).toEqual([]);
    });
  });
});
