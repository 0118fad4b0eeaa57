import { once } from 'node:events';
import { createServer } from 'node:net';
import type { RegistryEntry } from '../../lambda/controller/aws/registry';
import type { TaskListing } from '../../lambda/controller/domain/raw-observation';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { byStaleness } from '../../lambda/controller/run';
import { METRICS } from '../../lib/contract/metrics';
import { AwsError } from '../../testbed/aws';
import { almostOpen, eventLines, Fleet, type Line, linesOf, openIncident } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { figuresOf } from './emf';
import { RECORD, START } from './observations';

// Each test starts functions as processes, some of them many times.
jest.setTimeout(60_000);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
});

beforeEach(() => {
  fleet.deniedServices.clear();
  fleet.taskAddresses = ['127.0.0.1'];
  fleet.point('127.0.0.1');
});

afterAll(() => fleet?.close());

const eventsOf = (lines: Line[]) =>
  eventLines(lines).map(({ event, incident, proxy }) =>
    [event, incident?.proxy ?? proxy, incident?.kind].join(' ').trim(),
  );

describe('AWS falters', () => {
  test('and SSM throttles: the run asks again', async () => {
    await fleet.deploy({ 'registry/orders': fleet.record('orders') });
    const failures = Array.from({ length: 2 }, () => new AwsError('ThrottlingException', 'Rate exceeded'));
    fleet.before('ssm:GetParametersByPath', () => {
      const failure = failures.pop();
      if (failure) {
        throw failure;
      }
    });
    expect((await fleet.invoke()).payload).toMatchObject({ checkedProxies: 1 });
    expect(fleet.calls('GetParametersByPath')).toBe(3);
  });

  test('and ECS is down: the run checks nothing, closes nothing, and reports it', async () => {
    await fleet.deploy({
      'registry/orders': fleet.record('orders', { graceChecks: 9 }),
      'registry/payments': fleet.record('payments', { graceChecks: 9 }),
      'state/orders': openIncident(fleet.record('orders'), '127.0.0.9'),
    });
    fleet.before('ecs:ListTasks', () => {
      throw new AwsError('ServerException', 'Service is unavailable', 503);
    });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 0, uncheckedProxies: 2, openIncidents: 1 });
    expect(eventsOf(lines).sort()).toEqual(['not-checked orders', 'not-checked payments']);
    const heartbeat = lines.filter((line) => '_aws' in line && METRICS.heartbeat in line).map(figuresOf);
    expect(heartbeat).toMatchObject([{ figures: { [METRICS.heartbeat]: 1, [METRICS.uncheckedProxies]: 2 } }]);
  });
});

test('tasks of an old listing are not described again: both calls count towards one rate', async () => {
  const tasks = [{ id: 'orders-0', host: '127.0.0.1' }];
  const listing = { at: Date.now() - 3_600_000, service: 'fleet/orders', tasks };
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': { ...NO_STATE, listing } });
  expect((await fleet.invoke()).payload).toMatchObject({ checkedProxies: 1, uncheckedProxies: 0 });
  expect([fleet.calls('ListTasks'), fleet.calls('DescribeTasks')]).toEqual([1, 0]);
});

