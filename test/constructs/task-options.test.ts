import { App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  ContainerDependencyCondition,
  ContainerImage,
  CpuArchitecture,
  FirelensLogRouterType,
  LogDrivers,
  obtainDefaultFluentBitECRImage,
} from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DriftMonitor, HaproxyElbProxy, type HaproxyElbProxyProps, HaproxyVersion, ProxyCapacity } from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, ENV, stackWithVpc } from './stacks';
import { permissionsOf } from './template';

// All in one app, because an app is synthesized once for all of its stacks.
const app = new App();
const network = new Stack(app, 'Network', ENV);
const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 });
const monitor = new DriftMonitor(network, 'Monitor');

/** A stack with a proxy. */
function stackWith(id: string, props: (stack: Stack) => Partial<HaproxyElbProxyProps>) {
  const stack = new Stack(app, id, ENV);
  Tags.of(stack).add('team', 'shop');
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME, ...props(stack) });
  return { stack, proxy, template: () => Template.fromStack(stack) };
}

/** A stack with a proxy in an app of its own. */
function alone(props: Partial<HaproxyElbProxyProps>): Template {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ...props });
  return Template.fromStack(stack);
}

const definitionOf = (template: Template) => resourcesOf(template, 'AWS::ECS::TaskDefinition')[0]!.properties;
// biome-ignore lint/suspicious/noExplicitAny: properties of a template have no type.
const containersOf = (template: Template): any[] => definitionOf(template).ContainerDefinitions;
const arm = ProxyCapacity.fargate({ cpuArchitecture: CpuArchitecture.ARM64 });

const plain = stackWith('Plain', () => ({}));
const graviton = stackWith('Graviton', () => ({ capacity: arm }));
const gravitonSpot = stackWith('GravitonSpot', () => ({
  capacity: ProxyCapacity.fargate({ cpuArchitecture: CpuArchitecture.ARM64, spot: true }),
}));
const ROLE = 'arn:aws:iam::111111111111:role';
const secretOf = (stack: Stack) =>
  Secret.fromSecretAttributes(stack, 'Secret', {
    secretCompleteArn: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf',
    encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/k'),
  });
const imported = stackWith('Imported', (stack) => ({
  taskRole: Role.fromRoleArn(stack, 'TaskRole', `${ROLE}/task`),
  executionRole: Role.fromRoleArn(stack, 'ExecutionRole', `${ROLE}/execution`),
  listenTls: { secret: secretOf(stack) },
  enableExecuteCommand: true,
}));
const unchanged = stackWith('Unchanged', (stack) => ({
  taskRole: Role.fromRoleArn(stack, 'TaskRole', `${ROLE}/task`, { mutable: false }),
  executionRole: Role.fromRoleArn(stack, 'ExecutionRole', `${ROLE}/execution`, { mutable: false }),
  listenTls: { secret: secretOf(stack) },
  enableExecuteCommand: true,
}));
const firelens = stackWith('Firelens', () => ({
  logDriver: LogDrivers.firelens({ options: { Name: 'cloudwatch_logs' } }),
}));
firelens.proxy.taskDefinition.addFirelensLogRouter('log-router', {
  image: obtainDefaultFluentBitECRImage(firelens.proxy.taskDefinition),
  firelensConfig: { type: FirelensLogRouterType.FLUENTBIT },
  memoryReservationMiB: 50,
  user: '0:0',
});
const sidecar = stackWith('Sidecar', () => ({}));
const agent = sidecar.proxy.taskDefinition.addContainer('agent', {
  image: ContainerImage.fromRegistry('agent'),
  essential: false,
  memoryReservationMiB: 64,
});
sidecar.proxy.container.addContainerDependencies({ container: agent, condition: ContainerDependencyCondition.START });

const warningsOf = (stack: Stack) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('unchanged-role'))
    .map(({ entry }) => entry.data);

