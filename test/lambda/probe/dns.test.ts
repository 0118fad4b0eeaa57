import { lookUp } from '../../../lambda/probe/dns';
import { addressesOf, addressRecords, FLAGS, NameServer, type Respond } from '../../support/name-server';

const NAME = 'elb.test';
const servers: NameServer[] = [];

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
const FINE = { unanswered: [], problems: [], degraded: [] };

describe('an answer', () => {
  test('its addresses, sorted, for one query of each kind', async () => {
    const server = await serve(addressesOf(['10.0.0.2', '10.0.0.1']));
    expect(await lookUp(NAME, [server.address])).toEqual({ answers: ['10.0.0.1', '10.0.0.2'], ...FINE });
    expect(server.asked).toEqual({ udp: 2, tcp: 0 });
  });

  test('of both families', async () => {
    const ipv6 = { type: 'AAAA', name: NAME, ttl: 60, data: 'fd00::1' } as const;
    const server = await serve(({ name, type }) => ({
      answers: type === 'A' ? addressRecords(name, ['10.0.0.1']) : [ipv6],
    }));
    expect(await lookUp(NAME, [server.address])).toEqual({ answers: ['10.0.0.1', 'fd00::1'], ...FINE });
  });

  test('in the letters that the server likes, to a name in any', async () => {
    const server = await serve((question) => ({
      questions: [{ ...question, name: question.name.toUpperCase() }],
      answers: addressRecords(question.name.toUpperCase(), question.type === 'A' ? ['10.0.0.1'] : []),
    }));
    expect(await lookUp('Elb.Test', [server.address])).toMatchObject({ answers: ['10.0.0.1'] });
  });

  test('of an alias of an alias', async () => {
    const chain = [
      { type: 'CNAME', name: 'www.shop.test', ttl: 60, data: 'shop.cdn.test' },
      { type: 'CNAME', name: 'shop.cdn.test', ttl: 60, data: NAME },
    ] as const;
    const server = await serve(({ type }) => ({
      answers: [...chain, ...addressRecords(NAME, type === 'A' ? ['10.0.0.1'] : [])],
    }));
    expect(await lookUp('www.shop.test', [server.address])).toEqual({ answers: ['10.0.0.1'], ...FINE });
  });

  test('that is too long for a datagram, over TCP', async () => {
    const many = addresses(1, 100);
    const server = await serve((question, transport) =>
      transport === 'udp' && question.type === 'A'
        ? { flags: FLAGS.truncated, answers: addressRecords(NAME, many.slice(0, 2)) }
        : addressesOf(many)(question, transport),
    );
    const { answers, ...rest } = await lookUp(NAME, [server.address]);
    expect(answers).toEqual([...many].sort());
    expect(rest).toEqual(FINE);
    expect(server.asked.tcp).toBeGreaterThanOrEqual(1);
  });
});

describe('an answer of 8 addresses may be a part', () => {
  test('it is queried again until no new address comes', async () => {
    const server = await serve(addressesOf(addresses(1, 8)));
    const { answers } = await lookUp(NAME, [server.address]);
    expect(answers).toEqual(addresses(1, 8));
    expect(server.asked.udp).toBe(3);
  });

  test('a load balancer that shows another 8 of its addresses each time is asked four times', async () => {
    let queries = 0;
    const server = await serve((question, transport) => {
      queries += question.type === 'A' ? 1 : 0;
      return addressesOf(addresses(queries * 10, 8))(question, transport);
    });
    const { answers } = await lookUp(NAME, [server.address]);
    expect(answers).toEqual([10, 20, 30, 40].flatMap((from) => addresses(from, 8)));
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
      answers: addresses(1, 8),
      degraded: ['DNS did not answer for elb.test A (ESERVFAIL)'],
    });
  });
});

test.each<[what: string, respond: Respond, problem: string]>([
  ['that does not exist', () => ({ flags: FLAGS.nxdomain }), 'the name does not resolve (ENOTFOUND)'],
  ['without addresses', () => ({}), 'the name does not resolve (ENODATA)'],
])('a name %s is a problem of the upstream', async (_what, respond, problem) => {
  const { address } = await serve(respond);
  expect(await lookUp(NAME, [address])).toEqual({ ...FINE, answers: [], problems: [problem] });
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
      answers: [],
      unanswered: ['A', 'AAAA'],
      problems: [],
      degraded: [`DNS did not answer for elb.test (${code})`],
    });
  });

  test('for one family', async () => {
    const server = await serve((question, via) =>
      question.type === 'A' ? addressesOf(['10.0.0.1'])(question, via) : { flags: FLAGS.refused },
    );
    expect(await lookUp(NAME, [server.address])).toEqual({
      answers: ['10.0.0.1'],
      unanswered: ['AAAA'],
      problems: [],
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
    answers: ['10.0.0.1'],
    degraded: [],
  });
});
