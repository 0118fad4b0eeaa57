import { createSocket, type Socket } from 'node:dgram';
import { decode, encode, type Packet } from 'dns-packet';
import { type DnsListener, DnsServer } from '../../../lab/dns-server';
import { lookUp } from '../../../lambda/drift-checker/senses/dns';

const NAME = 'elb.test';

let dns: DnsServer;
let listener: DnsListener;
const sockets: Socket[] = [];

beforeEach(async () => {
  dns = new DnsServer();
  listener = await dns.listen();
});

afterEach(async () => {
  await dns.close();
  for (const socket of sockets.splice(0)) {
    socket.close();
  }
});

/** A name server that answers each query with what the function makes of it, or not at all. */
async function nameserver(answer: (query: Packet) => Partial<Packet> | undefined): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  socket.on('message', (bytes, from) => {
    const query = decode(bytes);
    const response = answer(query);
    if (response) {
      const { id, questions } = query;
      socket.send(encode({ type: 'response', id, questions, ...response }), from.port, from.address);
    }
  });
  return `127.0.0.1:${socket.address().port}`;
}

/** A port on which nobody listens. */
async function nobody(): Promise<string> {
  const address = await nameserver(() => undefined);
  await new Promise<void>((closed) => sockets.pop()!.close(closed));
  return address;
}

const addresses = (from: number, count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${from + i}`);

test('one answer: its addresses, sorted, for one query', async () => {
  dns.set(NAME, ['10.0.0.2', '10.0.0.1']);
  expect(await lookUp(NAME, [listener.address])).toEqual({
    answers: ['10.0.0.1', '10.0.0.2'],
    problems: [],
    degraded: [],
  });
  expect(listener.queries).toBe(1);
});

test('an answer of 8 addresses may be a part: it is asked again until nothing new comes', async () => {
  dns.set(NAME, addresses(1, 8));
  const { answers } = await lookUp(NAME, [listener.address]);
  expect(answers).toEqual(addresses(1, 8));
  expect(listener.queries).toBe(2);
});

test('a load balancer that shows another 8 of its addresses each time is asked four times', async () => {
  let queries = 0;
  const address = await nameserver(({ questions }) => {
    queries += 1;
    const name = questions![0]!.name;
    return { answers: addresses(queries * 10, 8).map((data) => ({ type: 'A', name, ttl: 60, data })) };
  });
  const { answers } = await lookUp(NAME, [address]);
  expect(answers).toEqual([10, 20, 30, 40].flatMap((from) => addresses(from, 8)));
  expect(queries).toBe(4);
});

test.each([
  ['that does not exist', [], 'elb.test does not resolve (ENOTFOUND)'],
  ['without IPv4 address', ['::1'], 'elb.test does not resolve (ENODATA)'],
])('a name %s is a problem of the upstream', async (_what, zone, problem) => {
  dns.set(NAME, zone);
  expect(await lookUp(NAME, [listener.address])).toEqual({ answers: [], problems: [problem], degraded: [] });
});

test.each<[what: string, server: () => Promise<string>, code: string]>([
  ['nobody listens', nobody, 'ECONNREFUSED'],
  ['the name server says nothing', () => nameserver(() => undefined), 'ETIMEOUT'],
  ['the name server has a fault', () => nameserver(() => ({ flags: 2 })), 'ESERVFAIL'],
  ['the name server refuses', () => nameserver(() => ({ flags: 5 })), 'EREFUSED'],
])('%s: the reading is poorer, and nothing is said of the upstream', async (_what, server, code) => {
  expect(await lookUp(NAME, [await server()])).toEqual({
    answers: [],
    problems: [],
    degraded: [`DNS did not answer for elb.test (${code})`],
  });
});

test('a fault after the first answer leaves what was learned', async () => {
  let queries = 0;
  const address = await nameserver(({ questions }) => {
    queries += 1;
    const name = questions![0]!.name;
    return queries === 1
      ? { answers: addresses(1, 8).map((data) => ({ type: 'A', name, ttl: 60, data })) }
      : { flags: 2 };
  });
  expect(await lookUp(NAME, [address])).toEqual({
    answers: addresses(1, 8),
    problems: [],
    degraded: ['DNS did not answer for elb.test (ESERVFAIL)'],
  });
});

test('of two name servers one is enough', async () => {
  dns.set(NAME, ['10.0.0.1']);
  expect(await lookUp(NAME, [await nobody(), listener.address])).toMatchObject({ answers: ['10.0.0.1'], degraded: [] });
});