describe('processors', () => {
  test('are those that ECS has by default, and Graviton on request, also on Spot', () => {
    expect(definitionOf(plain.template()).RuntimePlatform).toBeUndefined();
    for (const { template } of [graviton, gravitonSpot]) {
      expect(definitionOf(template()).RuntimePlatform).toEqual({
        CpuArchitecture: 'ARM64',
        OperatingSystemFamily: 'LINUX',
      });
    }
  });

  test.each([
    ['1.6.12', '1.6.13'],
    ['1.7.0', '1.7.9'],
  ])('the image of %s has no arm64', (release, first) => {
    expect(() => alone({ capacity: arm, version: HaproxyVersion.of(release) })).toThrow(
      new Error(
        `HAProxy ${release} has no official image for ARM64, ${first} is the first: give version ${first} or later, an image of your own, or leave cpuArchitecture out`,
      ),
    );
  });

  test.each([
    ['1.6', 'official', undefined],
    ['1.6.13', 'official', undefined],
    ['1.7.14', 'official', undefined],
    ['1.6.2', 'own', ContainerImage.fromRegistry('registry.example.com/haproxy:1.6.2-arm64')],
  ])('%s is accepted with its %s image', (release, _, image) => {
    const template = alone({ capacity: arm, version: HaproxyVersion.of(release), image });
    expect(definitionOf(template).RuntimePlatform.CpuArchitecture).toBe('ARM64');
  });
});

test('the bill shows each task with the tags of the stack, of its service and of its cluster', () => {
  const [service] = resourcesOf(plain.template(), 'AWS::ECS::Service');
  expect(service!.properties).toMatchObject({
    PropagateTags: 'SERVICE',
    EnableECSManagedTags: true,
    Tags: [{ Key: 'team', Value: 'shop' }],
  });
});

test('the first tasks start when their subnets have a way out', () => {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME });
  const [service] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::Service'));
  expect(service!.DependsOn).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^VpcPrivateSubnet1DefaultRoute/),
      expect.stringMatching(/^VpcPrivateSubnet2DefaultRoute/),
    ]),
  );
});

describe('roles of your own', () => {
  test('the tasks have them, and an imported one gets the permissions that the tasks need', () => {
    const template = imported.template();
    expect(definitionOf(template)).toMatchObject({
      TaskRoleArn: `${ROLE}/task`,
      ExecutionRoleArn: `${ROLE}/execution`,
    });
    expect(permissionsOf(template, /^execution$/).sort()).toEqual([
      'Allow kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/k if kms:ViaService StringEquals secretsmanager.eu-west-1.{URLSuffix}',
      'Allow logs:CreateLogStream on {ProxyLogGroup.Arn}',
      'Allow logs:PutLogEvents on {ProxyLogGroup.Arn}',
      'Allow secretsmanager:DescribeSecret on arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf',
      'Allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf',
    ]);
    expect(permissionsOf(template, /^task$/)).toContain('Allow ssmmessages:OpenDataChannel on *');
    expect(warningsOf(imported.stack)).toEqual([]);
  });

  test('a warning names the permissions of one that the app must not change', () => {
    expect(resourcesOf(unchanged.template(), 'AWS::IAM::Policy').map(({ id }) => id)).not.toContain(
      expect.stringMatching(/TaskRole|ExecutionRole/),
    );
    expect(warningsOf(unchanged.stack)).toEqual([
      'the app adds no permission to executionRole Unchanged/ExecutionRole: give the role logs:CreateLogStream and logs:PutLogEvents for the log group; secretsmanager:GetSecretValue for listenTls.secret; kms:Decrypt for the key of listenTls.secret [ack: cdk-haproxy-elb:unchanged-role]',
      'the app adds no permission to taskRole Unchanged/TaskRole: give the role ssmmessages:CreateControlChannel, ssmmessages:CreateDataChannel, ssmmessages:OpenControlChannel, ssmmessages:OpenDataChannel for enableExecuteCommand [ack: cdk-haproxy-elb:unchanged-role]',
    ]);
  });
});

