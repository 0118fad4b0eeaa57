import { MAX_DOWN_CHECK_SECONDS } from '../../contract/registry-record';
import { formatDuration } from '../duration';
import type { ValidatedModel } from '../model/check';
import type { ValidatedIdentity } from '../model/check-identity';
import type { ValidatedElb, ValidatedFixed, ValidatedUpstream } from '../model/check-upstream';
import {
  HaproxyLocality,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  IDLE_MARGIN_MILLIS,
} from '../model/options';
import type { HaproxyVersion } from '../version/version';
import { bindOf, RESOLVERS } from './process';
import { join, type Line, quote, type Section } from './words';

const MAX_DOWN_MILLIS = MAX_DOWN_CHECK_SECONDS * 1000;

/** The section of an upstream. */
export function backendSection(version: HaproxyVersion, model: ValidatedModel, upstream: ValidatedUpstream): Section {
  const { _capabilities: capabilities } = version;
  const http = model.mode === HaproxyMode.HTTP;
  const servers = () => {
    if ('addresses' in upstream) {
      return fixedLines(version, model, upstream);
    }
    if (upstream.resolutionMode === HaproxyResolutionMode.PER_REQUEST) {
      return perRequestLines(version, model, upstream);
    }
    return capabilities.serverTemplate ? slotLines(version, model, upstream) : singleLines(version, model, upstream);
  };
  const inZone = upstream.locality === HaproxyLocality.ZONE;
  return {
    head: `backend ${upstream.backend}`,
    lines: [
      'balance roundrobin',
      `retries ${inZone ? ZONE_RETRIES : 3}`,
      'option redispatch',
      // A request that may have arrived is sent again only if a repetition is harmless.
      http && capabilities.retryOn && `retry-on conn-failure empty-response${inZone ? '' : ' response-timeout'}`,
      http && capabilities.retryOn && 'http-request disable-l7-retry unless METH_GET',
      capabilities.dropTrailers && hasCertificateHeaders(model) && 'option http-drop-request-trailers',
      `timeout server ${formatDuration(model.limits.serverTimeoutMillis ?? upstream.idleTimeoutMillis + IDLE_MARGIN_MILLIS)}`,
      `timeout tunnel ${formatDuration(tunnelMillis(upstream))}`,
      ...servers(),
    ],
  };
}

/**
 * Where all nodes of a zone stop at once, nearly each attempt goes to one of them until the last is marked down. In HTTP mode
 * each can take four attempts, one on a kept connection and three that are refused, so that this is for four nodes; in TCP
 * mode three, for five nodes. With 3 retries each client may lose a request (`running-zone-killed.test.ts`). A response that takes
 * longer than `serverTimeout` is not awaited so often.
 */
const ZONE_RETRIES = 16;

function hasCertificateHeaders({ listenTls }: ValidatedModel): boolean {
  return (listenTls?.clientCertificates?.headers.length ?? 0) > 0;
}

/**
 * A WebSocket or a TCP session, once both sides talk: no other timeout applies to it. HAProxy ends it shortly before the
 * load balancer drops it: a Network Load Balancer does that without a packet, and the client would use a dead connection.
 */
function tunnelMillis({ idleTimeoutMillis }: ValidatedUpstream): number {
  return Math.max(idleTimeoutMillis - 1000, Math.floor(idleTimeoutMillis * 0.9));
}

/** 1.8 and later: DNS removes an address slowly (`hold obsolete`), a health check removes a dead address fast. */
function slotLines(version: HaproxyVersion, { mode }: ValidatedModel, upstream: ValidatedElb): Line[] {
  const { dnsName, port, slots } = upstream;
  const mapped = mapsPort(version, mode, upstream);
  return [
    ...(mode === HaproxyMode.HTTP ? reuseLines(version, upstream) : []),
    ...(mapped
      ? [
          '# Up to 2.9 a slot that gets another address keeps its connections to the old one. With a relative port (`+0`)',
          '# a connection is used again only for the address and port that it has.',
          `http-request set-dst-port int(${port})`,
        ]
      : []),
    ...httpCheckLines(version, upstream),
    // A check without an answer ends after `inter`. Until then a slot that gets another address waits for the former one.
    upstream.identity &&
      upstream.healthCheck.intervalMillis > MAX_DOWN_MILLIS &&
      `timeout check ${formatDuration(MAX_DOWN_MILLIS)}`,
    join(
      `server-template elb ${slots} ${dnsName}:${mapped ? '+0' : port}`,
      checkOf(version, mode, upstream, mapped ? port : undefined),
      connectionOf(version, mode, upstream),
      `resolvers ${RESOLVERS} resolve-prefer ipv4 init-addr none`,
      upstream.identity && version._capabilities.initState && 'init-state down',
    ),
  ];
}

