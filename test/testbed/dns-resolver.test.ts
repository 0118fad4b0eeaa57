import { type DecodedPacket, decode, type RecordType } from 'dns-packet';
import { DnsResolver } from '../../testbed/dns-resolver';
import { type DnsListener, DnsServer } from '../../testbed/dns-server';
import { nameNlb } from '../../testbed/nlb-names';
import { addressesOf, exchange, manyAddresses, query } from './dns-client';

const NAME = 'elb.lab.test';

let now: number;
let authority: DnsServer;
let upstream: DnsListener;
const resolvers: DnsResolver[] = [];

beforeEach(async () => {
  now = 1_000_000;
  authority = new DnsServer();
  authority.ttl = 60;
  upstream = await authority.listen();
});

afterEach(async () => {
  await Promise.all(resolvers.splice(0).map((each) => each.close()));
  await authority.close();
});

function resolver(options = {}, from = upstream): DnsResolver {
  const made = new DnsResolver(from.address, { now: () => now, ...options });
  resolvers.push(made);
  return made;
}

const ask = async (listener: DnsListener, name = NAME, type: RecordType = 'A'): Promise<DecodedPacket> =>
  decode(await exchange(query(name, type), listener));

const ttlsOf = ({ answers = [] }: DecodedPacket) => answers.map((answer) => (answer as { ttl: number }).ttl);

test('an answer is kept until its time to live ends, which counts down', async () => {
  authority.set(NAME, ['10.0.0.1']);
  const cache = resolver();
  const port = await cache.listen();
  expect(ttlsOf(await ask(port))).toEqual([60]);
  authority.set(NAME, ['10.0.0.2']);
  now += 59_900;
  const late = await ask(port);
  expect([addressesOf(late), ttlsOf(late)]).toEqual([['10.0.0.1'], [1]]);
  expect(cache.sent).toBe(1);
  now += 100;
  expect(addressesOf(await ask(port))).toEqual(['10.0.0.2']);
  expect(upstream.queries).toBe(2);
});

test('clients of one resolver get the same 8 of 24 until their time to live ends, those of another resolver get others', async () => {
  authority.set(NAME, manyAddresses(24));
  const [one, other] = [resolver(), resolver()];
  const answers: string[][] = [];
  for (const port of [await one.listen(), await one.listen(), await other.listen()]) {
    answers.push([...(addressesOf(await ask(port)) as string[])].sort());
  }
  expect(answers.map(({ length }) => length)).toEqual([8, 8, 8]);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).not.toEqual(answers[0]);
});

test('an alias keeps its chain, and AAAA is kept apart from A', async () => {
  authority.alias(NAME, 'target.lab.test');
  authority.set('target.lab.test', ['10.0.0.1', 'fd00::1']);
  const port = await resolver().listen();
  for (let times = 0; times < 2; times += 1) {
    expect((await ask(port)).answers).toMatchObject([
      { type: 'CNAME', name: NAME, data: 'target.lab.test' },
      { type: 'A', name: 'target.lab.test', data: '10.0.0.1' },
    ]);
    expect((await ask(port, NAME, 'AAAA')).answers).toMatchObject([{}, { type: 'AAAA', data: 'fd00::1' }]);
  }
  expect(upstream.queries).toBe(2);
});

test('a cached answer is not the authority’s own', async () => {
  authority.set(NAME, ['10.0.0.1']);
  const port = await resolver().listen();
  expect((await ask(upstream)).flag_aa).toBe(true);
  expect(await ask(port)).toMatchObject({ flag_aa: false, flag_ra: true });
});

test('that a name does not exist is kept as long as it is set to be', async () => {
  const [forgetful, keeping] = [await resolver().listen(), await resolver({ negativeSeconds: 30 }).listen()];
  for (const port of [forgetful, keeping]) expect(await ask(port)).toMatchObject({ rcode: 'NXDOMAIN' });
  authority.set(NAME, ['10.0.0.1']);
  expect(await ask(forgetful)).toMatchObject({ rcode: 'NOERROR' });
  expect(await ask(keeping)).toMatchObject({ rcode: 'NXDOMAIN' });
  now += 30_000;
  expect(await ask(keeping)).toMatchObject({ rcode: 'NOERROR' });
});

