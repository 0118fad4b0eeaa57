import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { LoadBalancer as ClassicLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancing';
import type { CfnLoadBalancer, ILoadBalancerV2 } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct, IConstruct } from 'constructs';
import type { HaproxyResolutionMode } from '../haproxy/model/options';
import { checkArguments } from '../private/check-arguments';
import { refuseClearHttp2 } from '../private/proxy/clear-http2';
import { idleMillisOf } from '../private/proxy/idle-timeout';
import { isOfStack, lookUpByArn, lookUpByName } from '../private/proxy/load-balancer';
import type { Locality } from './locality';
import { type BoundUpstream, Upstream, type UpstreamOptions } from './upstream';
import type { UpstreamIdentity } from './upstream-identity';

/** How to reach the load balancer, and how to use its addresses. */
export interface ElbUpstreamOptions extends UpstreamOptions {
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
   * Which nodes of the load balancer get requests first. Only with slots and health checks.
   *
   * @default - all nodes get the same share, which an Application Load Balancer with cross-zone load balancing expects
   */
  readonly locality?: Locality;

  /**
   * How each address proves, on each health check, that it belongs to the load balancer. HAProxy 3.1 and later sends no
   * request to an address before its first proof. Up to 3.0 a new address gets traffic until its first check fails, at most
   * for one interval of the health check.
   *
   * On 1.6 and 1.7, which have one address, HAProxy answers 503 while it does not prove it.
   *
   * @default - not at all: each address that passes the health check gets traffic
   */
  readonly identity?: UpstreamIdentity;

  /**
   * Security groups of the load balancer. The construct allows the proxy in them at `port`. This works within a VPC and
   * between peered VPCs; to an internet-facing load balancer the traffic comes from the address of a NAT gateway.
   *
   * @default - those of the load balancer, if they are known in the app and the account and region are the proxy's
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** The load balancer behind a proxy: a name whose addresses change, and a port. */
export class ElbUpstream extends Upstream {
  /**
   * An Application or Network Load Balancer, of this stack or another, created, imported or looked up. Where it is in
   * the account and region of the proxy, the checker also reads its state from AWS, and its security groups allow the
   * proxy.
   *
   * @throws when the load balancer was imported without `loadBalancerDnsName`, or is an Application Load Balancer and
   *   `protocol` is HTTP/2 without `tls`
   */
  public static fromLoadBalancer(loadBalancer: ILoadBalancerV2, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromLoadBalancer', loadBalancer, options);
    const { loadBalancerDnsName: dnsName, env } = loadBalancer;
    const { loadBalancerArn } = loadBalancer.loadBalancerRef;
    const resource = loadBalancer.node.defaultChild as Partial<CfnLoadBalancer> | undefined;
    refuseClearHttp2(options, loadBalancerArn, resource?.type);
    const idleTimeoutMillis = idleMillisOf(loadBalancerArn, resource?.type);
    const find = (scope: Construct): BoundUpstream =>
      isOfStack(scope, env)
        ? { dnsName, loadBalancerArn, securityGroups: groupsOf(loadBalancer), idleTimeoutMillis }
        : { dnsName, securityGroups: [], idleTimeoutMillis };
    return new ElbUpstream(options, find, undefined, isInternetFacing(loadBalancer));
  }

  /**
   * A Classic Load Balancer of this app; use `fromDnsName` for any other. The checker reads only its DNS answers,
   * because a Classic Load Balancer has another API.
   */
  public static fromClassicLoadBalancer(loadBalancer: ClassicLoadBalancer, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromClassicLoadBalancer', loadBalancer, options);
    const { loadBalancerDnsName: dnsName, env } = loadBalancer;
    const find = (scope: Construct): BoundUpstream => ({
      dnsName,
      securityGroups: isOfStack(scope, env) ? groupsOf(loadBalancer) : [],
    });
    return new ElbUpstream(options, find, undefined, isInternetFacing(loadBalancer));
  }

  /**
   * An Application or Network Load Balancer by its ARN. A custom resource looks its DNS name up at deployment, and
   * again when the ARN changes. It may call only `DescribeLoadBalancers`.
   *
   * @throws when the ARN is of another account than the proxy's stack, which cannot look it up, or of an Application
   *   Load Balancer and `protocol` is HTTP/2 without `tls`
   */
  public static fromLoadBalancerArn(loadBalancerArn: string, options: ElbUpstreamOptions): ElbUpstream {
    checkArguments('ElbUpstream.fromLoadBalancerArn', loadBalancerArn, options);
    refuseClearHttp2(options, loadBalancerArn);
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
    /**
     * Whether its nodes have public addresses, where the app has it.
     *
     * @internal
     */
    public readonly _internetFacing?: boolean,
  ) {
    super();
  }

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

/** Classic ones too. */
function isInternetFacing({ node: { defaultChild } }: IConstruct): boolean {
  return (defaultChild as Partial<CfnLoadBalancer> | undefined)?.scheme === 'internet-facing';
}

function groupsOf(loadBalancer: object): readonly ISecurityGroup[] {
  return (loadBalancer as Partial<IConnectable>).connections?.securityGroups ?? [];
}