/**
 * 1.6 and 1.7: one slot, and a health check that can only fail with HAProxy itself, because it triggers resolution. With a
 * proof of identity the check asks the load balancer: HAProxy also resolves the name of a server that is down.
 */
function singleLines(version: HaproxyVersion, model: ValidatedModel, upstream: ValidatedElb): Line[] {
  const { mode, resolution, health } = model;
  const { address = '127.0.0.1', port } = health!;
  // Two checks a period: a check that runs slightly too early costs half a period instead of a whole one.
  const interval = Math.min(5000, Math.floor(resolution.holdValidMillis / 2));
  const http = mode === HaproxyMode.HTTP;
  const { identity, healthCheck } = upstream;
  const intervalMillis = Math.min(interval, healthCheck.intervalMillis);
  const check =
    identity === undefined
      ? // An IPv6 address needs a colon at its end, or HAProxy reads its last group as a port.
        `check addr ${address.includes(':') ? `${address}:` : address} port ${port} inter ${formatDuration(interval)} fall 17280`
      : checkOf(version, mode, { ...upstream, healthCheck: { ...healthCheck, intervalMillis } });
  return [
    ...(http ? reuseLines(version, upstream) : []),
    ...(identity === undefined
      ? [
          '# 1.6 and 1.7 look a name up only when a health check runs, and `fall` does not protect the first check after a',
          "# start. So the check asks HAProxy's own liveness port: it keeps resolution alive and cannot take the server down.",
        ]
      : httpCheckLines(version, upstream)),
    join(
      `server elb1 ${upstream.dnsName}:${upstream.port}`,
      check,
      'weight 100',
      connectionOf(version, mode, upstream),
      `resolvers ${RESOLVERS} resolve-prefer ipv4`,
      version._capabilities.initAddr && 'init-addr none',
    ),
  ];
}

/**
 * 2.0 and later: an address for each request. Without the guard a name that does not resolve would let the request go
 * to the address that the client connected to, which is HAProxy's own.
 */
function perRequestLines(version: HaproxyVersion, { mode }: ValidatedModel, upstream: ValidatedElb): Line[] {
  const http = mode === HaproxyMode.HTTP;
  const rule = http ? 'http-request' : 'tcp-request content';
  const variable = http ? 'txn.elb' : 'sess.elb';
  return [
    ...(http ? reuseLines(version, upstream) : []),
    !http && 'tcp-request inspect-delay 5s',
    `${rule} do-resolve(${variable},${RESOLVERS},ipv4) str(${quote(upstream.dnsName)})`,
    `${rule} ${http ? 'deny deny_status 503' : 'reject'} unless { var(${variable}) -m found }`,
    `${rule} set-dst var(${variable})`,
    join(`server elb 0.0.0.0:${upstream.port}`, connectionOf(version, mode, upstream)),
  ];
}

/**
 * Addresses that do not change: a kept connection is always to the right machine. 1.9.0 crashes where clients change
 * between backends that keep connections and those that do not (`running-shares.test.ts`): all of a branch do the same.
 */
function fixedLines(version: HaproxyVersion, { mode }: ValidatedModel, upstream: ValidatedFixed): Line[] {
  const { addresses, port, sendProxyProtocol } = upstream;
  const reuse = `http-reuse ${sendProxyProtocol ? 'never' : 'safe'}`;
  return [
    mode === HaproxyMode.HTTP && (version._capabilities.reusesRightly ? reuse : 'option http-server-close'),
    ...httpCheckLines(version, upstream),
    ...addresses.map((address, i) =>
      join(
        `server fixed${i + 1} ${bindOf({ address, port })}`,
        checkOf(version, mode, upstream),
        connectionOf(version, mode, upstream),
      ),
    ),
  ];
}

