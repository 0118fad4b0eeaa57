import { formatHostPort, type HaproxyBind } from './address';
import { formatDuration } from './duration';
import {
  type CheckedModel,
  checkModel,
  DEFAULTS,
  type HaproxyConfigModel,
  HaproxyMode,
  refuseSharedPorts,
} from './model';
import { RUNTIME_COMMANDS } from './runtime-commands';
import type { HaproxyVersion } from './version';

/** The backend that holds the slots of the upstream. The checker reads this one and no other. */
export const UPSTREAM_BACKEND = 'upstream';
const RESOLVERS = 'dns';
/** Present in Debian's and Alpine's images alike. `@system-ca` would need 2.6. */
const CA_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** A section: its opening line and the lines below it. A falsy line is left out. */
type Section = [head: string, ...lines: Line[]];
type Line = string | false | undefined;

/** Writes HAProxy configurations. */
export class HaproxyConfig {
  /**
   * The configuration that is right for a version. Pure: the same arguments always give the same text.
   *
   * The sections stand in the order of HAProxy's manual. Where the version forces a choice, a comment says so.
   *
   * @param version the HAProxy version that will read the text
   * @param model what to proxy, and how
   * @returns the text of a configuration file, ending with a newline
   * @throws in one line when a value of the model is not usable: its name, the value given, the values allowed
   */
  public static render(version: HaproxyVersion, model: HaproxyConfigModel): string {
    const checked = withLiveness(version, checkModel(model));
    const sections = [
      globalSection(version, checked),
      defaultsSection(version, checked),
      resolversSection(version, checked),
      trafficSection(version, checked),
      upstreamSection(version, checked),
      checked.health && healthSection(checked.health),
      checked.runtimeApi && runtimeApiSection(checked.runtimeApi),
    ];
    const text = sections
      .filter((section) => section !== undefined)
      .map(([head, ...lines]) => [head, ...lines.filter(Boolean).map((line) => `    ${line}`)].join('\n'));
    return `# For HAProxy ${version.branch}. Written by cdk-haproxy-elb: change its input and not this text.\n\n${text.join('\n\n')}\n`;
  }

  private constructor() {}
}

/** 1.6 and 1.7 resolve only when a health check runs, so they cannot do without a target for it. */
function withLiveness(version: HaproxyVersion, model: CheckedModel): CheckedModel {
  const needed = !version.capabilities.autonomousResolution;
  if (!needed || model.health) {
    return model;
  }
  const complete = { ...model, health: { address: '127.0.0.1', port: DEFAULTS.healthPort } };
  refuseSharedPorts(complete);
  return complete;
}

function globalSection({ capabilities }: HaproxyVersion, { runtimeApi }: CheckedModel): Section {
  return [
    'global',
    'maxconn 2000',
    capabilities.logStdout
      ? 'log stdout format raw local0 info'
      : '# no log: before 1.9 HAProxy cannot log to its output',
    // ECS kills a container 30 s after the stop signal by default.
    capabilities.hardStopAfter
      ? 'hard-stop-after 25s'
      : '# no hard-stop-after before 1.8: a soft stop ends with its last connection',
    runtimeApi && `stats socket ${socketOf(runtimeApi)} level user`,
    runtimeApi && 'stats timeout 10s',
  ];
}

function defaultsSection({ capabilities }: HaproxyVersion, { mode }: CheckedModel): Section {
  return [
    'defaults',
    `mode ${mode}`,
    capabilities.logStdout && 'log global',
    'timeout connect 5s',
    // The side that sends requests must give up an idle connection first: an ALB does so after 60 s.
    'timeout client 65s',
    'timeout server 65s',
    mode === HaproxyMode.HTTP && 'timeout http-request 10s',
    mode === HaproxyMode.HTTP && 'timeout http-keep-alive 65s',
  ];
}

function resolversSection({ capabilities }: HaproxyVersion, { resolution }: CheckedModel): Section {
  const { nameservers, holdValidMillis, holdObsoleteMillis } = resolution;
  return [
    `resolvers ${RESOLVERS}`,
    ...nameservers.map((nameserver, i) => `nameserver dns${i + 1} ${nameserver}`),
    capabilities.acceptedPayloadSize
      ? 'accepted_payload_size 8192'
      : '# answers above 512 bytes cannot be read before 1.8',
    'resolve_retries 3',
    'timeout retry 1s',
    capabilities.timeoutResolve &&
      '# the period is `hold valid` up to 2.0 and `timeout resolve` after: both say the same',
    capabilities.timeoutResolve && `timeout resolve ${formatDuration(holdValidMillis)}`,
    `hold valid ${formatDuration(holdValidMillis)}`,
    // A name that does not exist belongs to a deleted ELB, whose addresses go to others: let go soon.
    capabilities.holdErrors && 'hold nx 30s',
    // An outage of DNS says nothing of the addresses: keep them.
    capabilities.holdErrors && 'hold timeout 10m',
    capabilities.holdErrors && 'hold refused 10m',
    capabilities.holdErrors && 'hold other 10m',
    !capabilities.holdErrors && '# 1.6 has no other hold: it keeps the last address whatever DNS says',
    capabilities.holdObsolete && `hold obsolete ${formatDuration(holdObsoleteMillis)}`,
  ];
}

