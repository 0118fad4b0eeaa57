import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError, ConfigService, type DeliveredEvent, SecurityHub } from '../../../testbed/aws';
import { almostOpen, Fleet, type Line, linesOf, REGISTRY } from '../../../testbed/fleet';
import type { LocalLambda } from '../../../testbed/lambda';
import { anyBinary } from '../../support/binaries';

// Each test starts functions as processes.
jest.setTimeout(120_000);

const RULE = 'haproxy';
const SERVICE = 'arn:aws:ecs:eu-west-1:123456789012:service/fleet/orders';

let fleet: Fleet;
let config: ConfigService;
let hub: SecurityHub;
let rule: LocalLambda | undefined;
let findings: LocalLambda | undefined;
/** Events that the queue of the findings has. */
let queue: DeliveredEvent[];

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
});

afterAll(() => fleet?.close());

afterEach(() => Promise.all([rule?.stop(), findings?.stop()]));

/** The controller, the functions for auditors, and the services that they write to. */
async function deploy(parameters: Record<string, unknown>, environment: Record<string, string> = {}): Promise<void> {
  [config, hub, queue] = [new ConfigService(), new SecurityHub(), []];
  await fleet.deploy(parameters, { ...config.handlers, ...hub.handlers }, { environment });
  fleet.account.functions.set('controller', async (event) => {
    const { payload, functionError } = await fleet.invoke(event);
    return { payload, ...(functionError !== undefined && { functionError: 'Unhandled' }) };
  });
  fleet.account.bus.rule({ source: ['cdk-haproxy-elb'] }, (event) => queue.push(event));
  [rule, findings] = [fleet.auditing('index.configRule'), fleet.auditing('index.findings')];
}

const evaluate = async (event: object = config.trigger(RULE)) => {
  const { payload, functionError } = await rule!.invoke(event);
  return { payload, functionError, error: (payload as { errorMessage?: string } | undefined)?.errorMessage };
};

/** What a queue gives to the function: bodies of messages. */
async function importBodies(...bodies: string[]) {
  const Records = bodies.map((body, i) => ({ messageId: `message-${i}`, body }));
  const result = await findings!.invoke({ Records });
  const errors: Line[] = linesOf(result).filter(({ level }: Line) => level === 'ERROR');
  return { ...result, error: (result.payload as { errorMessage?: string }).errorMessage, errors };
}

/** Imports all that waits in the queue. */
const importQueue = () => importBodies(...queue.splice(0).map((event) => JSON.stringify(event)));

async function run(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    expect((await fleet.invoke()).functionError).toBeUndefined();
  }
}

/** Kind, severity and state of each finding. */
const summary = () =>
  [...hub.findings.values()]
    .map(({ GeneratorId, Severity, RecordState }) => `${GeneratorId?.split('/')[1]} ${Severity?.Label} ${RecordState}`)
    .sort();

const only = () => [...hub.findings.values()][0];