/**
 * Whether the port of the server line is relative to the one that the request goes to, which is set for each request.
 * From 2.4 on the key of a kept connection then has its address (src/backend.c, connect_server). A PROXY header would
 * have the wrong port; with it no connection is kept up to 2.9.
 */
function mapsPort(
  { _capabilities: { reusesRightly, leavesInPlace } }: HaproxyVersion,
  mode: HaproxyMode,
  { sendProxyProtocol }: ValidatedUpstream,
): boolean {
  return mode === HaproxyMode.HTTP && reusesRightly && !leavesInPlace && !sendProxyProtocol;
}

/**
 * How connections are reused in HTTP mode. A connection with one client's address in its PROXY header must not carry
 * another client's requests. Where a kept connection would stay on a removed address, HAProxy keeps none.
 */
function reuseLines({ _capabilities: capabilities }: HaproxyVersion, { sendProxyProtocol }: ValidatedUpstream): Line[] {
  const rightly = sendProxyProtocol ? capabilities.leavesInPlace : capabilities.reusesRightly;
  return rightly
    ? [`http-reuse ${sendProxyProtocol ? 'never' : 'safe'}`]
    : [
        '# The connections of a kept-alive client would stay on the old address for as long as it answers.',
        'option http-server-close',
      ];
}

/** An HTTP check, in the syntax of the branch, with the Host header by which a load balancer selects its rule. */
function httpCheckLines({ _capabilities: capabilities }: HaproxyVersion, upstream: ValidatedUpstream): Line[] {
  const { healthCheck } = upstream;
  const identity = identityOf(upstream);
  const { path, host } = identity?.by === 'response' ? identity : healthCheck;
  if (!healthCheck.enabled || path === undefined) {
    return [];
  }
  return [
    ...(capabilities.httpCheckSend
      ? ['option httpchk', `http-check send meth GET uri ${quote(path)} ver HTTP/1.1 hdr Host ${quote(host)}`]
      : [`option httpchk GET ${quote(path)} HTTP/1.1\\r\\nHost:\\ ${host}`]),
    ...(identity?.by === 'response' ? proofLines(identity) : ['http-check expect status 200-399']),
  ];
}

/** What only the load balancer answers. All of it must be there (2.2 and later; before there is one line). */
function proofLines({ body, header, headerValue }: Extract<ValidatedIdentity, { by: 'response' }>): Line[] {
  return [
    // `hdr` compares each part between commas, which a value with a comma never is.
    header !== undefined && `http-check expect fhdr name ${quote(header)} value ${quote(headerValue!)}`,
    body !== undefined && `http-check expect string ${quote(body)}`,
  ];
}

function identityOf(upstream: ValidatedUpstream): ValidatedIdentity | undefined {
  return 'dnsName' in upstream ? upstream.identity : undefined;
}

/** Time between two checks of an address that is about to be down or up, ms. */
function fastMillis({ healthCheck }: ValidatedUpstream): number {
  return Math.max(100, Math.floor(healthCheck.intervalMillis / 2));
}

/**
 * Time between two checks of an address that is down, ms; undefined where the usual one will do. It is short from 3.1 on,
 * where a new address waits for its first check, and where failed connections mark addresses down, so that they are back
 * soon. A slot whose address changes while it is down has the result of the former address until then, which says of a node
 * that it is a stranger (`srv_check_status`, running processes of 2.2 to 3.4).
 */
function downMillis(
  { _capabilities: { initState } }: HaproxyVersion,
  intervalMillis: number,
  fast: number,
  inZone: boolean,
): number | undefined {
  const isShort = initState || inZone;
  const usual = isShort ? Math.max(100, Math.floor(fast / 2)) : intervalMillis;
  return isShort || usual > MAX_DOWN_MILLIS ? Math.min(usual, MAX_DOWN_MILLIS) : undefined;
}

