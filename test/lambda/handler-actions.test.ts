import { METRICS } from '../../lib/contract/metrics';
import { AwsError } from '../../testbed/aws';
import { almostOpen, eventLines, Fleet, type Line } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { figuresOf } from './emf';

// Each test starts functions as processes, some of them many times.
jest.setTimeout(60_000);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
});

beforeEach(() => fleet.point('127.0.0.2'));

afterAll(() => fleet?.close());

/** A proxy that drifts, as an earlier check has seen: its tasks hold another address than the load balancer has. */
const drifting = (proxy: string) => ({
  [`registry/${proxy}`]: fleet.record(proxy),
  [`state/${proxy}`]: almostOpen(fleet.record(proxy), '127.0.0.1'),
});

const reported = (lines: Line[], event: string) => eventLines(lines).filter((line) => line.event === event);
const messages = (lines: Line[], event: string) => reported(lines, event).map(({ message }) => message);

describe('repair', () => {
  const completed = { deployments: [{ rolloutState: 'COMPLETED' as const }] };
  const idle = { 'ecs:DescribeServices': () => ({ services: [completed] }) };
  const updated = { 'ecs:UpdateService': () => ({}) };

  test('is off by default', async () => {
    await fleet.deploy(drifting('orders'));
    expect((await fleet.invoke()).payload).toMatchObject({ openIncidents: 1, repairs: 0 });
    expect(fleet.calls('DescribeServices')).toBe(0);
  });

  test('redeploys a service once for an incident, also after a cold start', async () => {
    await fleet.deploy(drifting('orders'), { ...idle, ...updated }, { environment: { REPAIR: 'redeploy' } });
    const { lines, payload } = await fleet.invoke();
    expect(payload).toMatchObject({ repairs: 1 });
    expect(fleet.inputs('UpdateService')).toEqual([{ cluster: 'fleet', service: 'orders', forceNewDeployment: true }]);
    const [opened] = reported(lines, 'incident-opened');
    expect(reported(lines, 'repair')).toEqual([
      {
        level: 'WARN',
        message: 'orders is being redeployed',
        event: 'repair',
        proxy: 'orders',
        incidents: [opened.incident.incidentId],
        remediation: 'aws ecs update-service --cluster fleet --service orders --force-new-deployment',
      },
    ]);
    const monitor = lines.filter((line) => METRICS.heartbeat in line).map(figuresOf);
    expect(monitor).toMatchObject([{ figures: { [METRICS.repairs]: 1 } }]);
    await fleet.coldStart();
    expect((await fleet.invoke()).payload).toMatchObject({ openIncidents: 1, repairs: 0 });
    expect(fleet.calls('UpdateService')).toBe(1);
  });

  test('repairs one service in a run, and another in the next', async () => {
    const services = { ...drifting('orders'), ...drifting('payments') };
    await fleet.deploy(services, { ...idle, ...updated }, { environment: { REPAIR: 'redeploy' } });
    await fleet.invoke();
    expect(fleet.calls('UpdateService')).toBe(1);
    await fleet.invoke();
    await fleet.invoke();
    expect(
      fleet
        .inputs('UpdateService')
        .map(({ service }) => service)
        .sort(),
    ).toEqual(['orders', 'payments']);
  });

  test('waits while a deployment is in progress', async () => {
    const busy = { 'ecs:DescribeServices': () => ({ services: [{ deployments: [{}, {}] }] }) };
    await fleet.deploy(drifting('orders'), { ...busy, ...updated }, { environment: { REPAIR: 'redeploy' } });
    expect(messages((await fleet.invoke()).lines, 'repair')).toEqual(['orders is already being deployed']);
    fleet.before('ecs:DescribeServices', idle['ecs:DescribeServices']);
    expect(messages((await fleet.invoke()).lines, 'repair')).toEqual(['orders is being redeployed']);
  });

  test('continues with the next service if one is already being deployed, or cannot be read', async () => {
    const describe = ({ services: [service] = [] }: { services?: string[] }) => {
      if (service === 'foreign') {
        throw new AwsError('AccessDeniedException', 'not authorized to perform: ecs:DescribeServices');
      }
      return { services: [service === 'stuck' ? { deployments: [{}, {}] } : completed] };
    };
    const services = { ...drifting('foreign'), ...drifting('stuck'), ...drifting('orders') };
    const environment = { REPAIR: 'redeploy' };
    await fleet.deploy(services, { 'ecs:DescribeServices': describe, ...updated }, { environment });
    const { lines, payload } = await fleet.invoke();
    expect(payload).toMatchObject({ openIncidents: 3, repairs: 1 });
    expect(fleet.inputs('UpdateService')).toMatchObject([{ service: 'orders' }]);
    expect(messages(lines, 'repair')).toContain('orders is being redeployed');
  });

  test('waits for the service that it has redeployed before', async () => {
    let busy = '';
    const describe = ({ services: [service] = [] }: { services?: string[] }) => ({
      services: [service === busy ? { deployments: [{}, {}] } : completed],
    });
    const services = { ...drifting('orders'), ...drifting('payments') };
    const environment = { REPAIR: 'redeploy' };
    await fleet.deploy(services, { 'ecs:DescribeServices': describe, ...updated }, { environment });
    await fleet.invoke();
    const [first] = fleet.inputs('UpdateService').map(({ service }) => service);
    const second = first === 'orders' ? 'payments' : 'orders';
    busy = first;
    expect(messages((await fleet.invoke()).lines, 'repair')).toEqual([
      `${second} waits: ${first} is still being redeployed`,
    ]);
    busy = '';
    expect(messages((await fleet.invoke()).lines, 'repair')).toEqual([`${second} is being redeployed`]);
  });

  test('that fails is logged, and not tried again for the same incident', async () => {
    const refused = {
      'ecs:UpdateService': () => {
        throw new AwsError('AccessDeniedException', 'not authorized to perform: ecs:UpdateService');
      },
    };
    await fleet.deploy(drifting('orders'), { ...idle, ...refused }, { environment: { REPAIR: 'redeploy' } });
    expect(reported((await fleet.invoke()).lines, 'repair')).toMatchObject([
      {
        level: 'ERROR',
        message: 'orders could not be redeployed',
        reasons: ['AccessDeniedException: not authorized to perform: ecs:UpdateService'],
      },
    ]);
    expect(messages((await fleet.invoke()).lines, 'repair')).toEqual([]);
  });

  test('as a dry run logs once what it would do, and does not call ECS', async () => {
    await fleet.deploy(drifting('orders'), {}, { environment: { REPAIR: 'dry-run' } });
    expect(reported((await fleet.invoke()).lines, 'repair')).toMatchObject([
      { level: 'WARN', message: 'would redeploy orders', dryRun: true },
    ]);
    expect(messages((await fleet.invoke()).lines, 'repair')).toEqual([]);
    expect(fleet.calls('DescribeServices') + fleet.calls('UpdateService')).toBe(0);
  });
});

