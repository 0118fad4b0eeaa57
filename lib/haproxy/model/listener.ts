/** Oldest TLS version that a listener takes. */
export enum HaproxyTlsVersion {
  /** TLS 1.2. */
  V1_2 = '1.2',
  /** TLS 1.3, from HAProxy 1.8 on. */
  V1_3 = '1.3',
}

/** TLS towards clients. */
export interface HaproxyListenerTls {
  /** PEM file with the certificate, its chain and its key. */
  readonly certificateFile: string;
  /**
   * Oldest TLS version.
   *
   * @default HaproxyTlsVersion.V1_2, the oldest that is not deprecated (RFC 8996)
   */
  readonly minVersion?: HaproxyTlsVersion;
  /**
   * Offer HTTP/2, in HTTP mode from 1.8 on.
   *
   * @default true
   */
  readonly http2?: boolean;
}

/** Changes to the headers of requests or responses, HTTP only. */
export interface HaproxyHeaderRules {
  /**
   * Headers to set, by name. A value is taken as it is: nothing in it is expanded.
   *
   * @default - none
   */
  readonly set?: { readonly [name: string]: string };
  /**
   * Headers to remove. Removed first, then set.
   *
   * @default - none
   */
  readonly remove?: string[];
}

/** Bounds. Times are milliseconds, 100 to 86,400,000. */
export interface HaproxyLimits {
  /**
   * Connections at the same time, 1 to 1,000,000. Each takes about 32 KiB.
   *
   * @default 2000, which fits the smallest Fargate task
   */
  readonly maxConnections?: number;
  /**
   * Time to connect to the load balancer.
   *
   * @default 5000, time for one lost SYN packet to be sent again
   */
  readonly connectTimeoutMillis?: number;
  /**
   * Time that a client may be silent while it sends or receives.
   *
   * @default 65000
   */
  readonly clientTimeoutMillis?: number;
  /**
   * Time that the load balancer may be silent.
   *
   * @default 65000, a little longer than an Application Load Balancer's own 60 s, so that its 504 arrives
   */
  readonly serverTimeoutMillis?: number;
  /**
   * Time for the whole head of a request, HTTP only.
   *
   * @default 10000
   */
  readonly requestTimeoutMillis?: number;
  /**
   * Time that a client's connection may be idle between two requests, HTTP only.
   *
   * @default 65000, longer than the 60 s of an Application Load Balancer in front, which must be the first to close.
   *   Before 1.9 at most 5/6 of the upstream's idle time, because the connection to the load balancer idles with it
   */
  readonly keepAliveTimeoutMillis?: number;
  /**
   * Largest body by its Content-Length, bytes, HTTP only. Larger requests are denied (413 from 2.2, 403 before).
   *
   * @default - no bound
   */
  readonly maxBodyBytes?: number;
  /**
   * Largest head of a request or response, bytes, 4096 to 262144. With HTTP/2 it is at least 15360.
   *
   * @default - HAProxy's own 15 KiB
   */
  readonly maxHeaderBytes?: number;
}

/** How log lines are written. */
export enum HaproxyLogFormat {
  /** HAProxy's own format for HTTP or TCP. */
  STANDARD = 'standard',
  /** One JSON object a line. */
  JSON = 'json',
}

/** Where log lines go, and how they look. */
export interface HaproxyLog {
  /**
   * Format of the lines.
   *
   * @default HaproxyLogFormat.STANDARD
   */
  readonly format?: HaproxyLogFormat;
  /**
   * `IP:PORT` of a syslog server (UDP).
   *
   * @default - standard output from 1.9 on. Before, HAProxy cannot log to its output: it logs nothing
   */
  readonly syslog?: string;
}

/** TLS of the runtime API's listener: only clients with a certificate of the given authority are let in. */
export interface HaproxyMutualTls {
  /** PEM file with the listener's certificate and key. */
  readonly certificateFile: string;
  /** PEM file with the authority that clients' certificates must come from. */
  readonly clientCaFile: string;
}
