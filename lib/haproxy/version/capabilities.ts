import { SHOW_RESOLVERS_SINCE } from '../runtime-api/commands';

/** A feature that only some branches have, and what the generator does with and without it. */
export interface Capability {
  /** The first branch with the feature. */
  readonly since: string;
  /** The source of `since`. */
  readonly source: string;
  /**
   * Table and words of the configuration language, where the capability is a keyword. A test compares `since` and
   * `source` with the linter's table of that keyword.
   *
   * @default - the capability is not a keyword: running processes showed it
   */
  readonly keyword?: readonly [table: string, words: string];
  /** What the generator does on branches without it. */
  readonly without: string;
  /** What the generator does on branches with it. */
  readonly with: string;
  /** Why it matters in front of a load balancer. */
  readonly why: string;
}

/**
 * All differences between branches that affect the generated configuration. The page in `docs/` is generated from it.
 */
export const CAPABILITIES = {
  initAddr: {
    since: '1.7',
    keyword: ['server', 'init-addr'],
    source: 'manual 5.2, srv_kws',
    without: 'the name must resolve when HAProxy starts and when `haproxy -c` checks the file',
    with: '`init-addr none` on every server line',
    why: 'a new task must start during a DNS outage, and follow DNS after it',
  },
  processVariables: {
    since: '1.7',
    source: 'running processes: 1.7.0 has it, 1.6.0 does not',
    without: '`add-acl(/dev/null)` fills an empty list, which says that the task stops',
    with: '`set-var(proc.stopping)` when the start script asks for `/drain`',
    why: 'a task that stops must answer 503 on `/ready` and tell kept-alive clients to close, and still serve',
  },
  sessionRules: {
    since: '1.7',
    source: 'manual 4.2, tcp-request session',
    without: 'the generator refuses rate limits of connections and bytes',
    with: '`tcp-request session track-sc`',
    why: 'before, a rule for a whole connection has only the address of the load balancer in front',
  },
  countsRate: {
    since: '1.7',
    source: 'src/stick_table.c, action_inc_gpc0; running processes: 1.6.0 counts, but no rate',
    without: 'a condition that counts and never holds: `{ sc_inc_gpc0(0) lt 0 }`',
    with: '`http-request sc-inc-gpc0` after the rules of rate limits',
    why: 'a request counts only after no limit refused it',
  },
  holdErrors: {
    since: '1.7',
    keyword: ['resolvers', 'hold nx'],
    source: 'manual 5.3',
    without: 'nothing: 1.6 keeps the last address, whatever DNS answers',
    with: 'long values for `hold timeout`, `refused` and `other`, a short one for `hold nx`',
    why: 'a DNS outage does not change the addresses, and a name that no longer exists belongs to a deleted load balancer',
  },
  autonomousResolution: {
    since: '1.8',
    source: 'commit 201c07f68; running processes of every branch',
    without:
      'one `server` line with `check`, whose check goes to HAProxy’s own liveness port; with `identity` to the load balancer',
    with: 'HAProxy resolves servers without health checks; the check goes to the load balancer',
    why: '1.6 and 1.7 look a name up only when a health check runs, and mark the server down if the first check fails, whatever the value of `fall`',
  },
  serverTemplate: {
    since: '1.8',
    keyword: ['proxy', 'server-template'],
    source: 'manual 4.2, cfg_parse_listen',
    without: 'one slot',
    with: '`server-template` with 16 slots',
    why: 'a load balancer has many addresses, and a proxy with only one of them fails with that node',
  },
  holdObsolete: {
    since: '1.8',
    keyword: ['resolvers', 'hold obsolete'],
    source: 'manual 5.3',
    without: 'nothing',
    with: '`hold obsolete`, longer than the time between two queries',
    why: 'an answer shows at most 8 addresses: an address that is not in it may still exist',
  },
  timeoutResolve: {
    since: '1.8',
    keyword: ['resolvers', 'timeout resolve'],
    source: 'manual 5.3',
    without: 'only `hold valid`; 1.6 uses `timeout resolve` as the retry timeout',
    with: '`timeout resolve` and `hold valid` with the same value',
    why: 'the time between two queries is `hold valid` up to 2.0 and `timeout resolve` from 2.1 on (commit f50e1ac44)',
  },
  acceptedPayloadSize: {
    since: '1.8',
    keyword: ['resolvers', 'accepted_payload_size'],
    source: 'manual 5.3',
    without: 'nothing: answers above 512 bytes cannot be read',
    with: '`accepted_payload_size 8192`',
    why: 'HAProxy does not retry over TCP, and ignores an answer that does not fit',
  },
  hardStopAfter: {
    since: '1.8',
    keyword: ['global', 'hard-stop-after'],
    source: 'manual 3.1, cfg_parse_global',
    without: 'the start script ends the process at the same time',
    with: '`hard-stop-after`, which begins after `drainTime` and ends 5 s before ECS’s stop timeout',
    why: 'HAProxy can close the remaining connections properly; a killed process cannot',
  },
  checkSni: {
    since: '1.8',
    keyword: ['server', 'check-sni'],
    source: 'manual 5.2, srv_kws',
    without: 'the check sends no SNI',
    with: '`check-sni` and `sni` on TLS servers, also on 3.3 and later, which would otherwise choose a name themselves',
    why: 'without SNI, the certificate in the answer may fail verification',
  },
  sslMinVer: {
    since: '1.8',
    keyword: ['bind', 'ssl-min-ver'],
    source: 'manual 5.1, bind_kws',
    without: '`no-sslv3 no-tlsv10 no-tlsv11`',
    with: '`ssl-min-ver`',
    why: 'TLS before 1.2 is deprecated (RFC 8996)',
  },
  http2: {
    since: '1.8',
    source: 'manual 5.1, alpn; release notes of 1.8',
    without: 'HTTP/1.1 only',
    with: '`alpn h2,http/1.1` on TLS listeners in HTTP mode',
    why: 'clients expect it',
  },
  sha1: {
    since: '1.8',
    keyword: ['converter', 'sha1'],
    source: 'manual 7.3.1, sample_conv_kw_list',
    without: 'the generator refuses rate limits by a header',
    with: 'a table of the SHA-1 of values',
    why: 'a table cuts long values, and would take two clients for one',
  },
  ipv6Mask: {
    since: '1.9',
    source: 'manual 7.3.1, ipmask',
    without: 'rate limits and shares of client addresses take each IPv6 address for a client',
    with: '`ipmask(32,64)`: they take an IPv6 network of 64 bits for a client',
    why: 'a client of IPv6 has a network of addresses: with another one it would get around a limit, or change its upstream',
  },
  logStdout: {
    since: '1.9',
    source: 'manual 3.1, log; `haproxy -c` of every branch',
    without: 'no log without a syslog server',
    with: '`log stdout format raw local0 info`',
    why: 'a container’s log is its standard output',
  },
  parseResolvConf: {
    since: '1.9',
    keyword: ['resolvers', 'parse-resolv-conf'],
    source: 'manual 5.3',
    without: 'the generator refuses the option',
    with: '`parse-resolv-conf` if requested',
    why: 'outside of a VPC the name servers differ',
  },
  poolPurgeDelay: {
    since: '1.9',
    keyword: ['server', 'pool-purge-delay'],
    source: 'manual 5.2, srv_kws',
    without: '`timeout http-keep-alive` below the load balancer’s idle time',
    with: '`pool-purge-delay` and `pool-max-conn`, so that HAProxy closes idle connections in time',
    why: 'the client side must close an idle connection first; otherwise a request can meet a connection that the server is closing',
  },
  doResolve: {
    since: '2.0',
    keyword: ['rule', 'do-resolve('],
    source: 'manual 4.3 and 4.4, action_kw_list',
    without: 'the generator refuses the option',
    with: 'mode `per-request`: `do-resolve`, `set-dst`, and a guard',
    why: 'HAProxy keeps no address that could become stale; without the guard a request could go to HAProxy’s own address',
  },
  doResolveTcp: {
    since: '2.1',
    source: 'running processes: 2.0.0 accepts the rule and does not wait for the answer',
    without: 'the generator refuses the option in TCP mode',
    with: 'mode `per-request` in TCP mode too',
    why: 'HAProxy would reject the first connection after an answer expires',
  },
  retryOn: {
    since: '2.0',
    keyword: ['proxy', 'retry-on'],
    source: 'manual 4.2, cfg_parse_listen',
    without: 'only failed connections are retried',
    with: '`retry-on conn-failure empty-response response-timeout`, for GET and HEAD',
    why: 'a node that is being removed may accept a request and not answer it, and a node may close an idle connection while a request is on its way. HAProxy copies its buffer of 16 KiB for each such request: most of what a request costs more than in a smaller configuration',
  },
  prometheus: {
    since: '2.0',
    source: 'the official images have the exporter from 2.0 on',
    without: 'the generator refuses the option',
    with: '`/metrics` on the health port if requested',
    why: 'monitoring needs `haproxy_resolver_*` and the states of the servers',
  },
  sha2: {
    since: '2.1',
    keyword: ['converter', 'sha2'],
    source: 'manual 7.3.1, sample_conv_kw_list',
    without: 'the generator refuses `fingerprintHeader`',
    with: '`ssl_c_der,sha2(256),hex` if requested',
    why: 'SHA-1, which every branch has, does not tell certificates apart that were made to be alike',
  },
  nameFormat: {
    since: '2.2',
    source: 'manual 7.3.4, ssl_c_s_dn; src/ssl_utils.c, ssl_sock_get_dn_formatted',
    without: 'the generator refuses `subjectHeader` and `issuerHeader`',
    with: '`ssl_c_s_dn(,0,rfc2253)` if requested',
    why: 'the other format, `/O=…/CN=…`, does not escape anything: a name with a slash or a line break in it could pass for another name or another header',
  },
  httpCheckSend: {
    since: '2.2',
    keyword: ['proxy', 'http-check send'],
    source: 'manual 4.2, cfg_parse_listen',
    without: 'the Host header is part of the version in `option httpchk`',
    with: '`http-check send` with `hdr Host`',
    why: 'an Application Load Balancer selects its rule by the Host header, and 2.7 refuses the old form',
  },
  httpRequestReturn: {
    since: '2.2',
    keyword: ['rule', 'return'],
    source: 'manual 4.3 and 4.4, action_kw_list',
    without:
      '`deny` with status 200 for `/live`; 403 for a body that is too large; the generator refuses bodies of responses and error pages, which would be files',
    with: '`return` for `/live` and fixed responses, `http-error` for error pages; 413 for a body that is too large',
    why: 'liveness must not depend on the load balancer; the image has no files for pages',
  },
  httpAfterResponse: {
    since: '2.2',
    keyword: ['proxy', 'http-after-response'],
    source: 'manual 4.2, cfg_parse_listen',
    without: '`http-response set-header Connection close` in a task that stops',
    with: '`http-after-response set-header Connection close`, also on responses of HAProxy itself',
    why: 'a client that keeps its connection must leave while the task still accepts connections',
  },
  luaWeights: {
    since: '2.2',
    source:
      'running processes of every branch from 2.2 on: `Server.set_weight` and `core.tcp` in a task; the official images have Lua',
    without: 'the generator refuses `locality: zone`',
    with: 'a script gives the nodes in the zone of the task 256 times the weight of the others, if requested',
    why: 'a request that stays in its zone costs no transfer between zones; an earlier branch has no binary with Lua that shows it',
  },
  headerPatterns: {
    since: '2.4',
    source: 'manual 4.2, http-request del-header; `haproxy -c` of every branch',
    without: '`http-request del-header` for the name, and `deny` with status 400 for its other spellings',
    with: '`http-request del-header … -m reg`',
    why: 'many servers take `X_Client_Subject` for `X-Client-Subject`: a client must be able to send neither',
  },
  reusesRightly: {
    since: '2.4',
    source:
      'running processes with a client that keeps its connection: 2.0.0, 2.1.0, 2.2.0, 2.2.9, 2.3.0 keep the old address, 2.4.0 does not',
    without: '`option http-server-close` in HTTP mode: each request has its own connection',
    with: '`http-reuse safe`',
    why: 'with kept connections, a proxy that resolves per request stays on the first address, and 2.0.0 to 2.2.0 stay on an address that the slot no longer has',
  },
  http2Upstream: {
    since: '2.4',
    source:
      'running processes: 2.0.0, 2.1.0 and 2.2.9 stay on the old address, 2.3.0 answers 503 once it has changed, 2.4.0 does neither',
    without: 'the generator refuses `protocol: h2`',
    with: '`proto h2` on servers if requested; with TLS `alpn h2` and `check-alpn h2`',
    why: 'gRPC needs HTTP/2; before, an HTTP/2 connection to an address that the slot no longer has stays in use, also with `option http-server-close`',
  },
  websocketProtocol: {
    since: '2.5',
    keyword: ['server', 'ws'],
    source: 'manual 5.2, srv_kws',
    without: 'WebSockets to an upstream with `protocol: h2` need a load balancer that has them over HTTP/2',
    with: '`ws h1`: WebSockets to an upstream with `protocol: h2` use HTTP/1.1',
    why: 'few servers accept WebSockets over HTTP/2 (RFC 8441)',
  },
  leavesInPlace: {
    since: '3.0',
    source:
      'running processes of every branch from 2.0 on: 2.9.0 keeps the old address, 3.0.11 does not; src/backend.c, connect_server',
    without:
      'from 2.4 on in HTTP mode a relative port in the server line and `http-request set-dst-port`; `option http-server-close` with the PROXY protocol',
    with: 'a port in the server line; with the PROXY protocol `http-reuse never`, because each connection belongs to one client',
    why: 'when a slot changes its address in one step, kept connections stay on the old address, unless the port is relative: then a connection is found by its address too. A connection for a single client also stays when the slot only loses its address',
  },
  initState: {
    since: '3.1',
    keyword: ['server', 'init-state'],
    source: 'manual 5.2, srv_kws',
    without: 'with `identity`, a new address gets traffic until its first check fails, at most for one interval',
    with: 'with `identity`, `init-state down` and a short `downinter`: a new address gets traffic after its first passed check',
    why: 'a slot that takes its first address counts as up until a check fails, as running processes of every branch show. On every branch a slot whose address changes in one step stays up until `fall` checks fail',
  },
  ownView: {
    since: '3.2',
    source:
      'src/resolvers.c, resolv_get_ip_from_response: it continues after the last address given; running processes: 3.0.11 gives one address again and again, 3.2.26 and 3.4.7 give all in turn',
    without: 'the addresses of its slots show what the resolver of the process says',
    with: '`/resolved/BACKEND` on the health port gives the addresses that the resolver of the process has now',
    why: 'DNS may answer each client differently: the checker compares the slots with what the resolver of the process answers',
  },
  dropTrailers: {
    since: '3.2',
    keyword: ['proxy', 'option http-drop-request-trailers'],
    source: 'manual 4.2, cfg_opts',
    without: 'trailers of requests pass',
    with: '`option http-drop-request-trailers` where headers say what a client certificate has',
    why: 'a server that takes trailers for headers would believe what the client writes there',
  },
  luaBooleans: {
    since: '3.2',
    keyword: ['global', 'tune.lua.bool-sample-conversion'],
    source: 'manual 3.2, cfg_kw_list',
    without: 'nothing',
    with: '`tune.lua.bool-sample-conversion normal` before the script of `locality: zone`',
    why: 'HAProxy warns at its start without it',
  },
  showResolvers: {
    since: SHOW_RESOLVERS_SINCE,
    source: 'runtime API of every branch',
    without: 'the checker tests whether each slot has a health check',
    with: 'the checker counts the DNS queries that the process sent',
    why: 'a process that sends no queries will not follow the next change',
  },
} as const satisfies Record<string, Capability>;

/** The name of a capability. */
export type CapabilityName = keyof typeof CAPABILITIES;

/** Which capabilities a version has. */
export type Capabilities = Readonly<Record<CapabilityName, boolean>>;