/**
 * Failed connections in a row that mark a node of a zone as down before its health check does. Where the zone stops, each of
 * its nodes would get the retries of the others until its checks have failed. With a limit of 1 all nodes would be down most
 * of the time where a tenth of their connections fails (`running-zone-certificate.test.ts`).
 *
 * Without a zone there is no limit, which would cost more than it saves: an address that refuses connections for a moment
 * would be down, where a retry a second later arrives (`running-identity.test.ts`).
 */
const ZONE_ERROR_LIMIT = 3;

/**
 * `on-marked-down` also acts on a slot that DNS removes, not only on one whose check fails: it would cut a request or
 * two each time the load balancer replaces a node. Requests end by themselves, TCP sessions may not.
 */
function checkOf(version: HaproxyVersion, mode: HaproxyMode, upstream: ValidatedUpstream, port?: number): Line {
  const { healthCheck, sendProxyProtocol, tls, locality } = upstream;
  const { enabled, intervalMillis, fall, rise } = healthCheck;
  const identity = identityOf(upstream);
  const fast = fastMillis(upstream);
  const inZone = locality === HaproxyLocality.ZONE;
  const down = identity && downMillis(version, intervalMillis, fast, inZone);
  return (
    enabled &&
    join(
      'check',
      port !== undefined && `port ${port}`,
      // A check with a port of its own takes nothing over from `ssl`.
      port !== undefined && tls && 'check-ssl',
      identity?.by === 'certificate' && identity.handshake && handshakeOf(version, identity.handshake),
      `inter ${formatDuration(intervalMillis)} fastinter ${formatDuration(fast)}`,
      down !== undefined && `downinter ${formatDuration(down)}`,
      `fall ${fall} rise ${rise}`,
      inZone && `observe layer4 error-limit ${ZONE_ERROR_LIMIT} on-error mark-down`,
      mode === HaproxyMode.TCP && 'on-marked-down shutdown-sessions',
      sendProxyProtocol && 'check-send-proxy',
    )
  );
}

/** A TLS handshake of the check alone: traffic passes through as it is. */
function handshakeOf(
  { _capabilities: capabilities }: HaproxyVersion,
  { serverName, caFile }: { readonly serverName: string; readonly caFile: string },
): string {
  return join(
    `check-ssl verify required ca-file ${quote(caFile)} verifyhost ${serverName}`,
    capabilities.checkSni && `check-sni ${serverName}`,
  );
}

/** How HAProxy opens and closes the connections to the load balancer. */
function connectionOf(
  { _capabilities: capabilities }: HaproxyVersion,
  mode: HaproxyMode,
  upstream: ValidatedUpstream,
): Line {
  const { protocol, tls, sendProxyProtocol, slowStartMillis, idleTimeoutMillis } = upstream;
  // In each period the pool closes half of its idle connections: 100 are closed after 7 periods.
  const purge = formatDuration(Math.floor(idleTimeoutMillis / 12));
  const slots = upstream.resolutionMode === HaproxyResolutionMode.SLOTS;
  const checked = slots && upstream.healthCheck.enabled;
  const http2 = protocol === HaproxyProtocol.HTTP2;
  return join(
    tls &&
      (tls.verify
        ? `ssl verify required ca-file ${quote(tls.caFile)} verifyhost ${tls.serverName}`
        : 'ssl verify none'),
    tls && `sni str(${tls.serverName})`,
    tls && capabilities.checkSni && checked && `check-sni ${tls.serverName}`,
    http2 && (tls ? 'alpn h2' : 'proto h2'),
    // Up to 3.0 a check takes `proto` over and not `alpn`.
    http2 && tls && checked && 'check-alpn h2',
    http2 && capabilities.websocketProtocol && 'ws h1',
    sendProxyProtocol && 'send-proxy-v2',
    slowStartMillis > 0 && slots && `slowstart ${formatDuration(slowStartMillis)}`,
    mode === HaproxyMode.HTTP && capabilities.poolPurgeDelay && `pool-purge-delay ${purge} pool-max-conn 100`,
  );
}
