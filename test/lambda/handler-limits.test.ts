import { once } from 'node:events';
import { createServer } from 'node:net';
import type { RegistryEntry } from '../../lambda/controller/aws/registry';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import { byStaleness } from '../../lambda/controller/run';
import { decodeState } from '../../lambda/controller/state/codec';
import { METRICS } from '../../lib/contract/metrics';
import { AwsError } from '../../testbed/aws';
import { almostOpen, eventLines, Fleet, type Line, openIncident, REGISTRY } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { figuresOf } from './emf';
import { RECORD, START } from './observations';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
}, 60_000);

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

const UNCHECKED = { kind: 'unchecked', severity: 'warning' } as const;

describe('AWS falters', () => {
  test('and SSM throttles: it is asked again', async () => {
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

  test('and ECS is down: nothing is checked, nothing is resolved, and the run reports it', async () => {
    await fleet.deploy({
      'registry/orders': fleet.record('orders', { graceSeconds: 60 }),
      'registry/payments': fleet.record('payments', { graceSeconds: 60 }),
      'state/orders': openIncident('127.0.0.9'),
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

test('a task that dies between the list and the connection makes no incident', async () => {
  fleet.taskAddresses = ['127.0.0.1', '127.0.0.7'];
  await fleet.deploy({ 'registry/orders': fleet.record('orders', { graceSeconds: 60 }) });
  expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
  fleet.taskAddresses = ['127.0.0.1'];
  expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
});

describe('the time is too short', () => {
  test('for one proxy: the others are checked, what was open on it stays open, and the next run checks it', async () => {
    const records = {
      'registry/orders': fleet.record('orders', { graceSeconds: 60, dnsWindowSeconds: 0 }),
      'registry/payments': fleet.record('payments', { graceSeconds: 60, dnsWindowSeconds: 0 }),
    };
    const states = { 'state/orders': openIncident('127.0.0.9'), 'state/payments': almostOpen('127.0.0.1') };
    fleet.point('127.0.0.2');
    await fleet.deploy({ ...records, ...states }, {}, { timeoutMs: 3000 });
    let hangs = true;
    fleet.before('ecs:ListTasks', ({ serviceName }) =>
      hangs && serviceName === 'orders' ? new Promise(() => {}) : undefined,
    );
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ checkedProxies: 1, uncheckedProxies: 1, openIncidents: 2, criticalIncidents: 2 });
    expect(eventsOf(lines)).toEqual(['incident-opened payments stale-address', 'not-checked orders']);
    expect(eventLines(lines)[1].message).toBe('orders was not checked: the run had no time left');
    hangs = false;
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-resolved orders stale-address']);
  }, 20_000);

  test('for one task: the others are checked, what is open on it stays open, and it has no new verdict', async () => {
    const silent = createServer(() => {});
    await once(silent.listen(fleet.runtimeApiPort, '127.0.0.7'), 'listening');
    try {
      fleet.taskAddresses = ['127.0.0.7', '127.0.0.1'];
      const record = fleet.record('orders', { graceSeconds: 60 });
      const state = openIncident('127.0.0.9');
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
      const figures = { [METRICS.checkedTasks]: 1, [METRICS.uncheckedTasks]: 1 };
      expect(lines.filter((line) => line.Proxy).map(figuresOf)).toMatchObject([{ figures }]);
    } finally {
      silent.close();
    }
  }, 20_000);

  test('to save what was found: it is logged, and logged again by the next run under the same id', async () => {
    const record = fleet.record('orders', { graceSeconds: 60, dnsWindowSeconds: 0 });
    fleet.point('127.0.0.2');
    await fleet.deploy({ 'registry/orders': record, 'state/orders': almostOpen('127.0.0.1') }, {}, { timeoutMs: 2000 });
    let hangs = true;
    fleet.before('ssm:PutParameter', () => (hangs ? new Promise(() => {}) : undefined));
    const first = await fleet.invoke();
    expect(eventsOf(first.lines)).toEqual(['incident-opened orders stale-address', 'degraded orders']);
    expect(first.payload).toMatchObject({ uncheckedProxies: 1, openIncidents: 1 });
    hangs = false;
    const second = await fleet.invoke();
    expect(eventsOf(second.lines)).toEqual(['incident-opened orders stale-address']);
    expect(eventLines(second.lines)[0].incident.id).toBe(eventLines(first.lines)[0].incident.id);
    expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
  }, 20_000);
});

test('what had no room in the state of a proxy is logged by the next run', async () => {
  const state = { ...openIncident('127.0.0.1'), truncated: 3 };
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': state });
  const reported = eventLines((await fleet.invoke()).lines);
  expect(reported).toContainEqual({
    level: 'WARN',
    message: 'the state of orders had no room for 3 watched verdicts: their grace time starts again',
    event: 'degraded',
    proxy: 'orders',
    truncated: 3,
  });
  expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
});

test('a function that is killed in the middle loses no incident', async () => {
  const record = { graceSeconds: 60, dnsWindowSeconds: 0 };
  fleet.point('127.0.0.2');
  await fleet.deploy({
    'registry/orders': fleet.record('orders', record),
    'registry/payments': fleet.record('payments', record),
    'state/orders': almostOpen('127.0.0.1'),
    'state/payments': almostOpen('127.0.0.1'),
  });
  let killed = false;
  fleet.before('ssm:PutParameter', async ({ Name }) => {
    if (!killed && Name?.endsWith('/payments')) {
      // The other one is kept by then.
      while (!fleet.inputs('PutParameter').some((input) => input.Name.endsWith('/orders'))) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      killed = true;
      await fleet.coldStart();
      return new Promise(() => {});
    }
    return undefined;
  });
  await expect(fleet.invoke()).rejects.toThrow('Runtime was stopped');
  expect(killed).toBe(true);
  expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-opened payments stale-address']);
});

test('a function that Lambda kills at its deadline starts again from the saved state', async () => {
  const parameters = {
    'registry/orders': fleet.record('orders', { graceSeconds: 60, dnsWindowSeconds: 0 }),
    'state/orders': almostOpen('127.0.0.1'),
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
}, 20_000);

test('of two runs that overlap neither loses what the other has seen', async () => {
  fleet.point('127.0.0.2');
  await fleet.deploy({ 'registry/orders': fleet.record('orders', { graceSeconds: 60, dnsWindowSeconds: 0 }) });
  // Each finds another task, and neither continues before both have read the registry.
  let lists = 0;
  fleet.before('ecs:ListTasks', async () => {
    lists += 1;
    const mine = `arn:aws:ecs:eu-west-1:123456789012:task/fleet/task-${lists - 1}`;
    while (lists < 2) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return { taskArns: [mine] };
  });
  fleet.taskAddresses = ['127.0.0.1', '127.0.0.1'];
  const other = fleet.another();
  try {
    const runs = await Promise.all([fleet.invoke(), other.invoke({})]);
    expect(runs.map(({ functionError }) => functionError)).toEqual([undefined, undefined]);
  } finally {
    await other.stop();
  }
  const { watched } = decodeState(await fleet.parameter(`${REGISTRY}/state/orders`))!;
  expect(
    Object.values(watched)
      .filter(({ kind }) => kind === 'stale-address')
      .map(({ task }) => task)
      .sort(),
  ).toEqual(['task-0', 'task-1']);
}, 20_000);

test('a state is kept, although the version that another run has written is no longer in the history', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': NO_STATE });
  fleet.before('ssm:PutParameter', () => ({ Version: 102 }));
  expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
  expect(fleet.inputs('GetParameter')).toEqual([{ Name: `${REGISTRY}/state/orders:101` }]);
});

test('what was not checked the last time goes first, what waits longest before the rest', () => {
  const entry = (proxy: string, firstSeen?: number): RegistryEntry => {
    const state: ProxyState = { ...NO_STATE, ...(firstSeen && { watched: { x: { ...UNCHECKED, firstSeen } } }) };
    return { record: { ...RECORD, proxy }, state, stateParameter: '', stateVersion: 1 };
  };
  const entries = [entry('a'), entry('b', START + 1), entry('c'), entry('d', START)];
  expect(byStaleness(entries).map(({ record }) => record.proxy)).toEqual([
    'd',
    'b',
    ...[expect.stringMatching(/^[ac]$/), expect.stringMatching(/^[ac]$/)],
  ]);
});
