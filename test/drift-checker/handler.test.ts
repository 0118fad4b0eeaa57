import { freePorts } from '../../lab/ports';
import { keyOf } from '../../lambda/drift-checker/judge';
import { METRICS } from '../../lib/private/contract';
import { AwsError } from '../support/aws';
import { anyBinary } from '../support/binaries';
import { figuresOf } from './emf';
import { Fleet, functionWith, type Line, REGISTRY } from './fleet';

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
const othersOf = (lines: Line[]) => lines.filter((line) => !('_aws' in line));
const monitorOf = (lines: Line[]) => metricsOf(lines).find(({ dimension }) => dimension === METRICS.monitorDimension);

/** A state in which an incident is open on the first task: it holds an address that the load balancer has not. */
function openIncident(address: string) {
  const firstSeen = Date.now() - 120_000;
  const incident = {
    kind: 'stale-address',
    severity: 'critical',
    upstream: 'upstream',
    task: 'task-0',
    address,
    slots: ['upstream/elb1'],
  } as const;
  return {
    dns: {},
    watched: { [keyOf(incident)]: { ...incident, firstSeen, openedAt: firstSeen + 60_000 } },
  };
}

describe('a healthy fleet', () => {
  beforeAll(() =>
    fleet.deploy({ 'registry/orders': fleet.record('orders'), 'registry/payments': fleet.record('payments') }),
  );

  test('each proxy and the monitor have one document of metrics, and there is nothing else to tell', async () => {
    const { payload, lines, functionError } = await fleet.invoke();
    expect(functionError).toBeUndefined();
    expect(payload).toEqual({ checkedProxies: 2, openIncidents: 0, notChecked: 0 });
    expect(othersOf(lines)).toEqual([]);
    const figures = {
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
      [METRICS.staleAddresses]: 0,
      [METRICS.liveAddresses]: 1,
      [METRICS.checkedTasks]: 1,
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
          figures: { [METRICS.checkedProxies]: 2, [METRICS.openIncidents]: 0, [METRICS.criticalIncidents]: 0 },
        },
      ]),
    );
  });

  test('what was seen is written once, and not again while nothing changes', async () => {
    await fleet.invoke();
    await fleet.invoke();
    expect(fleet.calls('GetParametersByPath')).toBe(3);
    expect(fleet.calls('PutParameter')).toBe(2);
  });
});

test('a drift opens an incident and is resolved, over cold starts', async () => {
  await fleet.deploy({ 'registry/orders': fleet.record('orders', { dnsWindowSeconds: 0 }) });
  fleet.point('127.0.0.9');
  const opened = await fleet.invoke();
  expect(othersOf(opened.lines)).toMatchObject([
    { level: 'ERROR', event: 'incident-opened', incident: { kind: 'stale-address', address: '127.0.0.1' } },
  ]);
  expect(opened.payload).toEqual({ checkedProxies: 1, openIncidents: 1, notChecked: 0 });
  expect(metricsOf(opened.lines).map(({ figures }) => figures[METRICS.criticalIncidents])).toEqual([1, 1]);
  await fleet.coldStart();
  expect(othersOf((await fleet.invoke()).lines)).toEqual([]);
  fleet.point('127.0.0.1', '127.0.0.9');
  await fleet.coldStart();
  const resolved = await fleet.invoke();
  expect(othersOf(resolved.lines)).toMatchObject([
    { level: 'INFO', event: 'incident-resolved', incident: { id: othersOf(opened.lines)[0].incident.id } },
  ]);
});

test('a record that is malformed is named and does not keep the others from being checked', async () => {
  await fleet.deploy({ 'registry/a': '{', 'registry/orders': fleet.record('orders') });
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual({ checkedProxies: 1, openIncidents: 0, notChecked: 1 });
  expect(othersOf(lines)).toEqual([
    {
      level: 'ERROR',
      event: 'not-checked',
      parameter: `${REGISTRY}/registry/a`,
      reason: 'not a registry record of this version',
    },
  ]);
  expect(metricsOf(lines).map(({ value }) => value)).toEqual(['orders', 'fleet']);
});

