import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { handler } from '../../../lambda/probe';
import type { ProbeAnswer, ProbeRequest } from '../../../lib/contract/probe';
import { DnsServer } from '../../../testbed/dns-server';
import { startIdleProxy } from '../../../testbed/idle-proxy';
import { LocalLambda } from '../../../testbed/lambda';
import { elbNameFor } from '../../../testbed/load-balancer';
import { anyBinary } from '../../support/binaries';

jest.setTimeout(120_000);

const servers: Server[] = [];
const connections = new Set<Socket>();

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
  for (const connection of connections) {
    connection.destroy();
  }
});

/** Something that listens; its endpoint. */
async function serve(onCommand: (socket: Socket, command: string) => void): Promise<string> {
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => {});
    socket.on('data', (command) => onCommand(socket, command.toString()));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const MIB = 1024 * 1024;
const INFO = 'Name: HAProxy\nVersion: 3.2.0\nUptime_sec: 60\n\n';
const HEADER = '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_check_state srv_fqdn\n';
const row = (i: number, fqdn = 'elb.test') => `3 upstream 1 elb${i} 10.0.0.${(i % 254) + 1} 2 0 6 ${fqdn}\n`;
const state = (count: number, fqdn?: string) =>
  `${HEADER}${Array.from({ length: count }, (_, i) => row(i + 1, fqdn)).join('')}\n`;
const STAT = '# pxname,svname,qcur,qmax,scur,\n';
const RESOLVERS = 'Resolvers section dns\n nameserver dns1:\n  sent: 5\n  valid: 5\n\n';

/** A process of a few lines: an answer by command, as text or as something that writes it. */
type Answers = Readonly<Record<string, string | ((socket: Socket) => void)>>;

const answering = (answers: Answers) => (socket: Socket, command: string) => {
  const answer = answers[command.split(';')[0]!] ?? 'Unknown command.\n\n';
  if (typeof answer === 'string') {
    socket.end(answer, 'latin1');
  } else {
    answer(socket);
  }
};

const GOOD: Answers = {
  'show info': INFO,
  'show servers state': state(16),
  'show resolvers': RESOLVERS,
  'show stat': `${STAT}${Array.from({ length: 16 }, (_, i) => `upstream,elb${i + 1},0,0,7,\n`).join('')}\n`,
};

/** Writes 4 MiB, or until the other side closes, however slowly it reads. */
const flood =
  (part: string, start = '') =>
  (socket: Socket) => {
    let left = 4 * MIB;
    socket.write(start);
    const write = () => {
      while (left > 0) {
        left -= part.length;
        if (!socket.write(part, 'latin1')) {
          socket.once('drain', write);
          return;
        }
      }
      socket.end('\n');
    };
    write();
  };
/** A part of some KiB that is a row, or many of them. */
const many = (line: string) => line.repeat(Math.ceil(16_384 / line.length));

/** Ways to be no runtime API, or a very large one, and how the answer names them. */
const STRANGERS: Readonly<Record<string, readonly [(socket: Socket, command: string) => void, string]>> = {
  '4 MiB of one line': [flood('x'.repeat(16_384)), "the answer to 'show info;quit' is larger than 65536 bytes"],
  '4 MiB of empty lines': [flood(many('\n')), "the answer to 'show info;quit' is larger than 65536 bytes"],
  '4 MiB of a good beginning': [
    flood(many('Memmax_MB: 0\n'), INFO.slice(0, -1)),
    "the answer to 'show info;quit' is larger than 65536 bytes",
  ],
  garbage: [(socket) => socket.end(Buffer.alloc(1000, 0xfe)), `'show info' was answered with '${'?'.repeat(80)}'`],
  nothing: [() => {}, "no answer to 'show info;quit' within 3000 ms"],
  '4 MiB of servers': [
    answering({
      ...GOOD,
      'show servers state': flood(many(row(1, `${'a'.repeat(60)}.${'b'.repeat(60)}.elb.test`)), HEADER),
    }),
    "the answer to 'show servers state;quit' is larger than 262144 bytes",
  ],
  '4 MiB of resolvers': [
    answering({ ...GOOD, 'show resolvers': flood(many('Resolvers section dns\n')) }),
    "'show resolvers' was answered with 'Resolvers section dns'",
  ],
};

/** Memory of the function. */
const MEMORY_MB = 256;

