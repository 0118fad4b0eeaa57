import type { ValidatedModel } from '../model/check';
import type { ValidatedRoute } from '../model/check-upstream';
import { HaproxyLogFormat, HaproxyMode, HaproxyTlsVersion } from '../model/options';
import type { HaproxyVersion } from '../version/version';
import { clientCertificateRules, clientCertificateWords } from './client-certificates';
import { bindLines, logs, stoppingCondition } from './process';
import { rateLimitExemptions, rateLimitRules } from './rate-limits';
import { errorPageLines } from './responses';
import { shareCookieRules, shareRules, useBackends } from './shares';
import { aclLines, join, type Line, quote, quoteFormat, type Section } from './words';

/** Fields of a JSON log line. `%` expressions of every branch; values from clients go through `json`. */
const JSON_FIELDS: Record<HaproxyMode, string> = {
  [HaproxyMode.HTTP]:
    '{"time":"%T","client":"%ci","client_port":%cp,"backend":"%b","server":"%s","address":"%si","request_ms":%Tq,"queue_ms":%Tw,"connect_ms":%Tc,"response_ms":%Tr,"total_ms":%Tt,"status":%ST,"bytes":%B,"state":"%ts","method":"%[capture.req.method,json(utf8s)]","uri":"%[capture.req.uri,json(utf8s)]"}',
  [HaproxyMode.TCP]:
    '{"time":"%T","client":"%ci","client_port":%cp,"backend":"%b","server":"%s","address":"%si","queue_ms":%Tw,"connect_ms":%Tc,"total_ms":%Tt,"bytes":%B,"state":"%ts"}',
};

/** The section that accepts traffic, selects a backend and applies the rules of the listener. */
export function trafficSection(version: HaproxyVersion, model: ValidatedModel): Section {
  const { mode, listen, acceptProxyProtocol, forwardedFor, upstream, limits } = model;
  const http = mode === HaproxyMode.HTTP;
  const proxyProtocol = acceptProxyProtocol && 'accept-proxy';
  return {
    head: 'frontend traffic',
    lines: [
      ...bindLines(model, listen, proxyProtocol, tlsOf(version, model)),
      ...redirectBinds(model, proxyProtocol),
      `maxconn ${limits.maxConnections}`,
      logs(version, model) && logFormat(model),
      http && forwardedFor && 'option forwardfor',
      ...errorPageLines(model),
      ...rateLimitExemptions(model),
      ...rateLimitRules(version, model, 'tcp-request session'),
      ...addressRules(model),
      ...clientCertificateRules(version, model),
      ...rateLimitRules(version, model, 'http-request'),
      ...(http ? requestRules(version, model) : [...shareRules(version, model), ...sniRules(model)]),
      ...backendChoices(model),
      `default_backend ${upstream.backend}`,
    ],
  };
}

/** Ids of the listeners that redirect start here; HAProxy gives those without one the lowest that are free. */
const FIRST_REDIRECT_ID = 101;

function redirectBinds(model: ValidatedModel, proxyProtocol: Line): string[] {
  const { listen, listenTls, redirectPort } = model;
  if (redirectPort === undefined) {
    return [];
  }
  const binds = bindLines(model, { ...listen, port: redirectPort }, proxyProtocol);
  return listenTls === undefined ? binds.map((bind, i) => `${bind} id ${FIRST_REDIRECT_ID + i}`) : binds;
}

/** Lines that choose a backend. None below a route for all requests, such as maintenance, which nothing passes. */
function backendChoices(model: ValidatedModel): string[] {
  const lines: string[] = [];
  for (const route of model.routes) {
    const condition = conditionOf(route, model);
    lines.push(...useBackends(route, condition), join(`use_backend ${route.backend}`, condition && `if ${condition}`));
    if (condition === '') {
      return lines;
    }
  }
  return [...lines, ...useBackends(model)];
}

