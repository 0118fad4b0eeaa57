import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type DecodedPacket, decode, encode, type Packet, type RecordType } from 'dns-packet';
import { type DnsListener, DnsServer } from '../../lab/dns-server';

const NAME = 'elb.lab.test';

let dns: DnsServer;
let listener: DnsListener;

beforeEach(async () => {
  dns = new DnsServer();
  listener = await dns.listen();
});

afterEach(() => dns.close());

/** Sends a datagram and waits for the next one that comes back. */
async function exchange(query: Buffer, to = listener): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    const answer = once(socket, 'message');
    socket.send(query, Number(to.address.split(':')[1]), '127.0.0.1');
    return (await answer)[0];
  } finally {
    socket.close();
  }
}

const query = (name: string, type: RecordType = 'A', more: Partial<Packet> = {}) =>
  encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ type, name }], ...more });

const ask = async (name: string, type?: RecordType, more?: Partial<Packet>): Promise<DecodedPacket> =>
  decode(await exchange(query(name, type, more)));

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
  const answer = await exchange(question);
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

test('a name that nobody has set does not exist', async () => {
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

test('more addresses than fit into 512 bytes come all the same', async () => {
  const addresses = Array.from({ length: 40 }, (_, i) => `127.0.1.${i}`);
  dns.set(NAME, addresses);
  expect((await ask(NAME)).answers?.map((answer) => 'data' in answer && answer.data)).toEqual(addresses);
});

test('every port counts its own queries', async () => {
  const other = await dns.listen();
  expect(other.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(other.address).not.toBe(listener.address);
  await exchange(query(NAME));
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

test('after closing nobody listens, and closing again does no harm', async () => {
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
