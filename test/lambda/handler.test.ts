import { METRICS } from '../../lib/contract/metrics';
import { AwsError } from '../../testbed/aws';
import { almostOpen, eventLines, Fleet, functionWith, type Line, openIncident, REGISTRY } from '../../testbed/fleet';
import { freePorts } from '../../testbed/ports';
import { anyBinary } from '../support/binaries';
import { figuresOf } from './emf';

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

const metricsOf = (lines: Line[]) => lines.filter((line) => '_aws' in line).map(figuresOf);
const monitorOf = (lines: Line[]) => metricsOf(lines).find(({ proxy }) => proxy === undefined);

/** The result of a run without other events. */
const summary = (more: object) => ({
  checkedProxies: 0,
  uncheckedProxies: 0,
  malformedRecords: 0,
  openIncidents: 0,
  criticalIncidents: 0,
  suppressedIncidents: 0,
  undeliveredEvents: 0,
  repairs: 0,
  ...more,
});

describe('a healthy fleet', () => {
  beforeAll(() =>
    fleet.deploy({ 'registry/orders': fleet.record('orders'), 'registry/payments': fleet.record('payments') }),
  );

  test('has one document of metrics for each proxy and one for the monitor, and no other log line', async () => {
    const { payload, lines, functionError } = await fleet.invoke();
    expect(functionError).toBeUndefined();
    expect(payload).toEqual(summary({ checkedProxies: 2 }));
    expect(eventLines(lines)).toEqual([]);
    const figures = {
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
      [METRICS.uncheckedTasks]: 0,
    };
    const metrics = metricsOf(lines);
    expect(metrics).toHaveLength(3);
    expect(metrics).toEqual(
      expect.arrayContaining([
        { monitor: 'fleet', proxy: 'orders', figures },
        { monitor: 'fleet', proxy: 'payments', figures },
        {
          monitor: 'fleet',
          figures: {
            [METRICS.heartbeat]: 1,
            [METRICS.openIncidents]: 0,
            [METRICS.criticalIncidents]: 0,
            [METRICS.checkedProxies]: 2,
            [METRICS.uncheckedProxies]: 0,
            [METRICS.malformedRecords]: 0,
            [METRICS.repairs]: 0,
            [METRICS.suppressedIncidents]: 0,
            [METRICS.undeliveredEvents]: 0,
            [METRICS.oldestIncidentSeconds]: 0,
          },
        },
      ]),
    );
  });

  test('has one log line for a run, with the name of the monitor', async () => {
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

  test('has four more metrics for each proxy with detailedMetrics', async () => {
    await fleet.deploy({ 'registry/orders': fleet.record('orders') }, {}, { environment: { DETAILED_METRICS: 'on' } });
    const { lines } = await fleet.invoke();
    expect(metricsOf(lines).find(({ proxy }) => proxy === 'orders')?.figures).toEqual({
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
      [METRICS.uncheckedTasks]: 0,
      [METRICS.staleAddresses]: 0,
      [METRICS.liveAddresses]: 1,
      [METRICS.checkedTasks]: 1,
      [METRICS.staleSessionShare]: 0,
    });
  });
});

test('a drift opens and closes one incident, with one event and one log line each, over cold starts', async () => {
  fleet.point('127.0.0.2');
  const record = fleet.record('orders');
  await fleet.deploy({ 'registry/orders': record, 'state/orders': almostOpen(record, '127.0.0.1') });
  const opened = await fleet.invoke();
  expect(eventLines(opened.lines)).toMatchObject([
    {
      level: 'ERROR',
      event: 'incident-opened',
      incident: {
        kind: 'stale-address',
        address: '127.0.0.1',
        proxy: 'orders',
        tasks: ['orders-0'],
        live: ['127.0.0.2'],
      },
    },
  ]);
  const [{ incident }] = eventLines(opened.lines);
  expect(opened.payload).toEqual(summary({ checkedProxies: 1, openIncidents: 1, criticalIncidents: 1 }));
  expect(metricsOf(opened.lines).map(({ figures }) => figures[METRICS.criticalIncidents])).toEqual([1, 1]);
  expect(monitorOf(opened.lines)?.figures).toMatchObject({
    [METRICS.detectionSeconds]: expect.any(Number),
    [METRICS.oldestIncidentSeconds]: expect.any(Number),
  });
  const { slots: _, ...detail } = incident;
  expect(fleet.events).toMatchObject([{ source: 'cdk-haproxy-elb', 'detail-type': 'Incident Opened', detail }]);
  await fleet.coldStart();
  expect(eventLines((await fleet.invoke()).lines)).toEqual([]);
  fleet.point('127.0.0.1', '127.0.0.2');
  await fleet.coldStart();
  const closed = await fleet.invoke();
  expect(eventLines(closed.lines)).toMatchObject([
    { level: 'INFO', event: 'incident-closed', incident: { incidentId: incident.incidentId } },
  ]);
  expect(fleet.events.map((event) => event['detail-type'])).toEqual(['Incident Opened', 'Incident Closed']);
  expect(fleet.state('orders')?.unsent).toEqual([]);
});

test('a state that is malformed is logged, and the proxy starts without one', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': `{${'x'.repeat(600)}` });
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual(summary({ checkedProxies: 1 }));
  expect(eventLines(lines)).toEqual([
    {
      level: 'ERROR',
      message: 'the state of orders is not a state of this version: the proxy starts without one',
      event: 'degraded',
      proxy: 'orders',
      reasons: ['not a state of this version: the proxy starts without one'],
    },
  ]);
  expect(eventLines((await fleet.invoke()).lines)).toEqual([]);
});

describe('a record that cannot be used', () => {
  const open = () => openIncident(fleet.record('orders'), '127.0.0.9');

  test('that is malformed is an incident and keeps those of its proxy; other proxies are checked', async () => {
    await fleet.deploy({ 'registry/a': '{', 'state/a': open(), 'registry/orders': fleet.record('orders') });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toEqual(
      summary({ checkedProxies: 1, malformedRecords: 1, openIncidents: 2, criticalIncidents: 2 }),
    );
    const reason = 'not a registry record of this version: it must be a JSON object';
    expect(eventLines(lines)).toMatchObject([
      {
        level: 'ERROR',
        message: `${REGISTRY}/registry/a: ${reason}`,
        event: 'not-checked',
        parameter: `${REGISTRY}/registry/a`,
        reason,
        value: '{',
      },
      { level: 'ERROR', event: 'incident-opened', incident: { kind: 'invalid-record', severity: 'critical' } },
    ]);
    expect(metricsOf(lines).map(({ proxy }) => proxy)).toEqual(['orders', 'orders', undefined]);
    const again = await fleet.invoke();
    expect(again.payload).toMatchObject({ openIncidents: 2 });
  });

  test('that is nested deeper than the registry is named, and no other proxy gets its state', async () => {
    await fleet.deploy({ 'registry/team/orders': fleet.record('orders'), 'registry/orders': fleet.record('orders') });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toEqual(summary({ checkedProxies: 1, malformedRecords: 1 }));
    expect(eventLines(lines).map(({ message }) => message)).toEqual([
      `${REGISTRY}/registry/team/orders: a record has one name below registry/, not 'team/orders': rename the parameter`,
    ]);
  });

  test('that was deleted keeps open incidents for a day; then its state is removed', async () => {
    await fleet.deploy({ 'state/gone': open(), 'state/forgotten': { ...open(), watched: [] } });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toMatchObject({ openIncidents: 2, criticalIncidents: 1 });
    expect(eventLines(lines)).toMatchObject([
      { event: 'incident-opened', incident: { kind: 'invalid-record', severity: 'warning' } },
    ]);
    expect(fleet.state('forgotten')).toBeUndefined();
    expect(fleet.state('gone')).toBeDefined();
  });
});

describe('a proxy whose tasks cannot be listed', () => {
  const why = 'AccessDeniedException: not authorized to perform: ecs:ListTasks of orders';

  test('is not checked, which is logged and becomes an incident after the grace time', async () => {
    fleet.deniedServices.add('orders');
    await fleet.deploy({
      'registry/orders': fleet.record('orders', { graceChecks: 9 }),
      'registry/payments': fleet.record('payments'),
    });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toEqual(summary({ checkedProxies: 1, uncheckedProxies: 1 }));
    expect(eventLines(lines)).toEqual([
      { level: 'WARN', message: `orders was not checked: ${why}`, event: 'not-checked', proxy: 'orders' },
    ]);
    expect(metricsOf(lines).find(({ proxy }) => proxy === 'orders')?.figures).toEqual({
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
    });
    const record = fleet.record('orders');
    await fleet.deploy({ 'registry/orders': record });
    await fleet.invoke();
    expect(eventLines((await fleet.invoke()).lines)).toMatchObject([
      { level: 'WARN', event: 'incident-opened', incident: { kind: 'unchecked', severity: 'warning' } },
      { event: 'not-checked' },
    ]);
    fleet.deniedServices.clear();
    expect(eventLines((await fleet.invoke()).lines)).toMatchObject([
      { event: 'incident-closed', incident: { kind: 'unchecked' } },
    ]);
  });

  test('keeps its open incidents', async () => {
    fleet.deniedServices.add('orders');
    const record = fleet.record('orders', { graceChecks: 9 });
    await fleet.deploy({
      'registry/orders': record,
      'state/orders': openIncident(fleet.record('orders'), '127.0.0.1'),
    });
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
    throw new AwsError('AccessDeniedException', 'not authorized to perform: dynamodb:PutItem');
  };
  const record = fleet.record('orders');
  await fleet.deploy(
    { 'registry/orders': record, 'state/orders': openIncident(fleet.record('orders'), '127.0.0.1') },
    { 'dynamodb:PutItem': refuse },
  );
  const { lines } = await fleet.invoke();
  expect(eventLines(lines)).toEqual([
    {
      level: 'ERROR',
      message: 'the state of orders could not be saved',
      event: 'degraded',
      proxy: 'orders',
      reasons: ['AccessDeniedException: not authorized to perform: dynamodb:PutItem'],
    },
  ]);
  expect(monitorOf(lines)?.figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });
});

test('a run that cannot save a state writes no heartbeat, and its proxies count as unchecked', async () => {
  const full = ({ Item }: { Item?: Record<string, { S?: string }> }) => {
    if (Item?.pk?.S !== 'payments' || broken) {
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    }
    return undefined;
  };
  let broken = true;
  await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'registry/payments': fleet.record('payments') });
  fleet.before('dynamodb:PutItem', full);
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
      reasons: [expect.stringMatching(/^DescribeLoadBalancers failed: TimeoutError: .+ 5000 ms/)],
    },
  ]);
});

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

  test('is an incident when the load balancer was deleted, although its name still resolves', async () => {
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

  test('stays unknown while AWS cannot be asked about it', async () => {
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

  test('is known again when its name resolves, also where AWS cannot be asked about it', async () => {
    await fleet.deploy(
      { 'registry/orders': fleet.record('orders') },
      { 'elasticloadbalancing:DescribeLoadBalancers': denied },
    );
    fleet.point();
    await fleet.invoke();
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-opened unknown-upstream']);
    fleet.point('127.0.0.1');
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-closed unknown-upstream']);
  });
});

test('a task that does not answer is unreachable, and the others are read', async () => {
  fleet.taskAddresses = ['127.0.0.1', '127.0.0.7'];
  await fleet.deploy({ 'registry/orders': fleet.record('orders') });
  await fleet.invoke();
  const { lines } = await fleet.invoke();
  expect(eventLines(lines)).toMatchObject([
    { level: 'WARN', incident: { message: 'the runtime API of orders-1 does not answer: connection refused' } },
    { level: 'WARN', event: 'not-checked', message: '1 of 2 tasks of orders could not be read' },
  ]);
  expect(metricsOf(lines)[0]?.figures).toMatchObject({ [METRICS.uncheckedTasks]: 1 });
});

test('an empty registry is a run that only writes the metrics of the monitor', async () => {
  await fleet.deploy({});
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual(summary({}));
  expect(metricsOf(lines).map(({ proxy }) => proxy)).toEqual([undefined]);
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
  });
});
