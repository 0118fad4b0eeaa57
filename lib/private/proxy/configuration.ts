import { InputError } from '../../haproxy/errors';
import type { HaproxyConfigModel } from '../../haproxy/model/config-model';
import { DEFAULTS } from '../../haproxy/model/defaults';
import type { HaproxyUpstream } from '../../haproxy/model/upstream';
import type { BoundUpstream, ElbUpstreamOptions } from '../../proxy/elb-upstream';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';
import type { ProxyRoute, ProxyTls } from '../../proxy/options';
import { millisOf } from './millis';
import { SECRET_PATHS } from './secret-files';

/** An upstream of a proxy, with its backend and with what its stack knows of it. */
export interface ProxyUpstream<Bound extends Pick<BoundUpstream, 'dnsName'> = Pick<BoundUpstream, 'dnsName'>> {
  /** Name of the route. Left out for the default upstream. */
  readonly route?: string;
  readonly options: ElbUpstreamOptions;
  readonly bound: Bound;
}

/** What follows from a proxy's properties and not from them alone. */
export interface ProxySettings {
  readonly upstreams: readonly ProxyUpstream[];
  readonly listenPort: number;
  readonly maxConnections: number;
  readonly stopTimeoutMillis: number;
  readonly acceptProxyProtocol: boolean;
}

/** The properties that a configuration is made of. */
export type ConfigurationProps = Pick<
  HaproxyElbProxyProps,
  | 'mode'
  | 'redirectPort'
  | 'forwardedFor'
  | 'requestHeaders'
  | 'responseHeaders'
  | 'allowFrom'
  | 'denyFrom'
  | 'limits'
  | 'resolution'
  | 'metrics'
  | 'log'
  | 'rawLines'
> & {
  readonly routes?: readonly Omit<ProxyRoute, 'upstream'>[];
  readonly listenTls?: Omit<ProxyTls, 'secret'>;
  readonly runtimeApiTls?: object;
};

/** The configuration model of a proxy. */
export function modelOf(props: ConfigurationProps, settings: ProxySettings): HaproxyConfigModel {
  const { listenTls, runtimeApiTls, routes = [] } = props;
  const [main, ...others] = settings.upstreams;
  return {
    upstream: upstreamOf(main!),
    routes: routes.map((route, i) => ({ ...route, upstream: upstreamOf(others[i]!) })),
    mode: props.mode,
    listen: { port: settings.listenPort },
    listenTls: listenTls && {
      certificateFile: SECRET_PATHS.listener,
      minVersion: listenTls.minVersion,
      http2: listenTls.http2,
    },
    redirectFrom: props.redirectPort === undefined ? undefined : { port: props.redirectPort },
    acceptProxyProtocol: settings.acceptProxyProtocol,
    forwardedFor: props.forwardedFor,
    requestHeaders: props.requestHeaders,
    responseHeaders: props.responseHeaders,
    allowFrom: props.allowFrom,
    denyFrom: props.denyFrom,
    limits: { ...millisOf(props.limits ?? {}), maxConnections: settings.maxConnections },
    resolution: millisOf(props.resolution ?? {}),
    health: { port: DEFAULTS.healthPort },
    metrics: props.metrics,
    runtimeApi: { port: DEFAULTS.runtimeApiPort },
    runtimeApiTls: runtimeApiTls && {
      certificateFile: SECRET_PATHS.runtimeApi,
      clientCaFile: SECRET_PATHS.runtimeApiCa,
    },
    log: props.log,
    stopTimeoutMillis: settings.stopTimeoutMillis,
    rawLines: props.rawLines,
  };
}

function upstreamOf({ options, bound }: ProxyUpstream): HaproxyUpstream {
  const { securityGroups: _, healthCheck, ...rest } = options;
  return {
    ...millisOf(rest),
    dnsName: bound.dnsName,
    healthCheck: healthCheck && millisOf(healthCheck),
  };
}

/** Connections that a task of the smallest size is good for by default: see `HaproxyLimits`. */
const CONNECTIONS_PER_MIB = DEFAULTS.maxConnections / 512;
/** HAProxy's own buffer; `tune.bufsize` is larger where larger heads are allowed. */
const BUFFER_BYTES = 16_384;
const KIB = 1024;
/**
 * Files that are no connections: listeners, DNS, the runtime API, and three of each thread. Measured on 2.2, 2.6, 3.0, 3.2
 * and 3.4, idle and with 500 connections alike: 13 or 14 with one thread, 58 or 59 with 16, 202 to 214 with 64.
 */
const OTHER_FILES = 500;
/** The kernel's `fs.nr_open`: a container with a higher limit is not started. */
const MAX_OPEN_FILES = 1_048_576;

/**
 * How many connections a task takes, so that its memory is enough for all of them.
 *
 * A connection that transfers data has a buffer for each direction (HAProxy's manual, `tune.bufsize`), some 4 KiB of
 * state, and on each side that speaks TLS about 32 KiB of OpenSSL's (two records of 16 KiB). A quarter of the memory is
 * left for the rest.
 */
export function maxConnectionsOf(
  { limits = {}, listenTls }: Pick<ConfigurationProps, 'limits' | 'listenTls'>,
  upstreams: readonly ProxyUpstream[],
  memoryMiB: number,
): number {
  const { maxHeaderBytes = 0 } = limits;
  const tlsSides = [listenTls !== undefined, upstreams.some(({ options }) => options.tls !== undefined)].filter(
    Boolean,
  );
  const bytes = 2 * Math.max(BUFFER_BYTES, maxHeaderBytes + KIB) + 4 * KIB + tlsSides.length * 32 * KIB;
  const most = Math.floor((memoryMiB * KIB * KIB * 0.75) / bytes);
  const maxConnections = limits.maxConnections ?? Math.min(most, Math.floor(memoryMiB * CONNECTIONS_PER_MIB));
  if (maxConnections > most) {
    throw new InputError(
      `maxConnections '${maxConnections}' are more than ${memoryMiB} MiB of memory are enough for: give at most ${most}, or a capacity with more memory`,
    );
  }
  return maxConnections;
}

/** Open files that so many connections need: two each, a health check for each slot, and what is there besides. */
export function openFilesOf(maxConnections: number, upstreams: readonly ProxyUpstream[]): number {
  const checks = upstreams.reduce((sum, { options }) => sum + (options.slots ?? DEFAULTS.slots), 0);
  const others = checks + OTHER_FILES;
  const most = Math.floor((MAX_OPEN_FILES - others) / 2);
  if (maxConnections > most) {
    throw new InputError(
      `maxConnections '${maxConnections}' need more open files than Linux allows a process (${MAX_OPEN_FILES}): give at most ${most}, and more tasks`,
    );
  }
  return 2 * maxConnections + others;
}
