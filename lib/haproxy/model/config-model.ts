import type { HaproxyBind } from '../address';
import type { Values } from './option';
import type {
  CERTIFICATE_IDENTITY,
  CLIENT_CERTIFICATES,
  HEALTH_CHECK,
  LIMITS,
  LISTEN_TLS,
  LOG,
  PROCESS,
  RATE_LIMIT,
  RESOLUTION,
  RESPONSE,
  RESPONSE_IDENTITY,
  SHARE_STICKINESS,
  TRAFFIC,
  UPSTREAM,
  UPSTREAM_TLS,
} from './options';

/** Changes to the headers of requests or responses, HTTP only. */
export interface HaproxyHeaderRules {
  /**
   * Headers to set, by name. HAProxy sends each value unchanged.
   *
   * @default - none
   */
  readonly set?: { readonly [name: string]: string };
  /**
   * Headers to remove. HAProxy removes first and sets then.
   *
   * @default - none
   */
  readonly remove?: string[];
}

/** A load balancer behind HAProxy. */
export interface HaproxyUpstream extends Values<typeof UPSTREAM> {
  /** DNS name of the load balancer. A CDK token passes through. */
  readonly dnsName: string;
  /** TCP port of the load balancer's listener, 1 to 65535. */
  readonly port: number;
  readonly tls?: Values<typeof UPSTREAM_TLS>;
  readonly healthCheck?: Values<typeof HEALTH_CHECK>;
  readonly identity?: HaproxyIdentity;
}

/** A response that only the load balancer gives: `body`, or `header` and `headerValue`, or both. */
interface HaproxyResponseIdentity extends Values<typeof RESPONSE_IDENTITY> {
  /** Path of the health check. */
  readonly path: string;
}

/** How a node proves on each health check that it is of the load balancer: by one of the two. */
export interface HaproxyIdentity {
  readonly certificate?: Values<typeof CERTIFICATE_IDENTITY>;
  readonly response?: HaproxyResponseIdentity;
}

/** Fixed addresses behind HAProxy: machines instead of a load balancer. */
export interface HaproxyFixedUpstream
  extends Omit<HaproxyUpstream, 'dnsName' | 'identity' | 'resolutionMode' | 'slots' | 'locality'> {
  /** IPv4 or IPv6 addresses, 1 to 100. A CDK token passes through as an IPv4 address. */
  readonly addresses: readonly string[];
}

/**
 * A part of the traffic, without the upstream that gets it.
 *
 * @internal
 */
export interface SharePart {
  /**
   * Name of the share, for the backend `upstream-NAME`: letters, digits, `-` and `_`, at most 40. No route and no other
   * share has it.
   */
  readonly name: string;

  /**
   * Percent of the requests, in TCP mode of the connections: a whole number from 0 to 100. The shares of one route have at
   * most 100 together; the upstream that they share with gets the rest. At 0 the upstream gets none, also if the others
   * fail.
   */
  readonly percent: number;
}

/** A part of the traffic that another upstream gets. */
export interface HaproxyShare extends SharePart {
  readonly upstream: HaproxyUpstream | HaproxyFixedUpstream;
}

/**
 * Which requests or connections a route takes. All conditions given must hold.
 *
 * @internal
 */
export interface RouteConditions {
  /** Name of the route, for the backend `upstream-NAME`: letters, digits, `-` and `_`, at most 40. */
  readonly name: string;

  /**
   * Host header without port, HTTP only, case-insensitive.
   *
   * @default - any host
   */
  readonly host?: string;

  /**
   * Beginning of the path, HTTP only, such as `/api/`.
   *
   * @default - any path
   */
  readonly pathPrefix?: string;

  /**
   * Server name in the client's TLS handshake (SNI). TCP mode reads it from connections that pass through; HTTP mode
   * needs `listenTls`.
   *
   * @default - any name
   */
  readonly sni?: string;
}

/** A response of HAProxy itself. */
export interface HaproxyResponse extends Values<typeof RESPONSE> {
  /** Status, 200 to 599. */
  readonly status: number;
}

/** Requests or connections that do not go to the default load balancer: `upstream` or `fixedResponse` is given. */
export interface HaproxyRoute extends RouteConditions {
  readonly upstream?: HaproxyUpstream;
  readonly fixedResponse?: HaproxyResponse;
  /** Parts of the route's traffic for other upstreams than `upstream`. */
  readonly shares?: readonly HaproxyShare[];
}

