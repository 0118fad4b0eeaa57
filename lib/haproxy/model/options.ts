import { checkNameserver, checkNetwork, checkSentName } from '../address';
import {
  checkBody,
  checkCertificateHeader,
  checkCookieName,
  checkFetchedHeader,
  checkMediaType,
  checkPath,
  checkProof,
  checkProofHeader,
  DAY,
  HOUR,
  type Options,
  word,
} from './option';

/** How a listener treats accepted connections. */
export enum HaproxyMode {
  /** HAProxy reads, logs and balances each request. */
  HTTP = 'http',
  /** HAProxy passes connections through without reading them: TLS passthrough, any other protocol. */
  TCP = 'tcp',
}

/** How the addresses of a load balancer are used. */
export enum HaproxyResolutionMode {
  /**
   * HAProxy holds addresses in slots: it survives a DNS outage, checks each address, and can drift. One slot on 1.6
   * and 1.7, `server-template` from 1.8.
   */
  SLOTS = 'slots',
  /**
   * HAProxy resolves for each request (2.0 and later) or connection (2.1 and later): it holds no address that could
   * drift or be checked, and answers 503 once DNS has been out for longer than `holdValid`.
   */
  PER_REQUEST = 'per-request',
}

/** Which nodes of a load balancer come first. */
export enum HaproxyLocality {
  /** All nodes get the same share. */
  ANY = 'any',
  /** The nodes in the zone of the task, as long as one of them is up. */
  ZONE = 'zone',
}

/** What HAProxy speaks to a load balancer in HTTP mode. */
export enum HaproxyProtocol {
  /** HTTP/1.1. */
  HTTP1 = 'h1',
  /** HTTP/2, which gRPC needs (2.4 and later): with TLS by ALPN, without TLS from the first byte on (`h2c`). */
  HTTP2 = 'h2',
}

/** Oldest TLS version that a listener accepts. */
export enum HaproxyTlsVersion {
  /** TLS 1.2. */
  V1_2 = '1.2',
  /** TLS 1.3, from HAProxy 1.8 on. */
  V1_3 = '1.3',
}

/** Format of log lines. */
export enum HaproxyLogFormat {
  /** HAProxy's own format for HTTP or TCP. */
  STANDARD = 'standard',
  /** One JSON object a line. */
  JSON = 'json',
}

/** Ports of each task that no option changes. */
export const HEALTH_PORT = 8404;
export const RUNTIME_API_PORT = 9990;

/*
 * The tables of options: each value that props, model, spec file and command line share, with its bounds and its
 * default. The struct that documents a table for users of the constructs is in lib/proxy; the compiler compares the
 * two.
 */

/** Ports of the listeners. They start at 1024 because the official images do not run as root. */
export const PORTS = {
  listenPort: { kind: 'count', min: 1024, max: 65_535, default: 8080, about: 'Port on which clients connect.' },
  redirectPort: {
    kind: 'count',
    min: 1024,
    max: 65_535,
    about: 'Port of a second listener, which redirects to HTTPS.',
    otherwise: 'none',
  },
} as const satisfies Options;

/** What HAProxy does with traffic. */
export const TRAFFIC = {
  mode: {
    kind: 'choice',
    of: HaproxyMode,
    default: HaproxyMode.HTTP,
    about: 'http reads requests, tcp passes connections through without reading them.',
  },
  acceptProxyProtocol: {
    kind: 'flag',
    default: false,
    about: 'Expect a PROXY protocol header at the start of each connection.',
    otherwise: 'as the ingress sends it',
  },
  forwardedFor: { kind: 'flag', default: true, about: "Add the client's address as X-Forwarded-For, HTTP only." },
  allowFrom: {
    kind: 'list',
    check: checkNetwork,
    item: 'An address, or a network such as 10.0.0.0/8.',
    default: [],
    about: 'Clients that HAProxy serves; it rejects all others.',
    otherwise: 'all clients',
  },
  denyFrom: {
    kind: 'list',
    check: checkNetwork,
    item: 'An address, or a network such as 10.0.0.0/8.',
    default: [],
    about: 'Clients that HAProxy rejects, also when allowFrom has them.',
    otherwise: 'none',
  },
  rateLimitExempt: {
    kind: 'list',
    check: checkNetwork,
    item: 'An address, or a network such as 10.0.0.0/8.',
    default: [],
    about: 'Clients that no rate limit applies to.',
    otherwise: 'none',
  },
  metrics: {
    kind: 'flag',
    default: false,
    about: `Answer GET /metrics for Prometheus on port ${HEALTH_PORT} (2.0 and later).`,
  },
} as const satisfies Options;

