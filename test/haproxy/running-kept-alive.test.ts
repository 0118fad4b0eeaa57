import { Agent, request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { run, until } from './running';

jest.setTimeout(60_000);

/** 1.6 and 1.7 have one slot, which `lambda` and `test/e2e` try. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.logStdout);

const OLD = '127.0.0.2';
const STAYS = '127.0.0.3';
const NEW = '127.0.0.4';

/** What a PROXY header of version 2 begins with. Its length without the first 16 bytes is in bytes 14 and 15. */
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/**
 * A node that answers with its address, over connections that it never closes, with or without a PROXY header before
 * them.
 */
class Node {
  public static async listen(address: string, port: number): Promise<Node> {
    const node = new Node(address);
    await new Promise<void>((resolve, reject) => node.#server.once('error', reject).listen(port, address, resolve));
    return node;
  }

  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(address: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let received = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        const header = received.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? 16 + received.readUInt16BE(14) : 0;
        const requests = received.subarray(header).toString('latin1').split('\r\n\r\n');
        received = Buffer.from(requests.pop()!, 'latin1');
        for (const _ of requests) {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${address.length}\r\n\r\n${address}`);
        }
      });
    });
  }

  public close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    return new Promise((done) => this.#server.close(() => done()));
  }
}

let dns: DnsServer;
let nodes: Node[];
let port: number;
let health: number;

beforeEach(async () => {
  dns = new DnsServer();
  [port, health] = (await freePorts(2)) as [number, number];
  nodes = await Promise.all([OLD, STAYS, NEW].map((address) => Node.listen(address, port)));
});

afterEach(() => Promise.all([dns.close(), ...nodes.map((node) => node.close())]));

test('some binary can log to its output', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('a client of HAProxy $version that keeps its connection', (binary) => {
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  const client = new Agent({ keepAlive: true, maxSockets: 1 });
  let haproxy: HaproxyProcess | undefined;

  async function start(upstream: Partial<HaproxyUpstream>): Promise<void> {
    haproxy = await run(binary, {
      upstream: { dnsName: 'elb.test', port, healthCheck: { intervalMillis: 200 }, ...upstream },
      listen: { address: '127.0.0.1', port },
      health: { address: '127.0.0.1', port: health },
      resolution: {
        nameservers: [(await dns.listen()).address],
        holdValidMillis: 200,
        holdObsoleteMillis: 600,
        holdNxMillis: 200,
      },
    });
  }

  afterEach(async () => {
    client.destroy();
    await haproxy?.stop();
  });

  /** Who answers its next request. */
  const answer = () =>
    new Promise<string>((resolve, reject) => {
      request({ agent: client, host: '127.0.0.1', port }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });

  /** Waits until so many answers in a row come from these addresses, and from each of them. */
  const onlyFrom = (...addresses: string[]) =>
    until(`it is answered by ${addresses.join(' and ')} alone`, async () => {
      const seen = new Set<string>();
      for (let i = 0; i < 20; i += 1) {
        seen.add(await answer());
      }
      return [...seen].sort().join() === [...addresses].sort().join() || undefined;
    });

  test.each([
    ['', { slots: 2 }],
    [', with the PROXY protocol', { slots: 2, sendProxyProtocol: true }],
  ])('leaves an address that DNS takes away, and takes the next one%s', async (_, upstream) => {
    dns.set('elb.test', [OLD, STAYS]);
    await start(upstream);
    await onlyFrom(OLD, STAYS);
    dns.set('elb.test', [STAYS]);
    await onlyFrom(STAYS);
    dns.set('elb.test', [STAYS, NEW]);
    await onlyFrom(STAYS, NEW);
  });

  test.each([
    ['', { slots: 1, idleTimeoutMillis: 3_600_000 }],
    [', with the PROXY protocol', { slots: 1, sendProxyProtocol: true }],
  ])('leaves an address that another one replaces in one step%s', async (_, upstream) => {
    dns.set('elb.test', [OLD]);
    await start(upstream);
    await onlyFrom(OLD);
    dns.set('elb.test', [NEW]);
    await onlyFrom(NEW);
  });

  test('leaves an address that another one replaces in one step because no slot is free', async () => {
    dns.set('elb.test', [OLD, STAYS]);
    // So long that idle connections are not closed within this test.
    await start({ slots: 2, idleTimeoutMillis: 3_600_000 });
    await onlyFrom(OLD, STAYS);
    dns.set('elb.test', [STAYS, NEW]);
    await onlyFrom(STAYS, NEW);
  });

  if (capabilities.doResolve) {
    test.each([
      ['', {}],
      [', with the PROXY protocol', { sendProxyProtocol: true }],
    ])('leaves an address per request%s', async (_, upstream) => {
      dns.set('elb.test', [OLD]);
      await start({ resolutionMode: HaproxyResolutionMode.PER_REQUEST, ...upstream });
      await onlyFrom(OLD);
      dns.set('elb.test', [NEW]);
      await onlyFrom(NEW);
    });
  }
});
