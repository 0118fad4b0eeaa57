import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, type RecordType, streamDecode } from 'dns-packet';
import { type DnsFailure, type DnsListener, DnsServer } from '../../lab/dns-server';

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

const manyAddresses = (count: number) => Array.from({ length: count }, (_, i) => `127.0.1.${i}`);
const addressesOf = ({ answers }: Packet) => (answers ?? []).map((answer) => 'data' in answer && answer.data);

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

/** Sends messages over one TCP connection, cut into pieces of some size, and waits for as many answers. */
async function exchangeOverTcp(queries: Buffer[], piece: number): Promise<Packet[]> {
  const socket = connect(Number(listener.address.split(':')[1]), '127.0.0.1');
  try {
    const stream = Buffer.concat(
      queries.flatMap((bytes) => [Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]),
    );
    for (let from = 0; from < stream.length; from += piece) {
      socket.write(stream.subarray(from, from + piece));
    }
    const answers: Packet[] = [];
    let received = Buffer.alloc(0);
    while (answers.length < queries.length) {
      received = Buffer.concat([received, (await once(socket, 'data'))[0]]);
      while (received.length > 2 && received.length >= 2 + received.readUInt16BE()) {
        answers.push(streamDecode(received));
        received = received.subarray(2 + received.readUInt16BE());
      }
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

describe('what does not fit into a datagram', () => {
  const OPT = { type: 'OPT', name: '.', udpPayloadSize: 8192, flags: 0, extendedRcode: 0, ednsVersion: 0, options: [] };

  beforeEach(async () => {
    await dns.close();
    dns = new DnsServer({ answersAtMost: 100 });
    listener = await dns.listen();
    dns.set(NAME, manyAddresses(40));
  });

  test('is truncated at 512 bytes: there is more, and nothing comes', async () => {
    expect(await ask(NAME)).toMatchObject({ rcode: 'NOERROR', flag_tc: true, answers: [] });
  });

  test('comes all the same to a client whose EDNS has room for it', async () => {
    const answer = await ask(NAME, 'A', { additionals: [OPT as never] });
    expect(answer.flag_tc).toBe(false);
    expect(addressesOf(answer)).toEqual(manyAddresses(40));
  });

  test('comes over TCP', async () => {
    const [answer] = await exchangeOverTcp([query(NAME)], 1000);
    expect(addressesOf(answer!)).toEqual(manyAddresses(40));
  });
});

test('several queries of one TCP connection are answered in their order, however they are cut', async () => {
  dns.set(NAME, ['127.0.0.1']);
  const answers = await exchangeOverTcp([query(NAME), query('other.lab.test'), query(NAME, 'AAAA')], 1);
  expect(answers).toMatchObject([
    { questions: [{ name: NAME, type: 'A' }], answers: [{ data: '127.0.0.1' }] },
    { questions: [{ name: 'other.lab.test' }], answers: [] },
    { questions: [{ name: NAME, type: 'AAAA' }], answers: [] },
  ]);
  expect(listener.queries).toBe(3);
});

describe('a name that fails', () => {
  beforeEach(() => dns.set(NAME, ['127.0.0.1']));

  test.each<[DnsFailure, string]>([
    ['servfail', 'SERVFAIL'],
    ['refused', 'REFUSED'],
    ['nxdomain', 'NXDOMAIN'],
  ])('%s: over UDP and TCP alike, until it is healed', async (failure, rcode) => {
    dns.fail('ELB.lab.test', failure);
    expect(await ask(NAME)).toMatchObject({ rcode, flag_tc: false, answers: [] });
    expect(await exchangeOverTcp([query(NAME)], 1000)).toMatchObject([{ rcode, answers: [] }]);
    dns.heal(NAME);
    expect(await ask(NAME)).toMatchObject({ rcode: 'NOERROR', answers: [{ data: '127.0.0.1' }] });
  });

  test('silent: no answer for it, and one for another name; it is counted all the same', async () => {
    dns.fail(NAME, 'silent');
    dns.set('other.lab.test', ['127.0.0.9']);
    const socket = createSocket('udp4');
    try {
      const answer = once(socket, 'message');
      const port = Number(listener.address.split(':')[1]);
      socket.send(query(NAME), port, '127.0.0.1');
      socket.send(query('other.lab.test'), port, '127.0.0.1');
      expect(addressesOf(decode((await answer)[0]))).toEqual(['127.0.0.9']);
      expect(listener.queries).toBe(2);
    } finally {
      socket.close();
    }
  });

  test('truncated: nothing over UDP, all over TCP', async () => {
    dns.fail(NAME, 'truncated');
    expect(await ask(NAME)).toMatchObject({ rcode: 'NOERROR', flag_tc: true, answers: [] });
    expect((await exchangeOverTcp([query(NAME)], 1000)).map(addressesOf)).toEqual([['127.0.0.1']]);
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
