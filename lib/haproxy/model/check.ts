import { checkBind, checkNameserver, checkNetwork, type HaproxyBind } from '../address';
import { InputError } from '../errors';
import type { HaproxyVersion } from '../version/version';
import {
  checkRoutes,
  checkUpstream,
  UPSTREAM_BACKEND,
  type ValidatedRoute,
  type ValidatedUpstream,
} from './check-upstream';
import { type HaproxyConfigModel, HaproxyMode, type HaproxyResolution } from './config-model';
import { DEFAULTS } from './defaults';
import {
  type HaproxyHeaderRules,
  type HaproxyLimits,
  type HaproxyListenerTls,
  HaproxyLogFormat,
  HaproxyTlsVersion,
} from './listener';
import { DAY, duration, HOUR, range, word } from './value';

type Optional = 'health' | 'runtimeApi' | 'runtimeApiTls' | 'redirectFrom';

/** A model whose every value is set and checked. */
export interface ValidatedModel
  extends Required<
      Omit<HaproxyConfigModel, Optional | 'upstream' | 'routes' | 'listenTls' | 'limits' | 'log' | 'resolution'>
    >,
    Pick<HaproxyConfigModel, Optional> {
  readonly upstream: ValidatedUpstream;
  readonly routes: readonly ValidatedRoute[];
  readonly listenTls?: Required<HaproxyListenerTls>;
  readonly limits: Required<Omit<HaproxyLimits, 'maxBodyBytes' | 'maxHeaderBytes'>> &
    Pick<HaproxyLimits, 'maxBodyBytes' | 'maxHeaderBytes'>;
  readonly log: { readonly format: HaproxyLogFormat; readonly syslog?: string };
  readonly resolution: Required<HaproxyResolution>;
}

const TOKEN_CHARS = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Fills in what a model leaves out and refuses what HAProxy would not take, or what the version does not have.
 *
 * @throws InputError with one line that names the field, the value given and the values allowed
 */
export function checkModel(version: HaproxyVersion, model: HaproxyConfigModel): ValidatedModel {
  const mode = model.mode ?? HaproxyMode.HTTP;
  const checked: ValidatedModel = {
    upstream: checkUpstream(version, mode, model.upstream, UPSTREAM_BACKEND),
    routes: checkRoutes(version, model, mode),
    mode,
    listen: checkBind(model.listen ?? { port: DEFAULTS.listenPort }, 'listen'),
    listenTls: model.listenTls && checkListenerTls(version, model.listenTls),
    redirectFrom: model.redirectFrom && checkBind(model.redirectFrom, 'redirectFrom'),
    acceptProxyProtocol: model.acceptProxyProtocol ?? false,
    forwardedFor: model.forwardedFor ?? true,
    requestHeaders: checkHeaders(model.requestHeaders ?? {}, 'requestHeaders'),
    responseHeaders: checkHeaders(model.responseHeaders ?? {}, 'responseHeaders'),
    allowFrom: (model.allowFrom ?? []).map((network) => checkNetwork(network, 'allowFrom')),
    denyFrom: (model.denyFrom ?? []).map((network) => checkNetwork(network, 'denyFrom')),
    limits: checkLimits(model.limits ?? {}),
    resolution: checkResolution(version, model.resolution ?? {}),
    health: model.health && checkBind(model.health, 'health'),
    metrics: model.metrics ?? false,
    runtimeApi: model.runtimeApi && checkBind(model.runtimeApi, 'runtime API'),
    runtimeApiTls: model.runtimeApiTls && {
      certificateFile: word(model.runtimeApiTls.certificateFile, 'runtimeApiTls.certificateFile'),
      clientCaFile: word(model.runtimeApiTls.clientCaFile, 'runtimeApiTls.clientCaFile'),
    },
    log: {
      format: model.log?.format ?? HaproxyLogFormat.STANDARD,
      syslog: model.log?.syslog === undefined ? undefined : checkNameserver(model.log.syslog, 'syslog server'),
    },
    stopTimeoutMillis: range(model.stopTimeoutMillis ?? DEFAULTS.stopTimeoutMillis, 6000, HOUR, 'stop timeout (ms)'),
    rawLines: model.rawLines ?? {},
  };
  const withHealth = version._capabilities.autonomousResolution || checked.health !== undefined;
  // 1.6 and 1.7 resolve only when a health check runs, so they cannot do without a target for it.
  const complete = withHealth ? checked : { ...checked, health: { address: '127.0.0.1', port: DEFAULTS.healthPort } };
  refuseContradictions(version, complete);
  refuseSharedPorts(complete);
  return complete;
}