function trafficSection({ capabilities }: HaproxyVersion, { mode, listen }: CheckedModel): Section {
  return [
    'frontend traffic',
    `bind ${bindOf(listen)}`,
    capabilities.logStdout && `option ${mode}log`,
    mode === HaproxyMode.HTTP && 'option forwardfor',
    `default_backend ${UPSTREAM_BACKEND}`,
  ];
}

function upstreamSection(version: HaproxyVersion, model: CheckedModel): Section {
  const { capabilities } = version;
  return [
    `backend ${UPSTREAM_BACKEND}`,
    'balance roundrobin',
    'retries 3',
    'option redispatch',
    ...(capabilities.serverTemplate ? slotLines(version, model) : singleServerLines(version, model)),
  ];
}

/** 1.8 and later: DNS removes an address slowly (`hold obsolete`), the health check removes a dead one fast. */
function slotLines(version: HaproxyVersion, { upstream, mode }: CheckedModel): string[] {
  const check = 'check inter 2s fastinter 1s fall 2 rise 2 on-marked-down shutdown-sessions';
  const reuse = mode === HaproxyMode.HTTP ? ['http-reuse safe'] : [];
  return [
    ...reuse,
    join(
      `server-template elb ${upstream.slots} ${upstream.dnsName}:${upstream.port}`,
      check,
      tlsOf(version, upstream),
      `resolvers ${RESOLVERS} resolve-prefer ipv4 init-addr none`,
    ),
  ];
}

/** 1.6 and 1.7: one slot, and a health check that can only fail with HAProxy itself, because it triggers resolution. */
function singleServerLines(version: HaproxyVersion, model: CheckedModel): Line[] {
  const { mode, upstream, resolution, health } = model;
  const { address = '127.0.0.1', port } = health!;
  // Two checks a period: one that comes a moment too early costs half a period and not a whole one.
  const interval = formatDuration(Math.min(5000, Math.floor(resolution.holdValidMillis / 2)));
  const http = mode === HaproxyMode.HTTP;
  return [
    http && '# The connections of a kept-alive client would stay on the old address for as long as it answers.',
    http && 'option http-server-close',
    '# 1.6 and 1.7 look a name up only when a health check runs, and `fall` does not protect the first check after a',
    "# start. So the check asks HAProxy's own liveness port: it keeps resolution alive and cannot take the server down.",
    join(
      `server elb1 ${upstream.dnsName}:${upstream.port}`,
      `check addr ${address} port ${port} inter ${interval} fall 17280 weight 100`,
      tlsOf(version, upstream),
      `resolvers ${RESOLVERS} resolve-prefer ipv4`,
      version.capabilities.initAddr && 'init-addr none',
    ),
  ];
}

function tlsOf({ capabilities }: HaproxyVersion, { tls, dnsName }: Required<CheckedModel['upstream']>): string | false {
  return (
    tls &&
    join(
      `ssl verify required ca-file ${CA_FILE} verifyhost ${dnsName} sni str(${dnsName})`,
      capabilities.checkSni && `check-sni ${dnsName}`,
    )
  );
}

function healthSection(health: HaproxyBind): Section {
  return ['frontend health', `bind ${bindOf(health)}`, 'mode http', 'monitor-uri /live'];
}

/**
 * The runtime API itself stays on a local socket. What comes from the network passes only when it is, byte for byte,
 * one of the checker's commands. All of them stand in one rule: a rule of its own for each would hold up the longer
 * commands until `inspect-delay` ends. `req.payload(0,0)`, which would allow a regular expression, never matches
 * before 1.8.
 */
function runtimeApiSection(runtimeApi: HaproxyBind): Section {
  const exact = Object.values(RUNTIME_COMMANDS).map((command) => {
    const hex = [...`${command}\n`].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    const length = command.length + 1;
    return `{ req.len ${length} } { req.payload(0,${length}) -m bin ${hex} }`;
  });
  return [
    'listen runtime-api',
    `# passes these lines and rejects the rest: ${Object.values(RUNTIME_COMMANDS).join(', ')}`,
    `bind ${bindOf(runtimeApi)}`,
    'mode tcp',
    'maxconn 32',
    'timeout client 5s',
    'timeout server 5s',
    'tcp-request inspect-delay 2s',
    `tcp-request content accept if ${exact.join(' or ')}`,
    'tcp-request content reject',
    `server local ${socketOf(runtimeApi)}`,
  ];
}

/**
 * A socket in the abstract name space: it needs no writable folder, so the root file system can stay read-only. It is
 * seen only within the task's network name space. The port is in its name so that several proxies can share a host.
 */
function socketOf({ address = 'any', port }: HaproxyBind): string {
  return `abns@haproxy-runtime-api-${address.replaceAll(':', '_')}-${port}`;
}

function bindOf({ address = '', port }: HaproxyBind): string {
  return formatHostPort(address, port);
}

function join(...words: Line[]): string {
  return words.filter(Boolean).join(' ');
}
