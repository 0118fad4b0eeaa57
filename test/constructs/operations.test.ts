import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, type ExecuteCommandConfiguration, ExecuteCommandLogging } from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  DriftMonitor,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  ProxyCapacity,
  ProxyDeployment,
  ProxyIngress,
} from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME } from './stacks';
import { configurationOf, permissionsOf } from './template';

// All in one app, because an app is synthesized once for all of its stacks.
const app = new App();

/** Makes a stack with a proxy, and gives the template once all stacks are there. */
function stackWith(id: string, props: (stack: Stack) => Partial<HaproxyElbProxyProps>) {
  const stack = new Stack(app, id);
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const monitor = new DriftMonitor(stack, 'Monitor');
  const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc });
  new HaproxyElbProxy(stack, 'Proxy', { cluster, monitor, upstream: BY_NAME, ...props(stack) });
  return () => Template.fromStack(stack);
}

const serviceOf = (template: Template) => resourcesOf(template, 'AWS::ECS::Service')[0]!.properties;
const definitionOf = (template: Template) => resourcesOf(template, 'AWS::ECS::TaskDefinition')[0]!.properties;
const ulimitsOf = (template: Template) => definitionOf(template).ContainerDefinitions[0].Ulimits;

const plain = stackWith('Plain', () => ({}));
const large = stackWith('Large', () => ({ capacity: ProxyCapacity.fargate({ cpu: 1024, memoryMiB: 4096 }) }));
const spot = stackWith('Spot', () => ({ capacity: ProxyCapacity.fargate({ spot: true }) }));
const instances = stackWith('Instances', () => ({
  capacity: ProxyCapacity.ec2({
    capacityProviderStrategies: [{ capacityProvider: 'instances', weight: 1 }],
    cpu: 128,
    memoryMiB: 256,
  }),
  stopTimeout: Duration.minutes(10),
}));
const noRoom = stackWith('NoRoom', () => ({
  deployment: ProxyDeployment.rolling({ minHealthyPercent: 50, maxHealthyPercent: 100 }),
}));
const blueGreen = stackWith('BlueGreen', () => ({
  deployment: ProxyDeployment.blueGreen({ bakeTime: Duration.minutes(5) }),
}));
const byCpu = stackWith('ByCpu', () => ({ scaling: { maxTasks: 6 } }));
const bySchedule = stackWith('BySchedule', () => ({
  scaling: {
    minTasks: 3,
    maxTasks: 6,
    cpuPercent: 40,
    schedules: [{ schedule: Schedule.expression('cron(0 7 * * ? *)'), minTasks: 10, maxTasks: 20 }],
  },
}));
const byConnections = stackWith('ByConnections', () => ({
  ingress: ProxyIngress.networkLoadBalancer(),
  scaling: { maxTasks: 6, connectionsPerTask: 500 },
}));
const exec = stackWith('Exec', () => ({ enableExecuteCommand: true }));
const execIn = (id: string, configuration: (stack: Stack) => ExecuteCommandConfiguration) =>
  stackWith(id, (stack) => ({
    enableExecuteCommand: true,
    cluster: new Cluster(stack, 'Logging', {
      vpc: stack.node.findChild('Vpc') as Vpc,
      executeCommandConfiguration: configuration(stack),
    }),
  }));
const execNotLogged = execIn('ExecNotLogged', () => ({ logging: ExecuteCommandLogging.NONE }));
const execLoggedElsewhere = execIn('ExecLoggedElsewhere', (stack) => ({
  logging: ExecuteCommandLogging.OVERRIDE,
  logConfiguration: { cloudWatchLogGroup: LogGroup.fromLogGroupName(stack, 'Sessions', 'sessions') },
}));

