import type { HaproxyBind } from '../address';
import { formatDuration } from '../duration';
import type { ValidatedModel } from '../model/check';
import { upstreamsOf } from '../model/check-shares';
import {
  HARD_STOP_MARGIN_MILLIS,
  HaproxyLocality,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  IDLE_MARGIN_MILLIS,
} from '../model/options';
import { MADE_FOR } from '../runtime-api/info';
import type { HaproxyVersion } from '../version/version';
import { join, type Line, quote, type Section } from './words';
import { ZONE_BACKENDS_VARIABLE, ZONE_SCRIPT_FILE, ZONE_WEIGHT } from './zone-script';

/** The name of the `resolvers` section. No proxy may have the same (3.2). */
export const RESOLVERS = 'dns';

/** Part of HAProxy's buffer that is kept free for rewriting headers. */
const MAX_REWRITE = 1024;
const MIN_HTTP2_BUFFER = 16_384;
/** A truncated line is not valid JSON. In practice a request line fits into half of HAProxy's buffer. */
const MAX_LOG_LINE = 8192;

/**
 * Connections of the listeners that are not for clients. They come on top of those of the clients: at the `maxconn` of
 * the process HAProxy accepts none on any listener, and ECS would stop a task for a health check that gets no answer.
 */
export const OWN_CONNECTIONS = { health: 100, runtimeApi: 32 } as const;

/** Whether log lines go anywhere. */
export function logs({ _capabilities: capabilities }: HaproxyVersion, { log }: ValidatedModel): boolean {
  return capabilities.logStdout || log.syslog !== undefined;
}

export function globalSection(version: HaproxyVersion, model: ValidatedModel): Section {
  const { limits, log, health, runtimeApi, stopTimeoutMillis, drainTimeMillis } = model;
  const own = (health ? OWN_CONNECTIONS.health : 0) + (runtimeApi ? OWN_CONNECTIONS.runtimeApi : 0);
  const target = log.syslog === undefined ? 'stdout' : endpointOf(log.syslog);
  const format = log.syslog === undefined ? 'format raw ' : '';
  return {
    head: 'global',
    lines: [
      // `show info` shows this text: the checker compares it with the running branch.
      `description ${MADE_FOR} ${version.branch}`,
      `maxconn ${limits.maxConnections + own}`,
      sharesSessions(model) &&
        '# up to 3.0 a session of one TLS listener can be resumed at another one, without its client certificate',
      sharesSessions(model) && 'tune.ssl.cachesize 0',
      limits.maxHeaderBytes !== undefined && `tune.bufsize ${bufferOf(version, model, limits.maxHeaderBytes)}`,
      limits.maxHeaderBytes !== undefined && `tune.maxrewrite ${MAX_REWRITE}`,
      logs(version, model)
        ? `log ${target} len ${MAX_LOG_LINE} ${format}local0 info`
        : '# no log: before 1.9 HAProxy cannot log to its output, only to a syslog server',
      version._capabilities.hardStopAfter
        ? `hard-stop-after ${formatDuration(stopTimeoutMillis - drainTimeMillis - HARD_STOP_MARGIN_MILLIS)}`
        : '# no hard-stop-after before 1.8: a soft stop ends with its last connection, or with SIGTERM',
      runtimeApi && `stats socket ${socketOf(runtimeApi)} level user`,
      runtimeApi && 'stats timeout 10s',
      ...zoneLines(version, model),
    ],
  };
}

/** The script of `locality: zone` and the backends that it is for. */
function zoneLines({ _capabilities: capabilities }: HaproxyVersion, model: ValidatedModel): Line[] {
  const zonal = upstreamsOf(model).filter(({ locality }) => locality === HaproxyLocality.ZONE);
  if (zonal.length === 0) {
    return [];
  }
  return [
    `# a script from the environment gives the nodes in the zone of this task the weight ${ZONE_WEIGHT}, the others have 1`,
    `setenv ${ZONE_BACKENDS_VARIABLE} ${quote(zonal.map(({ backend }) => backend).join(' '))}`,
    capabilities.luaBooleans && 'tune.lua.bool-sample-conversion normal',
    `lua-load ${ZONE_SCRIPT_FILE}`,
  ];
}

/**
 * Whether TLS sessions must not be in the cache that all listeners share. A client with a session of a listener that asks
 * for no certificate, or for another authority's, would pass one that does. Tickets are of one listener.
 */
function sharesSessions({ listenTls, runtimeApiTls }: ValidatedModel): boolean {
  return listenTls?.clientCertificates !== undefined || (listenTls !== undefined && runtimeApiTls !== undefined);
}

/** HTTP/2 does not start with a smaller buffer than its largest frame. */
function bufferOf(
  { _capabilities: capabilities }: HaproxyVersion,
  model: ValidatedModel,
  maxHeaderBytes: number,
): number {
  const fromClients = model.mode === HaproxyMode.HTTP && capabilities.http2 && model.listenTls?.http2;
  const toServers = upstreamsOf(model).some(({ protocol }) => protocol === HaproxyProtocol.HTTP2);
  const http2 = fromClients || toServers;
  return Math.max(maxHeaderBytes + MAX_REWRITE, http2 ? MIN_HTTP2_BUFFER : 0);
}