const RATE = { kind: 'count', min: 1, max: 1_000_000_000 } as const;

/** How much one client may do in a period. */
export const RATE_LIMIT = {
  requests: { ...RATE, about: 'Requests of a client in a period, HTTP only.' },
  connections: { ...RATE, about: 'New connections of a client in a period (1.7 and later).' },
  transferSize: {
    kind: 'size',
    min: 1,
    max: 2 ** 31 - 1,
    about: 'Data to a client, and from it, in a period (1.7 and later).',
  },
  period: { kind: 'time', min: 1000, max: DAY, default: 10_000, about: 'The period.' },
  header: {
    kind: 'text',
    check: checkFetchedHeader,
    about: 'Header whose value is counted in place of the address, requests only (1.8 and later).',
    otherwise: "the client's address, of IPv6 its /64 network",
  },
} as const satisfies Options;

/** A part of the traffic. */
export const SHARE = {
  percent: { kind: 'count', min: 0, max: 100, about: 'Percent of the requests, in TCP mode of the connections.' },
} as const satisfies Options;

/** How a client keeps the upstream that it was sent to, where the traffic is shared. */
export const SHARE_STICKINESS = {
  cookie: {
    kind: 'text',
    check: checkCookieName,
    about: 'Name of a cookie that HAProxy gives to each client, HTTP only.',
    otherwise: 'none',
  },
  header: {
    kind: 'text',
    check: checkFetchedHeader,
    about: 'Header whose value decides, HTTP only. A request without it is decided on its own.',
    otherwise: 'none',
  },
  clientAddress: { kind: 'flag', default: false, about: "The client's address decides, of IPv6 its /64 network." },
} as const satisfies Options;

/** A response of HAProxy itself, beside its status. */
export const RESPONSE = {
  contentType: {
    kind: 'text',
    check: checkMediaType,
    default: 'text/html; charset=utf-8',
    about: 'Content-Type of the body.',
  },
  body: { kind: 'text', check: checkBody, about: 'The body (2.2 and later).', otherwise: 'none' },
} as const satisfies Options;

/** Running connections are ended this long before the process is killed. */
export const HARD_STOP_MARGIN_MILLIS = 5000;
/** The least time that running requests have after `drainTime`. */
export const MIN_SOFT_STOP_MILLIS = 1000;

/** How the process ends. */
export const PROCESS = {
  stopTimeout: {
    kind: 'time',
    min: 6000,
    max: HOUR,
    default: 30_000,
    about: "Time between ECS's stop signal and the forced end.",
    otherwise: 'drainTime and 30s, at most what the capacity allows',
  },
  drainTime: {
    kind: 'time',
    min: 0,
    max: HOUR / 2,
    default: 0,
    about: 'How long a task that stops still accepts connections.',
    otherwise: 'as long as clients of the ingress still find the task',
  },
} as const satisfies Options;

/** TLS towards clients. */
export const LISTEN_TLS = {
  minVersion: {
    kind: 'choice',
    of: HaproxyTlsVersion,
    default: HaproxyTlsVersion.V1_2,
    about: 'Oldest TLS version.',
  },
  http2: { kind: 'flag', default: true, about: 'Offer HTTP/2, HTTP mode only (1.8 and later).' },
} as const satisfies Options;

const CERTIFICATE_HEADER = { kind: 'text', check: checkCertificateHeader, otherwise: 'none' } as const;

/** Client certificates (mutual TLS): whether each client needs one, and the request headers that say what it has. */
export const CLIENT_CERTIFICATES = {
  required: { kind: 'flag', default: true, about: 'Refuse clients without a certificate.' },
  subjectHeader: { ...CERTIFICATE_HEADER, about: 'Header for the subject, as in RFC 2253 (2.2 and later).' },
  issuerHeader: { ...CERTIFICATE_HEADER, about: 'Header for the issuer, as in RFC 2253 (2.2 and later).' },
  serialNumberHeader: { ...CERTIFICATE_HEADER, about: 'Header for the serial number, hexadecimal.' },
  fingerprintHeader: { ...CERTIFICATE_HEADER, about: 'Header for the SHA-256, hexadecimal (2.1 and later).' },
  certificateHeader: { ...CERTIFICATE_HEADER, about: 'Header for the whole certificate, as in RFC 9440.' },
  verifiedHeader: { ...CERTIFICATE_HEADER, about: 'Header for SUCCESS, or NONE without a certificate.' },
} as const satisfies Options;