function checkListenerTls(version: HaproxyVersion, tls: HaproxyListenerTls): Required<HaproxyListenerTls> {
  const minVersion = tls.minVersion ?? HaproxyTlsVersion.V1_2;
  if (minVersion === HaproxyTlsVersion.V1_3 && !version._capabilities.sslMinVer) {
    throw new InputError(`TLS 1.3 needs HAProxy 1.8 or later, and this is ${version}: use 1.2`);
  }
  return {
    certificateFile: word(tls.certificateFile, 'listenTls.certificateFile'),
    minVersion,
    http2: tls.http2 ?? true,
  };
}

function checkHeaders({ set = {}, remove = [] }: HaproxyHeaderRules, what: string): Required<HaproxyHeaderRules> {
  for (const name of [...Object.keys(set), ...remove]) {
    if (!TOKEN_CHARS.test(name)) {
      throw new InputError(`${what} ${JSON.stringify(name)} is not a header name: use letters, digits and '-'`);
    }
  }
  for (const [name, value] of Object.entries(set)) {
    word(value, `${what}.${name}`);
  }
  return { set, remove };
}

function checkLimits(limits: HaproxyLimits): ValidatedModel['limits'] {
  const { maxBodyBytes, maxHeaderBytes } = limits;
  return {
    maxConnections: range(limits.maxConnections ?? DEFAULTS.maxConnections, 1, 1_000_000, 'maxConnections'),
    connectTimeoutMillis: duration(limits.connectTimeoutMillis, DEFAULTS.connectTimeoutMillis, 'connect timeout'),
    clientTimeoutMillis: duration(limits.clientTimeoutMillis, DEFAULTS.clientTimeoutMillis, 'client timeout'),
    serverTimeoutMillis: duration(limits.serverTimeoutMillis, DEFAULTS.serverTimeoutMillis, 'server timeout'),
    requestTimeoutMillis: duration(limits.requestTimeoutMillis, DEFAULTS.requestTimeoutMillis, 'request timeout'),
    keepAliveTimeoutMillis: duration(
      limits.keepAliveTimeoutMillis,
      DEFAULTS.keepAliveTimeoutMillis,
      'keep-alive timeout',
    ),
    maxBodyBytes: maxBodyBytes === undefined ? undefined : range(maxBodyBytes, 0, 2 ** 31 - 1, 'maxBodyBytes'),
    maxHeaderBytes: maxHeaderBytes === undefined ? undefined : range(maxHeaderBytes, 4096, 262_144, 'maxHeaderBytes'),
  };
}

