import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { type CensusTargets, DriftCensus, type DriftCensusProps } from '../../lib';
import { resourcesOf } from '../e2e/template';
import { permissionsOf, statementsOf, textOf } from './template';

const validate = require('asl-validator') as (definition: object) => { errorsText: () => string };

const HUB = { account: '999999999999', region: 'eu-west-1' };
const TARGETS: CensusTargets[] = [
  { monitorName: 'edge', accounts: ['111111111111', '222222222222'], regions: ['us-east-1'] },
];

function hub(props: Partial<DriftCensusProps> = {}) {
  const stack = new Stack(new App(), 'Hub', { env: HUB });
  const census = new DriftCensus(stack, 'Census', { censusName: 'fleet', targets: TARGETS, ...props });
  return { stack, census };
}

const resources = (stack: Stack, type: string) => resourcesOf(Template.fromStack(stack), type);

/** The definition, with a text in place of each reference. */
function definitionOf(stack: Stack) {
  const [machine] = resources(stack, 'AWS::StepFunctions::StateMachine');
  return JSON.parse(textOf(machine!.properties.DefinitionString).replaceAll('{Partition}', 'aws'));
}

/** What the role of a part may do. */
const allowed = (stack: Stack, part: string) =>
  permissionsOf(Template.fromStack(stack), new RegExp(`^{Census${part}Role}`));

const LOGS = ['Allow logs:CreateLogStream on {CensusLogGroup.Arn}', 'Allow logs:PutLogEvents on {CensusLogGroup.Arn}'];

describe('the state machine', () => {
  test('is valid, with a map that reads its list from S3 and writes its results there', () => {
    const { stack } = hub();
    const definition = definitionOf(stack);
    expect(validate(definition).errorsText()).toBe('');
    expect(definition.States.Collect).toMatchObject({
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Parameters: { Bucket: '{CensusWorking}', 'Key.$': '$.key' },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: '{CensusWorking}', Prefix: 'working/results' },
      },
      ToleratedFailurePercentage: 5,
      Next: 'Conclude',
    });
    // The validator finds what is wrong.
    expect(validate({ ...definition, StartAt: 'Lst' }).errorsText()).toContain('MISSING_TRANSITION_TARGET');
  });

  test('writes the document also where too many monitors were not seen, and then fails', () => {
    const { States } = definitionOf(hub().stack);
    const [caught] = States.Collect.Catch;
    expect(caught.ErrorEquals).toEqual(['States.ALL']);
    const conclusion = States[caught.Next];
    expect(conclusion.Parameters).toEqual(States.Conclude.Parameters);
    expect(States[conclusion.Next].Type).toBe('Fail');
  });

  test('gets the targets, and starts at each interval by a role that may do nothing else', () => {
    const { stack } = hub({ interval: Duration.hours(6), toleratedFailurePercentage: 0 });
    const { States } = definitionOf(stack);
    expect(States.List.Parameters.Payload.targets).toEqual(TARGETS);
    expect(States.Collect.ToleratedFailurePercentage).toBe(0);
    const schedules = resources(stack, 'AWS::Scheduler::Schedule').map(({ properties }) => [
      properties.ScheduleExpression,
      properties.Target.Input,
    ]);
    expect(schedules).toEqual([
      ['rate(6 hours)', '{}'],
      ['cron(0 12 1 * ? *)', '{"month":"previous"}'],
    ]);
    const [role] = resources(stack, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('CensusScheduleRole'));
    expect(statementsOf(role!.properties.Policies)).toEqual([
      'Allow states:StartExecution on {CensusMachineStateMachine}',
    ]);
  });
});