test('a real HAProxy with a stale address is noncompliant and has a finding until it follows', async () => {
  const record = fleet.record('orders', { dnsWindowSeconds: 0 });
  // A check a minute ago saw the same: two are needed.
  await deploy({ 'registry/orders': record, 'state/orders': almostOpen(record, '127.0.0.1') });
  fleet.point('127.0.0.1');
  expect(await evaluate()).toMatchObject({ payload: { COMPLIANT: 1, NON_COMPLIANT: 0, NOT_APPLICABLE: 0 } });
  expect(config.results(RULE)).toEqual([
    {
      type: 'AWS::ECS::Service',
      id: SERVICE,
      compliance: 'COMPLIANT',
      annotation: expect.stringMatching(/^1 task compared with /),
    },
  ]);

  fleet.point('127.0.0.2');
  await run(1);
  await evaluate();
  expect(config.results(RULE)).toEqual([
    {
      type: 'AWS::ECS::Service',
      id: SERVICE,
      compliance: 'NON_COMPLIANT',
      annotation: expect.stringMatching(/^stale-address: .*127\.0\.0\.1.* \(since 20[\d-]+T[\d:.]+Z/),
    },
  ]);
  expect((await importQueue()).payload).toEqual({ batchItemFailures: [] });
  expect(hub.findings.size).toBe(1);
  expect(only()).toMatchObject({
    RecordState: 'ACTIVE',
    Severity: { Label: 'CRITICAL' },
    Title: 'HAProxy orders: stale-address 127.0.0.1',
    Resources: [{ Type: 'AwsEcsService', Id: SERVICE }],
  });

  fleet.point('127.0.0.1');
  await run(2);
  await evaluate();
  expect(config.complianceOf(RULE, SERVICE)).toBe('COMPLIANT');
  await importQueue();
  expect(hub.findings.size).toBe(1);
  expect(only()).toMatchObject({ RecordState: 'ARCHIVED', Severity: { Label: 'CRITICAL' } });
});

test('a proxy that cannot be checked has no result, and a critical finding once that lasts', async () => {
  const record = fleet.record('orders');
  const register = (one: object) => fleet.account.setParameter(`${REGISTRY}/registry/orders`, JSON.stringify(one));
  await deploy({ 'registry/orders': record }, { BLIND_AFTER_SECONDS: '1' });
  fleet.point('127.0.0.1');
  await run(1);
  await evaluate();
  expect(config.complianceOf(RULE, SERVICE)).toBe('COMPLIANT');

  // Nothing listens there.
  register({ ...record, tasks: { cluster: 'fleet', service: 'orders', runtimeApiPort: 1 } });
  await run(1);
  await sleep(1100);
  await run(2);
  await evaluate();
  expect(config.complianceOf(RULE, SERVICE)).toBe('INSUFFICIENT_DATA');
  expect(config.results(RULE)).toEqual([]);
  await importQueue();
  expect(summary()).toEqual(['unchecked CRITICAL ACTIVE', 'unreachable-task MEDIUM ACTIVE']);

  register(record);
  await run(2);
  await evaluate();
  expect(config.complianceOf(RULE, SERVICE)).toBe('COMPLIANT');
  await importQueue();
  expect(summary()).toEqual(['unchecked CRITICAL ARCHIVED', 'unreachable-task MEDIUM ARCHIVED']);
});

test('results come in batches of 100', async () => {
  // More than the HAProxy answers at once: some have no result.
  const names = Array.from({ length: 130 }, (_, i) => `proxy-${i}`);
  await deploy(Object.fromEntries(names.map((name) => [`registry/${name}`, fleet.record(name)])));
  fleet.point('127.0.0.1');
  const { COMPLIANT, NOT_APPLICABLE } = (await evaluate()).payload as Record<string, number>;
  expect(COMPLIANT! + NOT_APPLICABLE!).toBe(130);
  expect(config.results(RULE)).toHaveLength(COMPLIANT!);
  expect(config.batches).toEqual([100, 30]);
});

test('the result of a proxy that is not registered any more is taken away', async () => {
  await deploy({ 'registry/orders': fleet.record('orders'), 'registry/edge': fleet.record('edge') });
  fleet.point('127.0.0.1');
  expect((await evaluate()).payload).toEqual({ COMPLIANT: 2, NON_COMPLIANT: 0, NOT_APPLICABLE: 0 });
  fleet.account.deleteParameter(`${REGISTRY}/registry/edge`);
  expect((await evaluate()).payload).toEqual({ COMPLIANT: 1, NON_COMPLIANT: 0, NOT_APPLICABLE: 1 });
  expect(config.results(RULE).map(({ id }) => id)).toEqual([SERVICE]);
});

test('an Auto Scaling group has the id that AWS Config knows; a malformed record counts for the account', async () => {
  const record = fleet.record('edge', { tasks: { autoScalingGroup: 'edge', runtimeApiPort: fleet.runtimeApiPort } });
  await deploy({ 'registry/edge': record, 'registry/broken': '{' });
  fleet.point('127.0.0.1');
  const arn = 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0123:autoScalingGroupName/edge';
  config.groups.set('edge', arn);
  fleet.account.instances.set({ id: 'i-0a', address: '127.0.0.1' });
  fleet.account.groups.set('edge', [{ id: 'i-0a' }]);
  await evaluate();
  expect(config.results(RULE)).toMatchObject([
    { type: 'AWS::AutoScaling::AutoScalingGroup', id: arn, compliance: 'COMPLIANT' },
  ]);
});

describe('what fails', () => {
  test('a census that fails changes no result, and fails the evaluation', async () => {
    await deploy({ 'registry/orders': fleet.record('orders') });
    fleet.point('127.0.0.1');
    await evaluate();
    fleet.before('ssm:GetParametersByPath', () => {
      throw new AwsError('AccessDeniedException', 'not authorized');
    });
    expect(await evaluate()).toMatchObject({ functionError: 'Unhandled', error: 'the census failed: not authorized' });
    expect(config.complianceOf(RULE, SERVICE)).toBe('COMPLIANT');
  });

  test('a result that Config does not take fails the evaluation; the others are there', async () => {
    await deploy({ 'registry/orders': fleet.record('orders'), 'registry/edge': fleet.record('edge') });
    fleet.point('127.0.0.1');
    config.refused.add(SERVICE);
    expect(await evaluate()).toMatchObject({
      functionError: 'Unhandled',
      error: `AWS Config did not take 1 of 2 evaluations: ${SERVICE}`,
    });
    expect(config.results(RULE)).toHaveLength(1);
  });

  test('a token that is not valid, and a trigger that is not periodic, fail the evaluation', async () => {
    await deploy({ 'registry/orders': fleet.record('orders') });
    expect((await evaluate({ ...config.trigger(RULE), resultToken: 'x' })).error).toBe(
      'The specified ResultToken is not valid.',
    );
    expect((await evaluate(config.trigger(RULE, 'ConfigurationItemChangeNotification'))).error).toBe(
      'messageType is "ConfigurationItemChangeNotification": give the rule a periodic trigger alone',
    );
  });

  test('only the findings that Security Hub refuses, and messages that are no events, are tried again', async () => {
    const incidents = ['orders', 'edge'].map((proxy) => event(proxy));
    await deploy({});
    const refused = `cdk-haproxy-elb/eu-west-1/123456789012/fleet/${'orders'.padStart(16, '0')}`;
    hub.refused.set(refused, 'try again');
    const { payload, errors } = await importBodies(incidents[0]!, '{}', 'no JSON', incidents[1]!, incidents[0]!);
    expect(payload).toEqual({
      batchItemFailures: ['message-1', 'message-2', 'message-0', 'message-4'].map((itemIdentifier) => ({
        itemIdentifier,
      })),
    });
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the finding of message message-1 was not imported: not the event of an incident: /),
      expect.stringMatching(/^the finding of message message-2 was not imported: SyntaxError: /),
      'the finding of message message-0 was not imported: InternalError: try again',
      'the finding of message message-4 was not imported: InternalError: try again',
    ]);
    expect(hub.findings.size).toBe(1);
    hub.refused.clear();
    expect((await importBodies(incidents[0]!)).payload).toEqual({ batchItemFailures: [] });
    expect(hub.findings.size).toBe(2);
  });

  test('an account without Security Hub fails the import: every message comes again', async () => {
    await deploy({});
    hub.enabled = false;
    expect(await importBodies(event('orders'))).toMatchObject({
      functionError: 'Unhandled',
      error: 'Account 123456789012 is not subscribed to AWS Security Hub',
    });
  });

  test('messages without an event ask Security Hub nothing', async () => {
    await deploy({});
    expect((await importBodies('{}')).payload).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(fleet.calls('BatchImportFindings')).toBe(0);
  });
});

/** An incident of a proxy that opens. */
function event(proxy: string): string {
  return JSON.stringify({
    detail: {
      change: 'opened',
      incidentId: proxy.padStart(16, '0'),
      monitor: 'fleet',
      proxy,
      kind: 'stale-address',
      severity: 'critical',
      message: 'a message',
      remediation: 'a remedy',
      since: '2027-01-31T22:00:00.000Z',
      at: '2027-01-31T22:01:00.000Z',
    },
  });
}