describe('OpsItems', () => {
  const environment = { OPS_ITEMS: 'on' };

  test('are off by default', async () => {
    await fleet.deploy(drifting('orders'));
    await fleet.invoke();
    expect(fleet.calls('CreateOpsItem')).toBe(0);
  });

  test('are opened with an incident, once, and resolved with it', async () => {
    const handlers = { 'ssm:CreateOpsItem': () => ({ OpsItemId: 'oi-1' }), 'ssm:UpdateOpsItem': () => ({}) };
    await fleet.deploy(drifting('orders'), handlers, { environment });
    const [opened] = reported((await fleet.invoke()).lines, 'incident-opened');
    await fleet.coldStart();
    await fleet.invoke();
    const { incidentId: id, message } = opened.incident;
    expect(fleet.inputs('CreateOpsItem')).toEqual([
      {
        Source: 'cdk-haproxy-elb',
        Title: 'orders: stale-address',
        Description: message,
        Severity: '2',
        Category: 'Availability',
        OperationalData: {
          '/aws/dedup': { Type: 'SearchableString', Value: `{"dedupString":"cdk-haproxy-elb-${id}"}` },
          incident: { Type: 'SearchableString', Value: id },
        },
      },
    ]);
    fleet.point('127.0.0.1');
    await fleet.invoke();
    expect(fleet.inputs('UpdateOpsItem')).toEqual([{ OpsItemId: 'oi-1', Status: 'Resolved' }]);
  });

  test('that an earlier run opened are used again', async () => {
    const exists = () => {
      throw new AwsError('OpsItemAlreadyExistsException', 'exists', 400, { OpsItemId: 'oi-7' });
    };
    await fleet.deploy(
      drifting('orders'),
      { 'ssm:CreateOpsItem': exists, 'ssm:UpdateOpsItem': () => ({}) },
      { environment },
    );
    expect(reported((await fleet.invoke()).lines, 'degraded')).toEqual([]);
    fleet.point('127.0.0.1');
    await fleet.invoke();
    expect(fleet.inputs('UpdateOpsItem')).toEqual([{ OpsItemId: 'oi-7', Status: 'Resolved' }]);
  });

  test('that cannot be opened hide no incident; the next run tries again', async () => {
    const failures = [new AwsError('OpsItemLimitExceededException', 'too many')];
    const create = () => {
      const failure = failures.pop();
      if (failure) {
        throw failure;
      }
      return { OpsItemId: 'oi-1' };
    };
    await fleet.deploy(drifting('orders'), { 'ssm:CreateOpsItem': create }, { environment });
    const { lines } = await fleet.invoke();
    expect(reported(lines, 'incident-opened')).toHaveLength(1);
    expect(reported(lines, 'degraded')).toMatchObject([
      { message: 'an OpsItem of orders failed', reasons: ['OpsItemLimitExceededException: too many'] },
    ]);
    expect(reported((await fleet.invoke()).lines, 'degraded')).toEqual([]);
    expect(fleet.calls('CreateOpsItem')).toBe(2);
  });

  test('that were deleted count as resolved', async () => {
    const gone = () => {
      throw new AwsError('OpsItemNotFoundException', 'no such OpsItem');
    };
    const handlers = { 'ssm:CreateOpsItem': () => ({ OpsItemId: 'oi-1' }), 'ssm:UpdateOpsItem': gone };
    await fleet.deploy(drifting('orders'), handlers, { environment });
    await fleet.invoke();
    fleet.point('127.0.0.1');
    expect(eventLines((await fleet.invoke()).lines)).toMatchObject([{ event: 'incident-closed' }]);
  });

  test('that cannot be resolved are tried again: the closing event is sent again with the same id', async () => {
    const failures = [new AwsError('InternalServerError', 'try again', 400)];
    const update = () => {
      const failure = failures.pop();
      if (failure) {
        throw failure;
      }
      return {};
    };
    const handlers = { 'ssm:CreateOpsItem': () => ({ OpsItemId: 'oi-1' }), 'ssm:UpdateOpsItem': update };
    await fleet.deploy(drifting('orders'), handlers, { environment });
    await fleet.invoke();
    fleet.point('127.0.0.1');
    const { lines, payload } = await fleet.invoke();
    expect(messages(lines, 'degraded')).toEqual(['an OpsItem of orders failed']);
    expect(payload).toMatchObject({ openIncidents: 0, undeliveredEvents: 1 });
    expect((await fleet.invoke()).payload).toMatchObject({ undeliveredEvents: 0 });
    expect(fleet.inputs('UpdateOpsItem').at(-1)).toEqual({ OpsItemId: 'oi-1', Status: 'Resolved' });
    const closed = fleet.events.filter((event) => event['detail-type'] === 'Incident Closed');
    expect(closed.map(({ detail }) => (detail as { eventId: string }).eventId)).toHaveLength(2);
    expect(new Set(closed.map(({ detail }) => (detail as { eventId: string }).eventId)).size).toBe(1);
  });

  test('do not prevent that the state is saved when OpsCenter hangs', async () => {
    const hang = () => new Promise<never>(() => {});
    await fleet.deploy(drifting('orders'), { 'ssm:CreateOpsItem': hang }, { environment, timeoutMs: 6000 });
    const { lines } = await fleet.invoke();
    expect(reported(lines, 'degraded')).toMatchObject([
      { message: 'an OpsItem of orders failed', reasons: ['the run had no time left'] },
    ]);
    expect(reported(lines, 'incident-opened')).toHaveLength(1);
    fleet.before('ssm:CreateOpsItem', () => ({ OpsItemId: 'oi-1' }));
    expect(eventLines((await fleet.invoke()).lines)).toEqual([]);
  });
});