describe('each part may do what it does, and nothing else', () => {
  test('the list', () => {
    expect(allowed(hub().stack, 'List')).toEqual([
      ...LOGS,
      'Allow s3:GetObject on {CensusDocuments.Arn}/censuses/*',
      'Allow s3:PutObject on {CensusWorking.Arn}/working/*',
      'Allow s3:ListBucket on {CensusDocuments.Arn}',
    ]);
  });

  test('the list, with organizational units and the root', () => {
    const organizationalUnits = ['ou-ab12-cdefghij', 'r-ab12'];
    const { stack } = hub({ organizationId: 'o-a1b2c3d4e5', targets: [{ monitorName: 'edge', organizationalUnits }] });
    const units = 'arn:{Partition}:organizations::*:ou/o-a1b2c3d4e5/ou-ab12-*';
    const root = 'arn:{Partition}:organizations::*:root/o-a1b2c3d4e5/r-ab12';
    expect(allowed(stack, 'List').filter((one) => one.includes('organizations:'))).toEqual([
      `Allow organizations:ListAccountsForParent on ${units}`,
      `Allow organizations:ListAccountsForParent on ${root}`,
      `Allow organizations:ListOrganizationalUnitsForParent on ${units}`,
      `Allow organizations:ListOrganizationalUnitsForParent on ${root}`,
    ]);
    expect(allowed(stack, 'Collect').filter((one) => one.includes('sts:'))).toEqual([
      'Allow sts:AssumeRole on arn:{Partition}:iam::*:role/haproxy-census-eu-west-1-edge if aws:ResourceOrgID StringEquals o-a1b2c3d4e5',
    ]);
  });

  test('the function that asks', () => {
    expect(allowed(hub().stack, 'Collect')).toEqual([
      ...LOGS,
      'Allow sts:AssumeRole on arn:{Partition}:iam::111111111111:role/haproxy-census-us-east-1-edge',
      'Allow sts:AssumeRole on arn:{Partition}:iam::222222222222:role/haproxy-census-us-east-1-edge',
      'Allow s3:GetObject on {CensusDocuments.Arn}/censuses/*',
      'Allow s3:PutObject on {CensusDocuments.Arn}/censuses/*',
      'Allow s3:PutObject on {CensusDocuments.Arn}/months/*',
      'Allow s3:PutObject on {CensusWorking.Arn}/working/*',
      'Allow s3:ListBucket on {CensusDocuments.Arn}',
    ]);
  });

  test('the function that concludes', () => {
    expect(allowed(hub().stack, 'Conclude')).toEqual([
      ...LOGS,
      'Allow s3:GetObject on {CensusWorking.Arn}/working/*',
      'Allow s3:PutObject on {CensusDocuments.Arn}/censuses/*',
      'Allow s3:PutObject on {CensusDocuments.Arn}/months/*',
      'Allow s3:ListBucket on {CensusWorking.Arn}',
    ]);
  });

  test('the state machine', () => {
    const states = 'arn:{Partition}:states:eu-west-1:999999999999';
    expect(allowed(hub().stack, 'Machine')).toEqual([
      ...['List', 'Collect', 'Conclude'].map((one) => `Allow lambda:InvokeFunction on {Census${one}Handler.Arn}`),
      `Allow states:StartExecution on ${states}:stateMachine:fleet`,
      ...['DescribeExecution', 'StopExecution'].flatMap((one) =>
        [':*', '/*:*'].map((runs) => `Allow states:${one} on ${states}:execution:fleet${runs}`),
      ),
      'Allow s3:GetObject on {CensusWorking.Arn}/working/*',
      ...['PutObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'].map(
        (one) => `Allow s3:${one} on {CensusWorking.Arn}/working/results/*`,
      ),
    ]);
  });

  test('with a key, each that reads or writes may use it through S3', () => {
    const stack = new Stack(new App(), 'Hub', { env: HUB });
    new DriftCensus(stack, 'Census', { targets: TARGETS, encryptionKey: new Key(stack, 'Key') });
    const through = 'on {Key.Arn} if kms:ViaService StringEquals s3.eu-west-1.{URLSuffix}';
    for (const part of ['List', 'Collect', 'Conclude', 'Machine']) {
      expect(allowed(stack, part).filter((one) => one.includes('kms:'))).toEqual([
        `Allow kms:GenerateDataKey ${through}`,
        `Allow kms:Decrypt ${through}`,
      ]);
    }
  });
});