/** TLS towards the load balancer. */
export const UPSTREAM_TLS = {
  verify: { kind: 'flag', default: true, about: 'Verify the certificate of the load balancer.' },
  caFile: {
    kind: 'text',
    check: word,
    default: '/etc/ssl/certs/ca-certificates.crt',
    about: 'File in the image with the certificate authorities to trust.',
  },
  serverName: {
    kind: 'text',
    check: checkSentName,
    about: 'Name that HAProxy sends (SNI) and that the certificate must have.',
    otherwise: 'the DNS name of the load balancer',
  },
} as const satisfies Options;

/** How each address of a load balancer is checked. */
export const HEALTH_CHECK = {
  enabled: { kind: 'flag', default: true, about: 'Check each address.' },
  path: {
    kind: 'text',
    check: checkPath,
    about: 'Path of an HTTP check, which must get a status from 200 to 399.',
    otherwise: 'a connection, no HTTP',
  },
  host: {
    kind: 'text',
    check: checkSentName,
    about: 'Host header of the HTTP check.',
    otherwise: 'the DNS name of the load balancer',
  },
  interval: { kind: 'time', min: 100, max: HOUR, default: 2000, about: 'Time between two checks.' },
  fall: { kind: 'count', min: 1, max: 100, default: 2, about: 'Failed checks in a row that mark an address as down.' },
  rise: {
    kind: 'count',
    min: 1,
    max: 100,
    default: 2,
    about: 'Passed checks in a row that mark an address as up again.',
  },
} as const satisfies Options;

/** A node proves by its certificate that it is of the load balancer. */
export const CERTIFICATE_IDENTITY = {
  serverName: {
    kind: 'text',
    check: checkSentName,
    about: 'Name that the certificate must have, TCP mode without tls only.',
    otherwise: 'tls.serverName, without tls the DNS name of the load balancer',
  },
  caFile: {
    kind: 'text',
    check: word,
    about: 'File in the image with the certificate authorities to trust, TCP mode without tls only.',
    otherwise: 'tls.caFile, without tls /etc/ssl/certs/ca-certificates.crt',
  },
} as const satisfies Options;

/** A node proves by a response that it is of the load balancer. */
export const RESPONSE_IDENTITY = {
  host: {
    kind: 'text',
    check: checkSentName,
    about: 'Host header of the check, by which the load balancer selects its rule.',
    otherwise: 'the DNS name of the load balancer',
  },
  body: {
    kind: 'text',
    check: checkProof,
    about: 'Text that the body of the response must contain, 8 to 200 characters.',
    otherwise: 'any body',
  },
  header: {
    kind: 'text',
    check: checkProofHeader,
    about: 'Header that the response must have, with headerValue (2.2 and later).',
    otherwise: 'none',
  },
  headerValue: {
    kind: 'text',
    check: checkProof,
    about: 'The whole value of that header, 8 to 200 characters.',
    otherwise: 'none',
  },
} as const satisfies Options;

/**
 * Idle timeouts of load balancers, milliseconds: 60 s is the default of an Application and a Classic Load Balancer, 350 s
 * that of a TCP listener of a Network Load Balancer.
 */
export const IDLE_MILLIS = { applicationLoadBalancer: 60_000, networkLoadBalancer: 350_000 } as const;

/** HAProxy waits longer than the idle timeout of a load balancer, so that the load balancer's 504 arrives. */
export const IDLE_MARGIN_MILLIS = 5000;