describe('EventBridge', () => {
  const sentIds = () => fleet.events.map(({ detail }) => (detail as { eventId: string }).eventId);

  test('that refuses one event gets only this event again, in the next run', async () => {
    await fleet.deploy({ ...drifting('orders'), ...drifting('payments') });
    let refused = false;
    fleet.account.bus.refuse = ({ Detail = '' }) => {
      if (refused || !Detail.includes('"proxy":"payments"')) {
        return undefined;
      }
      refused = true;
      return { ErrorCode: 'InternalFailure', ErrorMessage: 'try again' };
    };
    const { lines, payload } = await fleet.invoke();
    expect(payload).toMatchObject({ openIncidents: 2, undeliveredEvents: 1 });
    expect(reported(lines, 'degraded')).toMatchObject([
      {
        message: '1 events of incidents wait for the next run',
        reasons: ['PutEvents refused an event: InternalFailure: try again'],
      },
    ]);
    expect((await fleet.invoke()).payload).toMatchObject({ undeliveredEvents: 0 });
    expect(sentIds()).toHaveLength(2);
    expect(new Set(sentIds()).size).toBe(2);
  });

  test('that is down does not stop a check: the log has what opened at once', async () => {
    await fleet.deploy(drifting('orders'));
    fleet.before('events:PutEvents', () => {
      throw new AwsError('AccessDeniedException', 'not authorized to perform: events:PutEvents');
    });
    const { lines, payload } = await fleet.invoke();
    expect(messages(lines, 'incident-opened')).toHaveLength(1);
    expect(payload).toMatchObject({ checkedProxies: 1, openIncidents: 1, undeliveredEvents: 1 });
    expect(fleet.state('orders')?.unsent).toHaveLength(1);
  });
});

test('what a record suppresses opens no incident, counts for no alarm, and is in the log with its end', async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const suppressions = [{ verdicts: ['stale-address' as const], reason: 'moved by hand', until }];
  const record = fleet.record('orders', { suppressions });
  await fleet.deploy({ 'registry/orders': record, 'state/orders': almostOpen(record, '127.0.0.1') });
  const { lines, payload } = await fleet.invoke();
  expect(payload).toMatchObject({ openIncidents: 0, criticalIncidents: 0, suppressedIncidents: 1 });
  expect(reported(lines, 'suppressed')).toMatchObject([
    { level: 'INFO', proxy: 'orders', kind: 'stale-address', reason: 'moved by hand', until },
  ]);
  expect(fleet.events).toEqual([]);
});
