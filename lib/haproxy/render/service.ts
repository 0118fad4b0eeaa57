import { VIEW_PATH } from '../../contract/registry-record';
import type { ValidatedModel } from '../model/check';
import { partsOf, upstreamsOf } from '../model/check-shares';
import { isForAll, type ValidatedUpstream } from '../model/check-upstream';
import { RUNTIME_COMMANDS } from '../runtime-api/commands';
import type { HaproxyVersion } from '../version/version';
import { bindLines, bindOf, OWN_CONNECTIONS, RESOLVERS, socketOf, stoppingAction, stoppingCondition } from './process';
import { join, type Line, quote, type Section } from './words';

/** Only a process of the task itself can have this source. */
const FROM_TASK = '{ path /drain } { src 127.0.0.0/8 }';

/**
 * The section for liveness and readiness: whether the process runs, and whether each upstream that gets requests has an
 * address and the task does not stop. The start script says with `/drain` that it stops.
 */
export function healthSection(version: HaproxyVersion, model: ValidatedModel): Section | undefined {
  const { health, metrics, drainTimeMillis } = model;
  const { _capabilities: capabilities } = version;
  const drains = drainTimeMillis > 0;
  const fine = `{ path /live }${drains ? ` or ${FROM_TASK}` : ''}`;
  return (
    health && {
      head: 'frontend health',
      lines: [
        ...bindLines(model, health),
        'mode http',
        // A check every few seconds is not traffic.
        'no log',
        `maxconn ${OWN_CONNECTIONS.health}`,
        'monitor-uri /ready',
        drains && `monitor fail if ${stoppingCondition(version)}`,
        ...usedUpstreams(model).map(({ backend }) => `monitor fail if { nbsrv(${backend}) lt 1 }`),
        drains && `http-request ${stoppingAction(version)} if ${FROM_TASK}`,
        capabilities.httpRequestReturn
          ? `http-request return status 200 content-type text/plain string live if ${fine}`
          : `http-request deny deny_status 200 if ${fine}`,
        metrics && 'http-request use-service prometheus-exporter if { path /metrics }',
        ...(capabilities.ownView ? viewLines(model) : []),
      ],
    }
  );
}

/** Without those behind a response for all: a deployment begins maintenance also while an upstream does not answer. */
function usedUpstreams(model: ValidatedModel): readonly ValidatedUpstream[] {
  const { routes } = model;
  const end = routes.findIndex(isForAll);
  const used = end < 0 ? [model, ...routes] : routes.slice(0, end);
  return used.flatMap(partsOf).map(({ upstream }) => upstream);
}

/** Addresses in one answer. More are given in the next answers. */
const VIEW = Array.from({ length: 8 }, (_, i) => `txn.a${i + 1}`);
/** Requests a second to the health listener above which it gives no view. Health checks are far fewer. */
const MAX_VIEW_RATE = 100;

/**
 * What the resolver of this process answers about each upstream. `do-resolve` continues after the address that it gave
 * last, so each line gives the next one. All names are constants: a request only selects one. The answers come from the
 * resolutions of the slots: while DNS answers, no request leads to more queries than one each `hold valid`.
 */
function viewLines(model: ValidatedModel): Line[] {
  const named = upstreamsOf(model).filter((upstream) => 'dnsName' in upstream);
  const [first, ...others] = VIEW as [string, ...string[]];
  const resolve = (variable: string, condition: string) =>
    `http-request do-resolve(${variable},${RESOLVERS},ipv4) var(txn.name) if { var(${condition}) -m found }`;
  return [
    '# the addresses that the resolver of this process has now, for the drift checker',
    ...named.map(
      ({ backend, dnsName }) =>
        `http-request set-var(txn.name) str(${dnsName}) if { path ${VIEW_PATH}${backend} } !{ fe_req_rate gt ${MAX_VIEW_RATE} }`,
    ),
    resolve(first, 'txn.name'),
    // Where DNS does not answer, only the first waits for it.
    ...others.map((variable) => resolve(variable, first)),
    `http-request return status 200 content-type text/plain lf-string "${VIEW.map((variable) => `%[var(${variable})]`).join(' ')}" if { var(${first}) -m found }`,
    `http-request return status 503 if { path_beg ${VIEW_PATH} }`,
  ];
}

/**
 * The runtime API itself stays on a local socket. Data from the network passes only if it is, byte for byte,
 * one of the checker's commands. All commands are in one rule: one rule for each would delay the longer
 * commands until `inspect-delay` ends. `req.payload(0,0)`, which would allow a regular expression, never matches
 * before 1.8.
 */
export function runtimeApiSection({ runtimeApi, runtimeApiTls }: ValidatedModel): Section | undefined {
  const commands = Object.values(RUNTIME_COMMANDS);
  const exact = commands.map((command) => {
    const hex = Buffer.from(`${command}\n`).toString('hex');
    const length = command.length + 1;
    return `{ req.len ${length} } { req.payload(0,${length}) -m bin ${hex} }`;
  });
  const tls = runtimeApiTls;
  return (
    runtimeApi && {
      head: 'listen runtime-api',
      lines: [
        `# passes these lines and rejects the rest: ${commands.join(', ')}`,
        join(
          `bind ${bindOf(runtimeApi)}`,
          tls && `ssl crt ${quote(tls.certificateFile)} ca-file ${quote(tls.clientCaFile)} verify required`,
        ),
        'mode tcp',
        'no log',
        `maxconn ${OWN_CONNECTIONS.runtimeApi}`,
        'timeout client 5s',
        'timeout server 5s',
        'tcp-request inspect-delay 2s',
        `tcp-request content accept if ${exact.join(' or ')}`,
        'tcp-request content reject',
        `server local ${socketOf(runtimeApi)}`,
      ],
    }
  );
}
