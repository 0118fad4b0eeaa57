import type { Duration } from 'aws-cdk-lib';
import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { LoadBalancer as ClassicLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancing';
import type { ILoadBalancerV2 } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { HaproxyResolutionMode, HaproxyUpstreamTls } from '../haproxy/model/upstream';
import { isOfStack, lookUpByArn, lookUpByName } from '../private/proxy/load-balancer';

/** How each address of a load balancer is checked. */
export interface UpstreamHealthCheck {
  /**
   * Check at all. HAProxy 1.6 and 1.7 always do, because nothing else makes them resolve.
   *
   * @default true, because DNS removes an address slowly and only a check removes a dead one fast
   */
  readonly enabled?: boolean;

  /**
   * Path of an HTTP check that must be answered with 200 to 399.
   *
   * @default - no HTTP: a connection, and the TLS handshake where TLS is spoken, must succeed
   */
  readonly path?: string;

  /**
   * Host header of the HTTP check. An Application Load Balancer picks its rule by it.
   *
   * @default - the DNS name of the load balancer
   */
  readonly host?: string;

  /**
   * Time between two checks, 100 ms to 1 hour.
   *
   * @default Duration.seconds(2), so that a dead address gets no more traffic after about 3 s
   */
  readonly interval?: Duration;

  /**
   * Failed checks in a row after which an address is down, 1 to 100.
   *
   * @default 2
   */
  readonly fall?: number;

  /**
   * Good checks in a row after which it is up again, 1 to 100.
   *
   * @default 2
   */
  readonly rise?: number;
}

/** How to reach the load balancer, and how to use its addresses. */
export interface ElbUpstreamOptions {
  /** TCP port of the load balancer's listener, 1 to 65535. */
  readonly port: number;

  /**
   * Speak TLS to the load balancer. `{}` verifies its certificate against its DNS name.
   *
   * @default - no TLS
   */
  readonly tls?: HaproxyUpstreamTls;

  /**
   * How the addresses of the load balancer are used.
   *
   * @default HaproxyResolutionMode.SLOTS, which survives an outage of DNS
   */
  readonly resolutionMode?: HaproxyResolutionMode;

  /**
   * How many addresses of the load balancer each task can hold, 1 to 100 (HAProxy 1.8 and later). With one,
   * HAProxy before 3.0 opens a connection for each HTTP request: a kept one would stay on the old address.
   *
   * @default 16, twice the 8 addresses of one answer
   */
  readonly slots?: number;

  /**
   * How each address is checked.
   *
   * @default - a connection every 2 s
   */
  readonly healthCheck?: UpstreamHealthCheck;

  /**
   * Send the client's address in a PROXY protocol header, version 2. In HTTP mode HAProxy before 3.0 then opens a
   * connection for each request: a kept one would stay on an old address.
   *
   * @default false
   */
  readonly sendProxyProtocol?: boolean;

  /**
   * Time over which a new address gets its full share of traffic, at most 1 hour.
   *
   * @default - at once: the nodes of a load balancer are warm when DNS names them
   */
  readonly slowStart?: Duration;

  /**
   * The load balancer's own idle time, 1 to 4000 s. HAProxy gives up idle connections before.
   *
   * @default Duration.seconds(60), that of an Application Load Balancer; a Network Load Balancer has 350 s
   */
  readonly idleTimeout?: Duration;

  /**
   * Security groups of the load balancer, to be opened to the proxy at `port`. Only traffic within a VPC, or between
   * peered ones, shows the proxy's security group; an internet-facing load balancer sees the address of a NAT gateway.
   *
   * @default - those that the load balancer itself tells, where it is of the same account and region
   */
  readonly securityGroups?: ISecurityGroup[];
}

/**
 * What is known of a load balancer within a stack.
 *
 * @internal
 */
export interface BoundUpstream {
  /** May be a token. */
  readonly dnsName: string;
  /** Known where the checker may ask for it: of the same account and region. */
  readonly loadBalancerArn?: string;
  readonly securityGroups: readonly ISecurityGroup[];
}

/** The load balancer behind a proxy: a name whose addresses change, and a port. */
export class ElbUpstream {
  /**
   * An Application or Network Load Balancer, of this stack or another, created, imported or looked up. The checker also
   * asks AWS for its state, and its security groups are opened to the proxy, where it is of the proxy's account and
   * region.
   *
   * @throws when the load balancer was imported without `loadBalancerDnsName`
   */
  public static fromLoadBalancer(loadBalancer: ILoadBalancerV2, options: ElbUpstreamOptions): ElbUpstream {
    const { loadBalancerDnsName: dnsName, env } = loadBalancer;
    const { loadBalancerArn } = loadBalancer.loadBalancerRef;
    return new ElbUpstream(options, (scope) =>
      isOfStack(scope, env)
        ? { dnsName, loadBalancerArn, securityGroups: groupsOf(loadBalancer) }
        : { dnsName, securityGroups: [] },
    );
  }

  /**
   * A Classic Load Balancer of the app. One that is not of the app: by its DNS name. The checker knows what DNS tells of
   * it and nothing more, because a Classic Load Balancer has another API.
   */
  public static fromClassicLoadBalancer(loadBalancer: ClassicLoadBalancer, options: ElbUpstreamOptions): ElbUpstream {
    const { loadBalancerDnsName: dnsName, env } = loadBalancer;
    return new ElbUpstream(options, (scope) => ({
      dnsName,
      securityGroups: isOfStack(scope, env) ? groupsOf(loadBalancer) : [],
    }));
  }

  /**
   * An Application or Network Load Balancer by its ARN. Its DNS name is asked for at deployment, by a function that may
   * call `DescribeLoadBalancers` and nothing else, and again when the ARN changes.
   *
   * @throws when the ARN is of another account than the proxy's stack: nobody there may ask
   */
  public static fromLoadBalancerArn(loadBalancerArn: string, options: ElbUpstreamOptions): ElbUpstream {
    return new ElbUpstream(options, (scope, id) => ({
      ...lookUpByArn(scope, id, loadBalancerArn),
      securityGroups: [],
    }));
  }

  /**
   * An Application or Network Load Balancer of the stack's account and region by its name. Its DNS name is asked for at
   * deployment, as `fromLoadBalancerArn` does. A load balancer that is made anew under the same name has another DNS
   * name: the checker reports `unknown-upstream` until `fromDnsName` or another name makes the deployment ask again.
   */
  public static fromLoadBalancerName(loadBalancerName: string, options: ElbUpstreamOptions): ElbUpstream {
    return new ElbUpstream(options, (scope, id) => ({
      ...lookUpByName(scope, id, loadBalancerName),
      securityGroups: [],
    }));
  }

  /**
   * Any load balancer by its DNS name: a Classic one, one of another account, an alias. The checker then knows what
   * DNS tells and nothing more.
   */
  public static fromDnsName(dnsName: string, options: ElbUpstreamOptions): ElbUpstream {
    return new ElbUpstream(options, () => ({ dnsName, securityGroups: [] }));
  }

  private constructor(
    /** How the load balancer is reached. */
    public readonly options: ElbUpstreamOptions,
    private readonly find: (scope: Construct, id: string) => BoundUpstream,
  ) {}

  /**
   * What a stack knows of the load balancer.
   *
   * @param id of what is made in the scope to know it
   * @internal
   */
  public _bind(scope: Construct, id: string): BoundUpstream {
    const found = this.find(scope, id);
    return { ...found, securityGroups: this.options.securityGroups ?? found.securityGroups };
  }
}

function groupsOf(loadBalancer: object): readonly ISecurityGroup[] {
  return (loadBalancer as Partial<IConnectable>).connections?.securityGroups ?? [];
}