describe('ECS does not list the tasks of a run', () => {
  const failing = () => {
    throw new AwsError('ServerException', 'Service is unavailable', 503);
  };
  /** The run before has read the process of the test. */
  const seen = () => [{ at: Date.now(), tasks: [{ task: 'orders-0', uptimeSeconds: 0, sections: [] }] }];

  test('and the run checks those of the run before: it finds a drift', async () => {
    const listing = {
      at: Date.now() - 60_000,
      service: 'fleet/orders',
      tasks: [{ id: 'orders-0', host: '127.0.0.1' }],
    };
    const record = fleet.record('orders', { graceChecks: 2 });
    fleet.point('127.0.0.2');
    // The process of its own samples is older than the one of the test.
    const state = { ...almostOpen(record, '127.0.0.1'), samples: seen(), listing };
    await fleet.deploy({ 'registry/orders': record, 'state/orders': state });
    fleet.before('ecs:ListTasks', failing);
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 1, uncheckedProxies: 0, criticalIncidents: 1 });
    expect(fleet.state('orders')?.listing).toEqual(listing);
    expect(eventsOf(lines)).toEqual(['degraded', 'incident-opened orders stale-address']);
    expect(eventLines(lines)[0]).toEqual({
      level: 'WARN',
      message: 'AWS did not list the tasks of some proxies: those of an earlier run were checked',
      event: 'degraded',
      reasons: ['ServerException: Service is unavailable'],
    });
  });

  test('and one that does not answer makes no incident until a run lists them', async () => {
    const tasks = ['127.0.0.1', '127.0.0.7'].map((host, i) => ({ id: `orders-${i}`, host }));
    const listing = { at: Date.now() - 60_000, service: 'fleet/orders', tasks };
    const record = fleet.record('orders', { graceChecks: 1 });
    await fleet.deploy({ 'registry/orders': record, 'state/orders': { ...NO_STATE, samples: seen(), listing } });
    fleet.before('ecs:ListTasks', failing);
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 0, uncheckedProxies: 1 });
    expect(eventLines(lines).flatMap(({ incident }) => incident?.message ?? [])).toEqual([
      '1 of 2 tasks of orders were not checked: ECS did not list the tasks in this run, and these have stopped since the last list, or do not answer',
    ]);
    expect(fleet.state('orders')?.listing).toEqual({ ...listing, outdated: true });
    fleet.before('ecs:ListTasks', () => undefined);
    const next = await fleet.invoke();
    expect(next.payload).toMatchObject({ checkedProxies: 1, openIncidents: 0 });
    expect(fleet.state('orders')?.listing?.tasks).toEqual([tasks[0]].map((task) => expect.objectContaining(task)));
  });

  test('and a service without tasks in an old listing makes no incident', async () => {
    const listing = { at: Date.now() - 60_000, service: 'fleet/orders', tasks: [] };
    const record = fleet.record('orders', { graceChecks: 1 });
    await fleet.deploy({ 'registry/orders': record, 'state/orders': { ...NO_STATE, samples: seen(), listing } });
    fleet.before('ecs:ListTasks', failing);
    expect((await fleet.invoke()).payload).toMatchObject({ checkedProxies: 1, openIncidents: 0 });
  });

  test.each<[what: string, listing: Partial<TaskListing>]>([
    ['that is older than five runs', { at: Date.now() - 6 * 60_000 }],
    ['of another service', { service: 'fleet/payments' }],
  ])('and a list %s is not used', async (_what, listing) => {
    const tasks = [{ id: 'orders-0', host: '127.0.0.1' }];
    const state = { ...NO_STATE, listing: { at: Date.now() - 60_000, service: 'fleet/orders', tasks, ...listing } };
    await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': state });
    fleet.before('ecs:ListTasks', failing);
    expect((await fleet.invoke()).payload).toMatchObject({ checkedProxies: 0, uncheckedProxies: 1 });
  });
});

test('a task that dies between the list and the connection makes no incident', async () => {
  fleet.taskAddresses = ['127.0.0.1', '127.0.0.7'];
  await fleet.deploy({ 'registry/orders': fleet.record('orders', { graceChecks: 9 }) });
  expect(eventsOf((await fleet.invoke()).lines)).toEqual(['not-checked orders']);
  fleet.account.setService({ cluster: 'fleet', name: 'orders', addresses: ['127.0.0.1'] });
  expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
});

