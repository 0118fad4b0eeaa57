import { checkHostName, checkPort } from '../address';
import { InputError } from '../errors';
import { CAPABILITIES } from '../version/capabilities';
import type { HaproxyVersion } from '../version/version';
import { type HaproxyConfigModel, HaproxyMode } from './config-model';
import { DEFAULTS } from './defaults';
import {
  type HaproxyHealthCheck,
  HaproxyResolutionMode,
  type HaproxyUpstream,
  type HaproxyUpstreamTls,
} from './upstream';
import { HOUR, range, word } from './value';

/** An upstream whose every value is set and checked. */
export interface ValidatedUpstream extends Required<Omit<HaproxyUpstream, 'tls' | 'healthCheck'>> {
  /** Name of its backend. */
  readonly backend: string;
  readonly tls?: Required<HaproxyUpstreamTls>;
  readonly healthCheck: Required<Omit<HaproxyHealthCheck, 'path'>> & { readonly path?: string };
}

/** A route whose every value is set and checked. */
export interface ValidatedRoute {
  readonly host?: string;
  readonly pathPrefix?: string;
  readonly sni?: string;
  readonly upstream: ValidatedUpstream;
}

/** The backend that holds the slots of the default upstream. */
export const UPSTREAM_BACKEND = 'upstream';

/** Fills in what an upstream leaves out, and refuses what is not usable. */
export function checkUpstream(
  version: HaproxyVersion,
  mode: HaproxyMode,
  upstream: HaproxyUpstream,
  backend: string,
): ValidatedUpstream {
  // Names in headers and in SNI have no final dot.
  const dnsName = checkHostName(upstream.dnsName, 'upstream').replace(/\.$/, '');
  const resolutionMode = upstream.resolutionMode ?? HaproxyResolutionMode.SLOTS;
  const since = mode === HaproxyMode.HTTP ? CAPABILITIES.doResolve.since : CAPABILITIES.doResolveTcp.since;
  if (resolutionMode === HaproxyResolutionMode.PER_REQUEST && !version.isAtLeast(since)) {
    throw new InputError(
      `resolution mode 'per-request' in ${mode} mode needs HAProxy ${since} or later, and this is ${version}: use 'slots'`,
    );
  }
  const { tls, healthCheck = {} } = upstream;
  return {
    backend,
    dnsName,
    port: checkPort(upstream.port, 'upstream port'),
    resolutionMode,
    slots: range(upstream.slots ?? DEFAULTS.slots, 1, 100, 'slots'),
    tls: tls && {
      verify: tls.verify ?? true,
      caFile: word(tls.caFile ?? DEFAULTS.caFile, 'caFile'),
      serverName: checkHostName(tls.serverName ?? dnsName, 'serverName'),
    },
    healthCheck: {
      enabled: healthCheck.enabled ?? true,
      path: healthCheck.path === undefined ? undefined : checkPath(healthCheck.path, 'healthCheck.path'),
      host: checkHostName(healthCheck.host ?? dnsName, 'healthCheck.host'),
      intervalMillis: range(
        healthCheck.intervalMillis ?? DEFAULTS.checkIntervalMillis,
        100,
        HOUR,
        'healthCheck.intervalMillis',
      ),
      fall: range(healthCheck.fall ?? DEFAULTS.checkFall, 1, 100, 'healthCheck.fall'),
      rise: range(healthCheck.rise ?? DEFAULTS.checkRise, 1, 100, 'healthCheck.rise'),
    },
    sendProxyProtocol: upstream.sendProxyProtocol ?? false,
    slowStartMillis: range(upstream.slowStartMillis ?? DEFAULTS.slowStartMillis, 0, HOUR, 'slowStartMillis'),
    idleTimeoutMillis: range(
      upstream.idleTimeoutMillis ?? DEFAULTS.idleTimeoutMillis,
      1000,
      4_000_000,
      'idleTimeoutMillis',
    ),
  };
}

function checkPath(path: string, what: string): string {
  if (!/^\/[A-Za-z0-9._~:@!&*+,;=%/?-]*$/.test(path)) {
    throw new InputError(
      `${what} ${JSON.stringify(path)} is not usable: give a path that begins with / and is URL-encoded`,
    );
  }
  return path;
}

/** Checks routes and their upstreams. */
export function checkRoutes(
  version: HaproxyVersion,
  { routes = [], listenTls }: HaproxyConfigModel,
  mode: HaproxyMode,
): ValidatedRoute[] {
  const names = new Set<string>();
  return routes.map(({ name, host, pathPrefix, sni, upstream }) => {
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(name) || names.has(name)) {
      throw new InputError(
        `route name '${name}' is not usable: give each route 1 to 40 letters, digits, '-' or '_' of its own`,
      );
    }
    names.add(name);
    if (host === undefined && pathPrefix === undefined && sni === undefined) {
      throw new InputError(`route '${name}' has no condition: give host, pathPrefix or sni`);
    }
    if (mode === HaproxyMode.TCP && (host !== undefined || pathPrefix !== undefined)) {
      throw new InputError(
        `route '${name}' looks at requests, which TCP mode does not read: give sni, or use HTTP mode`,
      );
    }
    if (mode === HaproxyMode.HTTP && sni !== undefined && listenTls === undefined) {
      throw new InputError(`route '${name}' looks at SNI, and the listener speaks no TLS: give listenTls, or host`);
    }
    return {
      host: host === undefined ? undefined : checkHostName(host, `host of route '${name}'`),
      pathPrefix: pathPrefix === undefined ? undefined : checkPath(pathPrefix, `pathPrefix of route '${name}'`),
      sni: sni === undefined ? undefined : checkHostName(sni, `sni of route '${name}'`),
      upstream: checkUpstream(version, mode, upstream, `${UPSTREAM_BACKEND}-${name}`),
    };
  });
}
