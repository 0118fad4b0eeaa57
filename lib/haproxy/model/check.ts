import { checkBind, checkPort, type HaproxyBind } from '../address';
import { formatDuration } from '../duration';
import { InputError } from '../errors';
import type { HaproxyVersion } from '../version/version';
import { checkListenTls, isSameHeader, type ValidatedListenTls } from './check-listen-tls';
import { checkRateLimits, type ValidatedRateLimit } from './check-rate-limits';
import { checkErrorPages, type ValidatedResponse } from './check-responses';
import {
  checkAllShares,
  checkShareStickiness,
  type SharedRoute,
  upstreamsOf,
  type ValidatedShare,
} from './check-shares';
import { checkElbUpstream, checkRoutes, UPSTREAM_BACKEND, type ValidatedElb } from './check-upstream';
import type { HaproxyConfigModel, HaproxyHeaderRules } from './config-model';
import { type Complete, checkHeaderName, complete, type Values, word } from './option';
import {
  HARD_STOP_MARGIN_MILLIS,
  HaproxyMode,
  HaproxyResolutionMode,
  HEALTH_PORT,
  LIMITS,
  LOG,
  MAX_ANSWER_ADDRESSES,
  MIN_SOFT_STOP_MILLIS,
  PORTS,
  PROCESS,
  RESOLUTION,
  type SHARE_STICKINESS,
  TRAFFIC,
} from './options';

/** A model with all values set and checked. */
export interface ValidatedModel
  extends Complete<typeof TRAFFIC>,
    Complete<typeof PROCESS>,
    Pick<
      HaproxyConfigModel,
      'tlsInFront' | 'redirectPort' | 'httpsPort' | 'health' | 'ipv6' | 'runtimeApi' | 'runtimeApiTls'
    >,
    Required<Pick<HaproxyConfigModel, 'listen' | 'rawLines'>> {
  readonly upstream: ValidatedElb;
  readonly shares: readonly ValidatedShare[];
  readonly shareStickiness?: Complete<typeof SHARE_STICKINESS>;
  readonly routes: readonly SharedRoute[];
  readonly listenTls?: ValidatedListenTls;
  readonly rateLimits: readonly ValidatedRateLimit[];
  readonly errorPages: readonly ValidatedResponse[];
  readonly requestHeaders: Required<HaproxyHeaderRules>;
  readonly responseHeaders: Required<HaproxyHeaderRules>;
  readonly limits: Complete<typeof LIMITS>;
  readonly resolution: Complete<typeof RESOLUTION>;
  readonly log: Complete<typeof LOG>;
}

/**
 * Fills in what a model leaves out, and refuses what HAProxy does not accept or the version does not have.
 *
 * @throws InputError with one line that names the option, the value given and the values allowed
 */
export function checkModel(version: HaproxyVersion, model: HaproxyConfigModel): ValidatedModel {
  const traffic = complete(TRAFFIC, model);
  const listenTls = model.listenTls && checkListenTls(version, traffic.mode, model.listenTls);
  const upstream = checkElbUpstream(version, traffic.mode, model.upstream, UPSTREAM_BACKEND);
  const checkedRoutes = checkRoutes(version, model, traffic.mode);
  const { shares, routes } = checkAllShares(version, traffic.mode, model, checkedRoutes);
  const validated: ValidatedModel = {
    ...traffic,
    ...complete(PROCESS, model),
    upstream,
    shares,
    shareStickiness: checkShareStickiness(traffic.mode, model),
    routes,
    listen: checkBind(model.listen ?? { port: PORTS.listenPort.default }, 'listen'),
    listenTls,
    tlsInFront: model.tlsInFront,
    redirectPort: model.redirectPort === undefined ? undefined : checkPort(model.redirectPort, 'redirectPort'),
    httpsPort: model.httpsPort === undefined ? undefined : checkPort(model.httpsPort, 'httpsPort'),
    rateLimits: checkRateLimits(version, traffic.mode, model, listenTls?.clientCertificates),
    errorPages: checkErrorPages(version, model),
    requestHeaders: checkHeaders(model.requestHeaders ?? {}, 'requestHeaders'),
    responseHeaders: checkHeaders(model.responseHeaders ?? {}, 'responseHeaders'),
    limits: complete(LIMITS, model.limits ?? {}),
    resolution: checkResolution(version, model.resolution ?? {}),
    health: model.health && checkBind(model.health, 'health'),
    ipv6: model.ipv6,
    runtimeApi: model.runtimeApi && checkBind(model.runtimeApi, 'runtimeApi'),
    runtimeApiTls: model.runtimeApiTls && {
      certificateFile: word(model.runtimeApiTls.certificateFile, 'runtimeApiTls.certificateFile'),
      clientCaFile: word(model.runtimeApiTls.clientCaFile, 'runtimeApiTls.clientCaFile'),
    },
    log: complete(LOG, model.log ?? {}, 'log.'),
    rawLines: model.rawLines ?? {},
  };
  const withHealth = version._capabilities.autonomousResolution || validated.health !== undefined;
  // 1.6 and 1.7 resolve only when a health check runs, and that check needs a target.
  const whole = withHealth ? validated : { ...validated, health: { address: '127.0.0.1', port: HEALTH_PORT } };
  refuseBothAddresses(validated);
  refuseContradictions(version, whole);
  refuseShortStop(whole);
  refuseShortHold(version, whole);
  refuseSharedPorts(whole);
  return whole;
}