describe('the time is too short', () => {
  test('for one proxy: its incidents stay open, and the next run checks it', async () => {
    const records = {
      'registry/orders': fleet.record('orders', { graceChecks: 2 }),
      'registry/payments': fleet.record('payments', { graceChecks: 2 }),
    };
    const states = {
      'state/orders': openIncident(fleet.record('orders'), '127.0.0.9'),
      'state/payments': almostOpen(fleet.record('payments'), '127.0.0.1'),
    };
    fleet.point('127.0.0.2');
    await fleet.deploy({ ...records, ...states }, {}, { timeoutMs: 3000 });
    let hangs = true;
    fleet.before('ecs:ListTasks', ({ serviceName }) =>
      hangs && serviceName === 'orders' ? new Promise(() => {}) : undefined,
    );
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 1, uncheckedProxies: 1, openIncidents: 2, criticalIncidents: 2 });
    expect(eventsOf(lines).sort()).toEqual(['incident-opened payments stale-address', 'not-checked orders']);
    expect(eventLines(lines).map(({ message }) => message)).toContain(
      'orders was not checked: the run had no time left',
    );
    hangs = false;
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-closed orders stale-address']);
  });

  test('for one task: its incidents stay open, and it has no new verdict', async () => {
    const silent = createServer(() => {});
    await once(silent.listen(fleet.runtimeApiPort, '127.0.0.7'), 'listening');
    try {
      fleet.taskAddresses = ['127.0.0.7', '127.0.0.1'];
      const record = fleet.record('orders', { graceChecks: 9 });
      const state = openIncident(fleet.record('orders'), '127.0.0.9');
      await fleet.deploy({ 'registry/orders': record, 'state/orders': state }, {}, { timeoutMs: 3000 });
      const { payload, lines } = await fleet.invoke();
      expect(payload).toMatchObject({ checkedProxies: 0, uncheckedProxies: 1, openIncidents: 1 });
      expect(eventLines(lines)).toEqual([
        {
          level: 'WARN',
          message: '1 of 2 tasks of orders were not checked: no time was left',
          event: 'not-checked',
          proxy: 'orders',
        },
      ]);
      const figures = { [METRICS.uncheckedTasks]: 1 };
      expect(lines.filter((line) => line.Proxy).map(figuresOf)).toMatchObject([{ figures }]);
    } finally {
      silent.close();
    }
  });

  test('to save what was found: no event is sent until a run has saved it', async () => {
    const record = fleet.record('orders', { graceChecks: 2 });
    fleet.point('127.0.0.2');
    await fleet.deploy(
      { 'registry/orders': record, 'state/orders': almostOpen(fleet.record('orders'), '127.0.0.1') },
      {},
      { timeoutMs: 2000 },
    );
    let hangs = true;
    fleet.before('dynamodb:PutItem', () => (hangs ? new Promise(() => {}) : undefined));
    const first = await fleet.invoke();
    expect(eventsOf(first.lines)).toContain('degraded orders');
    expect(first.payload).toMatchObject({ uncheckedProxies: 1 });
    expect(fleet.events).toEqual([]);
    hangs = false;
    const second = await fleet.invoke();
    expect(eventsOf(second.lines)).toEqual(['incident-opened orders stale-address']);
    expect(fleet.events).toHaveLength(1);
    expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
  });
});

/** How often a run with an incident of each of two proxies calls AWS. It may be killed before a call arrives, or after. */
const CALLS = { 'dynamodb:PutItem': 4, 'events:PutEvents': 1 } as const;
const MOMENTS = (Object.keys(CALLS) as (keyof typeof CALLS)[]).flatMap((name) =>
  Array.from({ length: CALLS[name] }, (_, nth) => nth).flatMap((nth) =>
    (['before', 'after'] as const).map((when) => [when, nth, name] as const),
  ),
);

test.each(MOMENTS)(
  'a function that is killed %s call %i of %s loses no event, and repeats it under the same id',
  async (when, nth, name) => {
    fleet.point('127.0.0.2');
    await fleet.deploy({
      'registry/orders': fleet.record('orders'),
      'registry/payments': fleet.record('payments'),
      'state/orders': almostOpen(fleet.record('orders'), '127.0.0.1'),
      'state/payments': almostOpen(fleet.record('payments'), '127.0.0.1'),
    });
    let calls = 0;
    fleet.before(name, async (input) => {
      calls += 1;
      if (calls - 1 !== nth) {
        return undefined;
      }
      if (when === 'after') {
        await fleet.account.handlers[name](input as never);
      }
      await fleet.coldStart();
      return new Promise(() => {});
    });
    await expect(fleet.invoke()).rejects.toThrow();
    await fleet.invoke();
    const { payload } = await fleet.invoke();
    expect(payload).toMatchObject({ criticalIncidents: 2, undeliveredEvents: 0, uncheckedProxies: 0 });
    const opened = fleet.events.map(({ detail }) => detail as { eventId: string; proxy: string; kind: string });
    const stale = opened.filter(({ kind }) => kind === 'stale-address');
    expect(new Set(stale.map(({ proxy }) => proxy))).toEqual(new Set(['orders', 'payments']));
    expect(new Set(stale.map(({ eventId }) => eventId)).size).toBe(2);
  },
);

test('a function that Lambda kills at its deadline starts again from the saved state', async () => {
  const parameters = {
    'registry/orders': fleet.record('orders', { graceChecks: 2 }),
    'state/orders': almostOpen(fleet.record('orders'), '127.0.0.1'),
  };
  await fleet.deploy(parameters, {}, { timeoutMs: 3000 });
  fleet.point('127.0.0.2');
  // SSM does not answer before the deadline.
  let late = true;
  fleet.before('ssm:GetParametersByPath', () => (late ? new Promise(() => {}) : undefined));
  await expect(fleet.invoke()).rejects.toThrow('Task timed out after 3.00 seconds');
  late = false;
  const { lines, initMs } = await fleet.invoke();
  expect(initMs).toBeDefined();
  expect(eventsOf(lines)).toEqual(['incident-opened orders stale-address']);
});