export function defaultsSection(version: HaproxyVersion, model: ValidatedModel): Section {
  const { mode, limits } = model;
  const http = mode === HaproxyMode.HTTP;
  const idles = upstreamsOf(model).map(({ idleTimeoutMillis }) => idleTimeoutMillis);
  // The client side must close an idle connection first.
  const keepAlive = version._capabilities.poolPurgeDelay
    ? limits.keepAliveTimeoutMillis
    : Math.min(limits.keepAliveTimeoutMillis, Math.floor((Math.min(...idles) * 5) / 6));
  return {
    head: 'defaults',
    lines: [
      `mode ${mode}`,
      logs(version, model) && 'log global',
      `timeout connect ${formatDuration(limits.connectTimeoutMillis)}`,
      `timeout client ${formatDuration(limits.clientTimeoutMillis ?? Math.max(...idles) + IDLE_MARGIN_MILLIS)}`,
      http && `timeout http-request ${formatDuration(limits.requestTimeoutMillis)}`,
      http &&
        keepAlive !== limits.keepAliveTimeoutMillis &&
        "# before 1.9 the connection to the load balancer idles with the client's, and must end before the load balancer ends it",
      http && `timeout http-keep-alive ${formatDuration(keepAlive)}`,
    ],
  };
}

export function resolversSection({ _capabilities: capabilities }: HaproxyVersion, model: ValidatedModel): Section {
  const { resolution } = model;
  const perRequest = upstreamsOf(model).some(
    ({ resolutionMode }) => resolutionMode === HaproxyResolutionMode.PER_REQUEST,
  );
  const { nameservers, holdValidMillis, holdObsoleteMillis, holdOutageMillis, holdNxMillis } = resolution;
  const outage = formatDuration(holdOutageMillis);
  return {
    head: `resolvers ${RESOLVERS}`,
    lines: [
      ...(resolution.parseResolvConf
        ? ['parse-resolv-conf']
        : nameservers.map((nameserver, i) => `nameserver dns${i + 1} ${endpointOf(nameserver)}`)),
      capabilities.acceptedPayloadSize
        ? `accepted_payload_size ${resolution.payloadBytes}`
        : '# answers above 512 bytes cannot be read before 1.8',
      'resolve_retries 3',
      // For `per-request`, a name that does not exist must fail soon: after this time for each attempt except one.
      `timeout retry ${perRequest ? '200ms' : '1s'}`,
      capabilities.timeoutResolve &&
        '# the period is `hold valid` up to 2.0 and `timeout resolve` after: both say the same',
      capabilities.timeoutResolve && `timeout resolve ${formatDuration(holdValidMillis)}`,
      `hold valid ${formatDuration(holdValidMillis)}`,
      // A name that does not exist belongs to a deleted ELB, and AWS gives its addresses to others.
      capabilities.holdErrors && `hold nx ${formatDuration(holdNxMillis)}`,
      // A DNS outage does not change the addresses.
      capabilities.holdErrors && `hold timeout ${outage}`,
      capabilities.holdErrors && `hold refused ${outage}`,
      capabilities.holdErrors && `hold other ${outage}`,
      !capabilities.holdErrors && '# 1.6 has no other hold: it keeps the last address whatever DNS says',
      capabilities.holdObsolete && `hold obsolete ${formatDuration(holdObsoleteMillis)}`,
    ],
  };
}

/** The condition that the task stops: `GET /drain` has come. 1.6 has no variable that lasts; it fills an empty list. */
export function stoppingCondition({ _capabilities: capabilities }: HaproxyVersion): string {
  return capabilities.processVariables ? '{ var(proc.stopping) -m bool }' : '{ always_true,bool -m str -f /dev/null }';
}

/** The action that makes {@link stoppingCondition} true. */
export function stoppingAction({ _capabilities: capabilities }: HaproxyVersion): string {
  return capabilities.processVariables ? 'set-var(proc.stopping) bool(true)' : 'add-acl(/dev/null) 1';
}

/**
 * A socket in the abstract name space: it needs no writable folder, so the root file system can stay read-only. It is
 * visible only within the task's network name space. The port is in its name so that several proxies can share a host.
 */
export function socketOf({ address = 'any', port }: HaproxyBind): string {
  return `abns@haproxy-runtime-api-${address.replaceAll(':', '_')}-${port}`;
}

/** The address of a `bind` line. 1.6 does not read brackets around an IPv6 address. */
export function bindOf({ address = '', port }: HaproxyBind): string {
  return address.includes(':') ? `ipv6@${address}:${port}` : `${address}:${port}`;
}

/**
 * The `bind` lines for traffic or health checks. IPv6 has a socket of its own: a common one would log the addresses of IPv4
 * clients as `::ffff:…`.
 */
export function bindLines({ ipv6 }: Pick<ValidatedModel, 'ipv6'>, bind: HaproxyBind, ...options: Line[]): string[] {
  return [
    join('bind', bindOf(bind), ...options),
    ...(ipv6 && bind.address === undefined
      ? [join('bind', bindOf({ ...bind, address: '::' }), 'v6only', ...options)]
      : []),
  ];
}

/** `IP:PORT` or `[IPV6]:PORT` as every branch reads it. */
function endpointOf(text: string): string {
  return text.replace(/^\[(.*)\]:/, 'ipv6@$1:');
}
