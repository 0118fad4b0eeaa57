import type { HaproxyBind } from '../address';
import type { HaproxyHeaderRules, HaproxyLimits, HaproxyListenerTls, HaproxyLog, HaproxyMutualTls } from './listener';
import type { HaproxyRoute, HaproxyUpstream } from './upstream';

/** How a listener treats what it accepts. */
export enum HaproxyMode {
  /** Requests are read, logged and balanced one by one. */
  HTTP = 'http',
  /** Connections are passed on unread: TLS passthrough, any other protocol. */
  TCP = 'tcp',
}

/** How HAProxy asks DNS, and how long it keeps what it was told. Times are milliseconds. */
export interface HaproxyResolution {
  /**
   * Name servers as `IP:PORT`. All of them are asked in parallel.
   *
   * @default 169.254.169.253:53, the resolver that every VPC has
   */
  readonly nameservers?: string[];
  /**
   * Take the name servers from /etc/resolv.conf (1.9 and later) and not from `nameservers`.
   *
   * @default false, because the address of the VPC's resolver is the same everywhere
   */
  readonly parseResolvConf?: boolean;
  /**
   * How often the name is asked for, 100 to 86,400,000 (`hold valid` up to 2.0, `timeout resolve` after: both are set).
   *
   * @default 10000, a sixth of the 60 s that an ELB's records live
   */
  readonly holdValidMillis?: number;
  /**
   * How long an address is kept that is no longer in the answer, longer than `holdValidMillis` (1.8 and later).
   *
   * @default 30000, or twice `holdValidMillis` where that is more: an ELB with more than 8 addresses shows another 8 in
   *   each answer, and an address that is merely not shown must not be dropped. It also lets a new address come into a
   *   slot of its own; in a slot that changes its address, 2.2 to 2.9 go on using the connections to the old one
   */
  readonly holdObsoleteMillis?: number;
  /**
   * How long an address is kept while DNS does not answer or answers with an error (1.7 and later; 1.6 keeps it for
   * ever).
   *
   * @default 600000: an outage of DNS says nothing of the addresses
   */
  readonly holdOutageMillis?: number;
  /**
   * How long an address is kept once the name does not exist (1.7 and later).
   *
   * @default 30000: the load balancer is deleted, and its addresses go to others
   */
  readonly holdNxMillis?: number;
  /**
   * Largest DNS answer over UDP, bytes, 512 to 8192 (1.8 and later; before it is 512).
   *
   * @default 8192, because 30 addresses no longer fit into 512
   */
  readonly payloadSize?: number;
}

/** All that a configuration is made of. */
export interface HaproxyConfigModel {
  /** The load balancer behind HAProxy: for all that no route takes. */
  readonly upstream: HaproxyUpstream;
  /**
   * Other load balancers, and what goes to them. The first that fits is taken.
   *
   * @default - none
   */
  readonly routes?: HaproxyRoute[];
  /**
   * How the listener treats traffic.
   *
   * @default HaproxyMode.HTTP
   */
  readonly mode?: HaproxyMode;
  /**
   * Where traffic comes in.
   *
   * @default - port 8080, because the official images do not run as root
   */
  readonly listen?: HaproxyBind;
  /**
   * TLS towards clients.
   *
   * @default - none
   */
  readonly listenTls?: HaproxyListenerTls;
  /**
   * A second listener without TLS that redirects to HTTPS. Needs `listenTls` and HTTP mode.
   *
   * @default - none
   */
  readonly redirectFrom?: HaproxyBind;
  /**
   * Whoever connects sends a PROXY protocol header first: a Network Load Balancer with that option.
   *
   * @default false. With true, a connection without such a header is refused
   */
  readonly acceptProxyProtocol?: boolean;
  /**
   * Add the client's address as X-Forwarded-For, HTTP only.
   *
   * @default true
   */
  readonly forwardedFor?: boolean;
  /**
   * Changes to the headers of requests, HTTP only.
   *
   * @default - none
   */
  readonly requestHeaders?: HaproxyHeaderRules;
  /**
   * Changes to the headers of responses, HTTP only.
   *
   * @default - none
   */
  readonly responseHeaders?: HaproxyHeaderRules;
  /**
   * Networks (CIDR) or addresses that may connect; all others are rejected.
   *
   * @default - everybody that the network lets through
   */
  readonly allowFrom?: string[];
  /**
   * Networks (CIDR) or addresses that are rejected, also when `allowFrom` has them.
   *
   * @default - none
   */
  readonly denyFrom?: string[];
  /**
   * Bounds of connections, times and sizes.
   *
   * @default - those of `HaproxyLimits`
   */
  readonly limits?: HaproxyLimits;
  /**
   * How the load balancers' names are resolved.
   *
   * @default - the VPC's resolver, every 10 s
   */
  readonly resolution?: HaproxyResolution;
  /**
   * Where `GET /live` answers 200 as long as the process runs, and `GET /ready` as long as the default upstream has a
   * usable address.
   *
   * @default - no such listener, except on 1.6 and 1.7 (127.0.0.1:8404), where the health check that keeps the name
   *   resolved needs a target that cannot fail
   */
  readonly health?: HaproxyBind;
  /**
   * Answer `GET /metrics` for Prometheus at `health` (2.0 and later).
   *
   * @default false
   */
  readonly metrics?: boolean;
  /**
   * Where the read commands of the drift checker are answered, and nothing else is.
   *
   * @default - not offered
   */
  readonly runtimeApi?: HaproxyBind;
  /**
   * Let only clients with a certificate reach `runtimeApi`.
   *
   * @default - everybody that the network lets through
   */
  readonly runtimeApiTls?: HaproxyMutualTls;
  /**
   * Where log lines go, and how they look.
   *
   * @default - HAProxy's own format on standard output from 1.9 on, nowhere before
   */
  readonly log?: HaproxyLog;
  /**
   * Time between the stop signal and the end by force, milliseconds, 6000 to 3,600,000: ECS's stop timeout. Running
   * connections are ended 5 s before (1.8 and later).
   *
   * @default 30000, ECS's own default
   */
  readonly stopTimeoutMillis?: number;
  /**
   * Lines to add at the end of sections, by the section's opening line, such as `frontend traffic`. They are written as
   * they are: `cdk-haproxy-elb lint` of the configuration's text tells what is wrong with them.
   *
   * @default - none
   */
  readonly rawLines?: { readonly [section: string]: string[] };
}
