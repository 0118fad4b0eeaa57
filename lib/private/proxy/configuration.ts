import type { Duration, Size } from 'aws-cdk-lib';
import { InputError } from '../../haproxy/errors';
import type {
  HaproxyConfigModel,
  HaproxyFixedUpstream,
  HaproxyIdentity,
  HaproxyListenTls,
  HaproxyResponse,
  HaproxyShare,
  HaproxyUpstream,
  RouteConditions,
  SharePart,
} from '../../haproxy/model/config-model';
import { type Bytes, type Time, valuesOf } from '../../haproxy/model/option';
import {
  CERTIFICATE_IDENTITY,
  CLIENT_CERTIFICATES,
  HaproxyLocality,
  HEALTH_CHECK,
  HEALTH_PORT,
  LIMITS,
  LISTEN_TLS,
  LOG,
  RATE_LIMIT,
  RESOLUTION,
  RESPONSE,
  RESPONSE_IDENTITY,
  RUNTIME_API_PORT,
  SHARE_STICKINESS,
  TRAFFIC,
  UPSTREAM,
  UPSTREAM_TLS,
} from '../../haproxy/model/options';
import { OWN_CONNECTIONS } from '../../haproxy/render/process';
import type { ElbUpstreamOptions } from '../../proxy/elb-upstream';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';
import type { Locality } from '../../proxy/locality';
import type {
  ProxyClientCertificates,
  ProxyLimits,
  ProxyRateLimit,
  ProxyResolution,
  ProxyResponse,
  ProxyTls,
} from '../../proxy/options';
import type { BoundAddresses, BoundUpstream, UpstreamHealthCheck } from '../../proxy/upstream';
import type { UpstreamIdentity } from '../../proxy/upstream-identity';
import { additionalPath, SECRET_PATHS } from './secret-paths';
import type { StopTimes } from './stop-times';

/** A struct of the constructs whose times and sizes come from the CDK or from a spec file. */
type Given<T> = {
  readonly [K in keyof T]: T[K] extends Duration | undefined
    ? Time | undefined
    : T[K] extends Size | undefined
      ? Bytes | undefined
      : T[K];
};

/** The options of an upstream that affect the configuration. */
type UpstreamOptions = Given<Omit<ElbUpstreamOptions, 'securityGroups' | 'healthCheck' | 'identity' | 'locality'>> & {
  readonly identity?: Pick<UpstreamIdentity, 'certificateOptions' | 'responseOptions'>;
  /** That of a spec file, or of the constructs. */
  readonly locality?: HaproxyLocality | Locality;
  readonly healthCheck?: Given<UpstreamHealthCheck>;
};

/** An upstream of a proxy, with its attributes in the stack. */
export interface ProxyUpstream {
  /** Name of the route, or of the share. Left out for the default upstream. */
  readonly name?: string;
  readonly options: UpstreamOptions;
  readonly bound: Pick<BoundUpstream, 'dnsName' | 'idleTimeoutMillis'>;
}

/** The upstream of a share, with its attributes in the stack. */
export interface ProxyShareUpstream {
  /** Name of the share. */
  readonly name?: string;
  readonly options: UpstreamOptions;
  readonly bound: ProxyUpstream['bound'] | BoundAddresses;
}

/** Values that are computed from a proxy's properties and its stack. */
interface ProxySettings {
  /** The default one, and those of routes. */
  readonly upstreams: readonly ProxyUpstream[];
  /** Those of {@link sharesOf}. */
  readonly shareUpstreams: readonly ProxyShareUpstream[];
  readonly listenPort: number;
  /** The port that clients connect to: that of a load balancer, or `listenPort`. */
  readonly clientPort: number;
  readonly maxConnections: number;
  readonly stopTimes: StopTimes;
  readonly acceptProxyProtocol: boolean;
  /** Number of certificates beside the default one. */
  readonly additionalCertificates: number;
  /** Whether there is a revocation list for client certificates. */
  readonly revocationList: boolean;
  /** Whether TLS of clients ends in the ingress. */
  readonly tlsInFront?: boolean;
  /** Whether the ingress sends connections over IPv6. */
  readonly ipv6?: boolean;
}

type Copied = keyof typeof TRAFFIC | 'redirectPort' | 'requestHeaders' | 'responseHeaders' | 'log' | 'rawLines';

interface WithShares<S = SharePart> {
  readonly shares?: readonly S[];
}

/** All shares of a proxy: those of the listener, and those of routes. */
export function sharesOf<S>(proxy: WithShares<S> & { readonly routes?: readonly WithShares<S>[] }): S[] {
  return [proxy, ...(proxy.routes ?? [])].flatMap(({ shares = [] }) => shares);
}