describe('the buckets', () => {
  const bucketOf = (stack: Stack, id: string) =>
    resources(stack, 'AWS::S3::Bucket').find((one) => one.id.startsWith(`Census${id}`));

  test('documents have versions, stay when the stack is deleted, and no other account reads them', () => {
    const { stack } = hub();
    const documents = bucketOf(stack, 'Documents')!;
    const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
    for (const bucket of [documents, bucketOf(stack, 'Working')!]) {
      expect(bucket.properties.PublicAccessBlockConfiguration).toEqual(all);
    }
    expect(documents.properties).toMatchObject({ VersioningConfiguration: { Status: 'Enabled' } });
    expect(documents.properties.ObjectLockEnabled).toBeUndefined();
    const denied = resources(stack, 'AWS::S3::BucketPolicy').map(({ properties: { PolicyDocument } }) =>
      PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny').map(
        ({ Condition }: { Condition: object }) => Condition,
      ),
    );
    expect(denied).toEqual(
      Array(2).fill([{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } }]),
    );
    const kept = Template.fromStack(stack).findResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    expect(Object.keys(kept)).toContain(documents.id);
  });

  test('documents can be locked, working files never are, and these expire', () => {
    const { stack } = hub({
      objectLock: ObjectLockRetention.compliance(Duration.days(365)),
      documentRetention: Duration.days(400),
    });
    const { properties } = bucketOf(stack, 'Documents')!;
    expect(properties.ObjectLockEnabled).toBe(true);
    expect(properties.ObjectLockConfiguration.Rule).toEqual({ DefaultRetention: { Days: 365, Mode: 'COMPLIANCE' } });
    expect(properties.LifecycleConfiguration.Rules).toContainEqual(expect.objectContaining({ ExpirationInDays: 400 }));
    const working = bucketOf(stack, 'Working')!.properties;
    expect(working.ObjectLockEnabled).toBeUndefined();
    expect(working.LifecycleConfiguration.Rules).toMatchObject([{ ExpirationInDays: 30 }]);
  });

  test('a bucket of your own has the documents', () => {
    const stack = new Stack(new App(), 'Hub', { env: HUB });
    const bucket = Bucket.fromBucketName(stack, 'Evidence', 'evidence');
    const census = new DriftCensus(stack, 'Census', { targets: TARGETS, bucket });
    expect(census.bucket).toBe(bucket);
    expect(bucketOf(stack, 'Documents')).toBeUndefined();
    expect(allowed(stack, 'Conclude')).toContain('Allow s3:PutObject on arn:{Partition}:s3:::evidence/censuses/*');
  });
});

test('an alarm for a census that failed, and one for none that succeeds in two days', () => {
  const { stack } = hub();
  const alarms = resources(stack, 'AWS::CloudWatch::Alarm').map(({ properties }) => [
    properties.AlarmDescription,
    properties.DatapointsToAlarm ?? properties.EvaluationPeriods,
    properties.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: { MetricName: string }; Period: number } }) =>
      MetricStat === undefined ? [] : [`${MetricStat.Metric.MetricName} ${MetricStat.Period}`],
    ),
  ]);
  expect(alarms).toEqual([
    [
      'A census of HAProxy failed: its document, if it has one, names the monitors that were not seen',
      1,
      ['ExecutionsFailed 3600', 'ExecutionsTimedOut 3600', 'ExecutionsAborted 3600'],
    ],
    ['No census of HAProxy succeeds', 2, ['ExecutionsSucceeded 86400', 'ExecutionsStarted 86400']],
  ]);
});

const units = (organizationalUnits: string[]) => hub({ targets: [{ monitorName: 'edge', organizationalUnits }] });
const accounts = (some: string[]) => hub({ targets: [{ monitorName: 'edge', accounts: some }] });
const many = (count: number, name = 'edge') => ({
  monitorName: name,
  accounts: Array.from({ length: count }, (_, i) => String(100000000000 + i)),
});

