import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { DriftMonitor, HaproxyElbProxy } from '../../lib';
import { type CheckerEnvironment, METRICS, STATE_FOLDER } from '../../lib/private/contract';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf } from './template';

const { stack, vpc } = stackWithVpc();
const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
const template = Template.fromStack(stack);
const NAME = monitor.registryPath.replace('/cdk-haproxy-elb/', '');

test('the function is the bundle, small, bounded and in private subnets', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs22.x',
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

test('its log is kept for a month, in a group of its own', () => {
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

test('the alarm looks at the metric that the function writes', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 1);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: METRICS.namespace,
    MetricName: METRICS.criticalIncidents,
    Dimensions: [{ Name: METRICS.monitorDimension, Value: NAME }],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

test('the metric can be had for a dashboard, with options of its own', () => {
  const metric = monitor.metricCriticalIncidents({ period: Duration.minutes(5), label: 'incidents' });
  expect(metric).toMatchObject({ namespace: 'HaproxyElb', metricName: 'CriticalIncidents', label: 'incidents' });
  expect(metric.period.toSeconds()).toBe(300);
  expect(monitor.metricCriticalIncidents().period.toSeconds()).toBe(60);
});

test('it may do exactly this', () => {
  expect(permissionsOf(template, /MonitorRole/)).toEqual([
    'Allow logs:CreateLogStream on {MonitorLogGroup.Arn}',
    'Allow logs:PutLogEvents on {MonitorLogGroup.Arn}',
    // These are what Lambda needs to stand in a VPC; none of them can be narrowed beforehand.
    'Allow ec2:CreateNetworkInterface on *',
    'Allow ec2:DescribeNetworkInterfaces on *',
    'Allow ec2:DescribeSubnets on *',
    'Allow ec2:DeleteNetworkInterface on *',
    'Allow ec2:AssignPrivateIpAddresses on *',
    'Allow ec2:UnassignPrivateIpAddresses on *',
    `Allow ssm:GetParametersByPath on arn:{Partition}:ssm:{Region}:{AccountId}:parameter/cdk-haproxy-elb/${NAME}`,
    ...['Get', 'Put', 'Delete'].map(
      (verb) =>
        `Allow ssm:${verb}Parameter on arn:{Partition}:ssm:{Region}:{AccountId}:parameter/cdk-haproxy-elb/${NAME}/${STATE_FOLDER}/*`,
    ),
  ]);
  const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('MonitorRole'));
  expect(Object.keys(role!.properties)).toEqual(['AssumeRolePolicyDocument']);
  expect(role!.properties.AssumeRolePolicyDocument.Statement).toEqual([
    { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
  ]);
});

test('the schedule may start this function and nothing else', () => {
  expect(permissionsOf(template, /^\{SchedulerRole/)).toEqual([
    'Allow lambda:InvokeFunction on {MonitorHandler.Arn}',
    'Allow lambda:InvokeFunction on {MonitorHandler.Arn}:*',
  ]);
});

test('the function is made when its role can make network interfaces, and not before', () => {
  const [policy] = Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) =>
    id.startsWith('MonitorPolicy'),
  );
  template.hasResource('AWS::Lambda::Function', { DependsOn: Match.arrayWith([policy]) });
});

test('nobody can reach it', () => {
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

  test('it may find the tasks of the cluster and load balancers, however many proxies there are', () => {
    const added = permissionsOf(template, /MonitorRole/).filter((permission) => !/ ec2:| logs:| ssm:/.test(permission));
    expect(added).toEqual([
      // IAM knows no resource for it; the condition does the narrowing.
      'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {Cluster.Arn}',
      'Allow ecs:DescribeTasks on arn:{Partition}:ecs:{Region}:{AccountId}:task/{Cluster}/*',
      // IAM knows no resource for it.
      'Allow elasticloadbalancing:DescribeLoadBalancers on *',
    ]);
  });

  test('each proxy is in its registry once', () => {
    const names = resourcesOf(template, 'AWS::SSM::Parameter').map(({ properties }) => properties.Name);
    expect(names).toEqual([
      expect.stringMatching(`^${monitor.registryPath}/registry/Stack-Orders-`),
      expect.stringMatching(`^${monitor.registryPath}/registry/Stack-Payments-`),
    ]);
  });

  test('there is one function, one schedule and one alarm', () => {
    for (const type of ['AWS::Scheduler::Schedule', 'AWS::CloudWatch::Alarm', 'AWS::Lambda::Function']) {
      template.resourceCountIs(type, 1);
    }
  });
});

test('each further cluster brings permissions of its own', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
  for (const id of ['A', 'B']) {
    new HaproxyElbProxy(stack, id, { vpc, monitor, upstream: BY_NAME });
  }
  const listed = permissionsOf(Template.fromStack(stack), /MonitorRole/).filter((one) => one.includes('ecs:ListTasks'));
  expect(listed).toEqual([
    'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {ACluster.Arn}',
    'Allow ecs:ListTasks on * if ecs:cluster ArnEquals {BCluster.Arn}',
  ]);
});

test('monitors of one stack have different names, so that neither reads the other', () => {
  const { stack, vpc } = stackWithVpc();
  const paths = ['A', 'B'].map((id) => new DriftMonitor(stack, id, { vpc }).registryPath);
  expect(new Set(paths).size).toBe(2);
  expect(paths).toEqual(['A', 'B'].map((id) => expect.stringMatching(`^/cdk-haproxy-elb/Stack-${id}-[0-9A-F]{8}$`)));
});

test('it can be let into something else, such as a name server', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
  const nameserver = new SecurityGroup(stack, 'Nameserver', { vpc });
  nameserver.connections.allowFrom(monitor, Port.udp(53));
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    IpProtocol: 'udp',
    FromPort: 53,
  });
});