test('of two runs that overlap one saves its result: each incident opens once', async () => {
  fleet.point('127.0.0.2');
  const record = fleet.record('orders');
  await fleet.deploy({ 'registry/orders': record, 'state/orders': almostOpen(record, '127.0.0.1') });
  // Neither writes before both have read.
  let writes = 0;
  fleet.before('dynamodb:PutItem', async () => {
    writes += 1;
    while (writes < 2) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  const other = fleet.another();
  try {
    const [one, two] = await Promise.all([fleet.invoke(), other.invoke({})]);
    const lines = [...eventLines(one.lines), ...eventLines(linesOf(two))];
    expect(lines.filter(({ event }) => event === 'incident-opened')).toHaveLength(1);
    expect(lines.filter(({ event }) => event === 'degraded')).toMatchObject([
      { message: 'another run wrote the state of orders first: what this run found is dropped' },
    ]);
  } finally {
    await other.stop();
  }
  expect(fleet.events).toHaveLength(1);
  expect((await fleet.invoke()).payload).toMatchObject({ criticalIncidents: 1, uncheckedProxies: 0 });
});

test('a run that is older than the time between two runs only logs that it is skipped', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders') });
  const { lines, payload } = await fleet.invoke({ time: new Date(Date.now() - 61_000).toISOString() });
  expect(payload).toBeNull();
  expect(eventLines(lines)).toMatchObject([
    { level: 'WARN', event: 'skipped', message: expect.stringMatching(/^a run that was due \d+ s ago is skipped$/) },
  ]);
  expect(fleet.made).toEqual([]);
  expect((await fleet.invoke({ time: new Date().toISOString() })).payload).toMatchObject({ checkedProxies: 1 });
});

test('a missing variable of the environment is an error that names it', async () => {
  await fleet.deploy({}, {}, { environment: { STATE_TABLE: '' } });
  expect((await fleet.invoke()).payload).toMatchObject({
    errorMessage:
      'the environment of the function is wrong: STATE_TABLE is missing (a text that is not blank): deploy the monitor again',
  });
});

describe('a probe', () => {
  const open = () => ({
    'registry/orders': fleet.record('orders', { graceChecks: 9 }),
    'state/orders': openIncident(fleet.record('orders'), '127.0.0.1'),
  });

  test.each<[what: string, answer: unknown, why: string]>([
    [
      'that answers something else',
      { names: [] },
      'the answer of the probe is wrong: names has 0 entries, 1 were asked for',
    ],
    ['that answers nothing', null, 'the answer of the probe is wrong: it must be an object'],
  ])('%s leaves its proxies unchecked with their incidents', async (_what, answer, why) => {
    await fleet.deploy(open());
    fleet.account.functions.set('probe', () => ({ payload: answer }));
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 0, uncheckedProxies: 1, openIncidents: 1, criticalIncidents: 1 });
    expect(eventLines(lines)).toMatchObject([{ event: 'not-checked', message: `orders was not checked: ${why}` }]);
  });

  test('that fails, was deleted or may not be invoked leaves its own proxies unchecked', async () => {
    const elsewhere = 'arn:aws:lambda:eu-west-1:123456789012:function:gone';
    await fleet.deploy({
      'registry/orders': fleet.record('orders', { probe: elsewhere }),
      'registry/payments': fleet.record('payments'),
    });
    fleet.point('127.0.0.1');
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 1, uncheckedProxies: 1 });
    expect(eventLines(lines)).toMatchObject([
      {
        event: 'not-checked',
        message: `orders was not checked: ResourceNotFoundException: Function not found: ${elsewhere}`,
      },
    ]);
  });
});

test('the proxies that were not checked completely for longest come first', () => {
  const record = RECORD as RegistryEntry['record'];
  const entries = ['a', 'b', 'c', 'd'].map((name) => ({ name, record }));
  const states = new Map([
    ['a', { checkedAt: START + 120_000 }],
    ['b', { checkedAt: START + 60_000 }],
    ['c', { checkedAt: START + 120_000 }],
  ]);
  expect(byStaleness(entries, states).map(({ name }) => name)).toEqual([
    'd',
    'b',
    ...[expect.stringMatching(/^[ac]$/), expect.stringMatching(/^[ac]$/)],
  ]);
});
