import type { Duration, Size } from 'aws-cdk-lib';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { RouteConditions, SharePart } from '../haproxy/model/config-model';
import type { HaproxyLogFormat, HaproxyTlsVersion } from '../haproxy/model/options';
import type { ElbUpstream } from './elb-upstream';
import type { Upstream } from './upstream';

/** A response that HAProxy gives itself, HTTP only. */
export interface ProxyResponse {
  /**
   * Status, 200 to 599. Before HAProxy 2.2 one of 200, 400, 403, 405, 408, 429, 500, 502, 503, 504.
   */
  readonly status: number;

  /**
   * The body, at most 15 KiB in UTF-8, or as much as `maxHeaderSize`. HAProxy sends it as it is given (2.2 and later). All
   * bodies are a part of the configuration, which has at most 60 KiB.
   *
   * @default - none; before HAProxy 2.2, which reads bodies only from files, HAProxy's own page for the status
   */
  readonly body?: string;

  /**
   * Content-Type of the body, at most 100 characters.
   *
   * @default 'text/html; charset=utf-8', because most pages are HTML
   */
  readonly contentType?: string;
}

/**
 * Requests or connections that do not go to the default load balancer. All conditions given must hold. A route has
 * `upstream` or `fixedResponse`.
 */
export interface ProxyRoute extends RouteConditions {
  /**
   * The load balancer of this route.
   *
   * @default - none: HAProxy answers with `fixedResponse`
   */
  readonly upstream?: ElbUpstream;

  /**
   * HAProxy's own response to each request, HTTP only. Without a condition it answers all requests that no route before it
   * takes: put it first for maintenance of everything. A new task then needs no upstream to be healthy, and the others are
   * still resolved and checked for the time after.
   *
   * @default - none: requests go to `upstream`
   */
  readonly fixedResponse?: ProxyResponse;

  /**
   * Parts of the traffic of this route for other upstreams.
   *
   * @default - none: all of it goes to `upstream`
   */
  readonly shares?: ProxyShare[];
}

/**
 * A part of the traffic that another upstream gets, such as the machines that a migration leaves step by step. HAProxy
 * decides for each request by a random number, in TCP mode for each connection, so that the share is exact whatever the
 * number of tasks and of addresses. While an upstream has no address that passes its health check, the others get its
 * requests.
 */
export interface ProxyShare extends SharePart {
  /** The upstream that gets this part. */
  readonly upstream: Upstream;
}

/**
 * How a client keeps its upstream: `cookie`, `header` or `clientAddress`. The client has a number from 0 to 99, and a share
 * of N percent the first N of them that no share before it has. Another percent therefore moves as few clients as it can: from
 * 95 to 75, those with 75 to 94. All tasks decide alike.
 */
export interface ProxyShareStickiness {
  /**
   * Name of a cookie in which HAProxy gives each client its number until the browser ends, HTTP only. A client that sends
   * another value than a number from 0 to 99 gets a new one, and clients without cookies are decided for each request.
   * Responses with the cookie have `Cache-Control: private`.
   *
   * @default - no cookie
   */
  readonly cookie?: string;

  /**
   * Header whose value gives the number, such as `X-User-Id`, HTTP only. A request without it is decided on its own.
   *
   * @default - no header
   */
  readonly header?: string;

  /**
   * The client's address gives the number, also that of the PROXY protocol, and of IPv6 its /64 network (HAProxy 1.9 and
   * later; the whole address before).
   *
   * @default false
   */
  readonly clientAddress?: boolean;
}

/** TLS towards clients. */
export interface ProxyTls {
  /**
   * A secret that is a JSON object with `cert` (certificate and chain) and `key`, both PEM. ECS passes both to the
   * task. The task definition holds only the ARN of the secret, and HAProxy reads the files from memory, not from a
   * disk. Tasks that start after a rotation use the new value; `patching` starts new ones.
   */
  readonly secret: ISecret;

  /**
   * Secrets like `secret` with certificates for other names, at most 20. HAProxy takes the certificate for the name that
   * the client asks for (SNI), an exact one before a wildcard, and of two for one name the earlier. `secret` is the
   * default: for clients that ask for an unknown name, or for none.
   *
   * @default - none
   */
  readonly additionalSecrets?: ISecret[];

  /**
   * Verify certificates of clients (mutual TLS). Not behind an ingress that terminates TLS itself, such as an Application
   * Load Balancer: it does not show the client's certificate.
   *
   * @default - HAProxy asks clients for no certificate
   */
  readonly clientCertificates?: ProxyClientCertificates;

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

/**
 * Which certificates of clients HAProxy accepts, and which headers the load balancer gets about them.
 *
 * HAProxy refuses a certificate that is expired, revoked, or of another authority: the handshake ends with a TLS alert,
 * whatever `required` is. Each connection is verified; no TLS session is resumed.
 *
 * HAProxy removes the headers below from each request, also where `_` or another character stands for `-`, before it
 * sets them. (Before 2.4 it denies a request with such a spelling, with 400.) Names have letters and digits with `-` or
 * `_` between them. HTTP mode only.
 */
export interface ProxyClientCertificates {
  /**
   * A secret that is a JSON object with `ca`, PEM: the authorities that issue certificates of clients, up to the root.
   * Clients send intermediate certificates, or they are here too. Without a certificate in it HAProxy does not start.
   */
  readonly trustStoreSecret: ISecret;

