import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  DriftMonitor,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  type HaproxyEndpointsOptions,
  HaproxyTasks,
  HaproxyVersion,
  type IDriftMonitor,
  MonitoredHaproxy,
  ProxyIngress,
} from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf, recordsOf, textOf } from './template';

/** The functions of probes. */
const probesOf = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) => id.includes('DriftProbe'));

/** A probe, without the monitor that it is a part of. */
const shortOf = (value: unknown) => textOf(value).replace(/\w*DriftProbe/g, 'Probe');

/** The rules of a template: the group, the direction, the protocol and ports, the other side. */
const rulesOf = (template: Template) =>
  (['Ingress', 'Egress'] as const).flatMap((direction) =>
    resourcesOf(template, `AWS::EC2::SecurityGroup${direction}`).map(({ properties }) => {
      const { GroupId, IpProtocol, FromPort, ToPort, CidrIp, CidrIpv6 } = properties;
      const other = properties.SourceSecurityGroupId ?? properties.DestinationSecurityGroupId ?? CidrIp ?? CidrIpv6;
      const ports = FromPort === ToPort ? FromPort : `${FromPort}-${ToPort}`;
      return `${shortOf(GroupId)} ${direction} ${IpProtocol} ${ports} ${shortOf(other)}`;
    }),
  );

function proxyWith(props: Partial<HaproxyElbProxyProps> = {}) {
  const { stack, vpc } = stackWithVpc();
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress: ProxyIngress.none(), ...props });
  return { stack, vpc, template: () => Template.fromStack(stack) };
}

/** A proxy that is not on ECS. */
function legacy(
  scope: Stack,
  id: string,
  monitor: IDriftMonitor,
  endpoints: string[],
  options: HaproxyEndpointsOptions,
) {
  const tasks = HaproxyTasks.atEndpoints(endpoints, options);
  return new MonitoredHaproxy(scope, id, { monitor, tasks, upstreams: [{ upstream: BY_NAME }] });
}

