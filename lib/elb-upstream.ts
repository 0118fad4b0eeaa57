import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { ILoadBalancerV2 } from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** How to reach the load balancer. */
export interface ElbUpstreamOptions {
  /** TCP port of the load balancer's listener, 1 to 65535. */
  readonly port: number;

  /**
   * Speak TLS to the load balancer and verify its certificate against its DNS name.
   *
   * @default false
   */
  readonly tls?: boolean;
}

/** The load balancer behind a proxy: a name whose addresses change, and a port. */
export class ElbUpstream {
  /**
   * An Application or Network Load Balancer, of this stack or another, created or imported. The checker also asks AWS
   * for its state, and its security groups are opened to the proxy.
   */
  public static fromLoadBalancer(loadBalancer: ILoadBalancerV2, options: ElbUpstreamOptions): ElbUpstream {
    const connectable = 'connections' in loadBalancer ? (loadBalancer as ILoadBalancerV2 & IConnectable) : undefined;
    const { loadBalancerArn } = loadBalancer.loadBalancerRef;
    return new ElbUpstream(loadBalancer.loadBalancerDnsName, options, loadBalancerArn, connectable);
  }

  /**
   * Any load balancer by its DNS name: a Classic one, one of another account, an alias. The checker then knows what
   * DNS tells and nothing more.
   */
  public static fromDnsName(dnsName: string, options: ElbUpstreamOptions): ElbUpstream {
    return new ElbUpstream(dnsName, options);
  }

  private constructor(
    /** DNS name of the load balancer. May be a token. */
    public readonly dnsName: string,
    options: ElbUpstreamOptions,
    /**
     * ARN of the load balancer.
     *
     * @default - not known
     */
    public readonly loadBalancerArn?: string,
    /**
     * The load balancer's security groups.
     *
     * @default - not known: whoever owns the load balancer must let the proxy in
     */
    public readonly connectable?: IConnectable,
  ) {
    this.port = options.port;
    this.tls = options.tls ?? false;
  }

  /** TCP port of the load balancer's listener. */
  public readonly port: number;

  /** Whether TLS is spoken to the load balancer. */
  public readonly tls: boolean;
}
