import { lookUp as askName } from '../../../lambda/probe/dns';
import { addressesOf, addressRecords, FLAGS, NameServer, type Respond } from '../../support/name-server';

const NAME = 'elb.test';
const servers: NameServer[] = [];
const lookUp = (name: string, nameservers: readonly string[]) => askName({ name, nameservers });

async function serve(respond: Respond): Promise<NameServer> {
  const server = await NameServer.start(respond);
  servers.push(server);
  return server;
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

/** A port without a listener. */
async function unusedAddress(): Promise<string> {
  const server = await NameServer.start(() => undefined);
  await server.close();
  return server.address;
}

const addresses = (from: number, count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${from + i}`);
/** TTL of the records of the test's name server. */
const TTL = 60;
const FINE = { ttlSeconds: TTL, unanswered: [], degraded: [] };

describe('an answer', () => {
  test('its addresses, sorted, for one query of each kind', async () => {
    const server = await serve(addressesOf(['10.0.0.2', '10.0.0.1']));
    expect(await lookUp(NAME, [server.address])).toEqual({
      addresses: ['10.0.0.1', '10.0.0.2'],
      largestAnswer: 2,
      ...FINE,
    });
    expect(server.asked).toEqual({ udp: 2, tcp: 0 });
  });

  test('of both families', async () => {
    const ipv6 = { type: 'AAAA', name: NAME, ttl: 60, data: 'fd00::1' } as const;
    const server = await serve(({ name, type }) => ({
      answers: type === 'A' ? addressRecords(name, ['10.0.0.1']) : [ipv6],
    }));
    expect(await lookUp(NAME, [server.address])).toEqual({
      addresses: ['10.0.0.1', 'fd00::1'],
      largestAnswer: 1,
      ...FINE,
    });
  });

  test('in the letters that the server likes, to a name in any', async () => {
    const server = await serve((question) => ({
      questions: [{ ...question, name: question.name.toUpperCase() }],
      answers: addressRecords(question.name.toUpperCase(), question.type === 'A' ? ['10.0.0.1'] : []),
    }));
    expect(await lookUp('Elb.Test', [server.address])).toMatchObject({ addresses: ['10.0.0.1'] });
  });

  test('of an alias of an alias', async () => {
    const chain = [
      { type: 'CNAME', name: 'www.shop.test', ttl: 60, data: 'shop.cdn.test' },
      { type: 'CNAME', name: 'shop.cdn.test', ttl: 60, data: NAME },
    ] as const;
    const server = await serve(({ type }) => ({
      answers: [...chain, ...addressRecords(NAME, type === 'A' ? ['10.0.0.1'] : [])],
    }));
    expect(await lookUp('www.shop.test', [server.address])).toEqual({
      addresses: ['10.0.0.1'],
      largestAnswer: 1,
      ...FINE,
    });
  });

  test('that is too long for a datagram, over TCP', async () => {
    const many = addresses(1, 100);
    const server = await serve((question, transport) =>
      transport === 'udp' && question.type === 'A'
        ? { flags: FLAGS.truncated, answers: addressRecords(NAME, many.slice(0, 2)) }
        : addressesOf(many)(question, transport),
    );
    const { addresses: found, ...rest } = await lookUp(NAME, [server.address]);
    expect(found).toEqual([...many].sort());
    expect(rest).toEqual({ largestAnswer: 100, ...FINE });
    expect(server.asked.tcp).toBeGreaterThanOrEqual(1);
  });
});

describe('an answer of 8 addresses may be a part', () => {
  test('it is queried again until no new address comes', async () => {
    const server = await serve(addressesOf(addresses(1, 8)));
    const { addresses: found, largestAnswer } = await lookUp(NAME, [server.address]);
    expect([found, largestAnswer]).toEqual([addresses(1, 8), 8]);
    expect(server.asked.udp).toBe(3);
  });

  test('a load balancer that shows another 8 of its addresses each time is asked four times', async () => {
    let queries = 0;
    const server = await serve((question, transport) => {
      queries += question.type === 'A' ? 1 : 0;
      return addressesOf(addresses(queries * 10, 8))(question, transport);
    });
    const { addresses: found, largestAnswer } = await lookUp(NAME, [server.address]);
    expect(largestAnswer).toBe(8);
    expect(found).toEqual([10, 20, 30, 40].flatMap((from) => addresses(from, 8)));
    expect(queries).toBe(4);
  });

  test('a fault after the first one leaves what was learned', async () => {
    let queries = 0;
    const server = await serve((question, transport) => {
      queries += question.type === 'A' ? 1 : 0;
      return queries > 1 ? { flags: FLAGS.servfail } : addressesOf(addresses(1, 8))(question, transport);
    });
    expect(await lookUp(NAME, [server.address])).toEqual({
      ...FINE,
      addresses: addresses(1, 8),
      largestAnswer: 8,
      degraded: ['DNS did not answer for elb.test A (ESERVFAIL)'],
    });
  });
});

test.each<[what: string, respond: Respond, code: string]>([
  ['that does not exist', () => ({ flags: FLAGS.nxdomain }), 'ENOTFOUND'],
  ['without addresses', () => ({}), 'ENODATA'],
])('a name %s is a problem of the name', async (_what, respond, problem) => {
  const { address } = await serve(respond);
  expect(await lookUp(NAME, [address])).toEqual({
    addresses: [],
    largestAnswer: 0,
    problem,
    unanswered: [],
    degraded: [],
  });
});

describe('no answer: the observation is poorer, and nothing is said of the upstream', () => {
  test.each<[what: string, server: () => Promise<string>, code: string]>([
    ['there is no listener', unusedAddress, 'ECONNREFUSED'],
    ['the name server does not answer', async () => (await serve(() => undefined)).address, 'ETIMEOUT'],
    ['the name server has a fault', async () => (await serve(() => ({ flags: FLAGS.servfail }))).address, 'ESERVFAIL'],
    ['the name server refuses', async () => (await serve(() => ({ flags: FLAGS.refused }))).address, 'EREFUSED'],
    [
      'one is truncated and its rest is not available',
      async () => (await serve((_, via) => (via === 'udp' ? { flags: FLAGS.truncated } : undefined))).address,
      'ETIMEOUT',
    ],
  ])('%s', async (_what, server, code) => {
    expect(await lookUp(NAME, [await server()])).toEqual({
      addresses: [],
      largestAnswer: 0,
      unanswered: ['A', 'AAAA'],
      degraded: [`DNS did not answer for elb.test (${code})`],
    });
  });

  test('for one family', async () => {
    const server = await serve((question, via) =>
      question.type === 'A' ? addressesOf(['10.0.0.1'])(question, via) : { flags: FLAGS.refused },
    );
    expect(await lookUp(NAME, [server.address])).toEqual({
      addresses: ['10.0.0.1'],
      largestAnswer: 1,
      ttlSeconds: TTL,
      unanswered: ['AAAA'],
      degraded: ['DNS did not answer for elb.test AAAA (EREFUSED)'],
    });
  });

  test('however many name servers there are', async () => {
    const silent = await Promise.all(Array.from({ length: 6 }, () => serve(() => undefined)));
    const { degraded } = await lookUp(
      NAME,
      silent.map(({ address }) => address),
    );
    expect(degraded).toEqual(['DNS did not answer for elb.test (ETIMEOUT)']);
  });
});

test('of two name servers one is enough', async () => {
  const server = await serve(addressesOf(['10.0.0.1']));
  expect(await lookUp(NAME, [await unusedAddress(), server.address])).toMatchObject({
    addresses: ['10.0.0.1'],
    degraded: [],
  });
});

test('the longest time to live of its records is how long another resolver may know an earlier answer', async () => {
  const server = await serve(({ name, type }) => ({
    answers: type === 'A' ? [5, 300, 60].map((ttl, i) => ({ type: 'A', name, ttl, data: `10.0.0.${i + 1}` })) : [],
  }));
  expect(await lookUp(NAME, [server.address])).toMatchObject({ ttlSeconds: 300 });
});

test('of a name with thousands of addresses 1000 are kept, and the answer says so', async () => {
  const many = Array.from({ length: 2500 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
  const server = await serve((question, transport) =>
    transport === 'udp' && question.type === 'A'
      ? { flags: FLAGS.truncated, answers: [] }
      : addressesOf(many)(question, transport),
  );
  const { addresses: found, largestAnswer, degraded } = await lookUp(NAME, [server.address]);
  expect([found.length, largestAnswer]).toEqual([1000, 2500]);
  expect(degraded).toEqual(['DNS answered more than 1000 addresses for elb.test A: the others are not used']);
});

test('the time of the caller ends a lookup', async () => {
  const silent = await serve(() => undefined);
  expect(await askName({ name: NAME, nameservers: [silent.address] }, Date.now() + 50)).toMatchObject({
    addresses: [],
    degraded: ['DNS did not answer for elb.test (ETIMEOUT)'],
  });
});