test.each([
  ['no targets', () => hub({ targets: [] }), 'targets is empty: name at least one monitor'],
  [
    'neither accounts nor units',
    () => hub({ targets: [{ monitorName: 'edge' }] }),
    'targets[0] has neither accounts nor organizationalUnits: give one of them',
  ],
  ['no account', () => accounts([]), 'targets[0].accounts is empty: name at least one, or leave it out'],
  ['a name of an account', () => accounts(['prod']), "targets[0].accounts has 'prod': give 12 digits"],
  [
    'a zone',
    () => hub({ targets: [{ monitorName: 'edge', accounts: ['111111111111'], regions: ['eu-west-1a'] }] }),
    "targets[0].regions has 'eu-west-1a': give a region such as 'eu-west-1'",
  ],
  [
    'a name of a unit',
    () => units(['Production']),
    "targets[0].organizationalUnits has 'Production': give an id such as 'ou-ab12-cdefghij', or that of a root",
  ],
  [
    'units without an organization',
    () => units(['ou-ab12-cdefghij']),
    'organizationId is missing: the permission to list organizationalUnits names it',
  ],
  [
    'too many monitors for a policy',
    () => hub({ targets: [many(101)] }),
    'targets has 101 monitors, and the policy of a role has room for 100 of them: give organizationId, which allows the roles of these names in your organization',
  ],
  [
    'too many targets for a state',
    () => hub({ targets: [many(7000), many(7000, 'core')], organizationId: 'o-a1b2c3d4e5' }),
    'targets has 210121 bytes, and a state has room for 204800: name accounts of the same monitors in one element, or organizationalUnits',
  ],
  [
    'a blank in a name of a monitor',
    () => hub({ targets: [{ monitorName: 'the edge', accounts: ['111111111111'] }] }),
    "targets[0].monitorName 'the edge' is not valid: give 1 to 64 letters, digits, '.', '-' or '_'",
  ],
  [
    'a long name',
    () => hub({ censusName: 'x'.repeat(57) }),
    `censusName '${'x'.repeat(57)}' is not valid: give 1 to 56 letters, digits, '.', '-' or '_'`,
  ],
  [
    'minutes',
    () => hub({ interval: Duration.minutes(90) }),
    "interval '1.5 h' is not valid: give whole hours, from 1 hour to 1 day",
  ],
  [
    'a week',
    () => hub({ interval: Duration.days(7) }),
    "interval '168 h' is not valid: give whole hours, from 1 hour to 1 day",
  ],
  [
    'more than all',
    () => hub({ toleratedFailurePercentage: 101 }),
    "toleratedFailurePercentage '101' is out of range: give 0 to 100",
  ],
  [
    'a blank external id',
    () => hub({ externalId: ' ' }),
    "externalId ' ' is not valid: give 2 to 1224 letters, digits and characters of '_+=,.@:/-'",
  ],
  [
    'half a day',
    () => hub({ documentRetention: Duration.hours(12) }),
    "documentRetention '0.5 d' is not valid: give whole days, 1 or more",
  ],
  [
    'documents that expire while they are locked',
    () => hub({ objectLock: ObjectLockRetention.governance(Duration.days(90)), documentRetention: Duration.days(30) }),
    "documentRetention '30 d' is shorter than objectLock, 90 d: give at least this, or leave it out",
  ],
  [
    'a lock on a bucket of your own',
    () => {
      const stack = new Stack(new App(), 'Other');
      const bucket = Bucket.fromBucketName(stack, 'Evidence', 'evidence');
      hub({ bucket, objectLock: ObjectLockRetention.governance(Duration.days(90)) });
    },
    'objectLock is for a new bucket: set it on your bucket, or leave bucket out',
  ],
])('one line says what is wrong: %s', (_what, make, message) => {
  expect(make).toThrow(expect.objectContaining({ message }));
});