describe('the function itself, as Lambda runs it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'probe-'));
  let lambda: LocalLambda;

  beforeAll(async () => {
    await build({
      entryPoints: [path.join(__dirname, '../../../lambda/probe/index.ts')],
      outfile: path.join(folder, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
    });
    const settings = { taskRoot: folder, handler: 'index.handler', environment: {}, timeoutMs: 60_000 };
    lambda = new LocalLambda({ ...settings, memoryMb: MEMORY_MB });
  });

  afterAll(async () => {
    await lambda.stop();
    rmSync(folder, { recursive: true });
  });

  /** Asks 64 strangers and, among them, four that can be read. */
  const among = async (onCommand: (socket: Socket, command: string) => void) => {
    const [strange, good] = [await serve(onCommand), await serve(answering(GOOD))];
    const endpoints = Array.from({ length: 68 }, (_, i) => (i % 17 === 16 ? good : strange));
    const request: ProbeRequest = {
      millis: 30_000,
      names: [],
      processes: endpoints.map((endpoint) => ({ endpoint })),
    };
    const { payload, maxRssMb, functionError } = await lambda.invoke(request);
    expect(functionError).toBeUndefined();
    expect(maxRssMb).toBeLessThan(MEMORY_MB);
    const { processes } = payload as ProbeAnswer;
    return {
      good: processes.filter((_, i) => endpoints[i] === good),
      strange: processes.filter((_, i) => endpoints[i] === strange),
      bytes: JSON.stringify(payload).length,
    };
  };

  test.each(Object.entries(STRANGERS))(
    'of 64 that answer with %s it says so, and reads the others',
    async (_, [does, message]) => {
      const { good, strange } = await among(does);
      // On a busy machine the time may be over before the bytes are.
      const late = /^no answer to '[a-z ;]+' within 3000 ms$/;
      const others = strange.filter((one) => !('unreachable' in one && late.test(one.unreachable)));
      expect(strange.filter((one) => 'runtime' in one)).toEqual([]);
      expect(others).toEqual(others.map(() => ({ unreachable: message })));
      expect(good.map((one) => 'runtime' in one && one.runtime.slots.map(({ sessions }) => sessions))).toEqual(
        Array(4).fill(Array(16).fill(7)),
      );
    },
  );

  test('64 with 4 MiB of statistics: their sessions are not known, or all of them', async () => {
    const { good, strange } = await among(answering({ ...GOOD, 'show stat': flood(many('web,s1,0,0,1,\n'), STAT) }));
    expect(good.filter((one) => 'runtime' in one && one.runtime.slots[0]!.sessions === 7)).toHaveLength(4);
    const slots = strange.map((one) => 'runtime' in one && one.runtime.slots.length);
    expect(slots).toEqual(Array(64).fill(16));
  });

  test('64 with more servers than an answer has room for: the largest are named, and the answer stays below 6 MB', async () => {
    const name = `${'a'.repeat(60)}.elb.test`;
    const { good, strange, bytes } = await among(
      answering({ ...GOOD, 'show servers state': state(1500, name), 'show stat': `${STAT}\n` }),
    );
    expect(bytes).toBeLessThan(6_000_000);
    expect(good.map((one) => 'runtime' in one)).toEqual(Array(4).fill(true));
    const refused = strange.flatMap((one) => ('unreachable' in one ? [one.unreachable] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(64);
    expect(new Set(refused)).toEqual(new Set(['its 1500 servers are too many for the answer of the probe']));
  });

  test('what has no time left is not checked, and the call ends in time', async () => {
    const [silent, good] = [await serve(() => {}), await serve(answering(GOOD))];
    const { payload, durationMs } = await lambda.invoke({
      millis: 500,
      names: [{ name: 'elb.test', nameservers: ['127.0.0.1:9'] }],
      processes: [{ endpoint: silent }, { endpoint: good }],
    });
    expect((payload as ProbeAnswer).processes).toEqual([
      { unchecked: true },
      { runtime: expect.objectContaining({ version: '3.2.0' }) },
    ]);
    expect(durationMs).toBeLessThan(5000);
  });

  test('TLS material is in no log line and no answer, also when it cannot be used', async () => {
    const { functionError, payload, logs } = await lambda.invoke({
      millis: 1000,
      names: [],
      processes: [{ endpoint: await serve(() => {}), tls: 'a' }],
      tls: { a: { cert: 'canary-cert', key: 'canary-key', ca: 'canary-ca' } },
    });
    expect(functionError).toBeUndefined();
    expect(JSON.stringify([payload, logs])).not.toContain('canary');
    expect((payload as ProbeAnswer).processes).toEqual([{ unreachable: expect.any(String) }]);
  });
});

test('a real process and its name', async () => {
  const [binary, dns] = [anyBinary(), new DnsServer()];
  const name = elbNameFor(binary);
  dns.set(name, ['127.0.0.1']);
  const listener = await dns.listen();
  const proxy = await startIdleProxy(binary, listener);
  try {
    const answer = await handler({
      millis: 10_000,
      names: [{ name, nameservers: [listener.address] }],
      processes: [{ endpoint: proxy.endpoint }],
    });
    expect(answer.names).toEqual([
      { addresses: ['127.0.0.1'], largestAnswer: 1, ttlSeconds: 1, unanswered: [], degraded: [] },
    ]);
    expect(answer.processes).toMatchObject([{ runtime: { version: binary.version, madeFor: binary.branch } }]);
  } finally {
    await proxy.stop();
    await dns.close();
  }
});

const REQUEST: ProbeRequest = { millis: 1000, names: [], processes: [] };

test.each<[unknown, string]>([
  [undefined, 'the request is missing: give an object'],
  [null, 'the request is null: give an object'],
  [[], 'the request is a list: give an object'],
  [{ ...REQUEST, millis: undefined }, 'millis undefined is not valid: give a whole number from 1 to 900000'],
  [{ ...REQUEST, millis: 0 }, 'millis 0 is not valid: give a whole number from 1 to 900000'],
  [{ ...REQUEST, millis: '10\n' }, 'millis "10\\n" is not valid: give a whole number from 1 to 900000'],
  [{ ...REQUEST, names: undefined }, 'names is missing: give a list'],
  [{ ...REQUEST, names: ['elb.test'] }, 'names[0] is a string: give an object'],
  [{ ...REQUEST, names: [{}] }, 'names[0].name is missing: give a text'],
  [
    { ...REQUEST, names: [{ name: 'a.test', nameservers: '10.0.0.2:53' }] },
    'names[0].nameservers is a string: give a list',
  ],
  [{ ...REQUEST, processes: {} }, 'processes is a object: give a list'],
  [{ ...REQUEST, processes: Array(10_001).fill({}) }, 'processes has 10001 items: give at most 10000'],
  [{ ...REQUEST, processes: [{ endpoint: 1 }] }, 'processes[0].endpoint is a number: give a text'],
  [
    { ...REQUEST, processes: [{ endpoint: 'a:1', views: { 'elb.test': {} } }] },
    'processes[0].views.endpoint is missing: give a text',
  ],
  [{ ...REQUEST, tls: { a: { cert: 'canary' } } }, 'tls is not valid: give cert, key and ca in PEM'],
])('a request that is not one is refused with a line: %#', async (request, message) => {
  await expect(handler(request)).rejects.toThrow(new Error(message));
});

test('a name or endpoint that cannot be asked is named in its place, and the others are asked', async () => {
  const good = await serve(answering(GOOD));
  const view = (endpoint: string, at: string) => ({ 'elb.test': { endpoint, path: at } });
  const processes: [ProbeRequest['processes'][number], string][] = [
    [{ endpoint: '10.0.0.1' }, "endpoint '10.0.0.1' is not valid: give HOST:PORT or [IPV6]:PORT"],
    [
      { endpoint: '10.0.0.1:99999' },
      "port of endpoint '10.0.0.1:99999': '99999' is not a port: give a whole number from 1 to 65535",
    ],
    [{ endpoint: 'a b:1' }, expect.stringMatching(/^endpoint 'a b' is not a host name: /)],
    [{ endpoint: 'unix:' }, expect.stringMatching(/^endpoint 'unix:' is not valid: /)],
    [
      { endpoint: good, tls: '__proto__' },
      'tls "__proto__" is not in the request: give its certificate, key and authority',
    ],
    [
      { endpoint: good, views: view(good, '/2018-06-01/runtime/invocation/next') },
      'path "/2018-06-01/runtime/invocation/next" is not that of a view: give /resolved/ and the name of a backend',
    ],
    [{ endpoint: good, views: view(good, '/resolved/../live') }, expect.stringMatching(/is not that of a view/)],
    [
      { endpoint: good, views: view('nowhere', '/resolved/upstream') },
      expect.stringMatching(/^endpoint of a view 'nowhere' /),
    ],
  ];
  const names: [ProbeRequest['names'][number], string][] = [
    [{ name: '' }, 'name "" is not a DNS name: give 1 to 253 characters without blanks'],
    [{ name: 'a b' }, 'name "a b" is not a DNS name: give 1 to 253 characters without blanks'],
    [{ name: '10.0.0.1' }, 'name "10.0.0.1" is an address: give a DNS name'],
    [
      { name: 'a.test', nameservers: ['dns.test:53'] },
      expect.stringMatching(/^name server 'dns.test:53' is not IP:PORT/),
    ],
  ];
  const answer = await handler({
    millis: 5000,
    names: names.map(([query]) => query),
    processes: [...processes.map(([query]) => query), { endpoint: good }],
  });
  expect(answer.names).toEqual(
    names.map(([, why]) => ({ addresses: [], largestAnswer: 0, unanswered: ['A', 'AAAA'], degraded: [why] })),
  );
  expect(answer.processes).toEqual([
    ...processes.map(([, unreachable]) => ({ unreachable })),
    { runtime: expect.objectContaining({ version: '3.2.0' }) },
  ]);
});
