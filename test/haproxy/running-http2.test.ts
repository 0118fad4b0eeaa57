import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import WebSocket, { WebSocketServer } from 'ws';
import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyProtocol, HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { replaceUnderGrpc } from '../../testbed/grpc/replacement';
import { GrpcClient, GrpcNode } from '../../testbed/grpc/service';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, hasTls } from '../support/binaries';
import { ask, run, until } from './running';

jest.setTimeout(120_000);

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.http2Upstream);
const ADDRESS = '127.0.0.2';
const execute = promisify(execFile);

test('some binary speaks HTTP/2 to servers', () => {
  expect(BINARIES).not.toEqual([]);
});

let dns: DnsServer;

beforeAll(() => {
  dns = new DnsServer();
  dns.set('elb.test', [ADDRESS]);
});

afterAll(() => dns.close());

/** A process with an upstream of HTTP/2, once that is ready. */
async function start(
  binary: HaproxyBinary,
  port: number,
  upstream: Partial<HaproxyUpstream> = {},
  more: Partial<HaproxyConfigModel> = {},
) {
  const [listen, health] = (await freePorts(2)) as [number, number];
  const haproxy = await run(binary, {
    upstream: {
      dnsName: 'elb.test',
      port,
      protocol: HaproxyProtocol.HTTP2,
      healthCheck: { intervalMillis: 200 },
      ...upstream,
    },
    listen: { address: '127.0.0.1', port: listen },
    health: { address: '127.0.0.1', port: health },
    resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200 },
    ...more,
  });
  await until('the upstream is ready', async () => (await ask(health, { path: '/ready' }))?.status === 200);
  return { haproxy, listen, health };
}

describe.each(BINARIES)('gRPC through HAProxy $version', (binary) => {
  test.each([
    ['', {}],
    [', with an address for each request', { resolutionMode: HaproxyResolutionMode.PER_REQUEST }],
  ])('has calls, streams, trailers, statuses and deadlines%s', async (_, upstream) => {
    const [port] = (await freePorts(1)) as [number];
    const node = await GrpcNode.listen(ADDRESS, port);
    const { haproxy, listen } = await start(binary, port, upstream);
    const client = new GrpcClient(listen);
    try {
      await until('a call succeeds', async () => (await client.unary('where')).code === status.OK);
      const ok = { code: status.OK, details: 'OK', node: ADDRESS };
      expect(await client.unary('where')).toEqual({ ...ok, messages: [ADDRESS] });
      expect(await client.unary('fail', 'too late: 100 %')).toEqual({
        code: status.FAILED_PRECONDITION,
        details: 'too late: 100 %',
        messages: [],
        node: ADDRESS,
      });
      expect(await client.count(1000)).toEqual({ ...ok, messages: ['1000'] });
      expect((await client.repeat(1000)).messages).toHaveLength(1000);
      const stream = client.echo();
      for (const [i, message] of ['one', 'two'].entries()) {
        stream.send(message);
        await until('the stream answers', () => stream.received === i + 1);
      }
      stream.finish();
      expect(await stream.ended).toEqual({ ...ok, messages: [`${ADDRESS} one`, `${ADDRESS} two`] });
      expect((await client.unary('hang', '', 300)).code).toBe(status.DEADLINE_EXCEEDED);
      // The node learns that the client has given up.
      await until('the node gives the call up', () => node.cancelled === 1);
    } finally {
      client.close();
      await haproxy.stop();
      node.kill();
    }
  });

  test('ends no stream and fails no call when a node is replaced, except the streams on that node', async () => {
    const report = await replaceUnderGrpc(binary, 200 + BINARIES.indexOf(binary), 2, 100);
    expect(report).toMatchObject({ replaced: 2, failed: [], endedOtherwise: [] });
    expect(report.endedWithNode).toBeGreaterThan(0);
    expect(report.survived).toBeGreaterThan(0);
  });
});

/** What a stream does and gets that is silent for a while, and then for good; and a call without an answer. */
async function silence(binary: HaproxyBinary) {
  const [port] = (await freePorts(1)) as [number];
  const address = `127.0.0.${10 + BINARIES.indexOf(binary)}`;
  dns.set(`elb-${binary.branch}.test`, [address]);
  const node = await GrpcNode.listen(address, port);
  // HAProxy waits 5 s longer than the load balancer, so that this one decides.
  const upstream = { dnsName: `elb-${binary.branch}.test`, idleTimeoutMillis: 1000 };
  const { haproxy, listen } = await start(binary, port, upstream);
  const client = new GrpcClient(listen);
  try {
    await until('a call succeeds', async () => (await client.unary('where')).code === status.OK);
    const [stream, slow] = [client.echo(), client.unary('hang', '', 30_000)];
    stream.send('one');
    await until('the stream answers', () => stream.received === 1);
    await sleep(3000);
    stream.send('two');
    await until('the stream answers', () => stream.received === 2 || !stream.open);
    const lived = stream.open;
    return { lived, slow: (await slow).code, end: (await stream.ended).code };
  } finally {
    client.close();
    await haproxy.stop();
    node.kill();
  }
}

