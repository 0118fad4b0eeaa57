import type { SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IListenerCertificate } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** A Network Load Balancer in front of the tasks. */
export interface NetworkLoadBalancerOptions {
  /**
   * Reachable from the internet.
   *
   * @default false
   */
  readonly internetFacing?: boolean;

  /**
   * Subnets of the load balancer, one for each Availability Zone.
   *
   * @default - private subnets; public ones when it is internet-facing
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Allocation ids of elastic addresses (`eipalloc-…`), one for each subnet in the same order: addresses that clients
   * can put on a list. Needs `internetFacing`.
   *
   * @default - addresses that AWS chooses
   */
  readonly allocationIds?: string[];

  /**
   * Port of the listener, 1 to 65535.
   *
   * @default - the proxy's `listenPort`
   */
  readonly port?: number;

  /**
   * Port of a second listener, for the proxy's `redirectPort`.
   *
   * @default 80, where the proxy has a `redirectPort`
   */
  readonly redirectPort?: number;

  /**
   * Tell the proxy each client's address in a PROXY protocol header, and make the proxy accept no connection without it.
   *
   * @default true: without it every client has the load balancer's address, in logs, in X-Forwarded-For and in `allowFrom`
   */
  readonly proxyProtocol?: boolean;

  /**
   * Certificates, to terminate TLS in the load balancer and not in HAProxy.
   *
   * @default - connections are passed through, also those with TLS
   */
  readonly certificates?: IListenerCertificate[];

  /**
   * Bucket for access logs. A Network Load Balancer logs TLS listeners only, those with `certificates`.
   *
   * @default - no access logs
   */
  readonly accessLogs?: IBucket;

  /**
   * Refuse to be deleted.
   *
   * @default false, AWS's own: the stack can be removed
   */
  readonly deletionProtection?: boolean;
}
