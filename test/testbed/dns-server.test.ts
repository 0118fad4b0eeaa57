import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type DecodedPacket, decode, encode, type Packet, type RecordType } from 'dns-packet';
import { type DnsListener, DnsServer } from '../../testbed/dns-server';
import { addressesOf, exchange, manyAddresses, query } from './dns-client';

const NAME = 'elb.lab.test';

let dns: DnsServer;
let listener: DnsListener;

beforeEach(async () => {
  dns = new DnsServer();
  listener = await dns.listen();
});

afterEach(() => dns.close());

const ask = async (name: string, type?: RecordType, more?: Partial<Packet>): Promise<DecodedPacket> =>
  decode(await exchange(query(name, type, more), listener));

test('a name has all of its addresses, with the time to live', async () => {
  dns.set(NAME, ['127.0.0.1', '127.0.0.2']);
  dns.ttl = 7;
  expect(await ask(NAME)).toMatchObject({
    type: 'response',
    id: 4711,
    rcode: 'NOERROR',
    flag_aa: true,
    flag_rd: true,
    flag_tc: false,
    questions: [{ name: NAME, type: 'A' }],
    answers: ['127.0.0.1', '127.0.0.2'].map((data) => ({ name: NAME, type: 'A', ttl: 7, data })),
  });
});

test('names in answers are pointers to the question, as HAProxy 1.6.0 needs them', async () => {
  dns.set(NAME, ['127.0.0.1']);
  const question = query(NAME);
  const answer = await exchange(question, listener);
  const record = answer.subarray(question.length);
  expect(record.subarray(0, 2).toString('hex')).toBe('c00c');
  expect(record.length).toBe(16);
});

test.each<[what: string, addresses: string[]]>([
  ['was never set', []],
  ['has lost its addresses', ['127.0.0.1']],
])('a name that %s does not exist', async (_what, before) => {
  dns.set(NAME, before);
  dns.set(NAME, []);
  expect(await ask(NAME)).toMatchObject({ rcode: 'NXDOMAIN', answers: [], questions: [{ name: NAME }] });
});

test('a name that was never set does not exist', async () => {
  expect(await ask('other.lab.test')).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
});

test.each<[RecordType, string[]]>([
  ['AAAA', []],
  ['TXT', []],
  ['ANY' as RecordType, ['127.0.0.1']],
])('a question for %s of a name that exists', async (type, data) => {
  dns.set(NAME, ['127.0.0.1']);
  const { rcode, answers } = (await ask(NAME, type)) as DecodedPacket & { rcode: string };
  expect(rcode).toBe('NOERROR');
  expect(answers).toMatchObject(data.map((address) => ({ type: 'A', data: address })));
});

test('EDNS is answered with EDNS, and left out where it was left out', async () => {
  dns.set(NAME, ['127.0.0.1']);
  const OPT = { type: 'OPT', name: '.', udpPayloadSize: 8192, flags: 0, extendedRcode: 0, ednsVersion: 0, options: [] };
  const withEdns = await ask(NAME, 'A', { additionals: [OPT as never] });
  expect(withEdns.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 4096 }]);
  expect(withEdns.answers).toHaveLength(1);
  expect((await ask(NAME)).additionals).toEqual([]);
});

test('a name is found in any letter case, and the question comes back as it was asked', async () => {
  dns.set('ELB.lab.test', ['127.0.0.1']);
  expect(await ask('eLb.LAB.test')).toMatchObject({
    questions: [{ name: 'eLb.LAB.test' }],
    answers: [{ name: 'eLb.LAB.test', data: '127.0.0.1' }],
  });
});

