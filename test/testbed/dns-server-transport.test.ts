import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type DecodedPacket, decode, type Packet } from 'dns-packet';
import { type DnsFailure, type DnsListener, DnsServer } from '../../testbed/dns-server';
import { addressesOf, exchange, exchangeOverTcp, manyAddresses, query } from './dns-client';

const NAME = 'elb.lab.test';

let dns: DnsServer;
let listener: DnsListener;

beforeEach(async () => {
  dns = new DnsServer();
  listener = await dns.listen();
});

afterEach(() => dns.close());

const ask = async (more?: Partial<Packet>): Promise<DecodedPacket> =>
  decode(await exchange(query(NAME, 'A', more), listener));

describe('what does not fit into a datagram', () => {
  const OPT = { type: 'OPT', name: '.', udpPayloadSize: 8192, flags: 0, extendedRcode: 0, ednsVersion: 0, options: [] };

  beforeEach(async () => {
    await dns.close();
    dns = new DnsServer({ answersAtMost: 100 });
    listener = await dns.listen();
    dns.set(NAME, manyAddresses(40));
  });

  test('is truncated at 512 bytes: there is more, and nothing comes', async () => {
    expect(await ask()).toMatchObject({ rcode: 'NOERROR', flag_tc: true, answers: [] });
  });

  test('comes all the same to a client whose EDNS has room for it', async () => {
    const answer = await ask({ additionals: [OPT as never] });
    expect(answer.flag_tc).toBe(false);
    expect(addressesOf(answer)).toEqual(manyAddresses(40));
  });

  test('comes over TCP', async () => {
    const [answer] = await exchangeOverTcp([query(NAME)], 1000, listener);
    expect(addressesOf(answer!)).toEqual(manyAddresses(40));
  });
});

test('several queries of one TCP connection are answered in their order, however they are cut', async () => {
  dns.set(NAME, ['127.0.0.1']);
  const answers = await exchangeOverTcp([query(NAME), query('other.lab.test'), query(NAME, 'AAAA')], 1, listener);
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
    expect(await ask()).toMatchObject({ rcode, flag_tc: false, answers: [] });
    expect(await exchangeOverTcp([query(NAME)], 1000, listener)).toMatchObject([{ rcode, answers: [] }]);
    dns.heal(NAME);
    expect(await ask()).toMatchObject({ rcode: 'NOERROR', answers: [{ data: '127.0.0.1' }] });
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
    expect(await ask()).toMatchObject({ rcode: 'NOERROR', flag_tc: true, answers: [] });
    expect((await exchangeOverTcp([query(NAME)], 1000, listener)).map(addressesOf)).toEqual([['127.0.0.1']]);
  });
});