function tlsOf({ _capabilities: capabilities }: HaproxyVersion, { listenTls, mode }: ValidatedModel): Line {
  const http2 = listenTls?.http2 && capabilities.http2 && mode === HaproxyMode.HTTP;
  return (
    listenTls &&
    join(
      'ssl',
      ...listenTls.certificateFiles.map((file) => `crt ${quote(file)}`),
      clientCertificateWords(listenTls.clientCertificates),
      capabilities.sslMinVer
        ? `ssl-min-ver TLSv${listenTls.minVersion}`
        : listenTls.minVersion === HaproxyTlsVersion.V1_2 && 'no-sslv3 no-tlsv10 no-tlsv11',
      http2 && 'alpn h2,http/1.1',
    )
  );
}

function logFormat({ log, mode }: ValidatedModel): string {
  return log.format === HaproxyLogFormat.JSON ? `log-format '${JSON_FIELDS[mode]}'` : `option ${mode}log`;
}

/**
 * Rules on the client's address. `content` and not `connection`, because only `content` has the address from the PROXY
 * protocol.
 */
function addressRules({ allowFrom, denyFrom }: ValidatedModel): Line[] {
  return [
    ...aclLines('denied', 'src', denyFrom),
    ...aclLines('allowed', 'src', allowFrom),
    denyFrom.length > 0 && 'tcp-request content reject if denied',
    allowFrom.length > 0 && 'tcp-request content reject unless allowed',
  ];
}

function requestRules(version: HaproxyVersion, model: ValidatedModel): Line[] {
  const { _capabilities: capabilities } = version;
  const {
    limits,
    listenTls,
    tlsInFront,
    redirectPort,
    httpsPort = 443,
    requestHeaders,
    responseHeaders,
    drainTimeMillis,
  } = model;
  const port = httpsPort === 443 ? '' : `:${httpsPort}`;
  const withoutTls = listenTls === undefined ? `if { so_id ge ${FIRST_REDIRECT_ID} }` : 'unless { ssl_fc }';
  const response = capabilities.httpAfterResponse ? 'http-after-response' : 'http-response';
  const status = capabilities.httpRequestReturn ? ' deny_status 413' : '';
  return [
    // `scheme` would keep the port of the listener without TLS.
    redirectPort !== undefined &&
      `http-request redirect prefix https://%[req.hdr(host),field(1,:)]${port} code 301 ${withoutTls}`,
    limits.maxBodyBytes !== undefined &&
      `http-request deny${status} if { req.hdr_val(content-length) gt ${limits.maxBodyBytes} }`,
    // Before the rules that change headers: what the client sent decides.
    ...shareRules(version, model),
    (listenTls !== undefined || tlsInFront) &&
      join('http-request set-header X-Forwarded-Proto https', listenTls && 'if { ssl_fc }'),
    ...headerRules('http-request', requestHeaders),
    ...headerRules('http-response', responseHeaders),
    ...shareCookieRules(model),
    // A client that keeps its connection must leave before the end: an idle connection may be cut under a request.
    // Not the answer to an upgrade, which is no WebSocket then.
    drainTimeMillis > 0 && `${response} set-header Connection close if ${stoppingCondition(version)} !{ status 101 }`,
  ];
}

function headerRules(
  rules: 'http-request' | 'http-response',
  { set, remove }: ValidatedModel['requestHeaders'],
): string[] {
  return [
    ...remove.map((name) => `${rules} del-header ${quote(name)}`),
    ...Object.entries(set).map(([name, value]) => `${rules} set-header ${quote(name)} ${quoteFormat(value)}`),
  ];
}

/** The name in a TLS handshake can be read only after the handshake has arrived. */
function sniRules({ routes, listenTls }: ValidatedModel): Line[] {
  return routes.length === 0 || listenTls !== undefined
    ? []
    : ['tcp-request inspect-delay 5s', 'tcp-request content accept if { req.ssl_hello_type 1 }'];
}

function conditionOf({ host, pathPrefix, sni }: ValidatedRoute, { listenTls }: ValidatedModel): string {
  const name = listenTls === undefined ? 'req.ssl_sni' : 'ssl_fc_sni';
  return join(
    host !== undefined && `{ hdr(host),field(1,:) -i ${quote(host)} }`,
    pathPrefix !== undefined && `{ path_beg ${quote(pathPrefix)} }`,
    sni !== undefined && `{ ${name} -i ${quote(sni)} }`,
  );
}