  /**
   * A secret that is a JSON object with `crl`, PEM: a revocation list of each authority, also of the root for
   * intermediate ones. It may be `trustStoreSecret`. HAProxy refuses every client of an authority whose list is missing, or
   * past its next update. Only tasks that start after a change have the new list: give `patching` a schedule that is
   * shorter than the time to the next update.
   *
   * @default - none: a revoked certificate is accepted until it expires
   */
  readonly revocationListSecret?: ISecret;

  /**
   * Refuse clients without a certificate. With `false` they are served, and the headers say that they have none.
   *
   * @default true
   */
  readonly required?: boolean;

  /**
   * Header for the subject as in RFC 2253, such as `CN=client,O=Acme` (HAProxy 2.2 and later).
   *
   * @default - none
   */
  readonly subjectHeader?: string;

  /**
   * Header for the issuer as in RFC 2253 (HAProxy 2.2 and later).
   *
   * @default - none
   */
  readonly issuerHeader?: string;

  /**
   * Header for the serial number, hexadecimal in capitals.
   *
   * @default - none
   */
  readonly serialNumberHeader?: string;

  /**
   * Header for the SHA-256 of the certificate, hexadecimal in capitals (HAProxy 2.1 and later).
   *
   * @default - none
   */
  readonly fingerprintHeader?: string;

  /**
   * Header for the whole certificate as in RFC 9440, such as `Client-Cert`: DER in base64 between colons.
   *
   * @default - none
   */
  readonly certificateHeader?: string;

  /**
   * Header that is `SUCCESS`, or `NONE` for a client without a certificate.
   *
   * @default - none
   */
  readonly verifiedHeader?: string;
}

/**
 * How much one client may do in a period: one of `requests`, `connections` and `transferSize`.
 *
 * Each task counts for itself: with N tasks a client that reaches all of them can do N times as much. For a limit of the
 * whole service give a part of it, `requests: 100 / tasks`. HAProxy could share the counts with peers whose addresses
 * its configuration names, and those of tasks are not known when it is written.
 *
 * A period is a sliding one: of the period before, HAProxy counts the part that is not over. What is refused does not
 * count. A task counts 100,000 clients at the same time and forgets those that it has not seen for longest.
 */
export interface ProxyRateLimit {
  /**
   * Requests, HTTP only, 1 to 1,000,000,000. Further ones are answered with 429, from HAProxy 2.2 on with `Retry-After`.
   *
   * @default - not limited
   */
  readonly requests?: number;

  /**
   * New connections, 1 to 1,000,000,000 (HAProxy 1.7 and later). Further ones are closed; before 2.2 HTTP clients get
   * a 500 first.
   *
   * @default - not limited
   */
  readonly connections?: number;

  /**
   * Data to the client, and data from it, less than 2 GiB each (HAProxy 1.7 and later). Once it has had more, its
   * next requests are answered with 429; in TCP mode its next connections are closed. A running transfer continues.
   *
   * @default - not limited
   */
  readonly transferSize?: Size;

  /**
   * The period, 1 s to 1 day.
   *
   * @default Duration.seconds(10)
   */
  readonly period?: Duration;

  /**
   * Header whose value is counted in place of the client's address, such as `X-Api-Key`; requests only (HAProxy 1.8 and
   * later). Requests without it are not counted. A limit of requests by address is needed beside it, because a client
   * can send another value with each request.
   *
   * @default - the client's address, also that of the PROXY protocol, and of IPv6 its /64 network (HAProxy 1.9 and later;
   * the whole address before). Headers such as `X-Forwarded-For` are not regarded
   */
  readonly header?: string;
}

/** When the tasks are replaced without a change of the app. */
export interface ProxyPatching {
  /**
   * When, such as `ScheduleExpression.cron({ weekDay: 'TUE', hour: '3', minute: '0' })` of `aws-scheduler`. ECS starts a
   * deployment then, which is judged and rolled back as any other.
   *
   * @default - no schedule
   */
  readonly schedule?: ScheduleExpression;

  /**
   * Start such a deployment also when a secret of the proxy has a new current version, as after a rotation. Secrets
   * Manager sends the event `Secret Label Updated`, and a state machine of one step starts the deployment, usually within a
   * minute. The tasks have the new value when the deployment ends. Secrets of another account or region send
   * no event to this one.
   *
   * @default false, because a new value may have to reach clients first
   */
  readonly onSecretChange?: boolean;
}

/** Mutual TLS between the drift checker and the runtime API. */
export interface ProxyMutualTls {
  /**
   * A secret that is a JSON object with `cert`, `key` and `ca`, all PEM: the certificate of HAProxy, and the authority
   * that the checker's certificate must come from.
   */
  readonly secret: ISecret;

