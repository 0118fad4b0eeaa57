import { Annotations, Duration, Token } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnSubnet, CfnSubnetCidrBlock, Connections, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { AlternateTarget, ListenerRuleConfiguration } from 'aws-cdk-lib/aws-ecs';
import {
  AlpnPolicy,
  IpAddressType,
  type NetworkListener,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { InputError } from '../../../haproxy/errors';
import { PORTS } from '../../../haproxy/model/options';
import type { ProxyIngressBindOptions, ProxyIngressConfig } from '../../../proxy/ingress-bind';
import type { NetworkLoadBalancerOptions } from '../../../proxy/network-load-balancer-options';
import { acknowledge } from '../../acknowledge';
import { checkCount, refuseTokens } from '../../checks';
import { ACKNOWLEDGED } from '../../findings';
import { NETWORK_LOAD_BALANCER } from '../../options';
import { LINGERING } from '../stop-times';

/**
 * ECS registers each target with its own port, so this one is never used. CloudFormation replaces a target group whose
 * port changes, and then sends the listener to the new group before it has targets.
 */
export const GROUP_PORT = PORTS.listenPort.default;

/** Creates a Network Load Balancer, its listeners and target groups, and allows only it at the tasks. */
export function bindNetworkLoadBalancer(
  scope: Construct,
  proxy: ProxyIngressBindOptions,
  options: NetworkLoadBalancerOptions,
  proxyProtocol: boolean,
): ProxyIngressConfig {
  const { redirectPort: redirectRow, ...rows } = NETWORK_LOAD_BALANCER;
  const { port = proxy.listenPort, redirectPort = redirectRow.default, certificates = [] } = options;
  checkCount('port of the ingress', port, rows.port);
  checkCount('redirectPort of the ingress', redirectPort, redirectRow);
  if (proxy.redirectPort !== undefined && port === redirectPort) {
    throw new InputError(`port and redirectPort of the ingress are both ${port}: give each listener its own port`);
  }
  if (options.redirectPort !== undefined && proxy.redirectPort === undefined) {
    throw new InputError(
      `redirectPort of the ingress is ${redirectPort}, and the proxy has no redirectPort, which answers there: give both, or neither`,
    );
  }
  if (certificates.length > 0 && proxy.listenTls) {
    throw new InputError(
      'certificates of the ingress terminate TLS in the load balancer, which sends clear text, and the proxy has listenTls: leave one of them out',
    );
  }
  if (proxy.shiftsTraffic) {
    warnOfMovedListener(scope, 'port and certificates');
  }
  if (options.dualStack) {
    refuseWithoutIpv6(proxy, options);
  }
  const securityGroup = new SecurityGroup(scope, 'FrontDoorSecurityGroup', {
    vpc: proxy.cluster.vpc,
    description: 'Front door of HAProxy: traffic from whom the stack allows',
    allowAllOutbound: false,
  });
  const connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(port) });
  const loadBalancer = new NetworkLoadBalancer(scope, 'FrontDoor', {
    vpc: proxy.cluster.vpc,
    internetFacing: options.internetFacing ?? rows.internetFacing.default,
    deletionProtection: options.deletionProtection ?? rows.deletionProtection.default,
    securityGroups: [securityGroup],
    ipAddressType: options.dualStack ? IpAddressType.DUAL_STACK : undefined,
    // A client of an elastic address does not find the others: a zone without a task must reach those of other zones.
    crossZoneEnabled: options.crossZone ?? (options.allocationIds === undefined ? undefined : true),
    ...subnetsOf(proxy, options),
  });
  if (proxy.listenTls) {
    acknowledge(loadBalancer, ACKNOWLEDGED.tlsInHaproxy);
  }
  if (options.accessLogs !== undefined) {
    loadBalancer.logAccessLogs(options.accessLogs);
    if (certificates.length === 0) {
      Annotations.of(scope).addWarningV2(
        'cdk-haproxy-elb:empty-access-logs',
        'accessLogs is given without certificates, and a Network Load Balancer logs TLS listeners alone, so the bucket stays empty: give certificates, or leave accessLogs out; HAProxy logs every connection',
      );
    }
  }
  const forward = { proxy, proxyProtocol, loadBalancer, connections };
  const targetGroup = listen(scope, 'Listener', { ...forward, port, to: proxy.listenPort, certificates });
  if (proxy.redirectPort !== undefined) {
    listen(scope, 'RedirectListener', { ...forward, port: redirectPort, to: proxy.redirectPort, certificates: [] });
  }
  return {
    connections,
    dnsName: loadBalancer.loadBalancerDnsName,
    networkLoadBalancer: loadBalancer,
    shiftsTraffic: true,
    connectionCount: loadBalancer.metrics.activeFlowCount({ statistic: Stats.AVERAGE }),
    taskCount: targetGroup.metrics.healthyHostCount({ statistic: Stats.MAXIMUM }),
  };
}

