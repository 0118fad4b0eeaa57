import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { IpProtocol, Peer, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerCertificate,
  NetworkTargetGroup,
  type NetworkTargetGroupProps,
  Protocol,
  TargetGroupIpAddressType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { NamespaceType, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import {
  ElbUpstream,
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyProtocol,
  ProxyCapacity,
  ProxyDeployment,
  ProxyIngress,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { configurationOf, textOf } from './template';

function proxyWith(ingress: ProxyIngress, props: Partial<HaproxyElbProxyProps> = {}) {
  const { stack, vpc } = stackWithVpc();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress, ...props });
  return { stack, proxy, template: Template.fromStack(stack) };
}

const PERCENT_ADVICE =
  "and maxHealthyPercent '200' do not fit together: give whole numbers, 0 to 100 for the first, and 100 to 200 and more than the first for the second";
const CERTIFICATE = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:certificate-AbCdEf';

describe('a new Network Load Balancer', () => {
  const { proxy, template } = proxyWith(ProxyIngress.networkLoadBalancer());

  test('is internal, and passes the addresses of clients on', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Type: 'network',
      Scheme: 'internal',
      SecurityGroups: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('FrontDoorSecurityGroup'), 'GroupId'] }],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Port: 8080,
      Protocol: 'TCP',
      TargetType: 'ip',
      HealthCheckProtocol: 'TCP',
      TargetGroupAttributes: Match.arrayWith([
        { Key: 'deregistration_delay.timeout_seconds', Value: '120' },
        { Key: 'proxy_protocol_v2.enabled', Value: 'true' },
      ]),
    });
    expect(configurationOf(template)).toContain('bind :8080 accept-proxy\n');
  });

  test('reaches the tasks, and has no inbound rule itself', () => {
    const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(
      ({ properties }) =>
        `${textOf(properties.SourceSecurityGroupId)} ${textOf(properties.GroupId)} ${properties.FromPort}`,
    );
    expect(rules.sort()).toEqual([
      '{ProxyFrontDoorSecurityGroup.GroupId} {ProxySecurityGroup.GroupId} 8080',
      '{ProxyMonitorDriftProbeSecurityGroup.GroupId} {ProxySecurityGroup.GroupId} 8404',
      '{ProxyMonitorDriftProbeSecurityGroup.GroupId} {ProxySecurityGroup.GroupId} 9990',
    ]);
    expect(JSON.stringify(resourcesOf(template, 'AWS::EC2::SecurityGroup'))).not.toContain('SecurityGroupIngress');
    expect(proxy.connections).not.toBe(proxy.taskConnections);
  });

  test('is where clients are allowed', () => {
    const { stack, vpc } = stackWithVpc();
    const ingress = ProxyIngress.networkLoadBalancer({ port: 443 });
    const other = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress });
    other.connections.allowDefaultPortFrom(Peer.ipv4('10.0.0.0/8'), 'clients');
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Front door of HAProxy: traffic from whom the stack allows',
      SecurityGroupIngress: [{ CidrIp: '10.0.0.0/8', FromPort: 443, ToPort: 443 }],
    });
  });
});

test('each subnet has one elastic address', () => {
  const { template } = proxyWith(
    ProxyIngress.networkLoadBalancer({
      internetFacing: true,
      allocationIds: ['eipalloc-1', 'eipalloc-2'],
      proxyProtocol: false,
      deletionProtection: true,
    }),
  );
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    Scheme: 'internet-facing',
    SubnetMappings: [
      { AllocationId: 'eipalloc-1', SubnetId: { Ref: Match.stringLikeRegexp('^VpcPublicSubnet1') } },
      { AllocationId: 'eipalloc-2', SubnetId: { Ref: Match.stringLikeRegexp('^VpcPublicSubnet2') } },
    ],
    LoadBalancerAttributes: Match.arrayWith([{ Key: 'deletion_protection.enabled', Value: 'true' }]),
  });
  expect(configurationOf(template)).toContain('bind :8080\n');
});

test('elastic addresses reach the tasks of every zone', () => {
  const ingress = ProxyIngress.networkLoadBalancer({
    internetFacing: true,
    allocationIds: ['eipalloc-1', 'eipalloc-2'],
  });
  proxyWith(ingress).template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    LoadBalancerAttributes: Match.arrayWith([{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }]),
  });
});

