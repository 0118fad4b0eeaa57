import type { Duration } from 'aws-cdk-lib';
import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { LoadBalancer as ClassicLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancing';
import type { CfnLoadBalancer, ILoadBalancerV2 } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { HaproxyResolutionMode } from '../haproxy/model/options';
import { checkArguments } from '../private/check-arguments';
import { idleMillisOf } from '../private/proxy/idle-timeout';
import { isOfStack, lookUpByArn, lookUpByName } from '../private/proxy/load-balancer';

/** TLS towards the load balancer. */
export interface HaproxyUpstreamTls {
  /**
   * Verify the certificate and its name. Without verification, any host that later gets one of the load balancer's
   * addresses can answer in its place.
   *
   * @default true
   */
  readonly verify?: boolean;

  /**
   * File in the image with the certificate authorities to trust.
   *
   * @default /etc/ssl/certs/ca-certificates.crt, which the official images have (Debian and Alpine)
   */
  readonly caFile?: string;

  /**
   * Name that HAProxy sends (SNI) and that the certificate must have. Give your own domain where the certificate is for
   * that domain.
   *
   * @default - the DNS name of the load balancer
   */
  readonly serverName?: string;
}

/** How each address of a load balancer is checked. */
export interface UpstreamHealthCheck {
  /**
   * Check each address. HAProxy 1.6 and 1.7 always check, because only a check makes them resolve names.
   *
   * @default true, because a check removes a dead address much faster than DNS does
   */
  readonly enabled?: boolean;

  /**
   * Path of an HTTP check, which must get a status from 200 to 399.
   *
   * @default - no HTTP check: the connection, and with `tls` the TLS handshake, must succeed
   */
  readonly path?: string;

  /**
   * Host header of the HTTP check. An Application Load Balancer selects its rule by this header.
   *
   * @default - the DNS name of the load balancer
   */
  readonly host?: string;

  /**
   * Time between two checks, 100 ms to 1 hour.
   *
   * @default Duration.seconds(2), so that a dead address gets no traffic after about 3 s
   */
  readonly interval?: Duration;

  /**
   * Failed checks in a row that mark an address as down, 1 to 100.
   *
   * @default 2
   */
  readonly fall?: number;

  /**
   * Passed checks in a row that mark an address as up again, 1 to 100.
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
   * Use TLS to the load balancer. `{}` verifies its certificate against its DNS name.
   *
   * @default - no TLS
   */
  readonly tls?: HaproxyUpstreamTls;

  /**
   * How HAProxy uses the addresses of the load balancer.
   *
   * @default HaproxyResolutionMode.SLOTS, which survives a DNS outage
   */
  readonly resolutionMode?: HaproxyResolutionMode;

  /**
   * Number of addresses of the load balancer that each task can hold, 1 to 100 (HAProxy 1.8 and later).
   *
   * @default 16, twice the 8 addresses of one DNS answer
   */
  readonly slots?: number;

  /**
   * How HAProxy checks each address.
   *
   * @default - a connection every 2 s
   */
  readonly healthCheck?: UpstreamHealthCheck;

  /**
   * Send the client's address in a PROXY protocol header, version 2. In HTTP mode HAProxy before 3.0 then opens a
   * connection for each request, because a kept connection would stay on an old address.
   *
   * @default false
   */
  readonly sendProxyProtocol?: boolean;

  /**
   * Time until a new address gets its full share of traffic, at most 1 hour.
   *
   * @default - at once: a node of a load balancer is ready for traffic when DNS shows it
   */
  readonly slowStart?: Duration;

  /**
   * Idle timeout of the load balancer, 1 to 4000 s. HAProxy closes idle connections, WebSockets and TCP sessions shortly
   * before, because a Network Load Balancer drops them without a packet. Give the load balancer's own value where it was
   * changed: it decides how long a WebSocket may be silent.
   *
   * @default - 60 s, that of an Application and a Classic Load Balancer; 350 s, that of a Network Load Balancer, in TCP
   * mode and where the load balancer is known to be one
   */
  readonly idleTimeout?: Duration;

  /**
   * Security groups of the load balancer. The construct allows the proxy in them at `port`. This works within a VPC and
   * between peered VPCs; to an internet-facing load balancer the traffic comes from the address of a NAT gateway.
   *
   * @default - those of the load balancer, if they are known in the app and the account and region are the proxy's
   */
  readonly securityGroups?: ISecurityGroup[];
}

/**
 * The attributes of a load balancer in a stack.
 *
 * @internal
 */
export interface BoundUpstream {
  /** May be a token. */
  readonly dnsName: string;
  /** Set if the checker may query it: same account and region. */
  readonly loadBalancerArn?: string;
  readonly securityGroups: readonly ISecurityGroup[];
  /** The default of `idleTimeout`, milliseconds, where the kind of the load balancer is known. */
  readonly idleTimeoutMillis?: number;
}

/** The load balancer behind a proxy: a name whose addresses change, and a port. */
export class ElbUpstream {
  /**
   * An Application or Network Load Balancer, of this stack or another, created, imported or looked up. Where it is in
   * the account and region of the proxy, the checker also reads its state from AWS, and its security groups allow the
   * proxy.
   *
   * @throws when the load balancer was imported without `loadBalancerDnsName`
   */
  public static fromLoadBalancer(loadBalancer: ILoadBalancerV2, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromLoadBalancer', loadBalancer, options);
    const { loadBalancerDnsName: dnsName, env } = loadBalancer;
    const { loadBalancerArn } = loadBalancer.loadBalancerRef;
    const resource = loadBalancer.node.defaultChild as Partial<CfnLoadBalancer> | undefined;
    const idleTimeoutMillis = idleMillisOf(loadBalancerArn, resource?.type);
    return new ElbUpstream(options, (scope) =>
      isOfStack(scope, env)
        ? { dnsName, loadBalancerArn, securityGroups: groupsOf(loadBalancer), idleTimeoutMillis }
        : { dnsName, securityGroups: [], idleTimeoutMillis },
    );
  }

  /**
   * A Classic Load Balancer of this app; use `fromDnsName` for any other. The checker reads only its DNS answers,
   * because a Classic Load Balancer has another API.
   */
  public static fromClassicLoadBalancer(loadBalancer: ClassicLoadBalancer, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromClassicLoadBalancer', loadBalancer, options);
    const { loadBalancerDnsName: dnsName, env } = loadBalancer;
    return new ElbUpstream(options, (scope) => ({
      dnsName,
      securityGroups: isOfStack(scope, env) ? groupsOf(loadBalancer) : [],
    }));
  }

  /**
   * An Application or Network Load Balancer by its ARN. A custom resource looks its DNS name up at deployment, and
   * again when the ARN changes. It may call only `DescribeLoadBalancers`.
   *
   * @throws when the ARN is of another account than the proxy's stack, which cannot look it up
   */
  public static fromLoadBalancerArn(loadBalancerArn: string, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromLoadBalancerArn', loadBalancerArn, options);
    return new ElbUpstream(options, (scope, id) => ({
      ...lookUpByArn(scope, id, loadBalancerArn),
      securityGroups: [],
      idleTimeoutMillis: idleMillisOf(loadBalancerArn),
    }));
  }

  /**
   * An Application or Network Load Balancer of the stack's account and region by its name. A custom resource looks its
   * DNS name up at deployment, as for `fromLoadBalancerArn`. A load balancer that was replaced under the same name has
   * another DNS name: the checker reports `unknown-upstream` until `fromDnsName` or another name makes the deployment
   * look it up again.
   */
  public static fromLoadBalancerName(loadBalancerName: string, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromLoadBalancerName', loadBalancerName, options);
    return new ElbUpstream(options, (scope, id) => ({
      ...lookUpByName(scope, id, loadBalancerName),
      securityGroups: [],
    }));
  }

  /**
   * Any load balancer by its DNS name: a Classic one, one of another account, an alias. The checker then reads only its
   * DNS answers.
   */
  public static fromDnsName(dnsName: string, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromDnsName', dnsName, options);
    return new ElbUpstream(options, () => ({ dnsName, securityGroups: [] }), dnsName);
  }

  private constructor(
    /** How to reach the load balancer, and how to use its addresses. */
    public readonly options: ElbUpstreamOptions,
    private readonly find: (scope: Construct, id: string) => BoundUpstream,
    /**
     * The name that the user gave. Undefined where it is the one that AWS gave to the load balancer.
     *
     * @internal
     */
    public readonly _dnsName?: string,
  ) {}

  /**
   * The attributes of the load balancer in a stack.
   *
   * @param id id of the constructs that look the load balancer up
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