/** Refuses subnets of the app that have no IPv6. Imported ones do not show it. */
function refuseWithoutIpv6({ cluster }: ProxyIngressBindOptions, options: NetworkLoadBalancerOptions): void {
  const selection = options.vpcSubnets ?? (options.internetFacing ? { subnetType: SubnetType.PUBLIC } : undefined);
  const without = cluster.vpc.selectSubnets(selection).subnets.find(({ node: { defaultChild: subnet } }) => {
    if (!CfnSubnet.isCfnSubnet(subnet)) {
      return false;
    }
    const isAddedLater = subnet.stack.node.findAll().some(CfnSubnetCidrBlock.isCfnSubnetCidrBlock);
    return subnet.ipv6CidrBlock === undefined && subnet.ipv6IpamPoolId === undefined && !isAddedLater;
  });
  if (without !== undefined) {
    throw new InputError(
      `dualStack needs IPv6 in each subnet of the load balancer, and ${without.node.path} has none: give the VPC ipProtocol DUAL_STACK, or leave dualStack out`,
    );
  }
}

/** ECS changes what CloudFormation created. */
export function warnOfMovedListener(scope: Construct, what: string): void {
  Annotations.of(scope).addWarningV2(
    'cdk-haproxy-elb:moved-listener',
    `each deployment moves the listeners to the other target group, and CloudFormation moves them back when it changes a listener (aws-cdk issue 36649): change ${what} of the ingress only while the first target group has the tasks`,
  );
}

interface Forward {
  readonly proxy: ProxyIngressBindOptions;
  readonly proxyProtocol: boolean;
  readonly loadBalancer: NetworkLoadBalancer;
  readonly connections: Connections;
  readonly port: number;
  readonly to: number;
  readonly certificates: NonNullable<NetworkLoadBalancerOptions['certificates']>;
}

/** Adds a listener whose connections go to a port of the tasks. */
function listen(scope: Construct, id: string, forward: Forward): NetworkTargetGroup {
  const { proxy, loadBalancer, connections, port, to, certificates } = forward;
  const group = (suffix: string) =>
    new NetworkTargetGroup(scope, `${id}${suffix}`, {
      vpc: proxy.cluster.vpc,
      port: GROUP_PORT,
      protocol: Protocol.TCP,
      targetType: TargetType.IP,
      proxyProtocolV2: forward.proxyProtocol,
      // ECS waits for it before it stops a task. Running connections have the same time as in HAProxy.
      deregistrationDelay: Duration.millis(Math.max(LINGERING.networkLoadBalancer, proxy.stopTimeout.toMilliseconds())),
      // With the PROXY protocol the health check sends its header too, which only the traffic port accepts.
      healthCheck: { protocol: Protocol.TCP },
    });
  const targetGroup = group('Targets');
  const listener = loadBalancer.addListener(id, {
    port,
    protocol: certificates.length > 0 ? Protocol.TLS : Protocol.TCP,
    certificates: certificates.length > 0 ? certificates : undefined,
    // The port of the tasks takes both versions of HTTP.
    alpnPolicy: certificates.length > 0 && proxy.http2 ? AlpnPolicy.HTTP2_PREFERRED : undefined,
    defaultTargetGroups: [targetGroup],
  });
  targetGroup.addTarget(
    proxy.service.loadBalancerTarget({
      containerName: proxy.containerName,
      containerPort: to,
      alternateTarget: proxy.shiftsTraffic ? alternate(id, group('AlternateTargets'), listener) : undefined,
    }),
  );
  proxy.taskConnections.allowFrom(connections, Port.tcp(to), 'Front door');
  return targetGroup;
}

function alternate(id: string, alternateTargetGroup: NetworkTargetGroup, listener: NetworkListener): AlternateTarget {
  const productionListener = ListenerRuleConfiguration.networkListener(listener);
  return new AlternateTarget(`${id}Alternate`, { alternateTargetGroup, productionListener });
}

function subnetsOf(
  { cluster, fewestTasks = Number.POSITIVE_INFINITY }: ProxyIngressBindOptions,
  { internetFacing, vpcSubnets, allocationIds, crossZone }: NetworkLoadBalancerOptions,
) {
  if (allocationIds === undefined) {
    return { vpcSubnets };
  }
  if (!internetFacing) {
    throw new InputError(
      'allocationIds is given without internetFacing: give internetFacing: true as well, or leave allocationIds out',
    );
  }
  refuseTokens('allocationIds', allocationIds);
  for (const [i, id] of allocationIds.entries()) {
    if (!Token.isUnresolved(id) && !/^eipalloc-[0-9a-f]+$/.test(id)) {
      throw new InputError(
        `allocationIds '${id}' is not valid: give the allocation id of an elastic address, such as eipalloc-0123456789abcdef0`,
      );
    }
    if (allocationIds.indexOf(id) !== i) {
      throw new InputError(`allocationIds has '${id}' twice: give each subnet an elastic address of its own`);
    }
  }
  const { subnets } = cluster.vpc.selectSubnets(vpcSubnets ?? { subnetType: SubnetType.PUBLIC });
  if (subnets.length !== allocationIds.length) {
    throw new InputError(
      `allocationIds has ${allocationIds.length} items for ${subnets.length} subnets: give one for each subnet, in the same order`,
    );
  }
  if (crossZone === false && fewestTasks < subnets.length) {
    throw new InputError(
      `crossZone is false, and ${fewestTasks} tasks leave some of the ${subnets.length} addresses without one: leave crossZone out, or give at least ${subnets.length} tasks`,
    );
  }
  return { subnetMappings: subnets.map((subnet, i) => ({ subnet, allocationId: allocationIds[i] })) };
}
