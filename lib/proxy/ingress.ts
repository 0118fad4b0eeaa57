import { Duration } from 'aws-cdk-lib';
import type { ITargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITargetGroupRef } from 'aws-cdk-lib/aws-vpclattice';
import type { Construct } from 'constructs';
import { checkArguments } from '../private/check-arguments';
import { checkWholeSeconds, refuseTokens } from '../private/checks';
import { NETWORK_LOAD_BALANCER, PRIVATE_DNS } from '../private/options';
import { bindApplicationListener } from '../private/proxy/ingress/application-listener';
import { bindLattice, hasIpv6 } from '../private/proxy/ingress/lattice';
import { bindNetworkLoadBalancer } from '../private/proxy/ingress/network-load-balancer';
import { bindPrivateDns } from '../private/proxy/ingress/private-dns';
import { bindTargetGroup, hasIpv6Targets, isOfApplication } from '../private/proxy/ingress/target-group';
import { LINGERING } from '../private/proxy/stop-times';
import type { ApplicationListenerOptions } from './application-listener-options';
import type { ProxyIngressBindOptions, ProxyIngressConfig, ProxyIngressTraits } from './ingress-bind';
import type { NetworkLoadBalancerOptions } from './network-load-balancer-options';
import type { PrivateDnsOptions } from './private-dns-options';

/**
 * How clients reach the tasks.
 *
 * For another way than those below, extend this class: give its traits to the constructor, and register the tasks in
 * `bind`.
 */
export abstract class ProxyIngress {
  /** Nothing in front of the tasks: clients find their addresses in another way. Costs nothing. */
  public static none(): ProxyIngress {
    return new BuiltInIngress({}, () => ({}));
  }

  /** A name in a private DNS namespace of Cloud Map, which answers with the addresses of the tasks. */
  public static privateDns(options: PrivateDnsOptions = {}): ProxyIngress {
    checkArguments('ProxyIngress.privateDns', options);
    const { dnsTtl = Duration.millis(PRIVATE_DNS.dnsTtl.default) } = options;
    refuseTokens('dnsTtl', dnsTtl);
    checkWholeSeconds('dnsTtl', dnsTtl);
    const drainTime = dnsTtl.plus(Duration.millis(LINGERING.afterTtl));
    return new BuiltInIngress({ drainTime, dnsTtl }, (scope, proxy) => bindPrivateDns(scope, proxy, options));
  }

  /** A new Network Load Balancer, internal by default. */
  public static networkLoadBalancer(options: NetworkLoadBalancerOptions = {}): ProxyIngress {
    checkArguments('ProxyIngress.networkLoadBalancer', options);
    const traits = {
      drainTime: Duration.millis(LINGERING.networkLoadBalancer),
      proxyProtocol: options.proxyProtocol ?? NETWORK_LOAD_BALANCER.proxyProtocol.default,
      port: options.port,
      terminatesTls: (options.certificates ?? []).length > 0,
    };
    return new BuiltInIngress(traits, (scope, proxy) =>
      bindNetworkLoadBalancer(scope, proxy, options, traits.proxyProtocol),
    );
  }

  /**
   * An existing target group of type `ip`, of an Application or Network Load Balancer, TCP or HTTP, with `listenTls` TLS
   * or HTTPS, at the proxy's `listenPort`. The tasks allow the load balancer's security groups if they are known in the
   * app. A target group that sends the PROXY protocol needs the proxy's `acceptProxyProtocol`. An HTTP health check
   * should ask for `/live` at port 8404: HAProxy passes any other to the upstream, and ECS replaces tasks that fail it.
   * With a target group of this app for IPv6, HAProxy listens on IPv6 too; the subnets of the tasks need both families.
   */
  public static targetGroup(targetGroup: ITargetGroup): ProxyIngress {
    checkArguments('ProxyIngress.targetGroup', targetGroup);
    const lingering = isOfApplication(targetGroup) ? LINGERING.applicationLoadBalancer : LINGERING.networkLoadBalancer;
    const traits = { drainTime: Duration.millis(lingering), ipv6: hasIpv6Targets(targetGroup) };
    return new BuiltInIngress(traits, (scope, proxy) => bindTargetGroup(scope, proxy, targetGroup));
  }

  /**
   * A rule of a listener of an Application Load Balancer, and a target group for it: HTTP, or HTTPS with `listenTls`.
   * The tasks allow the load balancer's security groups, and clients are allowed in those. The load balancer gives
   * client addresses in `X-Forwarded-For` alone, so `allowFrom` and `denyFrom` see its own addresses.
   */
  public static applicationListener(options: ApplicationListenerOptions): ProxyIngress {
    checkArguments('ProxyIngress.applicationListener', options);
    return new BuiltInIngress({ drainTime: Duration.millis(LINGERING.applicationLoadBalancer) }, (scope, proxy) =>
      bindApplicationListener(scope, proxy, options),
    );
  }

  /**
   * A target group of VPC Lattice of type `IP`: HTTP, HTTPS with `listenTls`, or TCP. Its health check should be HTTP at
   * `/live` of port 8404. The tasks allow the prefix list of VPC Lattice, for IPv6 if the target group is, if the stack has an account and a region.
   * Who may call is decided in the service network, not in `connections`.
   */
  public static latticeTargetGroup(targetGroup: ITargetGroupRef): ProxyIngress {
    checkArguments('ProxyIngress.latticeTargetGroup', targetGroup);
    const traits = { drainTime: Duration.millis(LINGERING.lattice), ipv6: hasIpv6(targetGroup) };
    return new BuiltInIngress(traits, (scope, proxy) => bindLattice(scope, proxy, targetGroup));
  }

  /** What the configuration of HAProxy and the times of a stop depend on. */
  public readonly traits: ProxyIngressTraits;

  /** @param traits what the configuration of HAProxy and the times of a stop depend on */
  protected constructor(traits: ProxyIngressTraits = {}) {
    refuseTokens('drainTime of the ingress', traits.drainTime);
    refuseTokens('dnsTtl of the ingress', traits.dnsTtl);
    this.traits = traits;
  }

  /**
   * Creates the resources of the ingress, registers the tasks and allows it in their security groups. The proxy calls it
   * once, when its service exists.
   *
   * @param scope the proxy; ids below it must differ from its own
   * @param proxy the proxy, as its ingress sees it
   */
  public abstract bind(scope: Construct, proxy: ProxyIngressBindOptions): ProxyIngressConfig;
}

/** An ingress of this library. */
class BuiltInIngress extends ProxyIngress {
  public constructor(
    traits: ProxyIngressTraits,
    private readonly create: (scope: Construct, proxy: ProxyIngressBindOptions) => ProxyIngressConfig,
  ) {
    super(traits);
  }

  public bind(scope: Construct, proxy: ProxyIngressBindOptions): ProxyIngressConfig {
    return this.create(scope, proxy);
  }
}
