import type { Duration } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { HaproxyTlsVersion } from '../haproxy/model/listener';
import type { ElbUpstream } from './elb-upstream';

/** Which requests or connections go to another load balancer than the default one. All conditions given must hold. */
export interface ProxyRoute {
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
  readonly upstream: ElbUpstream;
}

/** TLS towards clients. */
export interface ProxyTls {
  /**
   * A secret that is a JSON object with `cert` (certificate and chain) and `key`, both PEM. ECS hands both to the task;
   * the task definition shows the secret's ARN alone, and HAProxy reads them from memory, not from a disk. A new value
   * of the secret is read by tasks that start after it.
   */
  readonly secret: ISecret;

  /**
   * Oldest TLS version.
   *
   * @default HaproxyTlsVersion.V1_2, the oldest that is not deprecated (RFC 8996)
   */
  readonly minVersion?: HaproxyTlsVersion;

  /**
   * Offer HTTP/2, in HTTP mode from HAProxy 1.8 on.
   *
   * @default true
   */
  readonly http2?: boolean;
}

/** Mutual TLS between the drift checker and the runtime API. */
export interface ProxyMutualTls {
  /**
   * A secret that is a JSON object with `cert`, `key` and `ca`, all PEM: what HAProxy shows, and the authority that the
   * checker's certificate must come from.
   */
  readonly secret: ISecret;

  /**
   * The same for the checker: what it shows, and the authority that HAProxy's certificate must come from.
   *
   * @default - `secret`: one certificate for both sides
   */
  readonly checkerSecret?: ISecret;
}

/** How HAProxy asks DNS, and how long it keeps what it was told. */
export interface ProxyResolution {
  /**
   * Name servers as `IP:PORT`. All of them are asked in parallel.
   *
   * @default - 169.254.169.253:53, the resolver that every VPC has
   */
  readonly nameservers?: string[];

  /**
   * Take the name servers from the task's /etc/resolv.conf (HAProxy 1.9 and later) and not from `nameservers`.
   *
   * @default false, because the address of the VPC's resolver is the same everywhere
   */
  readonly parseResolvConf?: boolean;

  /**
   * How often the load balancers' names are resolved, 100 ms to 1 day.
   *
   * @default Duration.seconds(10), a sixth of the 60 s that an ELB's records live
   */
  readonly holdValid?: Duration;

  /**
   * How long an address is kept that is no longer in the answer, longer than `holdValid` (HAProxy 1.8 and later).
   *
   * @default - 30 s, or twice `holdValid` where that is more, because an answer shows only 8 of an ELB's addresses
   */
  readonly holdObsolete?: Duration;

  /**
   * How long an address is kept while DNS does not answer or answers with an error (HAProxy 1.7 and later).
   *
   * @default Duration.minutes(10): an outage of DNS says nothing of the addresses
   */
  readonly holdOutage?: Duration;

  /**
   * How long an address is kept once the name does not exist (HAProxy 1.7 and later).
   *
   * @default Duration.seconds(30): the load balancer is deleted, and its addresses go to others
   */
  readonly holdNx?: Duration;

  /**
   * Largest DNS answer over UDP, bytes, 512 to 8192 (HAProxy 1.8 and later).
   *
   * @default 8192, because 30 addresses no longer fit into 512
   */
  readonly payloadSize?: number;
}

/** Bounds. Times are 100 ms to 1 day. */
export interface ProxyLimits {
  /**
   * Connections of a task at the same time, 1 to about 524,000. The limit of open files follows from it.
   *
   * @default - 2000 for each 512 MiB of the task's memory
   */
  readonly maxConnections?: number;

  /**
   * Time to connect to the load balancer.
   *
   * @default Duration.seconds(5), time for one lost SYN packet to be sent again
   */
  readonly connectTimeout?: Duration;

  /**
   * Time that a client may be silent while it sends or receives.
   *
   * @default Duration.seconds(65)
   */
  readonly clientTimeout?: Duration;

  /**
   * Time that the load balancer may be silent.
   *
   * @default Duration.seconds(65), a little longer than an Application Load Balancer's own 60 s, so that its 504 arrives
   */
  readonly serverTimeout?: Duration;

  /**
   * Time for the whole head of a request, HTTP only.
   *
   * @default Duration.seconds(10)
   */
  readonly requestTimeout?: Duration;

  /**
   * Time that a client's connection may be idle between two requests, HTTP only.
   *
   * @default Duration.seconds(65), longer than the 60 s of an Application Load Balancer in front, which must be the first
   *   to close
   */
  readonly keepAliveTimeout?: Duration;

  /**
   * Largest body by its Content-Length, bytes, HTTP only. Larger requests are denied.
   *
   * @default - no bound
   */
  readonly maxBodyBytes?: number;

  /**
   * Largest head of a request or response, bytes, 4096 to 262144.
   *
   * @default - HAProxy's own 15 KiB
   */
  readonly maxHeaderBytes?: number;
}