test.each<[what: string, ingress: ProxyIngress, port: string]>([
  ['the tasks', ProxyIngress.none(), ':8443'],
  ['the Network Load Balancer', ProxyIngress.networkLoadBalancer(), ':8443'],
  ['the Network Load Balancer at another port', ProxyIngress.networkLoadBalancer({ port: 4443 }), ':4443'],
  ['the Network Load Balancer at 443', ProxyIngress.networkLoadBalancer({ port: 443 }), ''],
])('the redirect to HTTPS leads to the port of %s', (_, ingress, port) => {
  const listenTls = { secret: Secret.fromSecretCompleteArn(new Stack(), 'Certificate', CERTIFICATE) };
  const { template } = proxyWith(ingress, { listenTls, listenPort: 8443, redirectPort: 8080 });
  expect(configurationOf(template)).toContain(`https://%[req.hdr(host),field(1,:)]${port} code 301`);
});

test('a client that a load balancer with certificates gets at port 80 is redirected to its port for HTTPS', () => {
  const certificates = [ListenerCertificate.fromArn('arn:aws:acm:eu-west-1:111111111111:certificate/1')];
  const ingress = ProxyIngress.networkLoadBalancer({ port: 443, certificates });
  const { template } = proxyWith(ingress, { redirectPort: 8081 });
  const listeners = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::Listener'));
  const targetPorts = Object.values(template.findResources('AWS::ECS::Service')).flatMap(({ Properties }) =>
    Properties.LoadBalancers.map(({ ContainerPort }: { ContainerPort: number }) => ContainerPort),
  );
  expect(listeners.map(({ Properties: { Port, Protocol } }) => [Port, Protocol])).toEqual([
    [443, 'TLS'],
    [80, 'TCP'],
  ]);
  expect(targetPorts).toEqual([8080, 8081]);
  const configuration = configurationOf(template);
  expect(configuration).toContain('bind :8081 accept-proxy id 101\n');
  expect(configuration).toContain('code 301 if { so_id ge 101 }\n');
  expect(configuration).toContain('http-request set-header X-Forwarded-Proto https\n');
});

test('another listenPort replaces no target group', () => {
  const [one, other] = [8080, 8443].map((listenPort) =>
    proxyWith(ProxyIngress.networkLoadBalancer({ port: 443 }), { listenPort }).template.findResources(
      'AWS::ElasticLoadBalancingV2::TargetGroup',
    ),
  );
  expect(one).toEqual(other);
});

test.each<[whose: string, props: (stack: Stack, vpc: Vpc) => Partial<HaproxyElbProxyProps>]>([
  ['a new cluster', () => ({})],
  [
    'a given cluster',
    (stack, vpc) => ({
      vpc: undefined,
      cluster: new Cluster(stack, 'Cluster', { vpc, enableFargateCapacityProviders: true }),
    }),
  ],
])('a service comes after the capacity providers of %s, and leaves before them', (_, props) => {
  const { stack, vpc } = stackWithVpc();
  const capacity = ProxyCapacity.fargate({ spot: true });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, capacity, ...props(stack, vpc) });
  const template = Template.fromStack(stack);
  const [association] = Object.keys(template.findResources('AWS::ECS::ClusterCapacityProviderAssociations'));
  template.hasResource('AWS::ECS::Service', { DependsOn: Match.arrayWith([association]) });
});

test('a blue/green deployment has a second target group and moves the listener', () => {
  const { template } = proxyWith(ProxyIngress.networkLoadBalancer(), { deployment: ProxyDeployment.blueGreen() });
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', 2);
  template.hasResourceProperties('AWS::ECS::Service', {
    DeploymentConfiguration: { Strategy: 'BLUE_GREEN', DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
    LoadBalancers: [{ ContainerPort: 8080, AdvancedConfiguration: Match.objectLike({}) }],
  });
});

test('a name in Cloud Map answers with the addresses of the tasks', () => {
  const { stack, vpc } = stackWithVpc();
  const cloudMapNamespace = new PrivateDnsNamespace(stack, 'Namespace', { vpc, name: 'internal.test' });
  const ingress = ProxyIngress.privateDns({ cloudMapNamespace, name: 'orders' });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress });
  Template.fromStack(stack).hasResourceProperties('AWS::ServiceDiscovery::Service', {
    Name: 'orders',
    DnsConfig: { DnsRecords: [{ TTL: 10, Type: 'A' }] },
  });
});