  /**
   * The same for the checker: its certificate, and the authority that HAProxy's certificate must come from.
   *
   * @default - `secret`: one certificate for both sides
   */
  readonly checkerSecret?: ISecret;
}

/** How HAProxy resolves the load balancers' names, and how long it keeps the answers. */
export interface ProxyResolution {
  /**
   * Name servers as `IP:PORT`. HAProxy asks all of them in parallel.
   *
   * @default - 169.254.169.253:53, the resolver that every VPC has
   */
  readonly nameservers?: string[];

  /**
   * Take the name servers from the task's /etc/resolv.conf (HAProxy 1.9 and later) instead of `nameservers`.
   *
   * @default false, because the address of the VPC's resolver is the same everywhere
   */
  readonly parseResolvConf?: boolean;

  /**
   * How often HAProxy resolves the load balancers' names, 100 ms to 1 day.
   *
   * @default Duration.seconds(10), a sixth of the 60 s that an ELB's records live
   */
  readonly holdValid?: Duration;

  /**
   * How long HAProxy keeps an address that is no longer in the answer, longer than `holdValid`, at most 2 days (HAProxy
   * 1.8 and later). From 0 on where every upstream has at most 8 `slots`, or none in mode `per-request`.
   *
   * An answer shows only 8 of an ELB's addresses: with a shorter time HAProxy would drop addresses that one answer
   * leaves out. With 0 traffic leaves an address with the first answer that no longer has it: give it, and 8 `slots`,
   * only to load balancers that never have more than 8 addresses. The time also lets a new address get a slot of its own:
   * a slot that gets another address in one step stays up until its health checks fail. In TCP mode the sessions of a slot
   * end when it loses its address.
   *
   * @default - 30 s, or twice `holdValid` if that is more
   */
  readonly holdObsolete?: Duration;

  /**
   * How long HAProxy keeps an address while DNS does not answer or answers with an error, at most 1 day (HAProxy 1.7
   * and later; 1.6 keeps it forever).
   *
   * @default Duration.minutes(10): a DNS outage does not change the addresses
   */
  readonly holdOutage?: Duration;

  /**
   * How long HAProxy keeps an address once the name no longer exists, at most 1 day (HAProxy 1.7 and later).
   *
   * @default Duration.seconds(30): the load balancer is deleted, and AWS gives its addresses to others
   */
  readonly holdNx?: Duration;

  /**
   * Largest DNS answer over UDP, 512 bytes to 8 KiB (HAProxy 1.8 and later; 512 bytes before).
   *
   * @default Size.kibibytes(8), because 30 addresses do not fit into 512 bytes
   */
  readonly payloadSize?: Size;
}

/** Limits of connections, times and sizes. Times are 100 ms to 1 day. */
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
   * @default Duration.seconds(5), enough to send one lost SYN packet again
   */
  readonly connectTimeout?: Duration;

  /**
   * Time that a client may be silent in the middle of a request or a response. It does not apply to WebSockets and TCP
   * sessions: `idleTimeout` of the upstream does.
   *
   * @default - 5 s more than the longest `idleTimeout` of the upstreams: the load balancer gives up first
   */
  readonly clientTimeout?: Duration;

  /**
   * Time that the load balancer may be silent in the middle of a response, also between two server-sent events. It does
   * not apply to WebSockets and TCP sessions: `idleTimeout` of the upstream does.
   *
   * @default - 5 s more than `idleTimeout` of the upstream, so that the 504 of the load balancer arrives
   */
  readonly serverTimeout?: Duration;

  /**
   * Time for the whole head of a request, HTTP only.
   *
   * @default Duration.seconds(10)
   */
  readonly requestTimeout?: Duration;

  /**
   * Time that a client's connection may be idle between two requests, HTTP only. Before HAProxy 1.9 at most 5/6 of the
   * upstream's `idleTimeout`, because the connection to the load balancer is idle for the same time.
   *
   * @default Duration.seconds(65), longer than the 60 s of an Application Load Balancer in front, which must close first
   */
  readonly keepAliveTimeout?: Duration;

  /**
   * Largest body of a request by its Content-Length, less than 2 GiB, HTTP only. HAProxy denies larger requests with 413, before
   * 2.2 with 403.
   *
   * @default - no limit
   */
  readonly maxBodySize?: Size;

  /**
   * Largest head of a request or response, 4 KiB to 256 KiB. With HTTP/2 it is at least 15 KiB.
   *
   * @default - HAProxy's own 15 KiB
   */
  readonly maxHeaderSize?: Size;
}

/** How log lines look, and where they go. */
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
   * @default - standard output from HAProxy 1.9 on. Before 1.9, HAProxy cannot log to its output and logs nothing
   */
  readonly syslog?: string;
}
