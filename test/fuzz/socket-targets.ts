import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv4 } from 'node:net';
import { decode, encode, type Packet } from 'dns-packet';
import type * as registry from '../../lambda/controller/aws/registry';
import { lookUp } from '../../lambda/probe/dns';
import { readRuntime } from '../../lambda/probe/runtime-client';
import { UnexpectedAnswer } from '../../lib/haproxy/runtime-api/answer';
import { AwsEndpoints } from '../../testbed/aws';
import { DnsServer } from '../../testbed/dns-server';
import { assertRefusal, type Target } from './harness';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const NAME = 'elb.test';

/** What has been started, to be closed at the end. */
const closers: (() => unknown)[] = [];

/** Closes all that the targets have opened. */
export async function closeSockets(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** Starts something once, when it is first needed. */
function lazily<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= start();
    return started;
  };
}

/** A TCP server that answers each command with the bytes that its connection's turn has, in small parts. */
const strangeServer = lazily(async () => {
  const answers: string[] = [];
  const server = createServer((socket) => {
    const answer = answers[socket.remotePort! % Math.max(1, answers.length)] ?? '';
    socket.on('error', () => {});
    socket.once('data', async () => {
      const half = Math.floor(answer.length / 2);
      socket.setNoDelay(true).write(answer.slice(0, half), 'latin1');
      // Every third connection is cut and not closed.
      socket.end(answer.slice(half), 'latin1', () => answer.length % 3 === 0 && socket.resetAndDestroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return { answers, endpoint: `127.0.0.1:${(server.address() as { port: number }).port}` };
});

/** A name server that sends the packet whose turn it is, and then a good one: a lookup that waits is not what is sought. */
const strangeNameServer = lazily(async () => {
  const packets: string[] = [];
  const socket = createSocket('udp4');
  let turn = 0;
  socket.on('message', (query, from) => {
    const id = query.subarray(0, 2);
    // On an empty datagram Node's resolver (c-ares) waits for its time-out of a second, and then asks again.
    const strange = Buffer.from(packets[turn++ % Math.max(1, packets.length)] || '\0', 'latin1');
    socket.send(strange.length > 2 ? Buffer.concat([id, strange.subarray(2)]) : strange, from.port, from.address);
    const { questions } = decode(query);
    const good: Packet = {
      id: query.readUInt16BE(0),
      type: 'response',
      flags: 0x180,
      questions,
      answers: [{ type: 'A', name: NAME, ttl: 1, data: '192.0.2.1' }],
    };
    socket.send(encode(good), from.port, from.address);
  });
  await bound(socket);
  return { packets, address: `127.0.0.1:${socket.address().port}` };
});

async function bound(socket: Socket): Promise<void> {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
}

/** The lab's own name server, and a client that shows that it still answers. */
const labNameServer = lazily(async () => {
  const server = new DnsServer();
  closers.push(() => server.close());
  server.set(NAME, ['192.0.2.1']);
  const { address } = await server.listen();
  const client = createSocket('udp4');
  await bound(client);
  return { client, port: Number(address.split(':')[1]) };
});

/** The parameter store whose pages hold what is to be read. The reader makes its client when it is loaded. */
const parameterStore = lazily(async () => {
  const page: { Name: string; Value: string }[] = [];
  const aws = await AwsEndpoints.start({ 'ssm:GetParametersByPath': () => ({ Parameters: page }) });
  closers.push(() => aws.close());
  Object.assign(process.env, aws.environment);
  const reader = require('../../lambda/controller/aws/registry') as typeof registry;
  return { page, readRegistry: reader.readRegistry };
});

const RECORD = JSON.stringify({
  proxy: 'orders',
  haproxyVersion: '3.2',
  upstreams: [
    {
      backend: 'upstream',
      dnsName: NAME,
      port: 80,
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/1',
    },
  ],
  nameservers: ['10.0.0.2:53'],
  tasks: { cluster: 'fleet', service: 'orders', runtimeApiPort: 9990 },
  runtimeApiTls: { secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a' },
  resolutionSeconds: 10,
  dnsWindowSeconds: 100,
  graceSeconds: 60,
});
const ENDPOINTS = RECORD.replace(/"tasks":\{.*?\}/, '"tasks":{"endpoints":["10.0.0.1:9990"]}');
const STATE = JSON.stringify({
  dns: { [NAME]: { '10.0.0.1': null, '10.0.0.9': 1_795_000_000_000 } },
  watched: {
    'stale-address/a/10.0.0.9': {
      kind: 'stale-address',
      severity: 'critical',
      task: 'a',
      address: '10.0.0.9',
      slots: ['upstream/elb1'],
      firstSeen: 1_795_000_000_000,
      openedAt: 1_795_000_060_000,
    },
  },
});

const INFO = 'Name: HAProxy\nVersion: 3.2.26\nUptime_sec: 60\n\n';
const SERVERS =
  '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_check_state srv_fqdn\n3 upstream 1 elb1 10.0.0.1 2 0 6 elb.test\n\n';
const query: Packet = {
  id: 7,
  type: 'query',
  flags: 0x100,
  questions: [{ type: 'A', name: NAME }],
  additionals: [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      flags: 0,
      options: [],
      extendedRcode: 0,
      ednsVersion: 0,
      flag_do: false,
    },
  ],
};
const response: Packet = {
  ...query,
  type: 'response',
  flags: 0x180,
  answers: ['192.0.2.1', '192.0.2.2'].map((data) => ({ type: 'A', name: NAME, ttl: 1, data })),
};
const alias: Packet = {
  ...response,
  answers: [
    { type: 'CNAME', name: NAME, ttl: 1, data: 'a.elb.test' },
    { type: 'A', name: 'a.elb.test', ttl: 1, data: '192.0.2.3' },
  ],
};
const PACKET_WORDS = ['\xc0\x0c', '\xc0\xc0', '\x00\x01\x00\x01', '\x3f', '\x00\x1c', '\xff\xff', '\x00\x29'];

async function sorted(
  settled: readonly PromiseSettledResult<unknown>[],
  inputs: readonly string[],
  refusals: readonly (new (...args: never[]) => Error)[],
) {
  for (const [i, result] of settled.entries()) {
    if (result.status === 'rejected') {
      assertRefusal(result.reason, refusals.find((refusal) => result.reason instanceof refusal) ?? Error, inputs[i]!);
    }
  }
}

/** Those that need a socket, with a small share each, because each input costs a conversation. */
export function socketTargets(): Target[] {
  return [
    {
      name: 'runtime client',
      share: 0.002,
      seeds: [INFO, SERVERS, `${INFO}${SERVERS}`, 'Resolvers section dns\n nameserver dns1:\n  sent: 5\n', ''],
      words: ['\x16\x03\x01', 'HTTP/1.1 400 Bad Request\r\n\r\n', '\n\n', '> '],
      batch: 20,
      run: async (inputs) => {
        const { answers, endpoint } = await strangeServer();
        answers.splice(0, answers.length, ...inputs);
        await sorted(await Promise.allSettled(inputs.map(() => readRuntime(endpoint))), inputs, [UnexpectedAnswer]);
      },
    },
    {
      name: 'DNS answers',
      share: 0.002,
      seeds: [response, alias, { ...response, answers: [] }].map((packet) => latin1(encode(packet))),
      words: PACKET_WORDS,
      batch: 20,
      run: async (inputs) => {
        const { packets, address } = await strangeNameServer();
        packets.splice(0, packets.length, ...inputs);
        const found = await Promise.all(inputs.map(() => lookUp({ name: NAME, nameservers: [address] })));
        const strange = found.flatMap(({ addresses }) => addresses).find((answer) => !isIPv4(answer));
        if (strange !== undefined) {
          throw new Error(`${JSON.stringify(inputs)}: the answer '${strange}' is no address`);
        }
      },
    },
    {
      name: 'DNS queries to the lab',
      share: 0.002,
      seeds: [query, { ...query, additionals: [] }].map((packet) => latin1(encode(packet))),
      words: PACKET_WORDS,
      batch: 20,
      run: async (inputs) => {
        const { client, port } = await labNameServer();
        const good = encode({ ...query, id: 0xbeef });
        const answered = new Promise<void>((resolve) => {
          client.on('message', function listen(answer: Buffer) {
            if (answer.readUInt16BE(0) === 0xbeef) {
              client.off('message', listen);
              resolve();
            }
          });
        });
        for (const input of [...inputs.map((text) => Buffer.from(text, 'latin1')), good]) {
          client.send(input, port, '127.0.0.1');
        }
        const late = new Promise((_, reject) =>
          setTimeout(() => reject(new Error(`${JSON.stringify(inputs)}: no answer any more`)), 900).unref(),
        );
        await Promise.race([answered, late]);
      },
    },
    {
      name: 'registry',
      share: 0.001,
      seeds: [RECORD, ENDPOINTS, STATE, '{}', 'gzip:H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=='],
      words: [
        '"proxy":',
        '"upstreams":',
        '"tasks":',
        '"dns":',
        '"watched":',
        'null',
        '-1',
        '[[]]',
        '"a"',
        'gzip:',
        '1e400',
      ],
      batch: 100,
      run: async (inputs) => {
        const { page, readRegistry } = await parameterStore();
        const values = inputs.flatMap((Value, i) => [
          { Name: `/fuzz/registry/p${i}`, Value },
          { Name: `/fuzz/state/p${i}`, Value },
        ]);
        page.splice(0, page.length, ...values);
        const { entries, malformedRecords } = await readRegistry('/fuzz');
        if (entries.length + malformedRecords.length !== inputs.length) {
          throw new Error(`${JSON.stringify(inputs)}: a record is neither read nor named`);
        }
      },
    },
  ];
}
