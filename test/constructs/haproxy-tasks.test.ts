import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AutoScalingGroup, type IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceType, type IVpc, MachineImage, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  Ec2Service,
  Ec2TaskDefinition,
  ExternalService,
  ExternalTaskDefinition,
  NetworkMode,
  type PortMapping,
} from 'aws-cdk-lib/aws-ecs';
import { Service as CloudMapService, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { DriftMonitor, HaproxyTasks, MonitoredHaproxy } from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf, recordsOf, textOf } from './template';

const INSTANCE_TYPE = new InstanceType('t4g.small');

/** What registers processes: the tasks of the record, the further permissions, and the rules of the probe. */
function registered(tasksIn: (stack: Stack, vpc: IVpc) => HaproxyTasks) {
  const empty = new Stack(new App(), 'Stack');
  new DriftMonitor(empty, 'Monitor');
  const without = new Set(permissionsOf(Template.fromStack(empty), /MonitorRole/));
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const tasks = tasksIn(stack, vpc);
  new MonitoredHaproxy(stack, 'Edge', { monitor, tasks, upstreams: [{ upstream: BY_NAME }] });
  const template = Template.fromStack(stack);
  return {
    stack,
    template,
    tasks: recordsOf(template)[0].tasks,
    permissions: permissionsOf(template, /MonitorRole/).filter((one) => !without.has(one)),
    opened: resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => [
      textOf(properties.GroupId),
      properties.FromPort,
      properties.ToPort,
    ]),
  };
}

const CLUSTER_PERMISSIONS = ['DescribeServices', 'ListTasks', 'DescribeTasks', 'DescribeContainerInstances'].map(
  (action) => `Allow ecs:${action} on * if ecs:cluster ArnEquals {Cluster.Arn}`,
);

/** A service on instances of its cluster, in network mode `bridge` or `host`. */
function onInstances(networkMode: NetworkMode, portMappings: PortMapping[]) {
  return (stack: Stack, vpc: IVpc) => {
    const cluster = new Cluster(stack, 'Cluster', { vpc });
    cluster.addCapacity('Capacity', { instanceType: INSTANCE_TYPE });
    const taskDefinition = new Ec2TaskDefinition(stack, 'Definition', { networkMode });
    taskDefinition.addContainer('haproxy', {
      image: ContainerImage.fromRegistry('haproxy:1.7'),
      memoryLimitMiB: 256,
      portMappings,
    });
    const service = new Ec2Service(stack, 'Service', { cluster, taskDefinition });
    return HaproxyTasks.ofService(service, { runtimeApiPort: 9990 });
  };
}

describe('an ECS service on instances', () => {
  test.each<[what: string, mode: NetworkMode, mappings: PortMapping[], first: number, last: number]>([
    ['host: the port itself', NetworkMode.HOST, [], 9990, 9990],
    ['bridge: the port of the mapping', NetworkMode.BRIDGE, [{ containerPort: 9990, hostPort: 9123 }], 9123, 9123],
    ['bridge: any port that Docker gives', NetworkMode.BRIDGE, [{ containerPort: 9990 }], 32_768, 65_535],
    ['bridge: port 0 is the same', NetworkMode.BRIDGE, [{ containerPort: 9990, hostPort: 0 }], 32_768, 65_535],
  ])('in network mode %s', (_what, mode, mappings, first, last) => {
    const { tasks, permissions, opened } = registered(onInstances(mode, mappings));
    expect(tasks).toEqual({ cluster: '{Cluster.Arn}', service: '{Service.Name}', runtimeApiPort: 9990 });
    expect(permissions).toEqual([...CLUSTER_PERMISSIONS, 'Allow ec2:DescribeInstances on *']);
    expect(opened).toContainEqual(['{ClusterCapacityInstanceSecurityGroup.GroupId}', first, last]);
  });

  test('in network mode bridge without a mapping of the port is refused', () => {
    expect(() => registered(onInstances(NetworkMode.BRIDGE, [{ containerPort: 80 }]))).toThrow(
      expect.objectContaining({
        message:
          'no container of Stack/Definition maps runtimeApiPort 9990: add a port mapping, because network mode bridge opens no other port',
      }),
    );
  });

  test('imported, whose network mode is given', () => {
    const { permissions, stack, template } = registered((scope, vpc) => {
      const cluster = Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'shop', vpc });
      const service = Ec2Service.fromEc2ServiceAttributes(scope, 'Service', { cluster, serviceName: 'edge' });
      return HaproxyTasks.ofService(service, { runtimeApiPort: 9990, networkMode: NetworkMode.BRIDGE });
    });
    expect(permissions).toContain('Allow ec2:DescribeInstances on *');
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Edge',
      'no security group of Stack/Service is known: give securityGroups, or allow the probe at ports 32768 to 65535 yourself [ack: cdk-haproxy-elb:runtime-api-not-opened]',
    );
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { FromPort: 32_768, ToPort: 65_535 });
  });

  test('outside of AWS: Systems Manager knows the machines', () => {
    const { permissions } = registered((stack, vpc) => {
      const cluster = new Cluster(stack, 'Cluster', { vpc });
      const taskDefinition = new ExternalTaskDefinition(stack, 'Definition', { networkMode: NetworkMode.HOST });
      taskDefinition.addContainer('haproxy', {
        image: ContainerImage.fromRegistry('haproxy:2.8'),
        memoryLimitMiB: 256,
      });
      const service = new ExternalService(stack, 'Service', { cluster, taskDefinition });
      return HaproxyTasks.ofService(service, { runtimeApiPort: 9990 });
    });
    expect(permissions).toEqual([...CLUSTER_PERMISSIONS, 'Allow ssm:DescribeInstanceInformation on *']);
  });
});

