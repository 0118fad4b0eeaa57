import fc from 'fast-check';
import { findingOf } from '../../../lambda/compliance/findings';
import type { IncidentChange, IncidentEventDetail } from '../../../lib/contract/incident-event';
import type { TaskSource } from '../../../lib/contract/registry-record';
import { VERDICTS, type VerdictKind } from '../../../lib/contract/verdicts';
import { SecurityHub } from '../../../testbed/aws';
import { faultsOf } from '../../../testbed/aws/service-models';

const PLACE = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };
const HOUR = Date.parse('2027-01-31T22:00:00Z');

const detail = (more: Partial<IncidentEventDetail> = {}): IncidentEventDetail => ({
  version: '1',
  eventId: '5d1f0c2b9a7e4d38-0',
  change: 'opened',
  incidentId: '5d1f0c2b9a7e4d38',
  monitor: 'production',
  proxy: 'orders',
  kind: 'stale-address',
  severity: 'critical',
  severityLevel: 3,
  message: '2 tasks of orders hold 10.0.1.17, which elb.test no longer has',
  upstream: 'elb.test',
  address: '10.0.1.17',
  owner: 'ECS task of billing',
  tasks: ['task-1', 'task-2'],
  taskCount: 2,
  taskSource: { cluster: 'shop', service: 'orders', runtimeApiPort: 9990 },
  live: ['10.0.1.23', '10.0.2.31'],
  since: '2027-01-31T22:00:00.000Z',
  at: '2027-01-31T22:01:00.000Z',
  ageSeconds: 60,
  remediation: 'aws ecs update-service --cluster shop --service orders --force-new-deployment',
  links: { runbook: 'https://example.com/runbook#stale-address', log: 'https://console.example.com/logs' },
  ...more,
});

const find = (more: Partial<IncidentEventDetail> = {}) => findingOf({ detail: detail(more) }, PLACE);

/** What Security Hub answers about findings, and has then. */
function imported(...findings: ReturnType<typeof findingOf>[]) {
  const hub = new SecurityHub();
  const answer = hub.handlers['securityhub:BatchImportFindings']({ Findings: findings } as never);
  return { ...answer, findings: [...hub.findings.values()] };
}

test('an incident is a finding with severity, resource, remediation and links', () => {
  expect(find()).toEqual({
    SchemaVersion: '2018-10-08',
    Id: 'cdk-haproxy-elb/eu-west-1/123456789012/production/5d1f0c2b9a7e4d38',
    ProductArn: 'arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default',
    ProductName: 'cdk-haproxy-elb',
    GeneratorId: 'cdk-haproxy-elb/stale-address',
    AwsAccountId: '123456789012',
    Types: ['Software and Configuration Checks/AWS Security Best Practices', 'Effects/Data Exposure'],
    Severity: { Label: 'CRITICAL', Original: 'critical' },
    FindingProviderFields: {
      Severity: { Label: 'CRITICAL', Original: 'critical' },
      Types: ['Software and Configuration Checks/AWS Security Best Practices', 'Effects/Data Exposure'],
    },
    FirstObservedAt: '2027-01-31T22:00:00.000Z',
    LastObservedAt: '2027-01-31T22:01:00.000Z',
    CreatedAt: '2027-01-31T22:00:00.000Z',
    UpdatedAt: '2027-01-31T22:01:00.000Z',
    Title: 'HAProxy orders: stale-address 10.0.1.17',
    Description: '2 tasks of orders hold 10.0.1.17, which elb.test no longer has',
    Remediation: {
      Recommendation: {
        Text: 'aws ecs update-service --cluster shop --service orders --force-new-deployment',
        Url: 'https://example.com/runbook#stale-address',
      },
    },
    SourceUrl: 'https://console.example.com/logs',
    ProductFields: {
      'cdk-haproxy-elb/monitor': 'production',
      'cdk-haproxy-elb/proxy': 'orders',
      'cdk-haproxy-elb/kind': 'stale-address',
      'cdk-haproxy-elb/incidentId': '5d1f0c2b9a7e4d38',
      'cdk-haproxy-elb/upstream': 'elb.test',
      'cdk-haproxy-elb/address': '10.0.1.17',
      'cdk-haproxy-elb/owner': 'ECS task of billing',
      'cdk-haproxy-elb/tasks': 'task-1, task-2',
      'cdk-haproxy-elb/taskCount': '2',
      'cdk-haproxy-elb/live': '10.0.1.23, 10.0.2.31',
    },
    Resources: [
      {
        Type: 'AwsEcsService',
        Id: 'arn:aws:ecs:eu-west-1:123456789012:service/shop/orders',
        Region: 'eu-west-1',
      },
    ],
    RecordState: 'ACTIVE',
  });
});

