import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { readRuntime } from '../../lambda/probe/runtime-client';
import { HaproxyLocality, HaproxyProtocol } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { DnsServer } from '../../testbed/dns-server';
import { GrpcClient, GrpcNode } from '../../testbed/grpc/service';
import { IDENTITY_BODY, IDENTITY_HEADER, IDENTITY_PATH } from '../../testbed/identity';
import { freePorts } from '../../testbed/ports';
import { Host } from '../../testbed/stranger';
import { availableBinaries } from '../support/binaries';
import { run, until } from './running';

jest.setTimeout(60_000);

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.http2Upstream);
const CALLS = 40;

/** A node that speaks gRPC over HTTP/2 in clear text, and proves on a GET that it is of the load balancer, or does not. */
class Node {
  public static async listen(address: string, port: number, proves: boolean): Promise<Node> {
    const node = new Node(address, proves);
    await new Promise<void>((resolve, reject) => node.#server.once('error', reject).listen(port, address, resolve));
    return node;
  }

  /** Calls besides health checks. */
  public calls = 0;
  /** Hosts that the health checks named. */
  public readonly checkedAs = new Set<unknown>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #server: Http2Server = createServer();

  private constructor(address: string, proves: boolean) {
    this.#server.on('session', (session) => this.#sessions.add(session.on('error', () => {})));
    this.#server.on('stream', (stream, { ':path': path, host, ':authority': authority = host }) => {
      stream.on('error', () => {});
      if (path === IDENTITY_PATH) {
        this.checkedAs.add(authority);
        stream.respond({
          ':status': 200,
          ...(proves && { [IDENTITY_HEADER.name.toLowerCase()]: IDENTITY_HEADER.value }),
        });
        stream.end(proves ? IDENTITY_BODY : 'another service');
        return;
      }
      this.calls += 1;
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-node': address }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      // One message: not compressed, and its length.
      stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, address.length]), Buffer.from(address)]));
    });
  }

  public close(): void {
    this.#server.close();
    for (const session of this.#sessions) {
      session.destroy();
    }
  }
}

/** What the clients of a process got, and what the hosts at the addresses of its load balancer did. */
async function takeOver(binary: HaproxyBinary, i: number) {
  const [port, listen, health, runtimeApi] = (await freePorts(4)) as [number, number, number, number];
  const [kept, http2, grpc, http1] = [1, 2, 3, 4].map((host) => `127.0.${50 + i}.${host}`) as [
    string,
    string,
    string,
    string,
  ];
  const dns = new DnsServer();
  dns.set('elb.test', [kept, http2, grpc, http1]);
  const nodes: Node[] = [];
  for (const address of [kept, http2, grpc, http1]) {
    nodes.push(await Node.listen(address, port, true));
  }
  const [own, ...leaving] = nodes as [Node, ...Node[]];
  const haproxy = await run(binary, {
    upstream: {
      dnsName: 'elb.test',
      port,
      protocol: HaproxyProtocol.HTTP2,
      locality: HaproxyLocality.ZONE,
      identity: {
        response: {
          path: IDENTITY_PATH,
          host: 'identity.test',
          body: IDENTITY_BODY,
          header: IDENTITY_HEADER.name,
          headerValue: IDENTITY_HEADER.value,
        },
      },
      healthCheck: { intervalMillis: 1000 },
    },
    listen: { address: '127.0.0.1', port: listen },
    health: { address: '127.0.0.1', port: health },
    runtimeApi: { address: '127.0.0.1', port: runtimeApi },
    resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200 },
  });
  const client = new GrpcClient(listen);
  const slots = async () => (await readRuntime(`127.0.0.1:${runtimeApi}`)).slots.filter((slot) => slot.address);
  const closing: { close(): unknown }[] = [...nodes];
  try {
    await until('each node answers calls', async () => {
      await client.unary('where');
      return nodes.every(({ calls }) => calls > 0);
    });
    dns.fail('elb.test', 'silent');
    for (const node of leaving) {
      node.close();
    }
    const another = await Node.listen(http2, port, false);
    const service = await GrpcNode.listen(grpc, port);
    const old = await Host.listen('answers 200', http1, port);
    closing.push(another, { close: () => service.kill() }, old);
    await until('the strangers are out', async () => (await slots()).filter(({ down }) => down).length === 3);
    // The third answers no HTTP/2: a call that reached it would fail.
    const reached = () => another.calls + service.calls;
    const before = reached();
    const answers = new Set<string | undefined>();
    for (let left = CALLS; left > 0; left -= 1) {
      const { code, node } = await client.unary('where');
      answers.add(code === status.OK ? node : status[code]);
    }
    const after = await slots();
    const statusOf = (address: string) => after.find((slot) => slot.address === address)?.checkStatus;
    return {
      answers: [...answers].map((node) => (node === kept ? 'kept' : node)),
      reached: reached() - before,
      checkedAs: [...own.checkedAs],
      statuses: [statusOf(http2), statusOf(grpc)],
    };
  } finally {
    client.close();
    await haproxy.stop();
    await Promise.all(closing.map((one) => one.close()));
    await dns.close();
  }
}

test('over HTTP/2 in clear text no call reaches somebody else with an address of the load balancer', async () => {
  expect(BINARIES).not.toEqual([]);
  const found = await Promise.all(
    BINARIES.map(async (binary, i) => [binary.version, await takeOver(binary, i)] as const),
  );
  const refuted = expect.stringMatching(/^L7(RSP|STS)$/);
  const expected = { answers: ['kept'], reached: 0, checkedAs: ['identity.test'], statuses: [refuted, refuted] };
  expect(new Map(found)).toEqual(new Map(BINARIES.map(({ version }) => [version, expected])));
});
