import { Duration, Names } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { CfnTargetGroup, INetworkTargetGroup, ITargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type INamespace, NamespaceType, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { refuseTokens } from '../private/checks';
import { NETWORK_LOAD_BALANCER, PRIVATE_DNS } from '../private/options';
import type { IngressBindOptions, IngressConfig } from '../private/proxy/ingress-config';
import { makeLoadBalancer } from '../private/proxy/network-load-balancer';
import { LINGERING } from '../private/proxy/stop-times';
import type { NetworkLoadBalancerOptions } from './network-load-balancer-options';

/** A name in a Cloud Map namespace. */
export interface PrivateDnsOptions {
  /**
   * A private DNS namespace. Its hosted zone costs about $0.50 a month.
   *
   * @default - the default namespace of the given cluster if it is a private DNS namespace, else a new one such as
   * `shop-orders-894ad419.internal`: the construct's path in lower case, a hash of it, and `.internal`
   */
  readonly cloudMapNamespace?: INamespace;

  /**
   * Name below the namespace.
   *
   * @default - `haproxy` in a new namespace, in an existing one the construct's path in lower case and a hash of it
   */
  readonly name?: string;

  /**
   * How long clients may keep an answer. An answer shows at most 8 tasks.
   *
   * @default Duration.seconds(10)
   */
  readonly dnsTtl?: Duration;
}

/** How clients reach the tasks. */
export abstract class ProxyIngress {
  /** Nothing in front of the tasks: clients find their addresses in another way. Costs nothing. */
  public static none(): ProxyIngress {
    return new NoIngress();
  }

  /** A name in a private DNS namespace of Cloud Map, which answers with the addresses of the tasks. */
  public static privateDns(options: PrivateDnsOptions = {}): ProxyIngress {
    return new PrivateDns(options);
  }

  /** A new Network Load Balancer, internal by default. */
  public static networkLoadBalancer(options: NetworkLoadBalancerOptions = {}): ProxyIngress {
    return new NetworkLoadBalancerIngress(options);
  }

  /**
   * An existing target group of type `ip`, of an Application or Network Load Balancer, TCP or HTTP at the proxy's
   * `listenPort`. The tasks allow the load balancer's security groups if they are known in the app. A target group that
   * sends the PROXY protocol needs the proxy's `acceptProxyProtocol`. HAProxy passes an HTTP health check of the target
   * group to the upstream, which answers it.
   */
  public static targetGroup(targetGroup: ITargetGroup): ProxyIngress {
    return new ExistingTargetGroup(targetGroup);
  }

  /**
   * Whether connections begin with a PROXY protocol header.
   *
   * @internal
   */
  public readonly _proxyProtocol: boolean = false;

  /**
   * For how long clients may still send new connections to a task that stops, ms.
   *
   * @internal
   */
  public abstract readonly _lingeringMillis: number;

  /**
   * How long clients may keep an answer of DNS that has the address of a task, ms.
   *
   * @internal
   */
  public readonly _answerMillis: number = 0;

  /**
   * The port that clients connect to.
   *
   * @internal
   */
  public _clientPort(listenPort: number): number {
    return listenPort;
  }

  /**
   * Creates the resources of the ingress for a proxy.
   *
   * @internal
   */
  public abstract _bind(scope: Construct, proxy: IngressBindOptions): IngressConfig;
}

class NoIngress extends ProxyIngress {
  // As for a name with the default TTL: the clients have a way of their own.
  public readonly _lingeringMillis = PRIVATE_DNS.dnsTtl.default + LINGERING.afterTtl;

  public _bind(): IngressConfig {
    return {};
  }
}

class PrivateDns extends ProxyIngress {
  public readonly _lingeringMillis: number;
  public override readonly _answerMillis: number;

  public constructor(private readonly options: PrivateDnsOptions) {
    super();
    refuseTokens('dnsTtl', options.dnsTtl);
    this._answerMillis = options.dnsTtl?.toMilliseconds() ?? PRIVATE_DNS.dnsTtl.default;
    this._lingeringMillis = this._answerMillis + LINGERING.afterTtl;
  }

  public _bind(scope: Construct, { cluster, service }: IngressBindOptions): IngressConfig {
    const { dnsTtl = Duration.millis(PRIVATE_DNS.dnsTtl.default) } = this.options;
    const label = Names.uniqueResourceName(scope, { maxLength: 63, separator: '-' }).toLowerCase();
    const given = this.options.cloudMapNamespace ?? namespaceOf(cluster);
    const cloudMapNamespace =
      given ?? new PrivateDnsNamespace(scope, 'Namespace', { vpc: cluster.vpc, name: `${label}.internal` });
    const name = this.options.name ?? (given === undefined ? 'haproxy' : label);
    service.enableCloudMap({ cloudMapNamespace, name, dnsTtl });
    return { dnsName: `${name}.${cloudMapNamespace.namespaceName}` };
  }
}

/** The default namespace of a cluster, unless it is one for Service Connect alone, without DNS. */
function namespaceOf({ defaultCloudMapNamespace: namespace }: ICluster): INamespace | undefined {
  return namespace?.type === NamespaceType.DNS_PRIVATE ? namespace : undefined;
}

class NetworkLoadBalancerIngress extends ProxyIngress {
  public override readonly _proxyProtocol: boolean;
  public readonly _lingeringMillis = LINGERING.networkLoadBalancer;

  public constructor(private readonly options: NetworkLoadBalancerOptions) {
    super();
    this._proxyProtocol = options.proxyProtocol ?? NETWORK_LOAD_BALANCER.proxyProtocol.default;
  }

  public override _clientPort(listenPort: number): number {
    return this.options.port ?? listenPort;
  }

  public _bind(scope: Construct, proxy: IngressBindOptions): IngressConfig {
    const balancer = makeLoadBalancer(scope, proxy, this.options, this._proxyProtocol);
    return { balancer, dnsName: balancer.loadBalancer.loadBalancerDnsName };
  }
}

class ExistingTargetGroup extends ProxyIngress {
  public readonly _lingeringMillis: number;

  public constructor(private readonly targetGroup: ITargetGroup) {
    super();
    // Only target groups of Application Load Balancers have this method, also imported ones.
    const isApplication = 'registerConnectable' in targetGroup;
    this._lingeringMillis = isApplication ? LINGERING.applicationLoadBalancer : LINGERING.networkLoadBalancer;
  }

  public _bind(
    scope: Construct,
    { service, containerName, listenPort, redirectPort, shiftsTraffic, tls }: IngressBindOptions,
  ): IngressConfig {
    if (shiftsTraffic) {
      throw new InputError(
        `${scope.node.path}: ProxyIngress.targetGroup has one target group, and a blue/green, linear or canary deployment needs two and their listener: use ProxyIngress.networkLoadBalancer, or a rolling deployment`,
      );
    }
    if (redirectPort !== undefined) {
      throw new InputError(
        'redirectPort has no listener behind ProxyIngress.targetGroup, which takes listenPort alone: redirect in the load balancer, or use ProxyIngress.networkLoadBalancer',
      );
    }
    const { protocol } = (this.targetGroup.node.defaultChild ?? {}) as Partial<CfnTargetGroup>;
    if (protocol === 'HTTPS' && !tls) {
      throw new InputError(
        'the target group of the ingress speaks HTTPS, and the proxy has no listenTls: give listenTls, or an HTTP target group',
      );
    }
    const target = service.loadBalancerTarget({ containerName, containerPort: listenPort });
    // Both kinds of target groups accept this target.
    (this.targetGroup as INetworkTargetGroup).addTarget(target);
    return {};
  }
}
