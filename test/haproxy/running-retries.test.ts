import { Agent, request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyLocality } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { run, until } from './running';

jest.setTimeout(60_000);

/** Before, a configuration cannot log to the process's output. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.logStdout);

const CLOSING = '127.0.0.2';
const ANSWERING = '127.0.0.3';

/** A node that answers some requests of each connection, and does not answer the next one. */
class Node {
  /** What was requested, as it arrived: answered or not. */
  public readonly requests: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  /**
   * @param answers how many requests of a connection get an answer
   * @param then what the node does with the connection afterwards
   */
  public constructor(answers: number, then: 'closes it' | 'keeps it' = 'closes it') {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let left = answers;
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        this.requests.push(chunk.toString('latin1').split(' ', 1)[0]!);
        if (left === 0) {
          then === 'closes it' && socket.end();
          return;
        }
        left -= 1;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
  }

  public listen(address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => this.#server.once('error', reject).listen(port, address, resolve));
  }

  public close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    return new Promise((done) => this.#server.close(() => done()));
  }
}

let dns: DnsServer;
let nodes: readonly Node[];
let port: number;
let haproxy: HaproxyProcess | undefined;
let client: Agent;

beforeEach(() => {
  dns = new DnsServer();
  nodes = [];
  client = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(async () => {
  client.destroy();
  await Promise.all([haproxy?.stop(), dns.close(), ...nodes.map((node) => node.close())]);
});

async function start(
  binary: (typeof BINARIES)[number],
  given: Readonly<Record<string, Node>>,
  upstream: Partial<HaproxyUpstream> = {},
): Promise<void> {
  const ports = (await freePorts(2)) as [number, number];
  port = ports[0];
  nodes = Object.values(given);
  await Promise.all(Object.entries(given).map(([address, node]) => node.listen(address, port)));
  dns.set('elb.test', Object.keys(given));
  haproxy = await run(binary, {
    upstream: { dnsName: 'elb.test', port, slots: 2, healthCheck: { intervalMillis: 200 }, ...upstream },
    listen: { address: '127.0.0.1', port },
    health: { address: '127.0.0.1', port: ports[1] },
    limits: { serverTimeoutMillis: 500 },
    resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200, holdObsoleteMillis: 600 },
  });
}

/** Without an answer HAProxy sends 502, or closes a connection that had an answer before. Node does not repeat. */
const ask = (method: string) =>
  new Promise<'answered' | 'lost'>((resolve) => {
    request({ agent: client, host: '127.0.0.1', port, method }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200 ? 'answered' : 'lost'));
    })
      .on('error', () => resolve('lost'))
      .end(method === 'POST' ? 'order' : undefined);
  });

test('some binary can log to its output', () => {
  expect(BINARIES).not.toEqual([]);
});

describe.each(BINARIES)('behind HAProxy $version', (binary) => {
  const { retryOn, reusesRightly, luaWeights } = HaproxyVersion.of(binary.branch)._capabilities;

  test(`a GET that a node takes and does not answer is ${retryOn ? 'sent to another node' : 'lost'}`, async () => {
    const closing = new Node(0);
    await start(binary, { [CLOSING]: closing, [ANSWERING]: new Node(Number.POSITIVE_INFINITY) });
    await until('HAProxy has the node that does not answer', async () => {
      await ask('GET');
      return closing.requests.length > 0 || undefined;
    });
    await until('HAProxy has the other node', async () => (await ask('GET')) === 'answered' || undefined);
    const answers = new Set<string>();
    for (let i = 0; i < 10; i += 1) {
      answers.add(await ask('GET'));
    }
    expect([...answers].sort()).toEqual(retryOn ? ['answered'] : ['answered', 'lost']);
  });

  test('a POST that a node takes and does not answer is sent once', async () => {
    const closing = new Node(0);
    await start(binary, { [CLOSING]: closing });
    await until('the node gets requests', async () => {
      await ask('POST');
      return closing.requests.length > 0 || undefined;
    });
    const before = closing.requests.length;
    expect(await ask('POST')).toBe('lost');
    expect(closing.requests.slice(before)).toEqual(['POST']);
  });

  const localities = Object.values(HaproxyLocality).filter((one) => luaWeights || one === HaproxyLocality.ANY);
  test.each(localities)('locality %s: how often a GET is sent that no node answers in time', async (locality) => {
    const silent = new Node(0, 'keeps it');
    await start(binary, { [CLOSING]: silent }, { locality });
    await until('the node gets requests', async () => {
      await ask('POST');
      return silent.requests.length > 0 || undefined;
    });
    const before = silent.requests.length;
    expect(await ask('GET')).toBe('lost');
    // Where nodes of a zone come first, a request may be tried much more often, which a slow response must not be.
    const times = retryOn && locality === HaproxyLocality.ANY ? 4 : 1;
    expect(silent.requests.slice(before)).toEqual(Array(times).fill('GET'));
  });

  if (retryOn && reusesRightly) {
    test('a GET on a kept connection that the node closes meanwhile is answered over another one', async () => {
      const node = new Node(1);
      await start(binary, { [CLOSING]: node });
      await until('HAProxy has a node', async () => (await ask('GET')) === 'answered' || undefined);
      for (let i = 0; i < 10; i += 1) {
        expect(await ask('GET')).toBe('answered');
      }
      // At least one of them met a connection that its node closed.
      expect(node.requests.length).toBeGreaterThan(11);
    });
  }
});
