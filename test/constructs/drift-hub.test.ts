import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DriftHub, type DriftHubProps, DriftMonitor, IncidentSeverity } from '../../lib';
import { type EventPattern, matches } from '../../testbed/aws/event-pattern';
import { resourcesOf } from '../e2e/template';
import { statementsOf, textOf } from './template';

const HUB = { account: '999999999999', region: 'eu-west-1' };
const FAR = { account: '111111111111', region: 'us-east-1' };
const BUS_ARN = 'arn:aws:events:eu-west-1:999999999999:event-bus/incidents';

/** An event as the bus of the hub gets it. */
const event = (detail: object = {}, more: object = {}) => ({
  source: 'cdk-haproxy-elb',
  'detail-type': 'Incident Opened',
  account: FAR.account,
  region: FAR.region,
  detail: { monitor: 'edge', proxy: 'orders', change: 'opened', severity: 'critical', severityLevel: 3, ...detail },
  ...more,
});

function hub(props: DriftHubProps = {}) {
  const app = new App();
  const stack = new Stack(app, 'Hub', { env: HUB });
  return { app, stack, hub: new DriftHub(stack, 'Hub', { hubName: 'incidents', ...props }) };
}

const resources = (stack: Stack, type: string) => resourcesOf(Template.fromStack(stack), type);

/** What the policy of a bus allows, and to whom. */
const senders = (stack: Stack) =>
  resources(stack, 'AWS::Events::EventBusPolicy').map(({ properties: { Statement } }) => [
    [Statement.Principal.AWS].flat().map(textOf).join(' and '),
    ...statementsOf([{ PolicyDocument: { Statement: [Statement] } }] as never),
  ]);

/** The rules whose pattern an event matches, and where they send it. */
const targetsOf = (stack: Stack, one: object) =>
  resources(stack, 'AWS::Events::Rule')
    .filter(({ properties }) => matches(properties.EventPattern as EventPattern, one))
    .flatMap(({ properties }) => (properties.Targets ?? []).map(({ Arn }: { Arn: unknown }) => textOf(Arn)));

describe('whose monitors may send', () => {
  test('the account of the hub alone, without a policy', () => {
    expect(senders(hub().stack)).toEqual([]);
  });

  test('given accounts, and an organization', () => {
    const { stack } = hub({ accounts: ['111111111111', '222222222222'], organizationId: 'o-a1b2c3d4e5' });
    expect(senders(stack)).toEqual([
      [
        'arn:{Partition}:iam::111111111111:root and arn:{Partition}:iam::222222222222:root',
        'Allow events:PutEvents on {HubBus.Arn}',
      ],
      ['*', 'Allow events:PutEvents on {HubBus.Arn} if aws:PrincipalOrgID StringEquals o-a1b2c3d4e5'],
    ]);
  });
});

describe('an event of a monitor', () => {
  const LOG = /:log-group:/;

  test.each<[what: string, one: object, log: boolean, queue: boolean]>([
    ['critical: to the log and to on-call', event(), true, true],
    ['warning: the same', event({ severityLevel: 2 }), true, true],
    ['info: to the log', event({ severityLevel: 1 }), true, false],
    ['closed: the same as opened', event({ change: 'closed' }, { 'detail-type': 'Incident Closed' }), true, true],
    ['of another source: to none', event({}, { source: 'somebody' }), false, false],
  ])('%s', (_what, one, log, queue) => {
    const targets = targetsOf(hub().stack, one);
    expect(targets.some((target) => LOG.test(target))).toBe(log);
    expect(targets.includes('{HubQueue.Arn}')).toBe(queue);
  });

  test('is archived for a year, or as long as given', () => {
    for (const [props, days] of [
      [{}, 365],
      [{ archiveRetention: Duration.days(30) }, 30],
    ] as const) {
      const [archive] = resources(hub(props).stack, 'AWS::Events::Archive');
      expect(archive!.properties).toMatchObject({ RetentionDays: days });
      expect(matches(archive!.properties.EventPattern as EventPattern, event({ severityLevel: 1 }))).toBe(true);
    }
  });

  test('reaches the rule of a team by account, proxy and severity', () => {
    const { stack, hub: one } = hub();
    one.onIncident('Team', {
      accounts: [FAR.account],
      proxyNames: ['orders'],
      minSeverity: IncidentSeverity.CRITICAL,
      target: { bind: () => ({ arn: 'arn:aws:sns:eu-west-1:999999999999:team' }) },
    });
    const isForTeam = (given: object) => targetsOf(stack, given).some((target) => target.endsWith(':team'));
    expect(isForTeam(event())).toBe(true);
    expect(isForTeam(event({ severityLevel: 2 }))).toBe(false);
    expect(isForTeam(event({ proxy: 'invoices' }))).toBe(false);
    expect(isForTeam(event({}, { account: '222222222222' }))).toBe(false);
  });
});

test('the queues are encrypted, require TLS, and move a message to the dead-letter queue after five attempts', () => {
  const { stack } = hub();
  const queues = resources(stack, 'AWS::SQS::Queue');
  expect(queues.map(({ properties }) => properties)).toEqual(
    Array(2).fill(expect.objectContaining({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 })),
  );
  Template.fromStack(stack).hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: { maxReceiveCount: 5 } });
  const policies = resources(stack, 'AWS::SQS::QueuePolicy').map(({ properties }) => properties);
  const statements = statementsOf(policies as never);
  expect(statements.filter((one) => one.startsWith('Deny sqs:*'))).toEqual(
    Array(2).fill(expect.stringContaining('aws:SecureTransport Bool')),
  );
  const allowed = statements.filter((one) => one.startsWith('Allow'));
  expect(allowed.length).toBeGreaterThan(2);
  expect(allowed.filter((one) => !/ if aws:SourceArn ArnEquals \{HubOnIncidentQueue.*\.Arn\}$/.test(one))).toEqual([]);
});

