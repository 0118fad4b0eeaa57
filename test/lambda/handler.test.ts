import { METRICS } from '../../lib/contract/metrics';
import { AwsError } from '../../testbed/aws';
import { eventLines, Fleet, functionWith, type Line, openIncident, REGISTRY } from '../../testbed/fleet';
import { freePorts } from '../../testbed/ports';
import { anyBinary } from '../support/binaries';
import { figuresOf } from './emf';

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

const metricsOf = (lines: Line[]) => lines.filter((line) => '_aws' in line).map(figuresOf);
const monitorOf = (lines: Line[]) => metricsOf(lines).find(({ dimension }) => dimension === METRICS.monitorDimension);

/** The result of a run without other events. */
const summary = (more: object) => ({
  checkedProxies: 0,
  uncheckedProxies: 0,
  malformedRecords: 0,
  openIncidents: 0,
  criticalIncidents: 0,
  repairs: 0,
  ...more,
});

describe('a healthy fleet', () => {
  beforeAll(() =>
    fleet.deploy({ 'registry/orders': fleet.record('orders'), 'registry/payments': fleet.record('payments') }),
  );

  test('each proxy and the monitor have one document of metrics, and nothing else is logged', async () => {
    const { payload, lines, functionError } = await fleet.invoke();
    expect(functionError).toBeUndefined();
    expect(payload).toEqual(summary({ checkedProxies: 2 }));
    expect(eventLines(lines)).toEqual([]);
    const figures = {
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
      [METRICS.staleAddresses]: 0,
      [METRICS.liveAddresses]: 1,
      [METRICS.checkedTasks]: 1,
      [METRICS.uncheckedTasks]: 0,
      [METRICS.staleSessionShare]: 0,
    };
    const metrics = metricsOf(lines);
    expect(metrics).toHaveLength(3);
    expect(metrics).toEqual(
      expect.arrayContaining([
        { dimension: METRICS.proxyDimension, value: 'orders', figures },
        { dimension: METRICS.proxyDimension, value: 'payments', figures },
        {
          dimension: METRICS.monitorDimension,
          value: 'fleet',
          figures: {
            [METRICS.heartbeat]: 1,
            [METRICS.openIncidents]: 0,
            [METRICS.criticalIncidents]: 0,
            [METRICS.checkedProxies]: 2,
            [METRICS.uncheckedProxies]: 0,
            [METRICS.malformedRecords]: 0,
            [METRICS.repairs]: 0,
          },
        },
      ]),
    );
  });

  test('a run is one line, under the name of the monitor', async () => {
    const { lines } = await fleet.invoke();
    expect(lines.filter(({ event }) => event === 'run')).toMatchObject([
      {
        level: 'INFO',
        message: 'checked 2 of 2 proxies, 0 open incidents',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        service: 'fleet',
        event: 'run',
        ...summary({ checkedProxies: 2 }),
      },
    ]);
  });

  test('what was seen is written once, and not again while nothing changes', async () => {
    await fleet.invoke();
    await fleet.invoke();
    expect(fleet.calls('GetParametersByPath')).toBe(4);
    expect(fleet.calls('PutParameter')).toBe(2);
  });
});

test('a drift opens an incident and is resolved, over cold starts', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders', { dnsWindowSeconds: 0 }) });
  fleet.point('127.0.0.9');
  expect(eventLines((await fleet.invoke()).lines)).toEqual([]);
  const opened = await fleet.invoke();
  expect(eventLines(opened.lines)).toMatchObject([
    { level: 'ERROR', event: 'incident-opened', incident: { kind: 'stale-address', address: '127.0.0.1' } },
  ]);
  expect(opened.payload).toEqual(summary({ checkedProxies: 1, openIncidents: 1, criticalIncidents: 1 }));
  expect(metricsOf(opened.lines).map(({ figures }) => figures[METRICS.criticalIncidents])).toEqual([1, 1]);
  await fleet.coldStart();
  expect(eventLines((await fleet.invoke()).lines)).toEqual([]);
  fleet.point('127.0.0.1', '127.0.0.9');
  await fleet.coldStart();
  const resolved = await fleet.invoke();
  expect(eventLines(resolved.lines)).toMatchObject([
    { level: 'INFO', event: 'incident-resolved', incident: { id: eventLines(opened.lines)[0].incident.id } },
  ]);
});

test('a state that is malformed is logged with its text, and the proxy starts without one', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': `{${'x'.repeat(600)}` });
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual(summary({ checkedProxies: 1 }));
  expect(eventLines(lines)).toEqual([
    {
      level: 'ERROR',
      message: `${REGISTRY}/state/orders: not a state of this version: the proxy starts without one`,
      event: 'degraded',
      parameter: `${REGISTRY}/state/orders`,
      reason: 'not a state of this version: the proxy starts without one',
      value: `{${'x'.repeat(499)}`,
    },
  ]);
  expect(eventLines((await fleet.invoke()).lines)).toEqual([]);
});