describe('a name with more addresses than an answer shows', () => {
  test('is answered with 8 of them, each time others, and in the end all have been shown', async () => {
    dns.set(NAME, manyAddresses(12));
    const answers: unknown[][] = [];
    for (let i = 0; i < 20; i += 1) {
      answers.push(addressesOf(await ask(NAME)));
    }
    expect(answers.map((shown) => new Set(shown).size)).toEqual(answers.map(() => 8));
    expect(new Set(answers.map(String)).size).toBeGreaterThan(15);
    expect([...new Set(answers.flat())].sort()).toEqual(manyAddresses(12).sort());
  });

  test('is answered with the same parts for the same seed, and with others for another', async () => {
    const shown = async (seed: number) => {
      const server = new DnsServer({ answersAtMost: 3, seed });
      server.set(NAME, manyAddresses(12));
      try {
        const port = await server.listen();
        const answers = [await exchange(query(NAME), port), await exchange(query(NAME), port)];
        return answers.map((answer) => addressesOf(decode(answer)));
      } finally {
        await server.close();
      }
    };
    expect(await shown(5)).toEqual(await shown(5));
    expect(await shown(5)).not.toEqual(await shown(6));
    expect((await shown(5)).map(({ length }) => length)).toEqual([3, 3]);
  });
});

describe('aliases', () => {
  test('a chain comes whole and in order, with the addresses of its end', async () => {
    dns.alias(NAME, 'one.lab.test');
    dns.alias('one.lab.test', 'two.lab.test');
    dns.set('two.lab.test', ['127.0.0.1', '127.0.0.2']);
    expect(await ask(NAME)).toMatchObject({
      rcode: 'NOERROR',
      answers: [
        { name: NAME, type: 'CNAME', data: 'one.lab.test' },
        { name: 'one.lab.test', type: 'CNAME', data: 'two.lab.test' },
        { name: 'two.lab.test', type: 'A', data: '127.0.0.1' },
        { name: 'two.lab.test', type: 'A', data: '127.0.0.2' },
      ],
    });
  });

  test('an alias of a name without addresses does not exist, and a circle ends', async () => {
    dns.alias(NAME, 'one.lab.test');
    expect(await ask(NAME)).toMatchObject({ rcode: 'NXDOMAIN', answers: [{ data: 'one.lab.test' }] });
    dns.alias('one.lab.test', NAME);
    expect(addressesOf(await ask(NAME))).toEqual(['one.lab.test', NAME]);
  });
});

test('a name with addresses of both families is answered with those that were asked for', async () => {
  dns.set(NAME, ['127.0.0.1', '2001:db8::1']);
  expect(addressesOf(await ask(NAME))).toEqual(['127.0.0.1']);
  expect(addressesOf(await ask(NAME, 'AAAA'))).toEqual(['2001:db8::1']);
  expect(addressesOf(await ask(NAME, 'ANY' as RecordType))).toEqual(['127.0.0.1', '2001:db8::1']);
});

test('every port counts its own queries', async () => {
  const other = await dns.listen();
  expect(other.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(other.address).not.toBe(listener.address);
  await exchange(query(NAME), listener);
  await exchange(query(NAME), other);
  await exchange(query(NAME), other);
  expect([listener.queries, other.queries]).toEqual([1, 2]);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a header that promises a question', query(NAME).subarray(0, 12)],
  ['a query without question', encode({ type: 'query', id: 1, questions: [] })],
])('%s has no answer, and the next query has one', async (_what, datagram) => {
  dns.set(NAME, ['127.0.0.1']);
  const socket = createSocket('udp4');
  try {
    const answer = once(socket, 'message');
    const port = Number(listener.address.split(':')[1]);
    socket.send(datagram, port, '127.0.0.1');
    socket.send(query(NAME), port, '127.0.0.1');
    expect(decode((await answer)[0])).toMatchObject({ id: 4711, answers: [{ data: '127.0.0.1' }] });
  } finally {
    socket.close();
  }
});

test('after closing no port listens, and closing again does no harm', async () => {
  await dns.close();
  await dns.close();
  const socket = createSocket('udp4');
  try {
    socket.connect(Number(listener.address.split(':')[1]), '127.0.0.1');
    await once(socket, 'connect');
    const refused = once(socket, 'error');
    socket.send(query(NAME));
    expect(await refused).toMatchObject([{ code: 'ECONNREFUSED' }]);
  } finally {
    socket.close();
  }
});
