import { Aws, Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { DriftMonitor, HaproxyElbProxy } from '../../lib';
import type { CheckerEnvironment } from '../../lib/contract/environment';
import { STATE_FOLDER } from '../../lib/contract/registry-record';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf, statementsOf, textOf } from './template';

const { stack, vpc } = stackWithVpc();
const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
const template = Template.fromStack(stack);
const NAME = monitor.registryPath.replace('/cdk-haproxy-elb/', '');

test('the function is the bundle, small, bounded and in private subnets', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 55,
    VpcConfig: {
      SubnetIds: vpc.privateSubnets.map(({ subnetId }) => stack.resolve(subnetId)),
      SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^MonitorSecurityGroup'), 'GroupId'] }],
    },
    LoggingConfig: { LogGroup: stack.resolve(monitor.logGroup.logGroupName) },
  });
});

test('its environment is the one of the contract, and nothing else', () => {
  const environment: CheckerEnvironment = { REGISTRY_PATH: `/cdk-haproxy-elb/${NAME}`, MONITOR_NAME: NAME };
  const [handler] = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ({ properties }) => properties.Handler === 'index.handler',
  );
  expect(handler!.properties.Environment.Variables).toEqual(environment);
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
    },
  });
});

test('it may do exactly this', () => {
  const subnets = vpc.privateSubnets.map(
    ({ subnetId }) =>
      `Allow ec2:CreateNetworkInterface on arn:{Partition}:ec2:{Region}:*:subnet/${textOf(stack.resolve(subnetId))}`,
  );
  const forLambdaAlone = 'lambda:SourceFunctionArn ArnLike arn:{Partition}:lambda:{Region}:{AccountId}:function:*';
  expect(permissionsOf(template, /MonitorRole/)).toEqual([
    'Allow logs:CreateLogStream on {MonitorLogGroup.Arn}',
    'Allow logs:PutLogEvents on {MonitorLogGroup.Arn}',
    `Allow ssm:GetParametersByPath on arn:{Partition}:ssm:{Region}:{AccountId}:parameter/cdk-haproxy-elb/${NAME}`,
    ...['GetParameter', 'PutParameter', 'DeleteParameter'].map(
      (action) =>
        `Allow ssm:${action} on arn:{Partition}:ssm:{Region}:{AccountId}:parameter/cdk-haproxy-elb/${NAME}/${STATE_FOLDER}/*`,
    ),
    'Allow ec2:DescribeNetworkInterfaces on *',
    'Allow ec2:DescribeSubnets on *',
    'Allow elasticloadbalancing:DescribeLoadBalancers on *',
    'Allow ec2:CreateNetworkInterface on arn:{Partition}:ec2:{Region}:{AccountId}:network-interface/*',
    ...subnets,
    'Allow ec2:CreateNetworkInterface on arn:{Partition}:ec2:{Region}:{AccountId}:security-group/{MonitorSecurityGroup.GroupId}',
    'Allow ec2:DeleteNetworkInterface on arn:{Partition}:ec2:{Region}:{AccountId}:network-interface/*',
    'Allow ec2:AssignPrivateIpAddresses on arn:{Partition}:ec2:{Region}:{AccountId}:network-interface/*',
    'Allow ec2:UnassignPrivateIpAddresses on arn:{Partition}:ec2:{Region}:{AccountId}:network-interface/*',
    `Deny ec2:CreateNetworkInterface on * if ${forLambdaAlone}`,
    `Deny ec2:DescribeSubnets on * if ${forLambdaAlone}`,
    `Deny ec2:DeleteNetworkInterface on * if ${forLambdaAlone}`,
    `Deny ec2:AssignPrivateIpAddresses on * if ${forLambdaAlone}`,
    `Deny ec2:UnassignPrivateIpAddresses on * if ${forLambdaAlone}`,
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

test('the function is made when its role can make network interfaces, and not before', () => {
  const [policy] = Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) =>
    id.startsWith('MonitorPolicy'),
  );
  template.hasResource('AWS::Lambda::Function', { DependsOn: Match.arrayWith([policy]) });
});

test('it has no inbound rule', () => {
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  expect(JSON.stringify(template.findResources('AWS::EC2::SecurityGroup'))).not.toContain('SecurityGroupIngress');
  template.resourceCountIs('AWS::Lambda::Url', 0);
});

test('interval, grace time and subnets as they are given', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', {
    vpc,
    vpcSubnets: { subnets: [vpc.privateSubnets[1]!] },
    interval: Duration.minutes(5),
    grace: Duration.minutes(10),
  });
  expect(monitor.grace.toSeconds()).toBe(600);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Period: 300 });
  template.hasResourceProperties('AWS::Lambda::Function', {
    VpcConfig: { SubnetIds: [stack.resolve(vpc.privateSubnets[1]!.subnetId)] },
  });
});

describe('for a proxy', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  for (const id of ['Orders', 'Payments']) {
    new HaproxyElbProxy(stack, id, { cluster, monitor, upstream: BY_NAME });
  }
  const template = Template.fromStack(stack);

  test('it may find the tasks of the cluster, however many proxies there are', () => {
    expect(permissionsOf(template, /MonitorRole/).filter((one) => one.includes(' ecs:'))).toEqual([
      'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
      'Allow ecs:DescribeTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
    ]);
  });

  test('each proxy is in its registry once', () => {
    const names = resourcesOf(template, 'AWS::SSM::Parameter').map(({ properties }) => properties.Name);
    expect(names).toEqual([
      expect.stringMatching(`^${monitor.registryPath}/registry/Stack-Orders-`),
      expect.stringMatching(`^${monitor.registryPath}/registry/Stack-Payments-`),
    ]);
  });

  test('there is one function and one schedule, and the two alarms that every monitor has', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 1);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
  });
});

test('a further cluster is named in the same permission, so that the policy stays small', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
  for (const id of ['A', 'B']) {
    new HaproxyElbProxy(stack, id, { vpc, monitor, upstream: BY_NAME });
  }
  const permissions = permissionsOf(Template.fromStack(stack), /MonitorRole/).filter((one) => one.includes(' ecs:'));
  expect(permissions).toEqual([
    'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {ACluster.Arn} or {BCluster.Arn}',
    'Allow ecs:DescribeTasks on * if ecs:cluster ArnEquals {ACluster.Arn} or {BCluster.Arn}',
  ]);
});

test('monitors of one stack have different names, so that neither reads the other', () => {
  const { stack, vpc } = stackWithVpc();
  const paths = ['A', 'B'].map((id) => new DriftMonitor(stack, id, { vpc }).registryPath);
  expect(new Set(paths).size).toBe(2);
  expect(paths).toEqual(['A', 'B'].map((id) => expect.stringMatching(`^/cdk-haproxy-elb/Stack-${id}-[0-9A-F]{8}$`)));
});

test('it can be allowed at something else, such as a name server', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
  const nameserver = new SecurityGroup(stack, 'Nameserver', { vpc });
  nameserver.connections.allowFrom(monitor, Port.udp(53));
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    IpProtocol: 'udp',
    FromPort: 53,
  });
});