test('the state of a proxy that left the registry is removed, that of a malformed record is not', async () => {
  await fleet.deploy({ 'registry/a': '{', 'state/a': openIncident('127.0.0.9'), 'state/b': openIncident('127.0.0.9') });
  await fleet.invoke();
  expect(fleet.inputs('DeleteParameter')).toEqual([{ Name: `${REGISTRY}/state/b` }]);
});

test('a record that is malformed is named and does not keep the others from being checked', async () => {
  await fleet.deploy({ 'registry/a': '{', 'registry/orders': fleet.record('orders') });
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual(summary({ checkedProxies: 1, malformedRecords: 1 }));
  expect(eventLines(lines)).toEqual([
    {
      level: 'ERROR',
      message: `${REGISTRY}/registry/a: not a registry record of this version: it must be a JSON object`,
      event: 'not-checked',
      parameter: `${REGISTRY}/registry/a`,
      reason: 'not a registry record of this version: it must be a JSON object',
      value: '{',
    },
  ]);
  expect(metricsOf(lines).map(({ value }) => value)).toEqual(['orders', 'fleet']);
});

describe('a proxy whose tasks cannot be listed', () => {
  const why = 'AccessDeniedException: not authorized to perform: ecs:ListTasks of orders';

  test('is not checked, which is logged and becomes an incident after the grace time; the others are checked', async () => {
    fleet.deniedServices.add('orders');
    await fleet.deploy({
      'registry/orders': fleet.record('orders', { graceSeconds: 60 }),
      'registry/payments': fleet.record('payments'),
    });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toEqual(summary({ checkedProxies: 1, uncheckedProxies: 1 }));
    expect(eventLines(lines)).toEqual([
      { level: 'WARN', message: `orders was not checked: ${why}`, event: 'not-checked', proxy: 'orders' },
    ]);
    expect(metricsOf(lines).find(({ value }) => value === 'orders')?.figures).toEqual({
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
    });
    const record = fleet.record('orders');
    await fleet.deploy({ 'registry/orders': record });
    await fleet.invoke();
    expect(eventLines((await fleet.invoke()).lines)).toMatchObject([
      { event: 'not-checked' },
      { level: 'WARN', event: 'incident-opened', incident: { kind: 'unchecked', severity: 'warning' } },
    ]);
    fleet.deniedServices.clear();
    expect(eventLines((await fleet.invoke()).lines)).toMatchObject([
      { event: 'incident-resolved', incident: { kind: 'unchecked' } },
    ]);
  });

  test('keeps its open incidents: a failed check does not end the alarm', async () => {
    fleet.deniedServices.add('orders');
    const record = fleet.record('orders', { graceSeconds: 60 });
    await fleet.deploy({ 'registry/orders': record, 'state/orders': openIncident('127.0.0.1') });
    const { lines } = await fleet.invoke();
    expect(eventLines(lines).map(({ event }) => event)).toEqual(['not-checked']);
    for (const { figures } of metricsOf(lines)) {
      expect(figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });
    }
  });
});

test('a state that cannot be written hides no incident', async () => {
  fleet.point('127.0.0.9');
  const refuse = () => {
    throw new AwsError('AccessDeniedException', 'not authorized to perform: ssm:PutParameter');
  };
  const record = fleet.record('orders', { dnsWindowSeconds: 0 });
  await fleet.deploy(
    { 'registry/orders': record, 'state/orders': openIncident('127.0.0.1') },
    { 'ssm:PutParameter': refuse },
  );
  const { lines } = await fleet.invoke();
  expect(eventLines(lines)).toEqual([
    {
      level: 'ERROR',
      message: 'the state of orders could not be saved',
      event: 'degraded',
      proxy: 'orders',
      reasons: ['AccessDeniedException: not authorized to perform: ssm:PutParameter'],
    },
  ]);
  expect(monitorOf(lines)?.figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });
});

test('a run that can keep nothing has no heartbeat, and its proxies count as unchecked: nothing would ever open', async () => {
  const full = ({ Name }: { Name?: string }) => {
    if (!Name?.endsWith('/payments') || broken) {
      throw new AwsError('ParameterLimitExceeded', 'too many parameters');
    }
    return undefined;
  };
  let broken = true;
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'registry/payments': fleet.record('payments') });
  fleet.before('ssm:PutParameter', full);
  const nothing = await fleet.invoke();
  expect(nothing.payload).toEqual(summary({ uncheckedProxies: 2 }));
  expect(monitorOf(nothing.lines)?.figures).not.toHaveProperty(METRICS.heartbeat);
  broken = false;
  const some = await fleet.invoke();
  expect(some.payload).toEqual(summary({ checkedProxies: 1, uncheckedProxies: 1 }));
  expect(monitorOf(some.lines)?.figures).toHaveProperty(METRICS.heartbeat);
});