/** The properties that affect the configuration, of the constructs or of a spec file. */
type ConfigurationProps = Pick<HaproxyElbProxyProps, Copied | 'shareStickiness'> &
  WithShares & {
    readonly routes?: readonly (RouteConditions & WithShares & { readonly fixedResponse?: ProxyResponse })[];
    readonly listenTls?: Omit<ProxyTls, 'secret' | 'additionalSecrets' | 'clientCertificates'> & {
      readonly clientCertificates?: Omit<ProxyClientCertificates, 'trustStoreSecret' | 'revocationListSecret'>;
    };
    readonly rateLimits?: readonly Given<ProxyRateLimit>[];
    readonly errorPages?: readonly ProxyResponse[];
    readonly limits?: Given<ProxyLimits>;
    readonly resolution?: Given<ProxyResolution>;
    readonly runtimeApiTls?: object;
  };

/** What the ports are for that no option changes. */
const TAKEN: Readonly<Record<number, string>> = {
  [HEALTH_PORT]: 'the health checks of HAProxy',
  [RUNTIME_API_PORT]: 'the runtime API of HAProxy',
};

/** The model says the same of each listener, in its own names. */
function refuseTakenPorts(ports: { readonly listenPort: number; readonly redirectPort?: number }): void {
  for (const [what, port] of Object.entries(ports)) {
    if (TAKEN[port] !== undefined) {
      throw new InputError(`${what} '${port}' is the port of ${TAKEN[port]}: give another port`);
    }
  }
  if (ports.listenPort === ports.redirectPort) {
    throw new InputError(`listenPort and redirectPort are both ${ports.listenPort}: give each its own port`);
  }
}

/** The configuration model of a proxy. */
export function configModelOf(props: ConfigurationProps, settings: ProxySettings): HaproxyConfigModel {
  const { listenTls, runtimeApiTls, redirectPort, routes = [] } = props;
  refuseTakenPorts({ listenPort: settings.listenPort, ...(redirectPort !== undefined && { redirectPort }) });
  const upstreamOf = (of: string | undefined) => {
    const found = settings.upstreams.find(({ name }) => name === of);
    return found && modelUpstreamOf(found);
  };
  const shareOf = ({ name, percent }: SharePart): HaproxyShare => ({
    name,
    percent,
    upstream: modelUpstreamOf(settings.shareUpstreams.find((one) => one.name === name)!),
  });
  return {
    ...valuesOf(TRAFFIC, props),
    acceptProxyProtocol: settings.acceptProxyProtocol,
    upstream: upstreamOf(undefined)!,
    shares: props.shares?.map(shareOf),
    shareStickiness: props.shareStickiness && valuesOf(SHARE_STICKINESS, props.shareStickiness),
    routes: routes.map(({ name, host, pathPrefix, sni, fixedResponse, shares }) => ({
      name,
      host,
      pathPrefix,
      sni,
      upstream: upstreamOf(name),
      shares: shares?.map(shareOf),
      fixedResponse: fixedResponse && responseOf(fixedResponse),
    })),
    listen: { port: settings.listenPort },
    listenTls: listenTls && modelTlsOf(listenTls, settings),
    tlsInFront: settings.tlsInFront,
    redirectPort,
    httpsPort: redirectPort === undefined ? undefined : settings.clientPort,
    rateLimits: props.rateLimits?.map((limit) => valuesOf(RATE_LIMIT, limit)),
    errorPages: props.errorPages?.map(responseOf),
    requestHeaders: props.requestHeaders,
    responseHeaders: props.responseHeaders,
    limits: { ...valuesOf(LIMITS, props.limits), maxConnections: settings.maxConnections },
    resolution: valuesOf(RESOLUTION, props.resolution),
    health: { port: HEALTH_PORT },
    ipv6: settings.ipv6,
    runtimeApi: { port: RUNTIME_API_PORT },
    runtimeApiTls: runtimeApiTls && {
      certificateFile: SECRET_PATHS.runtimeApi,
      clientCaFile: SECRET_PATHS.runtimeApiCa,
    },
    log: valuesOf(LOG, props.log),
    ...settings.stopTimes,
    rawLines: props.rawLines,
  };
}

function modelTlsOf(
  listenTls: NonNullable<ConfigurationProps['listenTls']>,
  { additionalCertificates, revocationList }: ProxySettings,
): HaproxyListenTls {
  const { clientCertificates } = listenTls;
  return {
    ...valuesOf(LISTEN_TLS, listenTls),
    certificateFile: SECRET_PATHS.listener,
    additionalCertificateFiles: Array.from({ length: additionalCertificates }, (_, i) => additionalPath(i)),
    clientCertificates: clientCertificates && {
      ...valuesOf(CLIENT_CERTIFICATES, clientCertificates),
      trustStoreFile: SECRET_PATHS.trustStore,
      revocationListFile: revocationList ? SECRET_PATHS.revocationList : undefined,
    },
  };
}
const responseOf = (given: ProxyResponse): HaproxyResponse => ({
  ...valuesOf(RESPONSE, given as Pick<ProxyResponse, 'body' | 'contentType'>),
  status: given.status,
});