test('by default, a name in the VPC resolves to the addresses of the tasks', () => {
  const { stack, vpc } = stackWithVpc();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::ServiceDiscovery::PrivateDnsNamespace', {
    Name: 'stack-proxy-894ad419.internal',
  });
  template.hasResourceProperties('AWS::ServiceDiscovery::Service', {
    Name: 'haproxy',
    DnsConfig: { DnsRecords: [{ TTL: 10, Type: 'A' }] },
  });
  template.hasResourceProperties('AWS::ECS::Service', { ServiceRegistries: [Match.objectLike({})] });
  expect(proxy.dnsName).toBe('haproxy.stack-proxy-894ad419.internal');
});

test('the default namespace of a cluster is taken, and proxies in it have different names', () => {
  const { stack, vpc } = stackWithVpc();
  const cluster = new Cluster(stack, 'Cluster', { vpc, defaultCloudMapNamespace: { name: 'shop.test' } });
  const proxies = ['Orders', 'Stock'].map((id) => new HaproxyElbProxy(stack, id, { cluster, upstream: BY_NAME }));
  Template.fromStack(stack).resourceCountIs('AWS::ServiceDiscovery::PrivateDnsNamespace', 1);
  expect(proxies.map(({ dnsName }) => dnsName)).toEqual([
    'stack-orders-eedb7941.shop.test',
    'stack-stock-21c300c3.shop.test',
  ]);
});

test('the default namespace of a cluster is left alone where it has no DNS', () => {
  const { stack, vpc } = stackWithVpc();
  const defaultCloudMapNamespace = { name: 'mesh', type: NamespaceType.HTTP, useForServiceConnect: true };
  const cluster = new Cluster(stack, 'Cluster', { vpc, defaultCloudMapNamespace });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { cluster, upstream: BY_NAME });
  expect(proxy.dnsName).toMatch(/^haproxy\.stack-proxy-[0-9a-f]{8}\.internal$/);
  Template.fromStack(stack).resourceCountIs('AWS::ServiceDiscovery::PrivateDnsNamespace', 1);
});

test('no ingress: nothing is in Cloud Map, and the proxy has no name', () => {
  const { stack, vpc } = stackWithVpc();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress: ProxyIngress.none() });
  Template.fromStack(stack).resourceCountIs('AWS::ServiceDiscovery::Service', 0);
  expect(proxy.dnsName).toBeUndefined();
});

const targetGroup = () =>
  ProxyIngress.targetGroup(
    NetworkTargetGroup.fromTargetGroupAttributes(stackWithVpc().stack, 'Group', {
      targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/edge/50dc6c495c0c9188',
    }),
  );

test('a target group that exists gets the tasks', () => {
  const { template } = proxyWith(targetGroup());
  template.hasResourceProperties('AWS::ECS::Service', {
    LoadBalancers: [
      {
        ContainerName: 'haproxy',
        ContainerPort: 8080,
        TargetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/edge/50dc6c495c0c9188',
      },
    ],
  });
});

const listenTls = () => ({ secret: Secret.fromSecretCompleteArn(new Stack(), 'Certificate', CERTIFICATE) });

/** A proxy in a target group of an Application Load Balancer of the app. */
function ownGroup(
  protocol: ApplicationProtocol,
  props: Partial<HaproxyElbProxyProps> = {},
  healthCheck?: { path: string; port: string },
) {
  const { stack, vpc } = stackWithVpc();
  const group = new ApplicationTargetGroup(stack, 'Group', { vpc, protocol, targetType: TargetType.IP, healthCheck });
  new ApplicationLoadBalancer(stack, 'Alb', { vpc }).addListener('Http', { port: 80, defaultTargetGroups: [group] });
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress: ProxyIngress.targetGroup(group), ...props });
  return stack;
}

/** A proxy in a target group of a Network Load Balancer of the app. */
function ownNetworkGroup(group: Partial<NetworkTargetGroupProps>, props: Partial<HaproxyElbProxyProps> = {}) {
  const { stack, vpc } = stackWithVpc();
  const targetGroup = new NetworkTargetGroup(stack, 'Group', { vpc, port: 80, targetType: TargetType.IP, ...group });
  const ingress = ProxyIngress.targetGroup(targetGroup);
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress, ...props });
  return { stack, targetGroup };
}