/** Between the end of `drainTime` and the forced end, running requests must have some time. */
function refuseShortStop({ stopTimeoutMillis, drainTimeMillis }: ValidatedModel): void {
  const least = drainTimeMillis + MIN_SOFT_STOP_MILLIS + HARD_STOP_MARGIN_MILLIS;
  if (stopTimeoutMillis < least) {
    const [stop, drain, enough] = [stopTimeoutMillis, drainTimeMillis, least].map(formatDuration);
    throw new InputError(
      `stopTimeout '${stop}' is too short for drainTime '${drain}': give at least ${enough}, or a shorter drainTime`,
    );
  }
}

function checkHeaders({ set = {}, remove = [] }: HaproxyHeaderRules, what: string): Required<HaproxyHeaderRules> {
  for (const name of [...Object.keys(set), ...remove]) {
    checkHeaderName(name, what);
  }
  for (const [name, value] of Object.entries(set)) {
    word(value, `${what}.${name}`);
  }
  return { set, remove };
}

/** Fills in and checks how names are resolved. Whether `holdObsolete` is long enough depends on the slots: {@link checkModel}. */
export function checkResolution(
  version: HaproxyVersion,
  given: Values<typeof RESOLUTION>,
): Complete<typeof RESOLUTION> {
  if (given.parseResolvConf && !version._capabilities.parseResolvConf) {
    throw new InputError(`parseResolvConf needs HAProxy 1.9 or later, and this is ${version}: give nameservers`);
  }
  if (given.parseResolvConf && given.nameservers !== undefined) {
    throw new InputError('parseResolvConf and nameservers are both given: give one of them');
  }
  if (given.nameservers?.length === 0) {
    throw new InputError('nameservers is empty: give at least one IP:PORT, or leave it out');
  }
  const resolution = complete(RESOLUTION, given);
  const { holdObsoleteMillis = Math.max(RESOLUTION.holdObsolete.default, 2 * resolution.holdValidMillis) } = given;
  return { ...resolution, holdObsoleteMillis };
}

/**
 * An address that an answer leaves out must stay until the next answer. No answer leaves one out where the load balancer
 * has as few addresses as an answer shows, which its slots say. All upstreams share the `resolvers` section.
 */
function refuseShortHold(version: HaproxyVersion, model: ValidatedModel): void {
  const { holdObsoleteMillis, holdValidMillis } = model.resolution;
  if (holdObsoleteMillis > holdValidMillis || !version._capabilities.holdObsolete) {
    return;
  }
  const large = upstreamsOf(model).find(
    (one) => 'dnsName' in one && one.resolutionMode === HaproxyResolutionMode.SLOTS && one.slots > MAX_ANSWER_ADDRESSES,
  );
  if (large !== undefined) {
    const [obsolete, valid] = [holdObsoleteMillis, holdValidMillis].map(formatDuration);
    throw new InputError(
      `holdObsolete '${obsolete}' is not longer than holdValid '${valid}', and backend '${large.backend}' has ${large.slots} slots: give more than holdValid, or at most ${MAX_ANSWER_ADDRESSES} slots to load balancers of at most ${MAX_ANSWER_ADDRESSES} nodes, because an answer shows at most ${MAX_ANSWER_ADDRESSES} addresses and HAProxy would drop the others`,
    );
  }
}