/** Fills in and checks how names are resolved. */
export function checkResolution(version: HaproxyVersion, resolution: HaproxyResolution): Required<HaproxyResolution> {
  const { nameservers, parseResolvConf = false } = resolution;
  if (parseResolvConf && !version._capabilities.parseResolvConf) {
    throw new InputError(`parseResolvConf needs HAProxy 1.9 or later, and this is ${version}: give nameservers`);
  }
  if (parseResolvConf && nameservers !== undefined) {
    throw new InputError('parseResolvConf and nameservers are both given: give one of them');
  }
  if (nameservers?.length === 0) {
    throw new InputError('name servers: none given; give at least one IP:PORT, or leave the list out');
  }
  const holdValidMillis = duration(resolution.holdValidMillis, DEFAULTS.holdValidMillis, 'hold valid');
  const holdObsoleteMillis = range(
    resolution.holdObsoleteMillis ?? Math.max(DEFAULTS.holdObsoleteMillis, 2 * holdValidMillis),
    0,
    2 * DAY,
    'hold obsolete (ms)',
  );
  if (holdObsoleteMillis <= holdValidMillis) {
    throw new InputError(
      `hold obsolete (ms) '${holdObsoleteMillis}' is not longer than hold valid '${holdValidMillis}': give more, so that an address is not dropped for being absent from one answer`,
    );
  }
  return {
    nameservers: (nameservers ?? [DEFAULTS.nameserver]).map((nameserver) => checkNameserver(nameserver)),
    parseResolvConf,
    holdValidMillis,
    holdObsoleteMillis,
    holdOutageMillis: range(resolution.holdOutageMillis ?? DEFAULTS.holdOutageMillis, 0, DAY, 'hold outage (ms)'),
    holdNxMillis: range(resolution.holdNxMillis ?? DEFAULTS.holdNxMillis, 0, DAY, 'hold nx (ms)'),
    payloadSize: range(resolution.payloadSize ?? DEFAULTS.payloadSize, 512, 8192, 'payload size'),
  };
}

/** Things that are usable each, and not together. */
function refuseContradictions(version: HaproxyVersion, model: ValidatedModel): void {
  const { mode, redirectFrom, listenTls, metrics, health, runtimeApi, runtimeApiTls } = model;
  if (redirectFrom !== undefined && (listenTls === undefined || mode !== HaproxyMode.HTTP)) {
    throw new InputError('a redirect to HTTPS needs listenTls and HTTP mode: give both, or leave the redirect out');
  }
  const [unread] = mode === HaproxyMode.HTTP ? [] : requestRulesOf(model);
  if (unread !== undefined) {
    throw new InputError(`${unread} is about requests, which TCP mode does not read: leave it out, or use HTTP mode`);
  }
  if (metrics && !version._capabilities.prometheus) {
    throw new InputError(`metrics need HAProxy 2.0 or later, and this is ${version}: leave them out`);
  }
  if (metrics && health === undefined) {
    throw new InputError('metrics are answered at the health port: give health');
  }
  if (runtimeApiTls !== undefined && runtimeApi === undefined) {
    throw new InputError('runtimeApiTls protects runtimeApi: give runtimeApi, or leave it out');
  }
}

/** Names of what a model wants done with requests. It would be left undone where nobody reads them. */
function requestRulesOf({ requestHeaders, responseHeaders, limits }: ValidatedModel): string[] {
  const headers = Object.entries({ requestHeaders, responseHeaders }).filter(
    ([, { set = {}, remove = [] }]) => Object.keys(set).length + remove.length > 0,
  );
  return [...headers.map(([name]) => name), ...(limits.maxBodyBytes === undefined ? [] : ['maxBodyBytes'])];
}

/** Two listeners on one port make HAProxy fail at the start, or share connections at random. */
function refuseSharedPorts({ listen, redirectFrom, health, runtimeApi }: ValidatedModel): void {
  const binds: [string, HaproxyBind | undefined][] = [
    ['listen', listen],
    ['redirectFrom', redirectFrom],
    ['health', health],
    ['runtime API', runtimeApi],
  ];
  for (const [i, [name, bind]] of binds.entries()) {
    for (const [other, taken] of binds.slice(0, i)) {
      const overlap = isEverywhere(bind) || isEverywhere(taken) || bind?.address === taken?.address;
      if (bind && taken && bind.port === taken.port && overlap) {
        throw new InputError(`${name} port ${bind.port} is taken by ${other}: give each listener a port of its own`);
      }
    }
  }
}

function isEverywhere(bind?: HaproxyBind): boolean {
  return bind?.address === undefined || bind.address === '0.0.0.0' || bind.address === '::';
}