test('a target group of the app reaches the health port if its health check asks there', () => {
  const rulesOf = (stack: Stack) =>
    resourcesOf(Template.fromStack(stack), 'AWS::EC2::SecurityGroupIngress')
      .filter(({ properties }) => textOf(properties.SourceSecurityGroupId).startsWith('{Alb'))
      .map(({ properties }) => properties.FromPort);
  const warningsOf = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('health-check'))
      .map(({ entry }) => entry.data);
  const asking = ownGroup(ApplicationProtocol.HTTP, {}, { path: '/live', port: '8404' });
  expect(rulesOf(asking)).toEqual([8080, 8404]);
  expect(warningsOf(asking)).toEqual([]);
  const other = ownGroup(ApplicationProtocol.HTTP);
  expect(rulesOf(other)).toEqual([8080]);
  expect(warningsOf(other)).toEqual([
    'the health check of the target group does not ask HAProxy itself, so ECS replaces tasks while their upstream is down: give protocol HTTP, port 8404 and path /live [ack: cdk-haproxy-elb:health-check]',
  ]);
});

test('a dual-stack load balancer accepts IPv6, and reaches the tasks over IPv4', () => {
  const { stack } = stackWithVpc();
  const vpc = new Vpc(stack, 'DualStack', { maxAzs: 2, ipProtocol: IpProtocol.DUAL_STACK });
  const ingress = ProxyIngress.networkLoadBalancer({ dualStack: true });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress });
  proxy.connections.allowDefaultPortFrom(Peer.ipv6('2001:db8::/32'), 'client');
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { IpAddressType: 'dualstack' });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { IpAddressType: Match.absent() });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [{ CidrIpv6: '2001:db8::/32', FromPort: 8080 }],
  });
});

const elastic = (...allocationIds: string[]) =>
  ProxyIngress.networkLoadBalancer({ internetFacing: true, allocationIds });

test.each(['a', 'A_b-1', '_http._tcp.orders', 'a'.repeat(63)])('the name %s is one of Cloud Map', (name) => {
  const { template } = proxyWith(ProxyIngress.privateDns({ name }));
  template.hasResourceProperties('AWS::ServiceDiscovery::Service', { Name: name });
});