function modelUpstreamOf(upstream: ProxyUpstream): HaproxyUpstream;
function modelUpstreamOf(upstream: ProxyShareUpstream): HaproxyUpstream | HaproxyFixedUpstream;
function modelUpstreamOf({ options, bound }: ProxyShareUpstream): HaproxyUpstream | HaproxyFixedUpstream {
  const values = {
    ...valuesOf(UPSTREAM, { ...options, locality: localityOf(options.locality) }),
    port: options.port,
    tls: options.tls && valuesOf(UPSTREAM_TLS, options.tls),
    healthCheck: valuesOf(HEALTH_CHECK, options.healthCheck),
  };
  return 'addresses' in bound
    ? { ...values, addresses: bound.addresses }
    : {
        idleTimeoutMillis: bound.idleTimeoutMillis,
        ...values,
        identity: options.identity && modelIdentityOf(options.identity),
        dnsName: bound.dnsName,
      };
}

function modelIdentityOf({
  certificateOptions,
  responseOptions,
}: NonNullable<UpstreamOptions['identity']>): HaproxyIdentity {
  return {
    certificate: certificateOptions && valuesOf(CERTIFICATE_IDENTITY, certificateOptions),
    response: responseOptions && { ...valuesOf(RESPONSE_IDENTITY, responseOptions), path: responseOptions.path },
  };
}

/** `Locality` of the constructs has one kind. */
function localityOf(given: UpstreamOptions['locality']): HaproxyLocality | undefined {
  return typeof given === 'object' ? HaproxyLocality.ZONE : given;
}

/** The default of `maxConnections` is for 512 MiB. */
const CONNECTIONS_PER_MIB = LIMITS.maxConnections.default / 512;
/** HAProxy's own buffer; `tune.bufsize` is larger where larger heads are allowed. */
const BUFFER_BYTES = 16_384;
const KIB = 1024;
/**
 * Files that are not connections: listeners, DNS, the runtime API, and three of each thread. Measured on 2.2, 2.6, 3.0,
 * 3.2 and 3.4, idle and with 500 connections alike: 13 or 14 with one thread, 58 or 59 with 16, 202 to 214 with 64.
 */
const OTHER_FILES = 500;
/** The kernel's `fs.nr_open`: a container with a higher limit is not started. */
const MAX_OPEN_FILES = 1_048_576;

/**
 * Most connections of a task, so that its memory is enough for all of them.
 *
 * A connection that transfers data has a buffer for each direction (HAProxy's manual, `tune.bufsize`), some 4 KiB of
 * state, and on each side with TLS about 32 KiB of OpenSSL's (two records of 16 KiB). A quarter of the memory is
 * left for everything else.
 */
export function maxConnectionsOf(
  { limits = {}, listenTls }: Pick<ConfigurationProps, 'limits' | 'listenTls'>,
  upstreams: readonly ProxyShareUpstream[],
  memoryMiB: number,
): number {
  const maxHeaderBytes = limits.maxHeaderSize?.toBytes() ?? 0;
  const tlsSides = [listenTls !== undefined, upstreams.some(({ options }) => options.tls !== undefined)].filter(
    Boolean,
  );
  const bytes = 2 * Math.max(BUFFER_BYTES, maxHeaderBytes + KIB) + 4 * KIB + tlsSides.length * 32 * KIB;
  const most = Math.floor((memoryMiB * KIB * KIB * 0.75) / bytes);
  const maxConnections = limits.maxConnections ?? Math.min(most, Math.floor(memoryMiB * CONNECTIONS_PER_MIB));
  if (maxConnections > most) {
    throw new InputError(
      `maxConnections '${maxConnections}' needs more than ${memoryMiB} MiB of memory: give at most ${most}, or a capacity with more memory`,
    );
  }
  return maxConnections;
}

/** Connections of HAProxy's own listeners. */
const OWN = OWN_CONNECTIONS.health + OWN_CONNECTIONS.runtimeApi;

/** Open files of so many connections: two each, a health check for each slot, and a fixed number of others. */
export function openFilesOf(maxConnections: number, upstreams: readonly ProxyShareUpstream[]): number {
  const serversOf = ({ options, bound }: ProxyShareUpstream) =>
    'addresses' in bound ? bound.addresses.length : (options.slots ?? UPSTREAM.slots.default);
  const checks = upstreams.reduce((sum, upstream) => sum + serversOf(upstream), 0);
  const others = 2 * OWN + checks + OTHER_FILES;
  const most = Math.floor((MAX_OPEN_FILES - others) / 2);
  if (maxConnections > most) {
    throw new InputError(
      `maxConnections '${maxConnections}' needs more open files than Linux allows a process (${MAX_OPEN_FILES}): give at most ${most}, and more tasks`,
    );
  }
  return 2 * maxConnections + others;
}