/** The listener that keeps 1.6 and 1.7 resolving has an address of its own, which is not given. */
function refuseBothAddresses({ ipv6, listen, health }: ValidatedModel): void {
  const address = ipv6 ? (listen.address ?? health?.address) : undefined;
  if (address !== undefined) {
    throw new InputError(`ipv6 listens at every address, and '${address}' is given: leave the address out, or ipv6`);
  }
}

/** Refuses values that exclude each other. */
function refuseContradictions(version: HaproxyVersion, model: ValidatedModel): void {
  const { mode, redirectPort, listenTls, tlsInFront, metrics, health, runtimeApi, runtimeApiTls, drainTimeMillis } =
    model;
  const tls = listenTls !== undefined || tlsInFront;
  if (redirectPort !== undefined && !(tls && mode === HaproxyMode.HTTP)) {
    throw new InputError(
      'redirectPort needs HTTP mode, and listenTls or an ingress with certificates: give both, or leave redirectPort out',
    );
  }
  const [unread] = mode === HaproxyMode.HTTP ? [] : requestRulesOf(model);
  if (unread !== undefined) {
    throw new InputError(`${unread} applies to requests, which TCP mode does not read: leave it out, or use HTTP mode`);
  }
  refuseSharedHeaders(model);
  if (metrics && !version._capabilities.prometheus) {
    throw new InputError(`metrics needs HAProxy 2.0 or later, and this is ${version}: leave it out`);
  }
  if (metrics && health === undefined) {
    throw new InputError('metrics needs the health listener, which answers GET /metrics: give health');
  }
  if (drainTimeMillis > 0 && health === undefined) {
    throw new InputError('drainTime needs the health listener, where GET /drain starts it: give health');
  }
  if (runtimeApiTls !== undefined && runtimeApi === undefined) {
    throw new InputError('runtimeApiTls protects runtimeApi, which is not given: give runtimeApi, or leave it out');
  }
}

/** A header of a client certificate says what HAProxy has verified, and nothing else may change it. */
function refuseSharedHeaders({ listenTls, requestHeaders: { set, remove } }: ValidatedModel): void {
  for (const name of [...Object.keys(set), ...remove]) {
    const same = listenTls?.clientCertificates?.headers.find((header) => isSameHeader(header.name, name));
    if (same !== undefined) {
      throw new InputError(
        `requestHeaders has '${name}', which listenTls.clientCertificates.${same.option} sets: give another name, or leave one out`,
      );
    }
  }
}

/** Names of the options that apply to requests. TCP mode would ignore them. */
function requestRulesOf({ requestHeaders, responseHeaders, limits }: ValidatedModel): string[] {
  const headers = Object.entries({ requestHeaders, responseHeaders }).filter(
    ([, { set, remove }]) => Object.keys(set).length + remove.length > 0,
  );
  return [...headers.map(([name]) => name), ...(limits.maxBodyBytes === undefined ? [] : ['maxBodySize'])];
}

/** Two listeners on one port make HAProxy fail at the start, or share connections at random. */
function refuseSharedPorts({ listen, redirectPort, health, runtimeApi }: ValidatedModel): void {
  const binds: [string, HaproxyBind | undefined][] = [
    ['listen', listen],
    ['redirectPort', redirectPort === undefined ? undefined : { ...listen, port: redirectPort }],
    ['health', health],
    ['runtimeApi', runtimeApi],
  ];
  for (const [i, [name, bind]] of binds.entries()) {
    for (const [other, taken] of binds.slice(0, i)) {
      const overlap = isEverywhere(bind) || isEverywhere(taken) || bind?.address === taken?.address;
      if (bind && taken && bind.port === taken.port && overlap) {
        throw new InputError(`port ${bind.port} is used by ${other} and by ${name}: give each listener its own port`);
      }
    }
  }
}

function isEverywhere(bind?: HaproxyBind): boolean {
  return bind?.address === undefined || bind.address === '0.0.0.0' || bind.address === '::';
}