describe('an Auto Scaling group', () => {
  test('of this app: its instances allow the probe', () => {
    const { tasks, permissions, opened } = registered((stack, vpc) => {
      const machineImage = MachineImage.latestAmazonLinux2023();
      const group = new AutoScalingGroup(stack, 'Group', { vpc, instanceType: INSTANCE_TYPE, machineImage });
      return HaproxyTasks.ofAutoScalingGroup(group, { runtimeApiPort: 9990, vpc });
    });
    expect(tasks).toEqual({ autoScalingGroup: '{GroupASG}', runtimeApiPort: 9990 });
    expect(permissions).toEqual([
      'Allow autoscaling:DescribeAutoScalingGroups on *',
      'Allow ec2:DescribeInstances on *',
    ]);
    expect(opened).toEqual([['{GroupInstanceSecurityGroup.GroupId}', 9990, 9990]]);
  });

  test('imported, with its security group', () => {
    const { tasks, opened, stack } = registered((scope, vpc) => {
      const group = AutoScalingGroup.fromAutoScalingGroupName(scope, 'Group', 'edge');
      const securityGroups = [SecurityGroup.fromSecurityGroupId(scope, 'Instances', 'sg-0123456789abcdef0')];
      return HaproxyTasks.ofAutoScalingGroup(group, { runtimeApiPort: 9990, vpc, securityGroups });
    });
    expect(tasks).toEqual({ autoScalingGroup: 'edge', runtimeApiPort: 9990 });
    expect(opened).toEqual([['sg-0123456789abcdef0', 9990, 9990]]);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Edge', Match.anyValue());
  });
});

test('EC2 instances by tags', () => {
  const { tasks, permissions } = registered((_stack, vpc) =>
    HaproxyTasks.ofInstances({ role: 'haproxy', stage: 'prod' }, { runtimeApiPort: 9990, vpc }),
  );
  expect(tasks).toEqual({ instanceTags: { role: 'haproxy', stage: 'prod' }, runtimeApiPort: 9990 });
  expect(permissions).toEqual(['Allow ec2:DescribeInstances on *']);
});

test('services of Cloud Map: these alone may be discovered', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const namespace = new PrivateDnsNamespace(stack, 'Namespace', { name: 'corp.internal', vpc });
  for (const name of ['edge', 'partner']) {
    const service = new CloudMapService(stack, `Of${name}`, { namespace, name });
    const tasks = HaproxyTasks.ofCloudMapService(service, { runtimeApiPort: 9990, vpc });
    new MonitoredHaproxy(stack, name, { monitor, tasks, upstreams: [{ upstream: BY_NAME }] });
  }
  const template = Template.fromStack(stack);
  expect(recordsOf(template)[0].tasks).toEqual({
    cloudMapNamespace: 'corp.internal',
    cloudMapService: '{Ofedge.Name}',
    runtimeApiPort: 9990,
  });
  expect(permissionsOf(template, /MonitorRole/)).toContain(
    'Allow servicediscovery:DiscoverInstances on * if servicediscovery:NamespaceName StringEquals corp.internal, servicediscovery:ServiceName StringEquals {Ofedge.Name} or {Ofpartner.Name}',
  );
});

test('a DNS name needs no permission', () => {
  const { tasks, permissions } = registered((_stack, vpc) =>
    HaproxyTasks.atName('haproxy.corp.internal', { runtimeApiPort: 9990, vpc }),
  );
  expect(tasks).toEqual({ name: 'haproxy.corp.internal', runtimeApiPort: 9990 });
  expect(permissions).toEqual([]);
});

describe('what cannot be found', () => {
  const { vpc } = stackWithVpc();
  const group = { node: { path: 'Stack/Group' }, autoScalingGroupName: 'edge' } as IAutoScalingGroup;

  test.each<[make: () => unknown, message: string]>([
    [
      () => HaproxyTasks.ofInstances({}, { runtimeApiPort: 9990, vpc }),
      'tags of the instances are empty: give one or more, because every instance has no tag',
    ],
    [
      () => HaproxyTasks.atName('haproxy.corp.internal:9990', { runtimeApiPort: 9990, vpc }),
      "name of the processes 'haproxy.corp.internal:9990' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots",
    ],
    [
      () => HaproxyTasks.ofAutoScalingGroup(group, { runtimeApiPort: 70_000, vpc }),
      "runtimeApiPort '70000' is not a port: give a whole number from 1 to 65535",
    ],
    // Python and JavaScript do not check types.
    [() => HaproxyTasks.ofAutoScalingGroup(group, { runtimeApiPort: 9990 } as never), 'vpc is missing: give an IVpc'],
  ])('%#', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ message }));
  });
});
