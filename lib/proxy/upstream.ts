import type { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { HaproxyProtocol } from '../haproxy/model/options';

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

/** How to reach an upstream, a load balancer or fixed addresses. */
export interface UpstreamOptions {
  /** TCP port of the load balancer's listener, 1 to 65535. */
  readonly port: number;

  /**
   * What HAProxy speaks to the load balancer, HTTP mode only. `HTTP2` is for gRPC and needs HAProxy 2.4 or later, with
   * `sendProxyProtocol` 3.0. An Application Load Balancer speaks HTTP/2 on its HTTPS listeners alone, so it needs `tls`;
   * a Network Load Balancer passes it through. Clients use HTTP/1.1 or HTTP/2 all the same, and gRPC clients HTTP/2.
   *
   * @default HaproxyProtocol.HTTP1, which every load balancer and every version speaks
   */
  readonly protocol?: HaproxyProtocol;

  /**
   * Use TLS to the load balancer. `{}` verifies its certificate against its DNS name.
   *
   * @default - no TLS
   */
  readonly tls?: HaproxyUpstreamTls;

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

/**
 * The addresses of fixed machines.
 *
 * @internal
 */
export interface BoundAddresses {
  /** Each may be a token. */
  readonly addresses: readonly string[];
}

/** What a share of the traffic goes to: an `ElbUpstream` or a `FixedUpstream`. */
export abstract class Upstream {
  /** How to reach the upstream. */
  public abstract readonly options: UpstreamOptions;

  /**
   * The attributes of the upstream in a stack.
   *
   * @param id id of the constructs that look it up
   * @internal
   */
  public abstract _bind(scope: Construct, id: string): BoundUpstream | BoundAddresses;
}