test.each<[TaskSource | undefined, string[], string[]]>([
  [
    { autoScalingGroup: 'edge', runtimeApiPort: 1 },
    ['i-0a', 'i-0b'],
    [
      'AwsEc2Instance arn:aws:ec2:eu-west-1:123456789012:instance/i-0a',
      'AwsEc2Instance arn:aws:ec2:eu-west-1:123456789012:instance/i-0b',
    ],
  ],
  [{ autoScalingGroup: 'edge', runtimeApiPort: 1 }, [], ['Other cdk-haproxy-elb/production/orders']],
  [
    { instanceTags: { role: 'haproxy' }, runtimeApiPort: 1 },
    ['i-0a'],
    ['AwsEc2Instance arn:aws:ec2:eu-west-1:123456789012:instance/i-0a'],
  ],
  [{ endpoints: ['10.0.0.5:9990'] }, ['10.0.0.5:9990'], ['Other cdk-haproxy-elb/production/orders']],
  [{ name: 'edge.test', runtimeApiPort: 1 }, ['10.0.0.5:1'], ['Other cdk-haproxy-elb/production/orders']],
  [undefined, ['task-1'], ['Other cdk-haproxy-elb/production/orders']],
])('the resources of processes at %j', (taskSource, tasks, expected) => {
  const { Resources = [] } = find({ taskSource, tasks });
  expect(Resources.map(({ Type, Id }) => `${Type} ${Id}`)).toEqual(expected);
});

test('of many instances the first 32 are resources', () => {
  const tasks = Array.from({ length: 100 }, (_, i) => `i-${i.toString(16)}`);
  const finding = find({ taskSource: { instanceTags: { a: 'b' }, runtimeApiPort: 1 }, tasks });
  expect(finding.Resources).toHaveLength(32);
  expect(imported(finding).FailedFindings).toEqual([]);
});

test.each([
  ['critical', 'CRITICAL'],
  ['warning', 'MEDIUM'],
  ['info', 'INFORMATIONAL'],
] as const)('%s is %s', (severity, label) => {
  expect(find({ severity }).Severity).toEqual({ Label: label, Original: severity });
});

test.each([
  ['opened', 'ACTIVE'],
  ['changed', 'ACTIVE'],
  ['closed', 'ARCHIVED'],
] as const)('a finding of an incident that %s is %s', (change, state) => {
  expect(find({ change }).RecordState).toBe(state);
});

test.each(Object.keys(VERDICTS) as VerdictKind[])('Security Hub takes a finding of %s', (kind) => {
  expect(imported(find({ kind })).FailedFindings).toEqual([]);
});

test.each<[unknown, string]>([
  [
    null,
    'not the event of an incident: change, incidentId, monitor, proxy, kind, severity, message, remediation of its detail must be texts',
  ],
  [{ detail: { ...detail(), proxy: 5 } }, 'not the event of an incident: proxy of its detail must be texts'],
  [{ detail: { ...detail(), severity: 'toString' } }, 'severity is "toString": it must be critical, warning, info'],
  [{ detail: { ...detail(), at: 'yesterday' } }, 'at is "yesterday": it must be a time, ISO 8601'],
])('%j is no finding', (event, message) => {
  expect(() => findingOf(event, PLACE)).toThrow(new Error(message));
});