describe('another log driver', () => {
  test('gets what HAProxy writes, and no log group is made for it', () => {
    const template = firelens.template();
    const [haproxy, router] = containersOf(template);
    expect(haproxy.LogConfiguration).toEqual({ LogDriver: 'awsfirelens', Options: { Name: 'cloudwatch_logs' } });
    expect(router).toMatchObject({ Name: 'log-router', FirelensConfiguration: { Type: 'fluentbit' } });
    expect(firelens.proxy.logGroup).toBeUndefined();
    expect(resourcesOf(template, 'AWS::Logs::LogGroup').filter(({ id }) => /^ProxyLogGroup/.test(id))).toEqual([]);
  });

  test.each([
    ['logGroup', { logGroup: LogGroup.fromLogGroupName(new Stack(), 'Log', 'log') }],
    ['logRetention', { logRetention: RetentionDays.ONE_DAY }],
    ['removalPolicy', { removalPolicy: RemovalPolicy.RETAIN }],
  ])('is not combined with %s', (name, props) => {
    expect(() => alone({ logDriver: LogDrivers.syslog({}), ...props })).toThrow(
      new Error(
        `logDriver and ${name} are both given: leave ${name} out, or give logDriver: LogDrivers.awsLogs with a log group`,
      ),
    );
  });
});

test.each([
  ['logRetention', { logRetention: RetentionDays.ONE_DAY }],
  ['removalPolicy', { removalPolicy: RemovalPolicy.RETAIN }],
])('a given log group does not get %s', (name, props) => {
  const logGroup = LogGroup.fromLogGroupName(new Stack(), 'Log', 'log');
  expect(() => alone({ logGroup, ...props })).toThrow(
    new Error(`logGroup and ${name} are both given: leave ${name} out, and set it on the log group`),
  );
});

describe('a key', () => {
  test('encrypts the new log group, and the new monitor with its log; CloudWatch Logs may use it', () => {
    const { stack, vpc } = stackWithVpc();
    const encryptionKey = new Key(stack, 'Key');
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, encryptionKey });
    const template = Template.fromStack(stack);
    const key = stack.resolve(encryptionKey.keyArn);
    const encrypted = resourcesOf(template, 'AWS::Logs::LogGroup').filter(({ properties }) => properties.KmsKeyId);
    expect(encrypted.map(({ id, properties }) => [id.replace(/[0-9A-F]{8}$/, ''), properties.KmsKeyId])).toEqual([
      ['ProxyMonitorLogGroup', key],
      ['ProxyLogGroup', key],
    ]);
    template.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: key } });
    const { Statement } = resourcesOf(template, 'AWS::KMS::Key')[0]!.properties.KeyPolicy;
    const principals = Statement.map(({ Principal }: { Principal: object }) => JSON.stringify(Principal));
    expect(principals.filter((one: string) => one.includes('logs.'))).toHaveLength(1);
  });

  test('that would encrypt nothing is refused', () => {
    const { stack, vpc } = stackWithVpc();
    const monitor = new DriftMonitor(stack, 'Monitor');
    const logGroup = new LogGroup(stack, 'Log');
    const encryptionKey = new Key(stack, 'Key');
    const props = { vpc, upstream: BY_NAME, monitor, encryptionKey };
    for (const log of [{ logGroup }, { logDriver: LogDrivers.syslog({}) }]) {
      expect(() => new HaproxyElbProxy(stack, `Proxy${Object.keys(log)}`, { ...props, ...log })).toThrow(
        new Error(
          'encryptionKey is for a new log group or a new monitor, and both are given: leave it out, and encrypt those',
        ),
      );
    }
  });
});

test('a container beside HAProxy: it starts first, stops last, and its end does not end the task', () => {
  const [haproxy, beside] = containersOf(sidecar.template());
  expect(haproxy).toMatchObject({
    Name: 'haproxy',
    Essential: true,
    DependsOn: [{ ContainerName: 'agent', Condition: 'START' }],
    StopTimeout: 60,
  });
  expect(beside).toMatchObject({ Name: 'agent', Essential: false });
  expect(sidecar.proxy.taskDefinition.defaultContainer).toBe(sidecar.proxy.container);
});