test('a monitor forwards every incident of its own, with a role for this bus alone and a queue for what does not arrive', () => {
  const { app, hub: one } = hub({ accounts: [FAR.account] });
  const stack = new Stack(app, 'Far', { env: FAR });
  const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: 'edge' });
  monitor.onIncident('Own', { target: { bind: () => ({ arn: 'arn:aws:sns:us-east-1:111111111111:own' }) } });
  const forwarding = monitor.forwardIncidents('Hub', one);
  const arn = 'arn:{Partition}:events:eu-west-1:999999999999:event-bus/incidents';
  expect(targetsOf(stack, event({ severityLevel: 1 }))).toEqual([arn]);
  expect(targetsOf(stack, event()).sort()).toEqual(['arn:aws:sns:us-east-1:111111111111:own', arn]);
  expect(targetsOf(stack, event({ monitor: 'other' }))).toEqual([]);
  const [role] = resources(stack, 'AWS::IAM::Role').filter(({ id }) => id.includes('OnIncidentHubRole'));
  expect(statementsOf(role!.properties.Policies)).toEqual([`Allow events:PutEvents on ${arn}`]);
  const [rule] = resources(stack, 'AWS::Events::Rule').filter(({ id }) => id.includes('OnIncidentHubRule'));
  expect(textOf(rule!.properties.Targets[0].DeadLetterConfig.Arn)).toBe('{MonitorOnIncidentHubDeadLetters.Arn}');
  expect(rule!.properties.EventBusName).toBeUndefined();
  expect(forwarding.alarm).toBeUndefined();
});

test('a monitor of another app joins by the ARN of the bus, with an alarm for what does not arrive', () => {
  const stack = new Stack(new App(), 'Team', { env: FAR });
  const topic = new Topic(stack, 'Topic');
  const imported = DriftHub.fromBusArn(stack, 'Hub', BUS_ARN);
  const monitor = DriftMonitor.fromName(stack, 'Monitor', 'edge');
  const { alarm } = monitor.forwardIncidents('Hub', imported, { alarmActions: [new SnsAction(topic)] });
  expect(alarm).toBeDefined();
  expect(targetsOf(stack, event())).toEqual([BUS_ARN]);
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 1,
    TreatMissingData: 'notBreaching',
  });
});

test('a key encrypts all that the hub keeps, and EventBridge may use it', () => {
  const app = new App();
  const stack = new Stack(app, 'Hub', { env: HUB });
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
  new DriftHub(stack, 'Hub', { encryptionKey });
  const template = Template.fromStack(stack);
  template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } });
  for (const type of ['AWS::Events::EventBus', 'AWS::Events::Archive']) {
    template.allResourcesProperties(type, { KmsKeyIdentifier: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } });
  }
  template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } });
  expect(JSON.stringify(resources(stack, 'AWS::KMS::Key'))).toContain('events.amazonaws.com');
});

test('a dashboard shows what is open, from the log of the hub', () => {
  const { stack } = hub({ dashboard: true });
  const [dashboard] = resources(stack, 'AWS::CloudWatch::Dashboard');
  const body = textOf(dashboard!.properties.DashboardBody);
  expect(body).toContain('filter change != \\"closed\\"');
  expect(body).toContain('by account, region, detail.incidentId');
});

test('a rule of the hub is on its bus', () => {
  const { hub: one, stack } = hub();
  expect(one.onIncident('Team')).toBeInstanceOf(Rule);
  for (const { properties } of resources(stack, 'AWS::Events::Rule')) {
    expect(textOf(properties.EventBusName)).toBe('{HubBus}');
  }
});

test.each<[what: string, make: () => unknown, message: string]>([
  [
    'the default bus, which would send to itself',
    () => DriftHub.fromBusArn(hub().stack, 'Other', 'arn:aws:events:eu-west-1:999999999999:event-bus/default'),
    "busArn 'arn:aws:events:eu-west-1:999999999999:event-bus/default' is not that of a hub: give arn:aws:events:REGION:ACCOUNT:event-bus/NAME, and not the default bus",
  ],
  [
    'a name in place of an ARN',
    () => DriftHub.fromBusArn(hub().stack, 'Other', 'incidents'),
    "busArn 'incidents' is not that of a hub: give arn:aws:events:REGION:ACCOUNT:event-bus/NAME, and not the default bus",
  ],
  ['no account', () => hub({ accounts: [] }), 'accounts has 0 ids: give 1 to 200, or organizationId for more accounts'],
  [
    'a name of an account',
    () => hub({ accounts: ['production'] }),
    "accounts has 'production', which is not the id of an account: give 12 digits",
  ],
  [
    'the root of an organization',
    () => hub({ organizationId: 'r-a1b2' }),
    "organizationId 'r-a1b2' is not valid: give 'o-' and 10 to 32 lower-case letters and digits",
  ],
  [
    'half a day',
    () => hub({ archiveRetention: Duration.hours(12) }),
    "archiveRetention '0.5 d' is not valid: give whole days, 1 or more",
  ],
  [
    'no account of a rule',
    () => hub().hub.onIncident('Team', { accounts: [] }),
    "accounts of 'Team' is empty: name at least one, or leave it out for all",
  ],
])('one line says what is wrong: %s', (_what, make, message) => {
  expect(make).toThrow(expect.objectContaining({ message }));
});