test('a stream may be silent as long as the load balancer allows, and ends then', async () => {
  const outcomes = await Promise.all(BINARIES.map(silence));
  // UNAVAILABLE is the 504 of HAProxy.
  const expected = { lived: true, slow: status.UNAVAILABLE, end: status.CANCELLED };
  expect(outcomes).toEqual(BINARIES.map(() => expected));
});

/** A load balancer with HTTP/2 and HTTP/1.1 over TLS. Like an Application one, it has WebSockets over HTTP/1.1 alone. */
class TlsNode {
  public static async listen({ cert, key }: TestCertificate, port: number): Promise<TlsNode> {
    const node = new TlsNode(createSecureServer({ cert, key, allowHTTP1: true }));
    await new Promise<void>((resolve) => node.server.listen(port, ADDRESS, resolve));
    return node;
  }

  /** Protocol and path of what was asked. */
  public readonly asked = new Set<string>();
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(private readonly server: Http2SecureServer) {
    const sockets = new WebSocketServer({ noServer: true });
    server.on('session', (session) => this.#sessions.add(session.on('error', () => {})));
    server.on('sessionError', () => {}).on('tlsClientError', () => {});
    server.on('request', ({ httpVersion, url }, response) => {
      this.asked.add(`${httpVersion} ${url}`);
      response.end(httpVersion);
    });
    server.on('upgrade', (incoming, socket, head) => {
      sockets.handleUpgrade(incoming, socket, head, (one) => one.on('message', (text) => one.send(`echo ${text}`)));
    });
  }

  public close(): void {
    this.server.close();
    for (const session of this.#sessions) {
      session.destroy();
    }
  }
}

describe('HTTP/2 over TLS', () => {
  let folder: string;
  let certificate: TestCertificate;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'http2-'));
    certificate = makeCertificate(folder, 'elb.test');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const WITH_TLS = BINARIES.filter(hasTls);

  test('some binary has TLS', () => {
    expect(WITH_TLS).not.toEqual([]);
  });

  test.each(WITH_TLS)(
    'HAProxy $version checks and serves over HTTP/2, and WebSockets over HTTP/1.1',
    async (binary) => {
      const [port] = (await freePorts(1)) as [number];
      const node = await TlsNode.listen(certificate, port);
      const { haproxy, listen, health } = await start(
        binary,
        port,
        { tls: { caFile: certificate.caFile }, healthCheck: { path: '/health', intervalMillis: 200 } },
        { listenTls: { certificateFile: certificate.file } },
      );
      try {
        await until('it is served', async () => (await ask(listen, { servername: 'elb.test' }))?.body === '2.0');
        await until('it is checked', () => node.asked.size > 1);
        expect([...node.asked].sort()).toEqual(['2.0 /', '2.0 /health']);
        const socket = new WebSocket(`wss://127.0.0.1:${listen}/`, { rejectUnauthorized: false });
        socket.on('open', () => socket.send('hello'));
        expect(await new Promise((resolve) => socket.on('message', (text) => resolve(String(text))))).toBe(
          'echo hello',
        );
        socket.terminate();
        for (const [url, ...options] of [
          [`https://127.0.0.1:${listen}/`, '--http2', '--insecure'],
          [`http://127.0.0.1:${health}/live`, '--http2-prior-knowledge'],
          [`http://127.0.0.1:${health}/ready`, '--http2-prior-knowledge'],
        ]) {
          const format = '%{http_code} %{http_version}';
          const { stdout } = await execute('curl', [
            '-s',
            '-o',
            '/dev/null',
            '-m',
            '20',
            '-w',
            format,
            ...options,
            url!,
          ]);
          expect({ url, stdout }).toEqual({ url, stdout: '200 2' });
        }
      } finally {
        await haproxy.stop();
        node.close();
      }
    },
  );
});

test.each(BINARIES)('HAProxy $version applies its rules to each request over HTTP/2 in clear text', async (binary) => {
  const [port] = (await freePorts(1)) as [number];
  const node = await GrpcNode.listen(ADDRESS, port);
  const { haproxy, listen } = await start(
    binary,
    port,
    {},
    { rateLimits: [{ requests: 5, periodMillis: 60_000 }], denyFrom: ['127.0.0.66'] },
  );
  const client = new GrpcClient(listen);
  try {
    const codes: status[] = [];
    for (let i = 0; i < 8; i += 1) {
      codes.push((await client.unary('where')).code);
    }
    // 429 of HAProxy.
    expect(codes).toEqual([...Array(5).fill(status.OK), ...Array(3).fill(status.UNAVAILABLE)]);
    expect(node.calls).toBe(5);
    const denied = connect(`http://127.0.0.1:${listen}`, {
      createConnection: () => connectTcp({ host: '127.0.0.1', port: listen, localAddress: '127.0.0.66' }),
    });
    denied.on('error', () => {});
    const request = denied.request({ ':path': '/testbed.Nodes/Where', ':method': 'POST' });
    const answered = new Promise((resolve) => request.on('response', ({ ':status': code }) => resolve(code)));
    const refused = new Promise((resolve) => request.on('error', () => {}).on('close', () => resolve('refused')));
    expect(await Promise.race([answered, refused])).toBe('refused');
    denied.destroy();
  } finally {
    client.close();
    await haproxy.stop();
    node.kill();
  }
});