test.each<[make: () => unknown, message: string]>([
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer({ allocationIds: ['eipalloc-1', 'eipalloc-2'] })),
    'allocationIds is given without internetFacing: give internetFacing: true as well, or leave allocationIds out',
  ],
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer({ internetFacing: true, allocationIds: ['eipalloc-1'] })),
    'allocationIds has 1 items for 2 subnets: give one for each subnet, in the same order',
  ],
  [
    () => proxyWith(elastic('eipalloc-1', 'eipalloc-1')),
    "allocationIds has 'eipalloc-1' twice: give each subnet an elastic address of its own",
  ],
  [
    () => proxyWith(elastic('eipalloc-1', '192.0.2.1')),
    "allocationIds '192.0.2.1' is not valid: give the allocation id of an elastic address, such as eipalloc-0123456789abcdef0",
  ],
  ...['', 'a b', '-a', 'a-', 'a..b', 'a.', 'ä', '*', 'a\n', 'a'.repeat(64), `${'a.'.repeat(64)}a`].map(
    (name): [() => unknown, string] => [
      () => proxyWith(ProxyIngress.privateDns({ name })),
      `name '${name.replace('\n', '\\n')}' of the ingress is not valid: give letters, digits, '-', '_' and '.', at most 127 characters, 63 between dots`,
    ],
  ),
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer({ port: 0 })),
    "port of the ingress '0' is out of range: give a whole number from 1 to 65535",
  ],
  [
    () => {
      const listenTls = { secret: Secret.fromSecretCompleteArn(new Stack(), 'Certificate', CERTIFICATE) };
      return proxyWith(ProxyIngress.networkLoadBalancer({ port: 80 }), { listenTls, redirectPort: 8081 });
    },
    'port and redirectPort of the ingress are both 80: give each listener its own port',
  ],
  [
    () => ProxyDeployment.blueGreen({ bakeTime: Duration.seconds(90) }),
    "bakeTime '1.5 min' is not valid: give whole minutes, at most 1 day",
  ],
  [
    () => ProxyDeployment.blueGreen({ bakeTime: Duration.days(2) }),
    "bakeTime '2880 min' is not valid: give whole minutes, at most 1 day",
  ],
  [
    () => proxyWith(targetGroup(), { deployment: ProxyDeployment.blueGreen() }),
    'Stack/Proxy: ProxyIngress.targetGroup has one target group, and a blue/green, linear or canary deployment needs two and their listener: use ProxyIngress.networkLoadBalancer, or a rolling deployment',
  ],
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer(), { acceptProxyProtocol: false }),
    'acceptProxyProtocol is false, and the ingress sends the PROXY protocol: leave acceptProxyProtocol out, or give proxyProtocol: false to the ingress',
  ],
  [
    () =>
      proxyWith(ProxyIngress.networkLoadBalancer(), {
        deployment: ProxyDeployment.blueGreen(),
        scaling: { maxTasks: 4, connectionsPerTask: 500 },
      }),
    'connectionsPerTask cannot be combined with a blue/green, linear or canary deployment, which moves the tasks to a target group where they are not counted: give cpuPercent, or a rolling deployment',
  ],
  [
    () => {
      const options = { internetFacing: true, allocationIds: ['eipalloc-1', 'eipalloc-2'], crossZone: false };
      return proxyWith(ProxyIngress.networkLoadBalancer(options), { desiredCount: 1 });
    },
    'crossZone is false, and 1 tasks leave some of the 2 addresses without one: leave crossZone out, or give at least 2 tasks',
  ],
  [
    () => {
      const options = { internetFacing: true, allocationIds: ['eipalloc-1', 'eipalloc-2'], crossZone: false };
      const schedules = [{ schedule: Schedule.cron({ hour: '20' }), minTasks: 1, maxTasks: 2 }];
      return proxyWith(ProxyIngress.networkLoadBalancer(options), { scaling: { maxTasks: 4, schedules } });
    },
    'crossZone is false, and 1 tasks leave some of the 2 addresses without one: leave crossZone out, or give at least 2 tasks',
  ],
  [() => ProxyDeployment.rolling({ minHealthyPercent: 50.5 }), `minHealthyPercent '50.5' ${PERCENT_ADVICE}`],
  [
    () => ProxyDeployment.rolling({ minHealthyPercent: Lazy.number({ produce: () => 50 }) }),
    'minHealthyPercent is a token, known only at deployment: give the value itself',
  ],
  [
    () => {
      const { stack, vpc } = stackWithVpc();
      const group = new ApplicationTargetGroup(stack, 'Group', { vpc, port: 443, targetType: TargetType.IP });
      return new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress: ProxyIngress.targetGroup(group) });
    },
    'the target group of the ingress speaks HTTPS, and the proxy has no listenTls: give listenTls, or an HTTP target group',
  ],
  [
    () => ownGroup(ApplicationProtocol.HTTP, { listenTls: listenTls() }),
    'the target group of the ingress speaks HTTP, and the proxy has listenTls: leave listenTls out, or give an HTTPS target group',
  ],
  [
    () => ownNetworkGroup({ protocol: Protocol.TLS }),
    'the target group of the ingress speaks TLS, and the proxy has no listenTls: give listenTls, or a TCP target group',
  ],
  [
    () => ownNetworkGroup({ protocol: Protocol.UDP }),
    'the target group of the ingress speaks UDP, and HAProxy TCP: give a TCP target group',
  ],
  [
    () => ownGroup(ApplicationProtocol.HTTP, { acceptProxyProtocol: true }),
    'acceptProxyProtocol is true, and an Application Load Balancer sends no PROXY protocol: leave it out; the client is in X-Forwarded-For',
  ],
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer({ redirectPort: 80 })),
    'redirectPort of the ingress is 80, and the proxy has no redirectPort, which answers there: give both, or neither',
  ],
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer({ dualStack: true })),
    'dualStack needs IPv6 in each subnet of the load balancer, and Stack/Vpc/PrivateSubnet1 has none: give the VPC ipProtocol DUAL_STACK, or leave dualStack out',
  ],
  [
    () => proxyWith(ProxyIngress.networkLoadBalancer({ dualStack: true, internetFacing: true })),
    'dualStack needs IPv6 in each subnet of the load balancer, and Stack/Vpc/PublicSubnet1 has none: give the VPC ipProtocol DUAL_STACK, or leave dualStack out',
  ],
  [
    () => {
      const listenTls = { secret: Secret.fromSecretCompleteArn(new Stack(), 'Certificate', CERTIFICATE) };
      return proxyWith(targetGroup(), { listenTls, redirectPort: 8081 });
    },
    'redirectPort has no listener behind ProxyIngress.targetGroup, which takes listenPort alone: redirect in the load balancer, or use ProxyIngress.networkLoadBalancer',
  ],
])('contradictory options are refused in one line (%#)', (make, message) => {
  expect(make).toThrow(new InputError(message));
});

