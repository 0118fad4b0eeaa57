/** How the addresses of a load balancer are used. */
export enum HaproxyResolutionMode {
  /**
   * HAProxy holds addresses in slots: it survives an outage of DNS, checks each address, and can drift. One slot on 1.6
   * and 1.7, `server-template` from 1.8.
   */
  SLOTS = 'slots',
  /**
   * HAProxy resolves for each request (2.0 and later) or connection (2.1 and later): nothing to drift and nothing to check, and 503
   * once DNS has been gone for longer than `holdValidMillis`.
   */
  PER_REQUEST = 'per-request',
}

/** TLS towards the load balancer. */
export interface HaproxyUpstreamTls {
  /**
   * Verify the certificate and its name. Without it anybody who holds an address that the load balancer once had can
   * answer in its place.
   *
   * @default true
   */
  readonly verify?: boolean;
  /**
   * File with the certificates of the authorities to trust.
   *
   * @default /etc/ssl/certs/ca-certificates.crt, present in the official images, Debian's and Alpine's alike
   */
  readonly caFile?: string;
  /**
   * Name that is asked for (SNI) and that the certificate must have.
   *
   * @default - the DNS name of the load balancer. A certificate for your own domain needs that domain here
   */
  readonly serverName?: string;
}

/** How each address of the load balancer is checked. Times are milliseconds. */
export interface HaproxyHealthCheck {
  /**
   * Check at all. 1.6 and 1.7 always do, because nothing else makes them resolve.
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
   * Time between two checks, 100 to 3,600,000.
   *
   * @default 2000, so that a dead address gets no more traffic after about 3 s
   */
  readonly intervalMillis?: number;
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

/** A load balancer behind HAProxy. */
export interface HaproxyUpstream {
  /** DNS name of the load balancer. A CDK token passes through. */
  readonly dnsName: string;
  /** TCP port of the load balancer's listener, 1 to 65535. */
  readonly port: number;
  /**
   * How its addresses are used.
   *
   * @default HaproxyResolutionMode.SLOTS
   */
  readonly resolutionMode?: HaproxyResolutionMode;
  /**
   * How many of its addresses can be held, 1 to 100. Not used by 1.6 and 1.7, which have one slot. With one,
   * HAProxy before 3.0 opens a connection for each HTTP request: a kept one would stay on the old address.
   *
   * @default 16, twice the 8 addresses that one answer for an ELB carries
   */
  readonly slots?: number;
  /**
   * TLS towards the load balancer.
   *
   * @default - none
   */
  readonly tls?: HaproxyUpstreamTls;
  /**
   * How each address is checked.
   *
   * @default - a connection every 2 s
   */
  readonly healthCheck?: HaproxyHealthCheck;
  /**
   * Send the client's address in a PROXY protocol header, version 2. In HTTP mode HAProxy before 3.0 then opens a
   * connection for each request: a kept one would stay on an old address.
   *
   * @default false
   */
  readonly sendProxyProtocol?: boolean;
  /**
   * Time over which a new address gets its full share of traffic, milliseconds, 0 to 3,600,000.
   *
   * @default 0: at once. The nodes of a load balancer are warm when DNS names them
   */
  readonly slowStartMillis?: number;
  /**
   * The load balancer's own idle time, milliseconds, 1000 to 4,000,000. HAProxy gives up idle connections before.
   *
   * @default 60000, that of an Application Load Balancer; a Network Load Balancer has 350000
   */
  readonly idleTimeoutMillis?: number;
}

/** Which requests or connections go to another load balancer than the default one. All conditions given must hold. */
export interface HaproxyRoute {
  /** Name of the route, for the backend `upstream-NAME`: letters, digits, `-` and `_`, at most 40. */
  readonly name: string;
  /**
   * Host header without port, HTTP only. Upper and lower case are the same.
   *
   * @default - any
   */
  readonly host?: string;
  /**
   * Beginning of the path, HTTP only, such as `/api/`.
   *
   * @default - any
   */
  readonly pathPrefix?: string;
  /**
   * Name that the client asks for in its TLS handshake: of a connection passed through in TCP mode, or of one that is
   * terminated here.
   *
   * @default - any
   */
  readonly sni?: string;
  /** The load balancer of this route. */
  readonly upstream: HaproxyUpstream;
}
