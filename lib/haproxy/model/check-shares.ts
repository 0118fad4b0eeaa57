import { InputError } from '../errors';
import type { HaproxyVersion } from '../version/version';
import {
  checkElbUpstream,
  checkFixedUpstream,
  UPSTREAM_BACKEND,
  type ValidatedElb,
  type ValidatedRoute,
  type ValidatedUpstream,
} from './check-upstream';
import type { HaproxyConfigModel, HaproxyShare } from './config-model';
import { type Complete, checked, complete } from './option';
import { HaproxyMode, SHARE, SHARE_STICKINESS } from './options';

/** A part of the traffic with all values set and checked. */
export interface ValidatedShare {
  readonly percent: number;
  readonly upstream: ValidatedUpstream;
}

/** Where traffic is shared: the listener, or a route. A route that HAProxy answers itself has no upstream. */
interface Shared {
  readonly upstream?: ValidatedElb;
  readonly shares: readonly ValidatedShare[];
}

/** A route with its shares. */
export interface SharedRoute extends ValidatedRoute {
  readonly shares: readonly ValidatedShare[];
}

/** Checks the shares of the listener and those of routes. `checkedRoutes` are the routes of the model, in its order. */
export function checkAllShares(
  version: HaproxyVersion,
  mode: HaproxyMode,
  { shares = [], routes = [] }: HaproxyConfigModel,
  checkedRoutes: readonly ValidatedRoute[],
): { readonly shares: readonly ValidatedShare[]; readonly routes: readonly SharedRoute[] } {
  const names = new Set(routes.map(({ name }) => name));
  const check = (one: HaproxyShare) => checkShare(version, mode, one, names);
  return {
    shares: refuseExcess(shares.map(check), 'upstream'),
    routes: routes.map(({ name, upstream, shares: own = [] }, i) => {
      if (upstream === undefined && own.length > 0) {
        throw new InputError(`route '${name}' has shares and no upstream that gets the rest: give upstream`);
      }
      return { ...checkedRoutes[i]!, shares: refuseExcess(own.map(check), `route '${name}'`) };
    }),
  };
}

/** Checks a share. `names` are taken by routes and by other shares; the share's own one is added. */
function checkShare(
  version: HaproxyVersion,
  mode: HaproxyMode,
  { name, percent, upstream }: HaproxyShare,
  names: Set<string>,
): ValidatedShare {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name) || names.has(name)) {
    throw new InputError(
      `share name '${name}' is not valid: give each share and each route its own name, 1 to 40 letters, digits, '-' or '_'`,
    );
  }
  names.add(name);
  checked(SHARE.percent, percent, `percent of share '${name}'`);
  const backend = `${UPSTREAM_BACKEND}-${name}`;
  return {
    percent,
    upstream:
      'addresses' in upstream
        ? checkFixedUpstream(version, mode, upstream, backend, `share '${name}'`)
        : checkElbUpstream(version, mode, upstream, backend),
  };
}

function refuseExcess(shares: ValidatedShare[], what: string): ValidatedShare[] {
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  if (sum > 100) {
    throw new InputError(`the shares of ${what} have ${sum} percent together: give at most 100`);
  }
  return shares;
}

/** Checks how a client keeps its share. */
export function checkShareStickiness(
  mode: HaproxyMode,
  { shares = [], routes = [], shareStickiness }: HaproxyConfigModel,
): Complete<typeof SHARE_STICKINESS> | undefined {
  if (shareStickiness === undefined) {
    return undefined;
  }
  const stickiness = complete(SHARE_STICKINESS, shareStickiness, 'shareStickiness.');
  const given = Object.entries(stickiness).flatMap(([name, value]) => (value ? name : []));
  if (given.length !== 1) {
    throw new InputError(
      `shareStickiness has ${given.join(' and ') || 'nothing to decide by'}: give one of ${Object.keys(SHARE_STICKINESS).join(', ')}`,
    );
  }
  if (mode === HaproxyMode.TCP && !stickiness.clientAddress) {
    throw new InputError(
      `shareStickiness.${given[0]} is read from requests, which TCP mode does not read: give clientAddress, or use HTTP mode`,
    );
  }
  if ([shares, ...routes.map((route) => route.shares ?? [])].every(({ length }) => length === 0)) {
    throw new InputError('shareStickiness is given, and there are no shares: give shares, or leave it out');
  }
  return stickiness;
}

/** The listener and its routes. */
interface Listener extends Shared {
  readonly routes: readonly Shared[];
}

/** All shares: those of the listener, and those of routes. */
export function sharesOf({ shares, routes }: Listener): ValidatedShare[] {
  return [...shares, ...routes.flatMap((route) => route.shares)];
}

/** The default upstream, those of routes, and those of shares. */
export function upstreamsOf(listener: Listener): ValidatedUpstream[] {
  const own = [listener, ...listener.routes].flatMap(({ upstream }) => upstream ?? []);
  return [...own, ...sharesOf(listener).map(({ upstream }) => upstream)];
}

/** Who gets traffic that is shared, and how much of it: each share, and with the rest its own upstream. */
export function partsOf({ upstream, shares }: Shared): ValidatedShare[] {
  if (upstream === undefined) {
    return [];
  }
  const rest = shares.reduce((left, { percent }) => left - percent, 100);
  return [...shares, { percent: rest, upstream }].filter(({ percent }) => percent > 0);
}
