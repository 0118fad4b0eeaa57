import { Duration, Lazy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Connections, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer, NetworkTargetGroup, Protocol, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import {
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  ProxyDeployment,
  ProxyIngress,
  type ProxyIngressBindOptions,
  type ProxyIngressConfig,
  type ProxyIngressTraits,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { BY_NAME, stackWithVpc } from './stacks';
import { configurationOf } from './template';

/** A port of a Network Load Balancer that other services use too, as a user of the library would write it. */
class SharedLoadBalancer extends ProxyIngress {
  public seen?: ProxyIngressBindOptions;

  public constructor(
    private readonly loadBalancer: NetworkLoadBalancer,
    private readonly clients: SecurityGroup,
    traits: ProxyIngressTraits = { drainTime: Duration.seconds(90), proxyProtocol: true, port: 8443 },
  ) {
    super(traits);
  }

  public bind(scope: Construct, proxy: ProxyIngressBindOptions): ProxyIngressConfig {
    this.seen = proxy;
    const group = new NetworkTargetGroup(scope, 'SharedTargets', {
      vpc: proxy.cluster.vpc,
      port: proxy.listenPort,
      targetType: TargetType.IP,
      protocol: Protocol.TCP,
      proxyProtocolV2: true,
    });
    this.loadBalancer.addListener('Proxy', { port: 8443, defaultTargetGroups: [group] });
    const { containerName, listenPort: containerPort } = proxy;
    group.addTarget(proxy.service.loadBalancerTarget({ containerName, containerPort }));
    proxy.taskConnections.allowFrom(this.clients, Port.tcp(containerPort));
    return {
      connections: new Connections({ securityGroups: [this.clients], defaultPort: Port.tcp(8443) }),
      dnsName: this.loadBalancer.loadBalancerDnsName,
      connectionCount: this.loadBalancer.metrics.activeFlowCount(),
      taskCount: group.metrics.healthyHostCount(),
    };
  }
}

function proxyWith(props: Partial<HaproxyElbProxyProps> = {}, traits?: ProxyIngressTraits) {
  const { stack, vpc } = stackWithVpc();
  const clients = new SecurityGroup(stack, 'Clients', { vpc });
  const loadBalancer = new NetworkLoadBalancer(stack, 'Shared', { vpc, securityGroups: [clients] });
  const ingress = new SharedLoadBalancer(loadBalancer, clients, traits);
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress, ...props });
  return { stack, proxy, ingress, loadBalancer, template: () => Template.fromStack(stack) };
}

describe('an ingress that the user wrote', () => {
  test('registers the tasks, and its traits decide the configuration and the times of a stop', () => {
    const { template } = proxyWith();
    template().hasResourceProperties('AWS::ECS::Service', {
      LoadBalancers: [{ ContainerPort: 8080, TargetGroupArn: { Ref: Match.stringLikeRegexp('^ProxySharedTargets') } }],
    });
    expect(configurationOf(template())).toContain('bind :8080 accept-proxy\n');
    template().hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [{ Command: [Match.stringLikeRegexp('\nsleep 90\n')], StopTimeout: 120 }],
    });
  });

  test('says where clients come in, and under which name', () => {
    const { proxy, loadBalancer, template } = proxyWith();
    proxy.connections.allowDefaultPortFrom(Peer.ipv4('10.0.0.0/8'), 'client');
    template().hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Stack/Clients',
      SecurityGroupIngress: [{ CidrIp: '10.0.0.0/8', FromPort: 8443, ToPort: 8443 }],
    });
    expect(proxy.dnsName).toBe(loadBalancer.loadBalancerDnsName);
    expect(proxy.networkLoadBalancer).toBeUndefined();
  });

  test('learns what it needs of the proxy', () => {
    const { ingress, proxy } = proxyWith({ desiredCount: 3, stopTimeout: Duration.seconds(110) });
    const { cluster, service, taskConnections, stopTimeout, ...plain } = ingress.seen!;
    expect(service === proxy.service && cluster === proxy.cluster).toBe(true);
    expect(taskConnections === proxy.taskConnections).toBe(true);
    expect(stopTimeout.toSeconds()).toBe(110);
    expect(plain).toEqual({
      containerName: 'haproxy',
      portName: 'traffic',
      listenPort: 8080,
      redirectPort: undefined,
      healthPort: 8404,
      listenTls: false,
      clientCertificates: false,
      mode: 'http',
      http2: false,
      acceptProxyProtocol: true,
      fewestTasks: 3,
      shiftsTraffic: false,
    });
  });

  test('can scale by its own metrics', () => {
    const { template } = proxyWith({ scaling: { maxTasks: 4, connectionsPerTask: 500 } });
    template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 500 },
    });
  });

  test('can send connections over IPv6', () => {
    const { template } = proxyWith({}, { ipv6: true });
    expect(configurationOf(template())).toContain('bind :8080\n    bind ipv6@:::8080 v6only\n');
  });

  test('without traits, a task drains for 30 s and listens without the PROXY protocol', () => {
    const { template } = proxyWith({}, {});
    expect(configurationOf(template())).toContain('bind :8080\n');
    template().hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [{ Command: [Match.stringLikeRegexp('\nsleep 30\n')] }],
    });
  });

  test.each<[make: () => unknown, message: string]>([
    [
      () => proxyWith({ deployment: ProxyDeployment.canary() }),
      'a linear or canary deployment shifts traffic in a load balancer: give ProxyIngress.networkLoadBalancer(), or a rolling or blue/green deployment',
    ],
    [
      () => proxyWith({ acceptProxyProtocol: false }),
      'acceptProxyProtocol is false, and the ingress sends the PROXY protocol: leave acceptProxyProtocol out, or give proxyProtocol: false to the ingress',
    ],
    [
      () => proxyWith({}, { drainTime: Duration.seconds(Lazy.number({ produce: () => 5 })) }),
      'drainTime of the ingress is a token, known only at deployment: give the value itself',
    ],
  ])('is refused what it cannot do (%#)', (make, message) => {
    expect(make).toThrow(new InputError(message));
  });
});