describe('capacity', () => {
  test('a larger Fargate task takes as many more connections, and may open as many more files', () => {
    expect(definitionOf(large())).toMatchObject({ Cpu: '1024', Memory: '4096' });
    expect(configurationOf(plain())).toContain('\n    maxconn 2000\n');
    expect(configurationOf(large())).toContain('\n    maxconn 16000\n');
    expect(ulimitsOf(plain())).toEqual([{ Name: 'nofile', SoftLimit: 4780, HardLimit: 4780 }]);
    expect(ulimitsOf(large())).toEqual([{ Name: 'nofile', SoftLimit: 32_780, HardLimit: 32_780 }]);
  });

  test('on Fargate Spot one task stays on what AWS does not take back', () => {
    const { CapacityProviderStrategy, LaunchType } = serviceOf(spot());
    expect(CapacityProviderStrategy).toEqual([
      { Base: 1, CapacityProvider: 'FARGATE', Weight: 0 },
      { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
    ]);
    expect(LaunchType).toBeUndefined();
  });

  test('on instances a task has its own network interface, and may stop for longer than on Fargate', () => {
    const { Cpu, Memory, NetworkMode, RequiresCompatibilities, ContainerDefinitions } = definitionOf(instances());
    expect({ Cpu, Memory, NetworkMode, RequiresCompatibilities }).toEqual({
      Cpu: '128',
      Memory: '256',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['EC2'],
    });
    expect(ContainerDefinitions[0].StopTimeout).toBe(600);
    expect(configurationOf(instances())).toContain('\n    hard-stop-after 565s\n');
    expect(serviceOf(instances()).CapacityProviderStrategy).toEqual([{ CapacityProvider: 'instances', Weight: 1 }]);
  });
});

describe('deployment', () => {
  test('one without room for a task more gives up the rebalancing of zones, and is rolled back as any other', () => {
    expect(serviceOf(noRoom())).toMatchObject({
      AvailabilityZoneRebalancing: 'DISABLED',
      DeploymentConfiguration: {
        MinimumHealthyPercent: 50,
        MaximumPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
    });
    expect(serviceOf(plain()).AvailabilityZoneRebalancing).toBe('ENABLED');
  });

  test('blue/green without a load balancer in front keeps the old tasks for the bake time', () => {
    expect(serviceOf(blueGreen())).toMatchObject({
      DeploymentConfiguration: {
        Strategy: 'BLUE_GREEN',
        BakeTimeInMinutes: 5,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
    });
    expect(serviceOf(blueGreen()).LoadBalancers).toBeUndefined();
  });
});

describe('scaling', () => {
  test('follows the CPU from desiredCount on, and a deployment does not set the number back', () => {
    byCpu().hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 2,
      MaxCapacity: 6,
      ScheduledActions: Match.absent(),
    });
    byCpu().hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        TargetValue: 60,
      },
    });
    expect(serviceOf(byCpu()).DesiredCount).toBeUndefined();
    expect(serviceOf(plain()).DesiredCount).toBe(2);
  });

  test('has other bounds from the scheduled times on', () => {
    bySchedule().hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 3,
      MaxCapacity: 6,
      ScheduledActions: [{ Schedule: 'cron(0 7 * * ? *)', ScalableTargetAction: { MinCapacity: 10, MaxCapacity: 20 } }],
    });
    bySchedule().hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 40 },
    });
  });

  test('by connections divides those of the load balancer by its healthy tasks, and leaves the CPU alone', () => {
    const policies = resourcesOf(byConnections(), 'AWS::ApplicationAutoScaling::ScalingPolicy');
    expect(policies).toHaveLength(1);
    const { TargetValue, CustomizedMetricSpecification } =
      policies[0]!.properties.TargetTrackingScalingPolicyConfiguration;
    expect(TargetValue).toBe(500);
    expect(
      CustomizedMetricSpecification.Metrics.map(
        // biome-ignore lint/suspicious/noExplicitAny: a template has no types.
        ({ Id, Expression, MetricStat, ReturnData }: any) =>
          `${Id}: ${Expression ?? `${MetricStat.Stat} ${MetricStat.Metric.MetricName}`}${ReturnData ? ', tracked' : ''}`,
      ),
    ).toEqual([
      'connections: Average ActiveFlowCount',
      'tasks: Maximum HealthyHostCount',
      'each: connections / tasks, tracked',
    ]);
  });
});

describe('ECS Exec', () => {
  test('is off: nothing can be written and nothing is allowed', () => {
    expect(serviceOf(plain()).EnableExecuteCommand).not.toBe(true);
    expect(definitionOf(plain()).ContainerDefinitions[0].ReadonlyRootFilesystem).toBe(true);
    expect(permissionsOf(plain(), /TaskDefinitionTaskRole/)).toEqual([]);
  });

  test('on request: a writable root file system, an init process, and permissions for channels and log', () => {
    const [container] = definitionOf(exec()).ContainerDefinitions;
    expect(serviceOf(exec()).EnableExecuteCommand).toBe(true);
    expect(container.ReadonlyRootFilesystem).toBe(false);
    expect(container.LinuxParameters).toEqual({ Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true });
    expect(permissionsOf(exec(), /TaskDefinitionTaskRole/)).toEqual([
      'Allow ssmmessages:CreateControlChannel on *',
      'Allow ssmmessages:CreateDataChannel on *',
      'Allow ssmmessages:OpenControlChannel on *',
      'Allow ssmmessages:OpenDataChannel on *',
      'Allow logs:DescribeLogGroups on *',
      'Allow logs:CreateLogStream on {ProxyLogGroup.Arn}',
      'Allow logs:DescribeLogStreams on {ProxyLogGroup.Arn}',
      'Allow logs:PutLogEvents on {ProxyLogGroup.Arn}',
    ]);
  });

  test('in a cluster that logs sessions elsewhere, the task may write there and not to the log of the proxy', () => {
    expect(permissionsOf(execLoggedElsewhere(), /TaskDefinitionTaskRole/).filter((one) => /logs:/.test(one))).toEqual([
      'Allow logs:DescribeLogGroups on *',
      'Allow logs:CreateLogStream on arn:{Partition}:logs:{Region}:{AccountId}:log-group:sessions:*',
      'Allow logs:DescribeLogStreams on arn:{Partition}:logs:{Region}:{AccountId}:log-group:sessions:*',
      'Allow logs:PutLogEvents on arn:{Partition}:logs:{Region}:{AccountId}:log-group:sessions:*',
    ]);
  });

  test('in a cluster that logs no sessions, the task may open channels and nothing else', () => {
    const permissions = permissionsOf(execNotLogged(), /TaskDefinitionTaskRole/);
    expect(permissions.filter((one) => !one.startsWith('Allow ssmmessages:'))).toEqual([]);
    expect(permissions).toHaveLength(4);
  });
});
