import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { RUNTIME_COMMANDS } from '../../../lib/haproxy/runtime-api/commands';
import { DnsServer } from '../../../testbed/dns-server';
import { minutely, NAME, ProxyWithDns, TimedChecker } from './checked';

let proxy: ProxyWithDns;
let dns: DnsServer;
let nameserver: string;

beforeAll(async () => {
  proxy = await ProxyWithDns.start(['127.0.0.1']);
  dns = new DnsServer();
  dns.set(NAME, ['127.0.0.1']);
  nameserver = (await dns.listen()).address;
}, 60_000);

afterAll(async () => {
  await proxy?.stop();
  await dns?.close();
});

/** Takes the place of the runtime API, and has the real one's whole answer at hand. */
type Fault = (client: Socket, command: string, answer: Buffer) => void;

/** The real runtime API's answer. */
async function ask(command: string): Promise<Buffer> {
  const haproxy = connect(proxy.port, '127.0.0.1');
  haproxy.end(command);
  const chunks: Buffer[] = [];
  for await (const chunk of haproxy) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const half = (answer: Buffer) => answer.subarray(0, answer.length / 2);

describe('the runtime API of one of two tasks', () => {
  let server: Server;

  afterEach(() => {
    server.close();
  });

  /** Answers all commands before this one as they are answered, and this one in its own way. */
  const at =
    (command: string, fault: Fault): Fault =>
    (client, asked, answer) =>
      asked.trim() === command ? fault(client, asked, answer) : client.end(answer);

  test.each<[what: string, fault: Fault]>([
    ['hangs', () => {}],
    ['hangs in the middle of an answer', (client, _, answer) => client.write(half(answer))],
    ['answers garbage', (client) => client.end(Buffer.from('\0\xff\x1b[2Jgarbage\n'.repeat(100), 'latin1'))],
    ['answers 50 MB', (client) => client.end(Buffer.alloc(50 * 1024 * 1024, 'Name: HAProxy\n'))],
    ['closes half way through its slots', at(RUNTIME_COMMANDS.serversState, (client, _, a) => client.end(half(a)))],
    ['closes half way through its counters', at(RUNTIME_COMMANDS.resolvers, (client) => client.end('Resolv'))],
  ])(
    '%s: it is unreachable after the grace time, and nothing is said of what it holds',
    async (_what, fault) => {
      server = createServer((client) => {
        client.on('error', () => {});
        client.once('data', async (command) => fault(client, command.toString(), await ask(command.toString())));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const faulty = { id: 'faulty', endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}` };
      const watch = new TimedChecker([proxy.task, faulty], nameserver);
      expect(await watch.events(0, 60)).toEqual(['60 opened warning unreachable-task']);
      const { verdicts } = await watch.check(90);
      expect(verdicts.map(({ kind, task }) => [kind, task])).toEqual([
        ['unchecked', undefined],
        ['unreachable-task', 'faulty'],
      ]);
    },
    20_000,
  );
});

test('a task runs another branch than its configuration was made for: opened after the grace time', async () => {
  const watch = new TimedChecker([proxy.task], nameserver, { haproxyVersion: '1.8' });
  expect(await watch.events(...minutely(0, 120))).toEqual(['60 opened critical version-mismatch']);
});

test('a task of another branch beside one of another revision is a deployment in progress: there is no event', async () => {
  const tasks = ['orders:1', 'orders:2'].map((revision) => ({ ...proxy.task, id: revision, revision }));
  const watch = new TimedChecker(tasks, nameserver, { haproxyVersion: '1.8' });
  expect(await watch.events(...minutely(0, 120))).toEqual([]);
});