/** The target group is only complete at synthesis, because its attributes may be set later. */
test.each<
  [what: string, group: Partial<NetworkTargetGroupProps>, acceptProxyProtocol: boolean, error: string | undefined]
>([
  [
    'sends the PROXY protocol to a proxy that does not accept it',
    { proxyProtocolV2: true },
    false,
    'the target group of the ingress sends the PROXY protocol, and HAProxy does not expect it: give acceptProxyProtocol: true, or a target group without proxyProtocolV2',
  ],
  [
    'sends none to a proxy that needs it',
    {},
    true,
    'acceptProxyProtocol is true, and the target group of the ingress sends no PROXY protocol: leave it out, or give proxyProtocolV2: true to the target group',
  ],
  ['sends what the proxy accepts', { proxyProtocolV2: true }, true, undefined],
  ['sends none, and the proxy accepts none', {}, false, undefined],
])('a target group %s', (_, group, acceptProxyProtocol, error) => {
  const { stack, targetGroup } = ownNetworkGroup(group, { acceptProxyProtocol });
  expect(stack.node.tryFindChild('Proxy')!.node.validate()).toEqual(error === undefined ? [] : [error]);
  targetGroup.setAttribute('proxy_protocol_v2.enabled', `${acceptProxyProtocol}`);
  expect(stack.node.tryFindChild('Proxy')!.node.validate()).toEqual([]);
});

test.each<[what: string, ipAddressType: TargetGroupIpAddressType | undefined, ipv6: boolean]>([
  ['IPv6', TargetGroupIpAddressType.IPV6, true],
  ['IPv4', TargetGroupIpAddressType.IPV4, false],
  ['no given family', undefined, false],
])('HAProxy listens on IPv6 only for a target group of IPv6: %s', (_, ipAddressType, ipv6) => {
  const { stack, vpc } = stackWithVpc();
  const options = { vpc, port: 8080, targetType: TargetType.IP, ipAddressType };
  const ingress = ProxyIngress.targetGroup(new NetworkTargetGroup(stack, 'Group', options));
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress });
  const binds = configurationOf(Template.fromStack(stack)).match(/bind .*/g);
  expect(binds).toEqual(
    ipv6
      ? ['bind :8080', 'bind ipv6@:::8080 v6only', 'bind :8404', 'bind ipv6@:::8404 v6only', 'bind :9990']
      : ['bind :8080', 'bind :8404', 'bind :9990'],
  );
});

test('access logs of a load balancer with a certificate are no problem', () => {
  const stack = new Stack(undefined, 'Stack', { env: { region: 'eu-west-1' } });
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc: new Vpc(stack, 'Vpc'),
    upstream: BY_NAME,
    ingress: ProxyIngress.networkLoadBalancer({
      accessLogs: new Bucket(stack, 'Logs'),
      certificates: [ListenerCertificate.fromArn('arn:aws:acm:eu-west-1:111111111111:certificate/1')],
    }),
  });
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('empty-access-logs'));
});

test.each([
  [HaproxyProtocol.HTTP2, 'HTTP2Preferred'],
  [HaproxyProtocol.HTTP1, undefined],
])('a listener with a certificate offers HTTP/2 where an upstream speaks it: %s', (protocol, policy) => {
  const stack = new Stack(undefined, 'Stack');
  const upstream = ElbUpstream.fromDnsName('grpc.example.com', { port: 50_051, protocol });
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc: new Vpc(stack, 'Vpc'),
    upstream: BY_NAME,
    routes: [{ name: 'grpc', pathPrefix: '/orders.', upstream }],
    ingress: ProxyIngress.networkLoadBalancer({
      certificates: [ListenerCertificate.fromArn('arn:aws:acm:eu-west-1:111111111111:certificate/1')],
    }),
  });
  const [listener] = resourcesOf(Template.fromStack(stack), 'AWS::ElasticLoadBalancingV2::Listener');
  expect(listener!.properties.AlpnPolicy).toEqual(policy && [policy]);
});
