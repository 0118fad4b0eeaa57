import { checkHostName, checkPort } from '../address';
import { InputError } from '../errors';
import { CAPABILITIES } from '../version/capabilities';
import type { HaproxyVersion } from '../version/version';
import { checkResponse, type ValidatedResponse } from './check-responses';
import type { HaproxyConfigModel, HaproxyUpstream, RouteConditions } from './config-model';
import { type Complete, checkPath, complete } from './option';
import { HaproxyMode, HaproxyResolutionMode, HEALTH_CHECK, IDLE_MILLIS, UPSTREAM, UPSTREAM_TLS } from './options';

/** An upstream with all values set and checked. */
export interface ValidatedUpstream extends Complete<typeof UPSTREAM> {
  /** Name of its backend. */
  readonly backend: string;
  readonly dnsName: string;
  readonly port: number;
  readonly idleTimeoutMillis: number;
  readonly tls?: Complete<typeof UPSTREAM_TLS> & { readonly serverName: string };
  readonly healthCheck: Complete<typeof HEALTH_CHECK> & { readonly host: string };
}

/** A route with all values set and checked. */
export interface ValidatedRoute {
  readonly host?: string;
  readonly pathPrefix?: string;
  readonly sni?: string;
  /** Name of its backend. */
  readonly backend: string;
  /** This or `fixedResponse`. */
  readonly upstream?: ValidatedUpstream;
  readonly fixedResponse?: ValidatedResponse;
}

interface Upstreams {
  readonly upstream: ValidatedUpstream;
  readonly routes: readonly ValidatedRoute[];
}

/** The default upstream and those of routes. */
export function upstreamsOf({ upstream, routes }: Upstreams): ValidatedUpstream[] {
  return [upstream, ...routes.flatMap((route) => route.upstream ?? [])];
}

/** The backend that holds the slots of the default upstream. */
export const UPSTREAM_BACKEND = 'upstream';

/** Fills in what an upstream leaves out, and refuses what HAProxy cannot use. */
export function checkUpstream(
  version: HaproxyVersion,
  mode: HaproxyMode,
  upstream: HaproxyUpstream,
  backend: string,
): ValidatedUpstream {
  // Names in headers and in SNI have no final dot.
  const dnsName = checkHostName(upstream.dnsName, 'upstream').replace(/\.$/, '');
  const port = checkPort(upstream.port, 'upstream port');
  const values = complete(UPSTREAM, upstream);
  const since = mode === HaproxyMode.HTTP ? CAPABILITIES.doResolve.since : CAPABILITIES.doResolveTcp.since;
  if (values.resolutionMode === HaproxyResolutionMode.PER_REQUEST && !version.isAtLeast(since)) {
    throw new InputError(
      `resolutionMode 'per-request' in ${mode} mode needs HAProxy ${since} or later, and this is ${version}: use 'slots'`,
    );
  }
  const tls = upstream.tls && complete(UPSTREAM_TLS, upstream.tls, 'tls.');
  const healthCheck = complete(HEALTH_CHECK, upstream.healthCheck ?? {}, 'healthCheck.');
  // In TCP mode most likely a Network Load Balancer. Where it is another one, that closes first.
  const idleMillis = IDLE_MILLIS[mode === HaproxyMode.TCP ? 'networkLoadBalancer' : 'applicationLoadBalancer'];
  return {
    ...values,
    idleTimeoutMillis: values.idleTimeoutMillis ?? idleMillis,
    backend,
    dnsName,
    port,
    tls: tls && { ...tls, serverName: tls.serverName ?? dnsName },
    healthCheck: { ...healthCheck, host: healthCheck.host ?? dnsName },
  };
}

/** Checks routes and their upstreams. */
export function checkRoutes(version: HaproxyVersion, model: HaproxyConfigModel, mode: HaproxyMode): ValidatedRoute[] {
  const { routes = [], listenTls } = model;
  const names = new Set<string>();
  const checked = routes.map((route) => {
    const { name, host, pathPrefix, sni, upstream, fixedResponse } = route;
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(name) || names.has(name)) {
      throw new InputError(
        `route name '${name}' is not valid: give each route its own name, 1 to 40 letters, digits, '-' or '_'`,
      );
    }
    names.add(name);
    if ((upstream === undefined) === (fixedResponse === undefined)) {
      const given = upstream === undefined ? 'neither upstream nor fixedResponse' : 'upstream and fixedResponse';
      throw new InputError(`route '${name}' has ${given}: give one of them`);
    }
    if (upstream !== undefined && isForAll(route)) {
      throw new InputError(`route '${name}' has no condition: give host, pathPrefix or sni`);
    }
    if (mode === HaproxyMode.TCP && fixedResponse !== undefined) {
      throw new InputError(
        `route '${name}' has a fixedResponse, which answers requests, and TCP mode reads none: give upstream, or use HTTP mode`,
      );
    }
    if (mode === HaproxyMode.TCP && (host !== undefined || pathPrefix !== undefined)) {
      throw new InputError(
        `route '${name}' has a condition on requests, which TCP mode does not read: give sni, or use HTTP mode`,
      );
    }
    if (mode === HaproxyMode.HTTP && sni !== undefined && listenTls === undefined) {
      throw new InputError(
        `route '${name}' has a condition on SNI, and the listener has no TLS: give listenTls, or use host`,
      );
    }
    return {
      host: host === undefined ? undefined : checkHostName(host, `host of route '${name}'`),
      pathPrefix: pathPrefix === undefined ? undefined : checkPath(pathPrefix, `pathPrefix of route '${name}'`),
      sni: sni === undefined ? undefined : checkHostName(sni, `sni of route '${name}'`),
      ...(upstream === undefined
        ? {
            backend: `fixed-response-${name}`,
            fixedResponse: checkResponse(version, model, fixedResponse!, `fixedResponse of route '${name}'`),
          }
        : toUpstream(checkUpstream(version, mode, upstream, `${UPSTREAM_BACKEND}-${name}`))),
    };
  });
  for (const [i, route] of routes.entries()) {
    // One for all is meant: maintenance, while the routes after it wait for its end.
    const earlier = routes.slice(0, i).find((one) => takesAllOf(one, route) && (isForAll(route) || !isForAll(one)));
    if (earlier !== undefined) {
      const move = takesAllOf(route, earlier) ? '' : `, or put it before '${earlier.name}'`;
      throw new InputError(
        `route '${route.name}' never matches, because route '${earlier.name}' before it takes all of its traffic: give it another condition${move}`,
      );
    }
  }
  return checked;
}

const toUpstream = (upstream: ValidatedUpstream) => ({ backend: upstream.backend, upstream });

type Conditions = Pick<RouteConditions, 'host' | 'pathPrefix' | 'sni'>;

/** Whether a route takes all traffic that no earlier one takes. */
export function isForAll({ host, pathPrefix, sni }: Conditions): boolean {
  return host === undefined && pathPrefix === undefined && sni === undefined;
}

/** Whether a route takes everything that a later one would: each of its conditions follows from those of the later one. */
export function takesAllOf(earlier: Conditions, later: Conditions): boolean {
  const sameName = (one?: string, other?: string) => one === undefined || one.toLowerCase() === other?.toLowerCase();
  return (
    sameName(earlier.host, later.host) &&
    sameName(earlier.sni, later.sni) &&
    // Every path begins with a slash.
    (later.pathPrefix ?? '/').startsWith(earlier.pathPrefix ?? '/')
  );
}