/** The life of an incident. Each event has its own time. */
const LIFE: readonly (readonly [IncidentChange, Partial<IncidentEventDetail>])[] = [
  ['opened', { severity: 'warning' }],
  ['changed', { severity: 'critical', tasks: ['task-1', 'task-2', 'task-3'] }],
  ['closed', { severity: 'critical', message: 'orders holds no stale address any more' }],
];

test('in any order and with repeats, a finding ends as the last event has it', () => {
  const all = LIFE.map(([change, more], i) => find({ change, ...more, at: new Date(HOUR + i * 1000).toISOString() }));
  const [last] = imported(...all).findings;
  expect(last).toMatchObject({ RecordState: 'ARCHIVED', Severity: { Label: 'CRITICAL' } });
  fc.assert(
    fc.property(fc.shuffledSubarray([...all, ...all], { minLength: 6, maxLength: 6 }), (events) => {
      const hub = new SecurityHub();
      for (const event of events) {
        hub.handlers['securityhub:BatchImportFindings']({ Findings: [event] } as never);
      }
      expect([...hub.findings.values()]).toEqual([{ ...last, Types: all[2]!.Types }]);
    }),
  );
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3000 }),
  fc.string({
    unit: fc.constantFrom('\0', '\n', '\u202e', '"', "'", '\\', '\ud800', '😀', 'é', ' ', '\x7f', '{}'),
    maxLength: 600,
  }),
  fc.constantFrom(
    '',
    ' ',
    '\n\n',
    'x'.repeat(100_000),
    'javascript:alert(1)',
    'https://',
    'https://\u202e.test/',
    '__proto__',
  ),
);

/** Any value of JSON in place of a text: an event is what anyone sends who may. */
const anyValue = fc.oneof({ weight: 3, arbitrary: anyText as fc.Arbitrary<unknown> }, fc.jsonValue());

test('no text of an event breaks a finding: Security Hub takes it, and its model allows it', () => {
  const texts = fc.record({
    incidentId: anyText,
    monitor: anyText,
    proxy: anyText,
    kind: anyText,
    message: anyText,
    upstream: anyText,
    address: anyText,
    owner: anyText,
    remediation: anyText,
    tasks: fc.array(anyText, { maxLength: 100 }),
    live: fc.array(anyText, { maxLength: 100 }),
    links: fc.record({ runbook: anyText, log: anyText }),
    taskSource: fc.oneof(
      fc.record({ cluster: anyText, service: anyText, runtimeApiPort: fc.constant(1) }),
      fc.record({ instanceTags: fc.constant({ a: 'b' }), runtimeApiPort: fc.constant(1) }),
    ),
  });
  fc.assert(
    fc.property(texts, (more) => {
      const finding = find(more as unknown as Partial<IncidentEventDetail>);
      expect(faultsOf('securityhub:BatchImportFindings', { Findings: [finding] })).toEqual([]);
      expect(imported(finding).FailedFindings).toEqual([]);
    }),
  );
});

test('any JSON is a finding that Security Hub takes, or one line that says why not', () => {
  const anyDetail = fc.record(Object.fromEntries(Object.keys(detail()).map((name) => [name, anyValue])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(
      fc.oneof(
        anyValue,
        anyDetail,
        anyDetail.map((one) => ({ ...detail(), ...one })),
      ),
      (given) => {
        let finding: ReturnType<typeof findingOf>;
        try {
          finding = findingOf({ detail: given }, PLACE);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(not the event of an incident: |severity is |(since|at) is )/);
          return;
        }
        expect(imported(finding).FailedFindings).toEqual([]);
      },
    ),
  );
});
