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
   * @default - private subnets; public subnets if `internetFacing`
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Allocation ids of elastic addresses (`eipalloc-…`), one for each subnet in the same order: fixed addresses for the
   * allow-lists of clients. Needs `internetFacing`.
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
   * Send each client's address to the proxy in a PROXY protocol header. The proxy then refuses connections without it.
   *
   * @default true, because without it logs, X-Forwarded-For and `allowFrom` get the load balancer's address for every client
   */
  readonly proxyProtocol?: boolean;

  /**
   * Certificates, to terminate TLS in the load balancer instead of HAProxy. Requests get `X-Forwarded-Proto: https`, and
   * the proxy's `redirectPort` redirects those of the second listener.
   *
   * @default - the load balancer passes all connections through, also TLS
   */
  readonly certificates?: IListenerCertificate[];

  /**
   * Bucket for access logs. A Network Load Balancer logs only TLS listeners, which need `certificates`.
   *
   * @default - no access logs
   */
  readonly accessLogs?: IBucket;

  /**
   * Send connections to tasks of every Availability Zone. AWS charges for traffic between zones. Without it the address
   * of a zone without a task does not answer, and DNS leaves that address out.
   *
   * @default - true with `allocationIds`, because clients of an address do not look for another one; else false
   */
  readonly crossZone?: boolean;

  /**
   * Accept clients over IPv6 too. The subnets of the load balancer must have IPv6; the tasks get all connections over
   * IPv4, with the client's IPv6 address in the PROXY protocol header.
   *
   * @default false
   */
  readonly dualStack?: boolean;

  /**
   * Protect the load balancer against deletion.
   *
   * @default false, the default of AWS: the stack can be deleted
   */
  readonly deletionProtection?: boolean;
}
