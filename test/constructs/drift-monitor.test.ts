import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DriftMonitor, HaproxyElbProxy } from '../../lib';
import type { ControllerEnvironment } from '../../lib/contract/environment';
import { STATE_KEY } from '../../lib/contract/state-table';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf, statementsOf } from './template';

const { stack } = stackWithVpc();
const monitor = new DriftMonitor(stack, 'Monitor');
const template = Template.fromStack(stack);
const NAME = monitor.registryPath.replace('/cdk-haproxy-elb/', '');

test('the controller is the bundle, small, bounded and in no VPC', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 55,
    VpcConfig: Match.absent(),
    ReservedConcurrentExecutions: Match.absent(),
    LoggingConfig: { LogGroup: stack.resolve(monitor.logGroup.logGroupName) },
  });
});

test('its environment is the one of the contract, and nothing else', () => {
  const environment: ControllerEnvironment = {
    REGISTRY_PATH: `/cdk-haproxy-elb/${NAME}`,
    MONITOR_NAME: NAME,
    STATE_TABLE: stack.resolve(monitor.stateTable.tableName),
    INTERVAL_SECONDS: '60',
    BLIND_AFTER_SECONDS: '900',
    LOG_GROUP: stack.resolve(monitor.logGroup.logGroupName),
  };
  const [handler] = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ({ properties }) => properties.Handler === 'index.handler',
  );
  expect(handler!.properties.Environment.Variables).toEqual(environment);
});

test('its states are in a table of its own: on demand, encrypted, recoverable, and gone with the stack', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    Properties: {
      TableName: Match.absent(),
      KeySchema: [{ AttributeName: STATE_KEY, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: STATE_KEY, AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      // Without it DynamoDB encrypts with a key of its own.
      SSESpecification: Match.absent(),
    },
    DeletionPolicy: 'Delete',
  });
});

test('its log is kept for a month, in its own group', () => {
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
  template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
});

test('it is started every minute, and not again when it failed', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 minute)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    State: 'ENABLED',
    Target: {
      Arn: stack.resolve(monitor.handler.functionArn),
      RetryPolicy: { MaximumRetryAttempts: 0 },
      Input: '{"time":"<aws.scheduler.scheduled-time>"}',
    },
  });
});

test.each([
  ['a minute', Duration.minutes(1), 60],
  ['a day', Duration.days(1), 21_600],
])('Lambda retries no run and starts none that is older than %s or than it can keep one', (_, interval, seconds) => {
  const { stack } = stackWithVpc();
  new DriftMonitor(stack, 'Monitor', { interval });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: seconds,
  });
});

test('it may do exactly this', () => {
  expect(permissionsOf(template, /MonitorRole/)).toEqual([
    'Allow logs:CreateLogStream on {MonitorLogGroup.Arn}',
    'Allow logs:PutLogEvents on {MonitorLogGroup.Arn}',
    `Allow ssm:GetParametersByPath on arn:{Partition}:ssm:{Region}:{AccountId}:parameter/cdk-haproxy-elb/${NAME}`,
    'Allow dynamodb:Scan on {MonitorStates.Arn}',
    'Allow dynamodb:GetItem on {MonitorStates.Arn}',
    'Allow dynamodb:PutItem on {MonitorStates.Arn}',
    'Allow dynamodb:DeleteItem on {MonitorStates.Arn}',
    'Allow events:PutEvents on arn:{Partition}:events:{Region}:{AccountId}:event-bus/default if events:source ForAllValues:StringEquals cdk-haproxy-elb',
    'Allow ec2:DescribeNetworkInterfaces on *',
    'Allow elasticloadbalancing:DescribeLoadBalancers on *',
    'Allow elasticloadbalancing:DescribeLoadBalancerAttributes on *',
  ]);
  const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('MonitorRole'));
  expect(Object.keys(role!.properties)).toEqual(['AssumeRolePolicyDocument']);
  expect(role!.properties.AssumeRolePolicyDocument.Statement).toEqual([
    { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
  ]);
});

test('the schedule may start this function and nothing else, for this account', () => {
  const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('MonitorScheduleRole'));
  expect(statementsOf(role!.properties.Policies)).toEqual(['Allow lambda:InvokeFunction on {MonitorHandler.Arn}']);
  expect(role!.properties.AssumeRolePolicyDocument.Statement).toEqual([
    {
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: {
        StringEquals: {
          'aws:SourceAccount': { Ref: 'AWS::AccountId' },
          'aws:SourceArn': stack.resolve(
            `arn:${Aws.PARTITION}:scheduler:${Aws.REGION}:${Aws.ACCOUNT_ID}:schedule-group/default`,
          ),
        },
      },
    },
  ]);
  template.resourcePropertiesCountIs('AWS::IAM::Policy', { Roles: [stack.resolve(role!.id)] }, 0);
});

test('the function is made when its role has its permissions, and not before', () => {
  const [policy] = Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) =>
    id.startsWith('MonitorPolicy'),
  );
  template.hasResource('AWS::Lambda::Function', { DependsOn: Match.arrayWith([policy]) });
});

test('nothing of it can be reached from a network', () => {
  template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  template.resourceCountIs('AWS::Lambda::Url', 0);
  template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
});