describe('a proxy whose tasks cannot be listed', () => {
  test('is named, and the others are checked', async () => {
    fleet.deniedServices.add('orders');
    await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'registry/payments': fleet.record('payments') });
    const { payload, lines } = await fleet.invoke();
    expect(payload).toEqual({ checkedProxies: 1, openIncidents: 0, notChecked: 1 });
    expect(othersOf(lines)).toEqual([
      {
        level: 'ERROR',
        event: 'not-checked',
        parameter: 'orders',
        reason: 'AccessDeniedException: not authorized to perform: ecs:ListTasks of orders',
      },
    ]);
    expect(metricsOf(lines).map(({ value }) => value)).toEqual(['payments', 'fleet']);
  });

  test('keeps its open incidents: the alarm does not go out because nobody looked', async () => {
    fleet.deniedServices.add('orders');
    await fleet.deploy({ 'registry/orders': fleet.record('orders'), 'state/orders': openIncident('127.0.0.1') });
    const { lines } = await fleet.invoke();
    expect(othersOf(lines).map(({ event }) => event)).toEqual(['not-checked']);
    expect(monitorOf(lines)?.figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });
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
  expect(othersOf(lines)).toEqual([
    {
      level: 'ERROR',
      event: 'not-checked',
      parameter: 'orders',
      reason: 'AccessDeniedException: not authorized to perform: ssm:PutParameter',
    },
  ]);
  expect(monitorOf(lines)?.figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });
});

test('a load balancer API that hangs makes the reading poorer, and the check is made', async () => {
  await fleet.deploy(
    { 'registry/orders': fleet.record('orders') },
    { 'elasticloadbalancing:DescribeLoadBalancers': () => new Promise(() => {}) },
  );
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual({ checkedProxies: 1, openIncidents: 0, notChecked: 0 });
  expect(lines[0].degraded).toEqual(['DescribeLoadBalancers failed: TimeoutError']);
}, 20_000);

describe('an upstream that is unknown', () => {
  const gone = { LoadBalancers: [] };
  const denied = () => {
    throw new AwsError('AccessDenied', 'not authorized to perform: elasticloadbalancing:DescribeLoadBalancers', 403);
  };
  const eventsOf = (lines: Line[]) => othersOf(lines).map(({ event, incident }) => `${event} ${incident.kind}`);

  test('is an incident when the load balancer is gone, although its name still resolves', async () => {
    const record = fleet.record('orders');
    await fleet.deploy({ 'registry/orders': record }, { 'elasticloadbalancing:DescribeLoadBalancers': () => gone });
    const { lines } = await fleet.invoke();
    const { dnsName, loadBalancerArn } = record.upstreams[0]!;
    expect(othersOf(lines)).toMatchObject([
      {
        event: 'incident-opened',
        incident: { kind: 'unknown-upstream', message: `${dnsName}: load balancer ${loadBalancerArn} is gone` },
      },
    ]);
  });

  test('is not known again because nobody could be asked about it', async () => {
    const answers = [() => gone, denied, () => gone];
    await fleet.deploy(
      { 'registry/orders': fleet.record('orders') },
      { 'elasticloadbalancing:DescribeLoadBalancers': () => answers.shift()!() },
    );
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
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-opened unknown-upstream']);
    fleet.point('127.0.0.1');
    expect(eventsOf((await fleet.invoke()).lines)).toEqual(['incident-resolved unknown-upstream']);
  });
});

test('a task that does not answer is unreachable, and the others are read', async () => {
  fleet.taskAddresses = ['127.0.0.1', '127.0.0.7'];
  await fleet.deploy({ 'registry/orders': fleet.record('orders') });
  const { lines } = await fleet.invoke();
  expect(othersOf(lines)).toMatchObject([
    {
      level: 'WARN',
      incident: { message: 'the runtime API of task-1 does not answer: connection refused' },
    },
  ]);
  expect(metricsOf(lines)[0]?.figures).toMatchObject({ [METRICS.checkedTasks]: 1 });
});

test('an empty registry is a run without anything to tell but the metrics of the monitor', async () => {
  await fleet.deploy({});
  const { payload, lines } = await fleet.invoke();
  expect(payload).toEqual({ checkedProxies: 0, openIncidents: 0, notChecked: 0 });
  expect(metricsOf(lines).map(({ value }) => value)).toEqual(['fleet']);
});

describe('without its registry the function fails, where everybody can see it', () => {
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
