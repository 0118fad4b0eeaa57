import { request } from 'node:http';
import fc from 'fast-check';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { values } from './arbitraries';
import { OneElb } from './one-elb';
import { ask, converse, echoed, until } from './running';

jest.setTimeout(60_000);

const PAGE = `<h1>it's "back" soon</h1>\n\t100 % \${HOME} #1 \\n é🥚\r\n`;

const elb = OneElb.ofFile();
const BINARIES = availableBinaries();

test('some binary is available', () => {
  expect(BINARIES).not.toEqual([]);
});

/** The bytes of an answer's body, and its head. */
function fetchBytes(listen: number, path: string, method = 'GET') {
  return new Promise<{ status?: number; type?: string; length?: string; bytes: Buffer }>((resolve, reject) => {
    request({ host: '127.0.0.1', port: listen, path, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const { 'content-type': type, 'content-length': length } = response.headers;
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, type, length, bytes: Buffer.concat(chunks) }));
    })
      .on('error', reject)
      .end();
  });
}

describe.each(BINARIES)('HAProxy $version', (binary) => {
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  let haproxy: HaproxyProcess | undefined;
  let listen: number;
  let health: number;

  afterEach(() => haproxy?.stop());

  async function start(model: Partial<HaproxyConfigModel>): Promise<void> {
    ({ haproxy, listen, health } = await elb.start(binary, model));
  }

  const ready = (status: number) =>
    until(`/ready is ${status}`, async () => (await ask(health, { path: '/ready' }))?.status === status || undefined);

  test('answers the requests of its route itself, in the order of routes', async () => {
    await start({
      routes: [
        { name: 'kept', pathPrefix: '/old/kept', upstream: elb.upstreamOf(binary) },
        { name: 'old', pathPrefix: '/old', fixedResponse: { status: 403 } },
      ],
    });
    await ready(200);
    expect((await ask(listen, { path: '/old/x' }))?.status).toBe(403);
    expect(echoed(await ask(listen, { path: '/old/kept' })).name).toBe('elb');
    expect(echoed(await ask(listen, { path: '/' })).name).toBe('elb');
  });

  test('answers all requests for maintenance, and is ready while no upstream answers', async () => {
    const before = elb.requests;
    const [closed] = (await freePorts(1)) as [number];
    await start({
      upstream: { ...elb.upstreamOf(binary), port: closed },
      routes: [
        { name: 'maintenance', fixedResponse: { status: 503 } },
        { name: 'api', pathPrefix: '/api', upstream: elb.upstreamOf(binary) },
      ],
    });
    await ready(200);
    for (const path of ['/', '/api', '/x?y=z']) {
      expect((await ask(listen, { path, method: 'POST', body: 'x' }))?.status).toBe(503);
    }
    expect(elb.requests).toBe(before);
  });

  if (capabilities.httpRequestReturn) {
    test('sends any body byte for byte', async () => {
      const texts = fc.sample(
        fc.array(fc.oneof(values, fc.constantFrom('\n', '\r', '\t', '\u0001', '\u007f', '\\', "'", ' ')), {
          minLength: 1,
          maxLength: 20,
        }),
        { numRuns: 150, seed: 18 },
      );
      const bodies = [PAGE, '\n', "'", '%', '\\', ...texts.map((parts) => parts.join(''))];
      await start({
        routes: bodies.map((body, i) => ({
          name: `r${i}`,
          pathPrefix: `/${i}/`,
          fixedResponse: { status: 200, body },
        })),
      });
      const got = [];
      for (const i of bodies.keys()) {
        got.push((await fetchBytes(listen, `/${i}/`)).bytes);
      }
      expect(got).toEqual(bodies.map((body) => Buffer.from(body)));
    });

    test('sends the largest bodies, and to HEAD their heads', async () => {
      const body = 'é'.repeat(7680);
      const contentType = `text/plain;${'x'.repeat(89)}`;
      for (const maxHeaderBytes of [undefined, 4096, 40_960]) {
        const most = body.repeat(3).slice(0, (maxHeaderBytes ?? 15_360) / 2);
        await start({
          limits: { maxHeaderBytes },
          routes: [{ name: 'all', fixedResponse: { status: 404, body: most, contentType } }],
        });
        const length = String(Buffer.byteLength(most));
        expect(await fetchBytes(listen, '/')).toEqual({
          status: 404,
          type: contentType,
          length,
          bytes: Buffer.from(most),
        });
        const head = { status: 404, type: contentType, length, bytes: Buffer.alloc(0) };
        expect(await fetchBytes(listen, '/', 'HEAD')).toEqual(head);
        await haproxy?.stop();
      }
    });

    test('gives its own errors the pages of the configuration, and passes those of the load balancer', async () => {
      const [closed] = (await freePorts(1)) as [number];
      const pageOf = (status: number) => ({ status, body: `${status}: ${PAGE}` });
      await start({
        errorPages: [400, 413, 429, 503].map(pageOf),
        limits: { maxBodyBytes: 10, connectTimeoutMillis: 100 },
        rateLimits: [{ requests: 2, periodMillis: 3_600_000 }],
        rateLimitExempt: ['127.0.9.9'],
        routes: [{ name: 'down', pathPrefix: '/down', upstream: { ...elb.upstreamOf(binary), port: closed } }],
      });
      const exempt = (path: string, more: object = {}) => ask(listen, { path, from: '127.0.9.9', ...more });
      await until('the load balancer is found', async () => (await exempt('/'))?.status === 200 || undefined);
      const bodyOf = async (answer: ReturnType<typeof ask>) => {
        const { status, body, headers } = (await answer)!;
        return [status, body, headers['content-type']];
      };
      const page = (status: number) => [status, pageOf(status).body, 'text/html; charset=utf-8'];
      expect(await bodyOf(exempt('/down'))).toEqual(page(503));
      expect(await bodyOf(exempt('/', { method: 'POST', body: 'x'.repeat(11) }))).toEqual(page(413));
      // From 2.4 on what cannot be read is answered before it is a request.
      const own = HaproxyVersion.of(binary.branch).isAtLeast('2.4') ? '400 Bad request' : 'it\'s "back" soon';
      expect(await converse(listen, 'GET /\u0001 HTTP/1.1\r\n\r\n')).toContain(`<h1>${own}</h1>`);
      const asked = [await ask(listen), await ask(listen)].map((answer) => answer?.status);
      expect(asked).toEqual([200, 200]);
      const refused = await ask(listen);
      expect([refused?.status, refused?.body, refused?.headers['retry-after']]).toEqual([
        429,
        pageOf(429).body,
        '3600',
      ]);
    });
  }
});