test.each([
  ['servfail', { rcode: 'SERVFAIL', answers: [] }],
  ['refused', { rcode: 'REFUSED', answers: [] }],
  ['nxdomain', { rcode: 'NXDOMAIN', answers: [] }],
  ['empty', { rcode: 'NOERROR', answers: [] }],
  ['truncated', { rcode: 'NOERROR', flag_tc: true, answers: [] }],
] as const)('a resolver can fail with %s while another answers', async (failure, answer) => {
  authority.set(NAME, ['10.0.0.1']);
  const [broken, healthy] = [resolver(), resolver()];
  broken.failure = failure;
  expect(await ask(await broken.listen())).toMatchObject(answer);
  expect(addressesOf(await ask(await healthy.listen()))).toEqual(['10.0.0.1']);
});

test('what the authority does not answer is SERVFAIL, and is asked again', async () => {
  authority.set(NAME, ['10.0.0.1']);
  authority.fail(NAME, 'silent');
  const port = await resolver().listen();
  expect(await ask(port)).toMatchObject({ rcode: 'SERVFAIL' });
  authority.heal(NAME);
  expect(addressesOf(await ask(port))).toEqual(['10.0.0.1']);
});

describe('views', () => {
  test('a view has its own addresses, aliases and outages, and else what the server says', async () => {
    const [first, second] = [authority.view(), authority.view()];
    const [one, two] = [await first.listen(), await second.listen()];
    authority.set(NAME, ['10.0.0.1']);
    authority.set('private.lab.test', ['10.9.9.9']);
    first.set('other.lab.test', ['10.0.1.1']);
    second.alias(NAME, 'private.lab.test');
    second.fail('other.lab.test', 'empty');
    const answersOf = async (name: string) => [
      addressesOf(await ask(upstream, name)),
      addressesOf(await ask(one, name)),
      addressesOf(await ask(two, name)).slice(-1),
    ];
    expect(await answersOf(NAME)).toEqual([['10.0.0.1'], ['10.0.0.1'], ['10.9.9.9']]);
    expect(await answersOf('other.lab.test')).toEqual([[], ['10.0.1.1'], []]);
    expect(await ask(two, 'other.lab.test')).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });
});

describe('a Network Load Balancer', () => {
  const zones = { a: '10.0.1.1', b: '10.0.2.1', c: '10.0.3.1' };

  async function portsOf(routing: Parameters<typeof nameNlb>[2]['routing'], names: Record<string, string> = zones) {
    const views = { a: authority.view(), b: authority.view() };
    nameNlb(authority, views, { dnsName: NAME, zones: names, routing });
    const [a, b] = [await views.a.listen(), await views.b.listen()];
    return { a, b };
  }

  test('without affinity answers all zones to all', async () => {
    const { a, b } = await portsOf('any_availability_zone');
    for (const port of [a, b]) expect(addressesOf(await ask(port))).toEqual(Object.values(zones));
  });

  test('with affinity answers each zone its own address, and has a name for each', async () => {
    const { a, b } = await portsOf('availability_zone_affinity');
    expect([addressesOf(await ask(a)), addressesOf(await ask(b))]).toEqual([['10.0.1.1'], ['10.0.2.1']]);
    expect(addressesOf(await ask(a, `b.${NAME}`))).toEqual(['10.0.2.1']);
  });

  test('with partial affinity answers a zone its own address 17 of 20 times', async () => {
    const { a } = await portsOf('partial_availability_zone_affinity');
    const answers: unknown[][] = [];
    for (let i = 0; i < 40; i += 1) answers.push(addressesOf(await ask(a)));
    expect(answers.filter((each) => each.length === 1)).toHaveLength(34);
    expect(answers.filter((each) => each.length === 3)).toHaveLength(6);
  });

  test('after a zonal shift the clients of the zone get the other zones', async () => {
    const { a } = await portsOf('availability_zone_affinity', { b: zones.b, c: zones.c });
    expect(addressesOf(await ask(a))).toEqual([zones.b, zones.c]);
    expect(await ask(a, `a.${NAME}`)).toMatchObject({ rcode: 'NXDOMAIN' });
  });
});