test('interval, grace, limit of blindness, metrics and name as they are given', () => {
  const { stack } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', {
    monitorName: 'shared',
    interval: Duration.minutes(5),
    graceChecks: 3,
    blindAfter: Duration.minutes(30),
    detailedMetrics: true,
    reservedConcurrency: 1,
  });
  expect(monitor).toMatchObject({
    monitorName: 'shared',
    registryPath: '/cdk-haproxy-elb/shared',
    graceChecks: 3,
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Period: 300 });
  template.hasResourceProperties('AWS::Lambda::Function', {
    ReservedConcurrentExecutions: 1,
    Environment: {
      Variables: Match.objectLike({
        MONITOR_NAME: 'shared',
        INTERVAL_SECONDS: '300',
        BLIND_AFTER_SECONDS: '1800',
        DETAILED_METRICS: 'on',
      }),
    },
  });
});

describe('with a key, a retention and a removal policy', () => {
  const { stack } = stackWithVpc();
  const encryptionKey = new Key(stack, 'Key');
  new DriftMonitor(stack, 'Monitor', {
    encryptionKey,
    logRetention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const template = Template.fromStack(stack);
  const key = stack.resolve(encryptionKey.keyArn);

  test('states and log are encrypted with the key, and stay', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      Properties: { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } },
      DeletionPolicy: 'Retain',
    });
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: { KmsKeyId: key, RetentionInDays: 365 },
      DeletionPolicy: 'Retain',
    });
  });

  test('the controller may use it through DynamoDB alone, and CloudWatch Logs for its log groups', () => {
    const uses = permissionsOf(template, /MonitorRole/).filter((one) => one.includes('kms:'));
    expect(uses).toEqual(
      [
        'Encrypt',
        'Decrypt',
        'ReEncryptFrom',
        'ReEncryptTo',
        'GenerateDataKey',
        'GenerateDataKeyWithoutPlaintext',
        'DescribeKey',
      ].map(
        (action) =>
          `Allow kms:${action} on {Key.Arn} if kms:ViaService StringEquals dynamodb.{Region}.amazonaws.com or dynamodb.{Region}.{URLSuffix}`,
      ),
    );
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: {
              Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
            },
            Condition: {
              ArnLike: {
                'kms:EncryptionContext:aws:logs:arn': stack.resolve(
                  `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
                ),
              },
            },
          }),
        ]),
      },
    });
  });
});

test('a log group as it is given', () => {
  const { stack } = stackWithVpc();
  const logGroup = new LogGroup(stack, 'Log');
  const monitor = new DriftMonitor(stack, 'Monitor', { logGroup });
  expect(monitor.logGroup).toBe(logGroup);
  Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
  const logRetention = RetentionDays.ONE_YEAR;
  expect(() => new DriftMonitor(stack, 'Other', { logGroup, logRetention })).toThrow(
    new Error('logGroup and logRetention are both given: leave logRetention out, and set it on the log group'),
  );
});

describe('for a proxy', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  for (const id of ['Orders', 'Payments']) {
    new HaproxyElbProxy(stack, id, { cluster, monitor, upstream: BY_NAME });
  }
  const template = Template.fromStack(stack);

  test('it may find the services and the tasks of the cluster, however many proxies there are', () => {
    expect(permissionsOf(template, /MonitorRole/).filter((one) => one.includes(' ecs:'))).toEqual([
      'Allow ecs:DescribeServices on * if ecs:cluster ArnEquals {Cluster.Arn}',
      'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
      'Allow ecs:DescribeTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
    ]);
  });

  test('each proxy is in its registry once', () => {
    const names = resourcesOf(template, 'AWS::SSM::Parameter').map(({ properties }) => properties.Name);
    expect(names).toEqual([
      `${monitor.registryPath}/monitor`,
      expect.stringMatching(`^${monitor.registryPath}/registry/Stack-Orders-`),
      expect.stringMatching(`^${monitor.registryPath}/registry/Stack-Payments-`),
    ]);
  });

  test('there is one controller, one probe and one schedule, and the two alarms that every monitor has', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 1);
    template.resourceCountIs('AWS::Lambda::Function', 2);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
  });
});

test('a further cluster is named in the same permission, so that the policy stays small', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  for (const id of ['A', 'B']) {
    new HaproxyElbProxy(stack, id, { vpc, monitor, upstream: BY_NAME });
  }
  const permissions = permissionsOf(Template.fromStack(stack), /MonitorRole/).filter((one) => one.includes(' ecs:'));
  expect(permissions).toEqual([
    'Allow ecs:DescribeServices on * if ecs:cluster ArnEquals {ACluster.Arn} or {BCluster.Arn}',
    'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {ACluster.Arn} or {BCluster.Arn}',
    'Allow ecs:DescribeTasks on * if ecs:cluster ArnEquals {ACluster.Arn} or {BCluster.Arn}',
  ]);
});

test('monitors of one stack have different names, so that neither reads the other', () => {
  const { stack } = stackWithVpc();
  const paths = ['A', 'B'].map((id) => new DriftMonitor(stack, id).registryPath);
  expect(new Set(paths).size).toBe(2);
  expect(paths).toEqual(['A', 'B'].map((id) => expect.stringMatching(`^/cdk-haproxy-elb/Stack-${id}-[0-9A-F]{8}$`)));
});