/** TLS of the listener for clients. */
export interface HaproxyListenTls extends Values<typeof LISTEN_TLS> {
  /** PEM file with the certificate, its chain and its key: for clients that ask for no name of the others. */
  readonly certificateFile: string;
  /** Such files for other names. Of two certificates for a name, HAProxy takes the earlier one. At most 20. */
  readonly additionalCertificateFiles?: readonly string[];
  readonly clientCertificates?: HaproxyClientCertificates;
}

/** Which client certificates the listener accepts, and what requests say of them. */
export interface HaproxyClientCertificates extends Values<typeof CLIENT_CERTIFICATES> {
  /** PEM file with the authorities that issue certificates of clients. */
  readonly trustStoreFile: string;
  /** PEM file with a revocation list of each authority. */
  readonly revocationListFile?: string;
}

/** How much one client may do in a period: one of requests, connections and bytes. */
export type HaproxyRateLimit = Values<typeof RATE_LIMIT>;

/** TLS of the runtime API's listener: it accepts only clients with a certificate of the given authority. */
interface HaproxyMutualTls {
  /** PEM file with the listener's certificate and key. */
  readonly certificateFile: string;
  /** PEM file with the authority that clients' certificates must come from. */
  readonly clientCaFile: string;
}

/**
 * The input of a configuration. Each option has the same name, bounds and default as in the props of the constructs;
 * times are milliseconds.
 */
export interface HaproxyConfigModel extends Values<typeof TRAFFIC>, Values<typeof PROCESS> {
  /** For all traffic that no route takes. */
  readonly upstream: HaproxyUpstream;
  /** Parts of that traffic for other upstreams. */
  readonly shares?: readonly HaproxyShare[];
  /** How a client keeps its upstream, in all shares: one of the options. */
  readonly shareStickiness?: Values<typeof SHARE_STICKINESS>;
  /** HAProxy takes the first route that fits. */
  readonly routes?: readonly HaproxyRoute[];
  /** Where clients connect: port 8080 when left out, because the official images do not run as root. */
  readonly listen?: HaproxyBind;
  readonly listenTls?: HaproxyListenTls;
  /** Clients of `listen` speak TLS, which ends before HAProxy: requests get `X-Forwarded-Proto: https`. False when left out. */
  readonly tlsInFront?: boolean;
  /**
   * Port of a second listener at the address of `listen`, without TLS, which redirects to HTTPS. Needs `listenTls` or
   * `tlsInFront`.
   */
  readonly redirectPort?: number;
  /** Port for HTTPS that clients connect to, the goal of the redirect: 443 when left out. */
  readonly httpsPort?: number;
  /** At most three. */
  readonly rateLimits?: readonly HaproxyRateLimit[];
  /** The bodies of HAProxy's own errors, one for each status (2.2 and later). */
  readonly errorPages?: readonly HaproxyResponse[];
  readonly requestHeaders?: HaproxyHeaderRules;
  readonly responseHeaders?: HaproxyHeaderRules;
  readonly limits?: Values<typeof LIMITS>;
  readonly resolution?: Values<typeof RESOLUTION>;
  /**
   * Where `GET /live` answers 200 as long as the process runs, and `GET /ready` as long as each upstream that
   * gets traffic has a usable address and the task does not stop. With `drainTimeMillis`, `GET /drain` from the task itself says that it
   * stops. When left out, only 1.6 and 1.7 have such a listener (127.0.0.1:8404): the health check that keeps
   * the name resolved needs a target that cannot fail.
   */
  readonly health?: HaproxyBind;
  /**
   * Listen for traffic and health checks at every IPv6 address too, beside every IPv4 address. HAProxy also starts where
   * no interface has IPv6.
   */
  readonly ipv6?: boolean;
  /** Where HAProxy answers the read commands of the drift checker, and nothing else. No listener when left out. */
  readonly runtimeApi?: HaproxyBind;
  readonly runtimeApiTls?: HaproxyMutualTls;
  readonly log?: Values<typeof LOG>;
  /** Lines for the end of sections, by the section's opening line, such as `frontend traffic`. */
  readonly rawLines?: { readonly [section: string]: readonly string[] };
}