describe('the probe of a proxy', () => {
  const { stack, vpc, template: synthesize } = proxyWith();
  const template = synthesize();

  test('is a function in the private subnets, from a bundle of its own', () => {
    const [probe] = probesOf(template);
    const [controller] = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith('ProxyMonitor'),
    );
    expect(probe!.properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 55,
      VpcConfig: { SubnetIds: vpc.privateSubnets.map(({ subnetId }) => stack.resolve(subnetId)) },
    });
    expect(probe!.properties.Code).not.toEqual(controller!.properties.Code);
    expect(probe!.properties.Environment).toBeUndefined();
  });

  test('has no permission but those of its network interfaces and its log', () => {
    const subnets = vpc.privateSubnets.map(
      ({ subnetId }) =>
        `Allow ec2:CreateNetworkInterface on arn:{Partition}:ec2:{Region}:*:subnet/${textOf(stack.resolve(subnetId))}`,
    );
    const interfaces = 'arn:{Partition}:ec2:{Region}:{AccountId}:network-interface/*';
    const forLambdaAlone = 'lambda:SourceFunctionArn ArnLike arn:{Partition}:lambda:{Region}:{AccountId}:function:*';
    expect(permissionsOf(template, /DriftProbe/).map(shortOf)).toEqual([
      'Allow logs:CreateLogStream on {ProbeLogGroup.Arn}',
      'Allow logs:PutLogEvents on {ProbeLogGroup.Arn}',
      'Allow ec2:DescribeNetworkInterfaces on *',
      'Allow ec2:DescribeSubnets on *',
      `Allow ec2:CreateNetworkInterface on ${interfaces}`,
      ...subnets,
      'Allow ec2:CreateNetworkInterface on arn:{Partition}:ec2:{Region}:*:security-group/{ProbeSecurityGroup.GroupId}',
      `Allow ec2:DeleteNetworkInterface on ${interfaces}`,
      `Allow ec2:AssignPrivateIpAddresses on ${interfaces}`,
      `Allow ec2:UnassignPrivateIpAddresses on ${interfaces}`,
      ...[
        'CreateNetworkInterface',
        'DescribeNetworkInterfaces',
        'DescribeSubnets',
        'DeleteNetworkInterface',
        'AssignPrivateIpAddresses',
        'UnassignPrivateIpAddresses',
      ].map((action) => `Deny ec2:${action} on * if ${forLambdaAlone}`),
    ]);
    const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.includes('DriftProbe'));
    expect(Object.keys(role!.properties)).toEqual(['AssumeRolePolicyDocument']);
  });

  test('reaches the runtime API and the view of the tasks, and nothing else; nothing reaches it', () => {
    expect(rulesOf(template)).toEqual([
      '{ProxySecurityGroup.GroupId} Ingress tcp 9990 {ProbeSecurityGroup.GroupId}',
      '{ProxySecurityGroup.GroupId} Ingress tcp 8404 {ProbeSecurityGroup.GroupId}',
      '{ProbeSecurityGroup.GroupId} Egress tcp 9990 {ProxySecurityGroup.GroupId}',
      '{ProbeSecurityGroup.GroupId} Egress tcp 8404 {ProxySecurityGroup.GroupId}',
    ]);
    const [group] = resourcesOf(template, 'AWS::EC2::SecurityGroup').filter(({ id }) => id.includes('DriftProbe'));
    expect(group!.properties.SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '255.255.255.255/32', Description: 'Disallow all traffic' }),
    ]);
  });

  test('may be invoked by the role of the controller alone, which needs no permission for it', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(({ properties }) => properties);
    expect(permissions.map((one) => Object.fromEntries(Object.entries(one).map(([k, v]) => [k, shortOf(v)])))).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: '{ProbeHandler.Arn}',
        Principal: '{ProxyMonitorRole.Arn}',
      },
    ]);
    expect(permissionsOf(template, /MonitorRole/).join()).not.toContain('lambda:');
  });

  test('is in the record, with the port of the view', () => {
    expect(recordsOf(template)[0]).toMatchObject({ viewPort: 8404 });
    expect(shortOf(recordsOf(template)[0].probe)).toBe('{ProbeHandler.Arn}');
  });

  test('is complete before the proxy is registered', () => {
    const [handler] = probesOf(template);
    const needed = [handler!.id, ...Object.keys(template.findResources('AWS::EC2::SecurityGroupIngress'))];
    template.hasResource('AWS::SSM::Parameter', {
      Properties: { Name: Match.stringLikeRegexp('/registry/') },
      DependsOn: Match.arrayWith(needed.sort()),
    });
  });
});

test('before 3.2 a process does not say its view: nothing is opened for it', () => {
  const template = proxyWith({ version: HaproxyVersion.V3_1 }).template();
  expect(recordsOf(template)[0]).not.toHaveProperty('viewPort');
  expect(rulesOf(template).join()).not.toContain('8404');
});

test('it may ask the name servers of the proxy', () => {
  const template = proxyWith({ resolution: { nameservers: ['10.0.0.2:53', '[fd00::2]:5353'] } }).template();
  expect(rulesOf(template).filter((rule) => !rule.includes('{ProxySecurityGroup'))).toEqual([
    '{ProbeSecurityGroup.GroupId} Egress udp 53 10.0.0.2/32',
    '{ProbeSecurityGroup.GroupId} Egress tcp 53 10.0.0.2/32',
    '{ProbeSecurityGroup.GroupId} Egress udp 5353 fd00::2/128',
    '{ProbeSecurityGroup.GroupId} Egress tcp 5353 fd00::2/128',
  ]);
});

test('it reaches the given endpoints; where a name may be is not known, so anything at its port', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  legacy(stack, 'Legacy', monitor, ['10.0.0.5:9990', '[fd00::5]:9990', 'legacy.internal:9991'], { vpc });
  expect(rulesOf(Template.fromStack(stack))).toEqual([
    '{ProbeSecurityGroup.GroupId} Egress tcp 9990 10.0.0.5/32',
    '{ProbeSecurityGroup.GroupId} Egress tcp 9990 fd00::5/128',
    '{ProbeSecurityGroup.GroupId} Egress tcp 9991 0.0.0.0/0',
    '{ProbeSecurityGroup.GroupId} Egress tcp 9991 ::/0',
  ]);
});

