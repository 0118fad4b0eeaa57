import type { CensusPage } from '../../lib/contract/census';
import { AwsError } from '../../testbed/aws';
import { eventLines, Fleet, openIncident } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';

// Each test starts functions as processes.
jest.setTimeout(60_000);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
});

afterAll(() => fleet?.close());

const ask = async (event: object = {}) => {
  const { payload, lines, functionError } = await fleet.invoke({ census: true, ...event });
  return { page: payload as CensusPage, lines, functionError, error: payload as { errorMessage?: string } };
};

/** The calls that change something. */
const changing = () =>
  fleet.made.map(({ operation }) => operation).filter((one) => /^(Put|Delete|Update|Create)/.test(one));

test('a census has the held and live addresses and open incidents of every proxy, changes no state and sends no event', async () => {
  await fleet.deploy({
    'registry/orders': fleet.record('orders'),
    'registry/payments': fleet.record('payments'),
    'registry/broken': '{',
    'state/payments': openIncident(fleet.record('payments'), '127.0.0.1'),
  });
  fleet.point('127.0.0.2');
  const before = JSON.stringify(fleet.state('payments'));
  const { page, lines } = await ask();
  expect(page).toMatchObject({ version: '1', monitor: 'fleet', total: 3, degraded: [] });
  expect(page).not.toHaveProperty('next');
  expect(page.proxies).toMatchObject([
    { name: 'broken', compliance: 'unknown', gaps: [{ what: 'record' }] },
    {
      name: 'orders',
      compliance: 'compliant',
      pending: ['stale-address'],
      upstreams: [{ completeness: 'complete', live: ['127.0.0.2'] }],
      held: [{ taskCount: 1, addresses: [['127.0.0.1']] }],
      gaps: [],
    },
    {
      name: 'payments',
      compliance: 'non-compliant',
      incidents: [
        { id: expect.any(String), kind: 'stale-address', address: '127.0.0.1', since: page.proxies[2]!.since },
      ],
    },
  ]);
  expect(changing()).toEqual([]);
  expect(JSON.stringify(fleet.state('payments'))).toBe(before);
  expect(eventLines(lines)).toEqual([
    { level: 'INFO', message: 'answered a census about 3 of 3 proxies', event: 'census' },
  ]);
});

test('the pages of a census have each proxy once, in order, and end', async () => {
  const names = Array.from({ length: 501 }, (_, i) => `proxy-${String(i).padStart(4, '0')}`);
  await fleet.deploy(Object.fromEntries(names.map((name) => [`registry/${name}`, '{'])));
  const first = await ask();
  expect(first.page).toMatchObject({ total: 501, next: 'proxy-0499' });
  const second = await ask({ after: first.page.next });
  expect(second.page).not.toHaveProperty('next');
  expect([...first.page.proxies, ...second.page.proxies].map(({ name }) => name)).toEqual(names);
  // A token that no proxy follows any more, as after the removal of some.
  const { page } = await ask({ after: 'zzz' });
  expect(page.proxies).toEqual([]);
  expect(page).not.toHaveProperty('next');
});

test.each([
  [{ census: 'yes' }, 'census is "yes": give true, or leave it out for a run'],
  [{ after: 5 }, 'after is 5: give the `next` of an answer, or leave it out'],
])('%j is refused, and is no run', async (event, message) => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders') });
  const { error, functionError } = await ask(event);
  expect(functionError).toBeDefined();
  expect(error.errorMessage).toBe(message);
  expect(fleet.made).toEqual([]);
});

test('a census fails when the registry cannot be read', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders') });
  fleet.before('ssm:GetParametersByPath', () => {
    throw new AwsError('AccessDeniedException', 'not authorized');
  });
  const { error, functionError } = await ask();
  expect(functionError).toBeDefined();
  expect(error.errorMessage).toBe('not authorized');
});
