import { checkFixedAddress, checkPort, checkSentName } from '../address';
import { InputError } from '../errors';
import { CAPABILITIES } from '../version/capabilities';
import type { HaproxyVersion } from '../version/version';
import { checkIdentity, type ValidatedIdentity } from './check-identity';
import { checkResponse, type ValidatedResponse } from './check-responses';
import type { HaproxyConfigModel, HaproxyFixedUpstream, HaproxyUpstream, RouteConditions } from './config-model';
import { type Complete, checkPath, complete } from './option';
import {
  HaproxyLocality,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HEALTH_CHECK,
  IDLE_MILLIS,
  UPSTREAM,
  UPSTREAM_TLS,
} from './options';

/** Options of an upstream with all values set and checked. */
interface ValidatedOptions extends Complete<typeof UPSTREAM> {
  /** Name of its backend. */
  readonly backend: string;
  readonly port: number;
  readonly idleTimeoutMillis: number;
  readonly tls?: Complete<typeof UPSTREAM_TLS> & { readonly serverName: string };
  readonly healthCheck: Complete<typeof HEALTH_CHECK> & { readonly host: string };
}

/** A load balancer with all values set and checked. */
export interface ValidatedElb extends ValidatedOptions {
  readonly dnsName: string;
  readonly identity?: ValidatedIdentity;
}

/** Fixed addresses with all values set and checked. */
export interface ValidatedFixed extends ValidatedOptions {
  readonly addresses: readonly string[];
}

/** An upstream with all values set and checked. */
export type ValidatedUpstream = ValidatedElb | ValidatedFixed;

/** A route with all values set and checked. */
export interface ValidatedRoute {
  readonly host?: string;
  readonly pathPrefix?: string;
  readonly sni?: string;
  /** Name of its backend. */
  readonly backend: string;
  /** This or `fixedResponse`. */
  readonly upstream?: ValidatedElb;
  readonly fixedResponse?: ValidatedResponse;
}

/** The backend that holds the slots of the default upstream. */
export const UPSTREAM_BACKEND = 'upstream';

/** Fills in what a load balancer leaves out, and refuses what HAProxy cannot use. */
export function checkElbUpstream(
  version: HaproxyVersion,
  mode: HaproxyMode,
  upstream: HaproxyUpstream,
  backend: string,
): ValidatedElb {
  const dnsName = checkSentName(upstream.dnsName, 'upstream');
  const options = checkOptions(version, mode, upstream, backend, dnsName);
  const since = mode === HaproxyMode.HTTP ? CAPABILITIES.doResolve.since : CAPABILITIES.doResolveTcp.since;
  if (options.resolutionMode === HaproxyResolutionMode.PER_REQUEST && !version.isAtLeast(since)) {
    throw new InputError(
      `resolutionMode 'per-request' in ${mode} mode needs HAProxy ${since} or later, and this is ${version}: use 'slots'`,
    );
  }
  const { leavesInPlace } = CAPABILITIES;
  const http2 = options.protocol === HaproxyProtocol.HTTP2;
  if (http2 && options.sendProxyProtocol && !version.isAtLeast(leavesInPlace.since)) {
    throw new InputError(
      `protocol 'h2' with sendProxyProtocol needs HAProxy ${leavesInPlace.since} or later, and this is ${version}, which keeps such connections to old addresses: leave one of them out`,
    );
  }
  if (options.locality === HaproxyLocality.ZONE) {
    refuseZone(version, options);
  }
  const checked = { ...options, dnsName };
  return { ...checked, identity: checkIdentity(version, mode, upstream, checked) };
}

/** Refuses `locality: zone` where HAProxy has no slots, or does not notice that the nodes of the zone are down. */
function refuseZone(version: HaproxyVersion, { resolutionMode, healthCheck, slots }: ValidatedOptions): void {
  const { luaWeights } = CAPABILITIES;
  if (!version.isAtLeast(luaWeights.since)) {
    throw new InputError(
      `locality 'zone' needs HAProxy ${luaWeights.since} or later, and this is ${version}: leave it out`,
    );
  }
  if (resolutionMode === HaproxyResolutionMode.PER_REQUEST) {
    throw new InputError(
      "locality 'zone' needs slots, and resolutionMode 'per-request' holds no address: use 'slots', or leave locality out",
    );
  }
  if (!healthCheck.enabled) {
    throw new InputError(
      "locality 'zone' needs health checks, without which requests go to the zone also when it is down: leave healthCheck.enabled out, or locality",
    );
  }
  if (slots === 1) {
    throw new InputError(
      "locality 'zone' needs two slots or more, because one holds one node of any zone: leave slots out, or locality",
    );
  }
}