test('subnets, security groups and log as they are given; the groups get no rule', () => {
  const { stack, vpc } = stackWithVpc();
  const group = new SecurityGroup(stack, 'Group', { vpc });
  const logGroup = new LogGroup(stack, 'Log');
  const monitor = new DriftMonitor(stack, 'Monitor');
  const probe = { vpcSubnets: { subnets: [vpc.privateSubnets[1]!] }, securityGroups: [group], logGroup };
  new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME, ingress: ProxyIngress.none(), probe });
  const template = Template.fromStack(stack);
  expect(probesOf(template)[0]!.properties).toMatchObject({
    VpcConfig: {
      SubnetIds: [stack.resolve(vpc.privateSubnets[1]!.subnetId)],
      SecurityGroupIds: [stack.resolve(group.securityGroupId)],
    },
    LoggingConfig: { LogGroup: stack.resolve(logGroup.logGroupName) },
  });
  expect(rulesOf(template)).toEqual([
    '{ProxySecurityGroup.GroupId} Ingress tcp 9990 {Group.GroupId}',
    '{ProxySecurityGroup.GroupId} Ingress tcp 8404 {Group.GroupId}',
  ]);
});

test.each<[string, SubnetType, (vpc: IVpc) => string[]]>([
  ['isolated', SubnetType.PRIVATE_ISOLATED, (vpc) => vpc.isolatedSubnets.map(({ subnetId }) => subnetId)],
  ['public', SubnetType.PUBLIC, (vpc) => vpc.publicSubnets.map(({ subnetId }) => subnetId)],
])('a VPC with %s subnets alone is enough: it needs no way out', (name, subnetType, of) => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, subnetConfiguration: [{ name, subnetType }] });
  const monitor = new DriftMonitor(stack, 'Monitor');
  legacy(stack, 'Legacy', monitor, ['10.0.0.5:9990'], { vpc });
  const template = Template.fromStack(stack);
  expect(probesOf(template)[0]!.properties.VpcConfig.SubnetIds).toEqual(of(vpc).map((id) => stack.resolve(id)));
  template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
});

describe('one monitor for several VPCs and stacks', () => {
  const app = new App();
  const shared = new Stack(app, 'Shared');
  const monitor = new DriftMonitor(shared, 'Monitor');
  const stack = new Stack(app, 'Proxies');
  const [a, b] = ['A', 'B'].map((id) => new Vpc(stack, id, { maxAzs: 1 })) as [Vpc, Vpc];
  const imported = ['Once', 'Again'].map((id) =>
    Vpc.fromVpcAttributes(stack, id, {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
      privateSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
    }),
  );
  for (const [i, vpc] of [a, a, b, ...imported].entries()) {
    legacy(stack, `Legacy${i}`, monitor, [`10.0.0.${i}:9990`], { vpc });
  }
  legacy(shared, 'Legacy', monitor, ['10.0.0.9:9990'], { vpc: imported[0]! });

  test('has a probe for each VPC in each stack, also where a VPC is imported twice', () => {
    expect(probesOf(Template.fromStack(stack))).toHaveLength(3);
    expect(probesOf(Template.fromStack(shared))).toHaveLength(1);
  });

  test('each record names the probe of its VPC', () => {
    const parameters = resourcesOf(Template.fromStack(stack), 'AWS::SSM::Parameter');
    const probes = parameters.map(({ properties }) => /DriftProbe\w+/.exec(JSON.stringify(properties.Value))![0]);
    expect(probes.map((probe) => probes.indexOf(probe))).toEqual([0, 0, 2, 3, 3]);
  });

  test('the stack of the monitor depends on no stack of a proxy', () => {
    expect(() => app.synth()).not.toThrow();
    expect(shared.dependencies).toEqual([]);
  });
});