test('a load balancer API that hangs is reported, and the check continues without it', async () => {
  await fleet.deploy(
    { 'registry/orders': fleet.record('orders') },
    { 'elasticloadbalancing:DescribeLoadBalancers': () => new Promise(() => {}) },
  );
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual(summary({ checkedProxies: 1 }));
  expect(eventLines(lines)).toEqual([
    {
      level: 'WARN',
      message: 'orders was checked with incomplete data',
      event: 'degraded',
      proxy: 'orders',
      reasons: [expect.stringMatching(/^DescribeLoadBalancers failed: TimeoutError: .+ 2000 ms/)],
    },
  ]);
}, 20_000);

describe('an upstream that is unknown', () => {
  const gone = () => {
    throw new AwsError('LoadBalancerNotFound', 'One or more load balancers not found');
  };
  const denied = () => {
    throw new AwsError('AccessDenied', 'not authorized to perform: elasticloadbalancing:DescribeLoadBalancers', 403);
  };
  const eventsOf = (lines: Line[]) =>
    eventLines(lines)
      .filter(({ incident }) => incident)
      .map(({ event, incident }) => `${event} ${incident.kind}`);

  test('is an incident when the load balancer is gone, although its name still resolves', async () => {
    const record = fleet.record('orders');
    await fleet.deploy({ 'registry/orders': record }, { 'elasticloadbalancing:DescribeLoadBalancers': gone });
    await fleet.invoke();
    const { lines } = await fleet.invoke();
    const { dnsName, loadBalancerArn } = record.upstreams[0]!;
    expect(eventLines(lines)).toMatchObject([
      {
        event: 'incident-opened',
        incident: { kind: 'unknown-upstream', message: `${dnsName}: load balancer ${loadBalancerArn} is gone` },
      },
    ]);
  });

  test('does not become known because it could not be asked about', async () => {
    const answers = [gone, gone, denied, gone];
    await fleet.deploy(
      { 'registry/orders': fleet.record('orders') },
      { 'elasticloadbalancing:DescribeLoadBalancers': () => answers.shift()!() },
    );
    await fleet.invoke();
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-opened unknown-upstream']);
    const { lines, payload } = await fleet.invoke();
    expect(eventsOf(lines)).toEqual([]);
    expect(payload).toMatchObject({ openIncidents: 1 });
    expect(eventsOf((await fleet.invoke()).lines)).toEqual([]);
  });

  test('is known again when its name resolves, also where the load balancer can never be asked about', async () => {
    await fleet.deploy(
      { 'registry/orders': fleet.record('orders', { dnsWindowSeconds: 0 }) },
      { 'elasticloadbalancing:DescribeLoadBalancers': denied },
    );
    fleet.point();
    await fleet.invoke();
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-opened unknown-upstream']);
    fleet.point('127.0.0.1');
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-resolved unknown-upstream']);
  });
});

test('a task that does not answer is unreachable, and the others are read', async () => {
  fleet.taskAddresses = ['127.0.0.1', '127.0.0.7'];
  await fleet.deploy({ 'registry/orders': fleet.record('orders') });
  await fleet.invoke();
  const { lines } = await fleet.invoke();
  expect(eventLines(lines)).toMatchObject([
    {
      level: 'WARN',
      incident: { message: 'the runtime API of task-1 does not answer: connection refused' },
    },
  ]);
  expect(metricsOf(lines)[0]?.figures).toMatchObject({ [METRICS.checkedTasks]: 1, [METRICS.uncheckedTasks]: 1 });
});

test('an empty registry is a run that only writes the metrics of the monitor', async () => {
  await fleet.deploy({});
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual(summary({}));
  expect(metricsOf(lines).map(({ value }) => value)).toEqual(['fleet']);
});

describe('without its registry the function fails visibly', () => {
  test('SSM refuses', async () => {
    const refuse = () => {
      throw new AwsError('AccessDeniedException', 'not authorized to perform: ssm:GetParametersByPath');
    };
    await fleet.deploy({}, { 'ssm:GetParametersByPath': refuse });
    expect(await fleet.invoke()).toMatchObject({
      functionError: 'Unhandled',
      payload: {
        errorType: 'AccessDeniedException',
        errorMessage: 'not authorized to perform: ssm:GetParametersByPath',
      },
      lines: [],
    });
  });

  test('SSM cannot be reached', async () => {
    const [port] = await freePorts(1);
    const lambda = functionWith({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    try {
      expect(await lambda.invoke({})).toMatchObject({
        functionError: 'Unhandled',
        payload: { errorMessage: `connect ECONNREFUSED 127.0.0.1:${port}` },
      });
    } finally {
      await lambda.stop();
    }
  });

  test('SSM never answers', async () => {
    await fleet.deploy({}, { 'ssm:GetParametersByPath': () => new Promise(() => {}) });
    expect(await fleet.invoke()).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'TimeoutError' },
    });
  }, 20_000);
});