/** The most addresses, as many as a load balancer has slots. */
const MAX_ADDRESSES = UPSTREAM.slots.max;

/** The same for fixed addresses. `what` has them, for errors. */
export function checkFixedUpstream(
  version: HaproxyVersion,
  mode: HaproxyMode,
  upstream: HaproxyFixedUpstream,
  backend: string,
  what: string,
): ValidatedFixed {
  const { addresses, tls } = upstream;
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) {
    throw new InputError(`addresses of ${what} has ${addresses.length} items: give 1 to ${MAX_ADDRESSES}`);
  }
  for (const [i, address] of addresses.entries()) {
    checkFixedAddress(address, `addresses of ${what}`);
    if (addresses.indexOf(address) !== i) {
      throw new InputError(`addresses of ${what} has '${address}' twice: give each address once`);
    }
  }
  if (tls !== undefined && tls.serverName === undefined) {
    throw new InputError(`${what} has tls and no tls.serverName: give the name that the certificate has`);
  }
  const [first] = addresses as [string];
  return { ...checkOptions(version, mode, upstream, backend, first.includes(':') ? `[${first}]` : first), addresses };
}

/** Checks what load balancers and fixed addresses have in common. `name` is the one in headers and in SNI. */
function checkOptions(
  version: HaproxyVersion,
  mode: HaproxyMode,
  upstream: Omit<HaproxyUpstream, 'dnsName'>,
  backend: string,
  name: string,
): ValidatedOptions {
  const port = checkPort(upstream.port, 'upstream port');
  const values = complete(UPSTREAM, upstream);
  if (values.protocol === HaproxyProtocol.HTTP2) {
    refuseHttp2(version, mode);
  }
  const tls = upstream.tls && complete(UPSTREAM_TLS, upstream.tls, 'tls.');
  const healthCheck = complete(HEALTH_CHECK, upstream.healthCheck ?? {}, 'healthCheck.');
  // In TCP mode most likely a Network Load Balancer. Where it is another one, that closes first.
  const idleMillis = IDLE_MILLIS[mode === HaproxyMode.TCP ? 'networkLoadBalancer' : 'applicationLoadBalancer'];
  return {
    ...values,
    idleTimeoutMillis: values.idleTimeoutMillis ?? idleMillis,
    backend,
    port,
    tls: tls && { ...tls, serverName: tls.serverName ?? name },
    healthCheck: { ...healthCheck, host: healthCheck.host ?? name },
  };
}

/** Refuses HTTP/2 where it does not work. */
function refuseHttp2(version: HaproxyVersion, mode: HaproxyMode): void {
  const { http2Upstream } = CAPABILITIES;
  if (mode === HaproxyMode.TCP) {
    throw new InputError(
      "protocol 'h2' applies to requests, which TCP mode passes through as they are: leave it out, or use HTTP mode",
    );
  }
  if (!version.isAtLeast(http2Upstream.since)) {
    throw new InputError(
      `protocol 'h2' needs HAProxy ${http2Upstream.since} or later, and this is ${version}, which keeps HTTP/2 connections to old addresses: use 'h1'`,
    );
  }
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
      host: host === undefined ? undefined : checkSentName(host, `host of route '${name}'`),
      pathPrefix: pathPrefix === undefined ? undefined : checkPath(pathPrefix, `pathPrefix of route '${name}'`),
      sni: sni === undefined ? undefined : checkSentName(sni, `sni of route '${name}'`),
      ...(upstream === undefined
        ? {
            backend: `fixed-response-${name}`,
            fixedResponse: checkResponse(version, model, fixedResponse!, `fixedResponse of route '${name}'`),
          }
        : toUpstream(checkElbUpstream(version, mode, upstream, `${UPSTREAM_BACKEND}-${name}`))),
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

const toUpstream = (upstream: ValidatedElb) => ({ backend: upstream.backend, upstream });

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