/** How a load balancer is used. */
export const UPSTREAM = {
  protocol: {
    kind: 'choice',
    of: HaproxyProtocol,
    default: HaproxyProtocol.HTTP1,
    about: 'h1 is HTTP/1.1, h2 is HTTP/2, which gRPC needs (HTTP only, 2.4 and later).',
  },
  resolutionMode: {
    kind: 'choice',
    of: HaproxyResolutionMode,
    default: HaproxyResolutionMode.SLOTS,
    about: 'slots holds addresses, per-request resolves for each request.',
  },
  slots: {
    kind: 'count',
    min: 1,
    max: 100,
    default: 16,
    about: 'Number of addresses that a task can hold (1.8 and later).',
  },
  locality: {
    kind: 'choice',
    of: HaproxyLocality,
    default: HaproxyLocality.ANY,
    about: 'zone prefers the nodes in the zone of the task (2.2 and later), any treats all nodes alike.',
  },
  sendProxyProtocol: {
    kind: 'flag',
    default: false,
    about: "Send the client's address in a PROXY protocol header.",
  },
  slowStart: {
    kind: 'time',
    min: 0,
    max: HOUR,
    default: 0,
    about: 'Time until a new address gets its full share of traffic.',
    otherwise: 'at once',
  },
  idleTimeout: {
    kind: 'time',
    min: 1000,
    max: 4_000_000,
    about: 'Idle timeout of the load balancer.',
    otherwise: '1m, 350s in TCP mode and to a Network Load Balancer of the app',
  },
} as const satisfies Options;

const TIMEOUT = { kind: 'time', min: 100, max: DAY } as const;

/** Limits of connections, times and sizes. */
export const LIMITS = {
  maxConnections: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    default: 2000,
    about: 'Connections of a task at the same time.',
    otherwise: '2000 for each 512 MiB of memory',
  },
  connectTimeout: { ...TIMEOUT, default: 5000, about: 'Time to connect to the load balancer.' },
  clientTimeout: {
    ...TIMEOUT,
    about: 'Time that a client may be silent in the middle of a request.',
    otherwise: '5s more than the longest idleTimeout',
  },
  serverTimeout: {
    ...TIMEOUT,
    about: 'Time that the load balancer may be silent.',
    otherwise: '5s more than its idleTimeout',
  },
  requestTimeout: { ...TIMEOUT, default: 10_000, about: 'Time for the whole head of a request, HTTP only.' },
  keepAliveTimeout: {
    ...TIMEOUT,
    default: 65_000,
    about: "Time that a client's connection may be idle between two requests, HTTP only.",
  },
  maxBodySize: {
    kind: 'size',
    min: 0,
    max: 2 ** 31 - 1,
    about: 'Largest body of a request by its Content-Length, HTTP only.',
    otherwise: 'no limit',
  },
  maxHeaderSize: {
    kind: 'size',
    min: 4096,
    max: 262_144,
    about: 'Largest head of a request or response.',
    otherwise: "HAProxy's own 15KiB",
  },
} as const satisfies Options;

/** The most addresses that a DNS answer of an ELB shows. */
export const MAX_ANSWER_ADDRESSES = 8;

/** How names are resolved. */
export const RESOLUTION = {
  nameservers: {
    kind: 'list',
    check: checkNameserver,
    item: 'IP:PORT of a name server.',
    default: ['169.254.169.253:53'],
    about: 'Name servers. HAProxy asks all of them in parallel.',
    otherwise: "169.254.169.253:53, the VPC's resolver",
  },
  parseResolvConf: {
    kind: 'flag',
    default: false,
    about: "Take the name servers from the task's /etc/resolv.conf (1.9 and later).",
  },
  holdValid: { ...TIMEOUT, default: 10_000, about: "How often the load balancer's name is resolved." },
  holdObsolete: {
    kind: 'time',
    min: 0,
    max: 2 * DAY,
    default: 30_000,
    about:
      'How long an address is kept after it left the DNS answer; longer than holdValid, unless there are at most 8 slots.',
    otherwise: '30s, or twice holdValid if that is more',
  },
  holdOutage: {
    kind: 'time',
    min: 0,
    max: DAY,
    default: 600_000,
    about: 'How long an address is kept while DNS does not answer.',
  },
  holdNx: {
    kind: 'time',
    min: 0,
    max: DAY,
    default: 30_000,
    about: 'How long an address is kept once the name no longer exists.',
  },
  payloadSize: {
    kind: 'size',
    min: 512,
    max: 8192,
    default: 8192,
    about: 'Largest DNS answer over UDP (1.8 and later).',
  },
} as const satisfies Options;

/** How log lines look, and where they go. */
export const LOG = {
  format: {
    kind: 'choice',
    of: HaproxyLogFormat,
    default: HaproxyLogFormat.STANDARD,
    about: "standard is HAProxy's own format, json is one JSON object a line.",
  },
  syslog: {
    kind: 'text',
    check: checkNameserver,
    about: 'IP:PORT of a syslog server (UDP).',
    otherwise: 'standard output from 1.9 on, no log before',
  },
} as const satisfies Options;
