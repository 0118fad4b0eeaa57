import fc from 'fast-check';
import { InputError } from '../../lib/haproxy/errors';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { upstreamWarnings } from '../../lib/haproxy/model/warnings';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { readLine } from '../../lint/syntax/tokenizer';
import { models, values, versions } from './arbitraries';

/** Reasons that lie in the version and not in the model. */
const FOR_THE_VERSION = [
  /^resolutionMode 'per-request' in (http|tcp) mode needs HAProxy 2\.[01] or later, and this is \d\.\d: use 'slots'$/,
  /^locality 'zone' needs HAProxy 2\.2 or later, and this is (1\.\d|2\.[01]): leave it out$/,
  /^listenTls\.minVersion '1\.3' needs HAProxy 1\.8 or later, and this is 1\.[67]: give '1\.2'$/,
  /^listenTls\.clientCertificates\.(subject|issuer)Header needs HAProxy 2\.2 or later, and this is [12]\.\d: give certificateHeader, which every version has$/,
  /^listenTls\.clientCertificates\.fingerprintHeader needs HAProxy 2\.1 or later, and this is [12]\.\d: give certificateHeader, which every version has$/,
  /^protocol 'h2' needs HAProxy 2\.4 or later, and this is (1\.\d|2\.[0123]), which keeps HTTP\/2 connections to old addresses: use 'h1'$/,
  /^protocol 'h2' with sendProxyProtocol needs HAProxy 3\.0 or later, and this is 2\.[4-9], which keeps such connections to old addresses: leave one of them out$/,
  /^parseResolvConf needs HAProxy 1\.9 or later, and this is 1\.[678]: give nameservers$/,
  /^rateLimits\[\d\]\.(connections|transferSize) needs HAProxy 1\.7 or later, and this is 1\.6: give requests$/,
  /^rateLimits\[\d\]\.header needs HAProxy 1\.8 or later, and this is 1\.[67]: leave it out$/,
  /^(errorPages\[\d\]|fixedResponse of route '[A-Za-z0-9_-]+')\.(body needs HAProxy 2\.2 or later, and this is (1\.[6789]|2\.[01]), which reads bodies only from files, and the task has none: leave it out|status '\d+' needs HAProxy 2\.2 or later, and this is (1\.[6789]|2\.[01]): give one of 200, 400, 403, 405, 408, 429, 500, 502, 503, 504)$/,
  /^metrics needs HAProxy 2\.0 or later, and this is 1\.[6789]: leave it out$/,
];

function renderOrReason(version: HaproxyVersion, model: HaproxyConfigModel): string | undefined {
  try {
    return HaproxyConfig.render(version, model);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as InputError;
    expect(FOR_THE_VERSION.filter((reason) => reason.test(message))).toHaveLength(1);
    return undefined;
  }
}

const rendered = (what: string, check: (text: string, version: HaproxyVersion, model: HaproxyConfigModel) => void) =>
  test(what, () => {
    let count = 0;
    fc.assert(
      fc.property(versions, models, (version, model) => {
        const text = renderOrReason(version, model);
        if (text !== undefined) {
          count += 1;
          check(text, version, model);
        }
      }),
      { numRuns: 300 },
    );
    expect(count).toBeGreaterThan(50);
  });

describe('every valid model is rendered for every branch, or refused because of the version', () => {
  rendered('as whole lines of a bearable length', (text) => {
    expect(text).toMatch(/[^\n]\n$/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(2000);
  });

  rendered('with at most as many words in a line as HAProxy accepts', (text) => {
    expect(Math.max(...text.split('\n').map((line) => readLine(line).words.length))).toBeLessThanOrEqual(64);
  });

  rendered('the same each time', (text, version, model) => {
    expect(HaproxyConfig.render(version, structuredClone(model))).toBe(text);
  });

  rendered('so that the linter finds what the model asked for, and nothing else', (text, version, model) => {
    const allowed = new Set(['end-of-life', 'faulty-release', ...askedFor(version, model)]);
    expect(lint(text, version).filter(({ rule, severity }) => severity === 'error' || !allowed.has(rule))).toEqual([]);
  });
});

const HOUR = 3_600_000;

/** Warnings about explicit settings of a model. */
function askedFor(version: HaproxyVersion, model: HaproxyConfigModel) {
  const { mode = HaproxyMode.HTTP, upstream, shares = [], routes = [], resolution, limits } = model;
  const { listen, health, runtimeApi, redirectPort } = model;
  const ofShares = [shares, ...routes.map((route) => route.shares ?? [])].flat().map((share) => share.upstream);
  const upstreams = [upstream, ...routes.flatMap((route) => route.upstream ?? []), ...ofShares];
  const warned = upstreams.flatMap((one) => upstreamWarnings(version, mode, { dnsName: '', ...one }));
  const isWarned = (id: string) => warned.some((warning) => warning.id === `cdk-haproxy-elb:${id}`);
  const slotsOf = upstreams.flatMap((one) => ('dnsName' in one ? (one.slots ?? 16) : []));
  const period = resolution?.holdValidMillis ?? 10_000;
  const idle = upstreams.map(({ idleTimeoutMillis = 60_000 }) => idleTimeoutMillis);
  const keepAlive = Math.min(limits?.keepAliveTimeoutMillis ?? 65_000, (Math.min(...idle) * 5) / 6);
  return [
    [listen?.port, health?.port, runtimeApi?.port, redirectPort].some((port) => port !== undefined && port < 1024) &&
      'privileged-port',
    slotsOf.includes(1) && 'single-slot',
    resolution?.payloadBytes === 512 && 'small-payload',
    period < 1000 && 'query-storm',
    (period > 60_000 ||
      (resolution?.holdObsoleteMillis ?? 2 * period) >= HOUR ||
      (resolution?.holdNxMillis ?? 0) >= HOUR) &&
      'slow-resolution',
    [resolution?.holdOutageMillis, resolution?.holdNxMillis].some((hold) => hold !== undefined && hold < 1000) &&
      'short-hold',
    slotsOf.some((slots) => slots < 8) && 'few-slots',
    // One slot does not say that the load balancer has few addresses.
    slotsOf.includes(1) && (resolution?.holdObsoleteMillis ?? 2 * period) <= period && 'hold-obsolete',
    isWarned('single-address') && 'single-address',
    isWarned('unverifiable-upstream') && 'unverifiable-name',
    (isWarned('clear-text-upstream') || isWarned('clear-text-protocol')) && 'clear-text',
    // A load balancer that keeps idle connections for longer than an Application Load Balancer does by default.
    (Math.max(...idle) >= 720_000 || keepAlive >= 60_000) && 'idle-time',
  ].filter((rule) => rule !== false);
}

describe('what a user gives cannot add a line, a word or a comment', () => {
  const version = HaproxyVersion.V3_2;
  const TOKEN = `\${Token[TOKEN.1]}`;
  const UPSTREAM = { dnsName: 'elb.example.com', port: 80, tls: {}, healthCheck: { path: '/p' } };
  const API_TLS = { certificateFile: '/a.pem', clientCaFile: '/b.pem' };
  const LISTEN_TLS = {
    certificateFile: '/site.pem',
    additionalCertificateFiles: ['/shop.pem'],
    clientCertificates: { trustStoreFile: '/ca.pem', revocationListFile: '/crl.pem', verifiedHeader: 'X-Verified' },
  };
  const PLAIN: HaproxyConfigModel = {
    upstream: UPSTREAM,
    shares: [{ name: 'part', percent: 5, upstream: { addresses: ['10.0.0.1'], port: 80, tls: { serverName: 'a' } } }],
    shareStickiness: { cookie: 'part' },
    routes: [
      { name: 'r', host: 'a', pathPrefix: '/p', sni: 'b', upstream: UPSTREAM },
      { name: 's', fixedResponse: { status: 503, body: 'b', contentType: 'a/b' } },
    ],
    errorPages: [{ status: 500, body: 'b', contentType: 'a/b' }],
    listen: { address: '10.0.0.1', port: 8080 },
    listenTls: LISTEN_TLS,
    redirectPort: 8081,
    requestHeaders: { set: { X: 'value' }, remove: ['Y'] },
    responseHeaders: { set: { X: 'value' }, remove: ['Y'] },
    allowFrom: ['10.0.0.0/8'],
    denyFrom: ['10.0.0.0/8'],
    rateLimits: [{ requests: 5 }, { requests: 5, header: 'X' }],
    rateLimitExempt: ['10.0.0.0/8'],
    health: { address: '10.0.0.1', port: 8404 },
    runtimeApi: { address: '10.0.0.1', port: 9990 },
    runtimeApiTls: API_TLS,
    log: { syslog: '10.0.0.9:514' },
    resolution: { nameservers: ['10.0.0.2:53'] },
  };
  const TCP: HaproxyConfigModel = {
    upstream: UPSTREAM,
    mode: HaproxyMode.TCP,
    routes: [{ name: 'r', sni: 'b', upstream: UPSTREAM }],
  };

  /** The number of words that HAProxy reads on each line, and the first one. */
  const shapeOf = (model: HaproxyConfigModel) =>
    HaproxyConfig.render(version, model)
      .split(/[\r\n]/)
      .map((line) => readLine(line).words)
      .map((words) => [words.length, words[0]?.text]);

  const [ROUTE, FIXED] = PLAIN.routes!;
  const [SHARE] = PLAIN.shares!;
  const upstream = (change: object) => ({ ...PLAIN, upstream: { ...UPSTREAM, ...change } });
  const tls = (change: object) => ({ ...PLAIN, listenTls: { ...LISTEN_TLS, ...change } });
  const clients = (change: object) => tls({ clientCertificates: { ...LISTEN_TLS.clientCertificates, ...change } });
  const route = (change: object) => ({ ...PLAIN, routes: [{ ...ROUTE!, ...change }, FIXED!] });
  const fixed = (change: object) => ({
    ...PLAIN,
    routes: [ROUTE!, { ...FIXED!, fixedResponse: { ...FIXED!.fixedResponse!, ...change } }],
  });
  const FIELDS: Record<string, (text: string) => HaproxyConfigModel> = {
    dnsName: (dnsName) => upstream({ dnsName }),
    caFile: (caFile) => upstream({ tls: { caFile } }),
    serverName: (serverName) => upstream({ tls: { serverName } }),
    'path of the check': (path) => upstream({ healthCheck: { path } }),
    'host of the check': (host) => upstream({ healthCheck: { path: '/p', host } }),
    'name of a route': (name) => route({ name }),
    'host of a route': (host) => route({ host }),
    'path of a route': (pathPrefix) => route({ pathPrefix }),
    'sni of a route': (sni) => route({ sni }),
    'sni of a TCP route': (sni) => ({ ...TCP, routes: [{ ...TCP.routes![0]!, sni }] }),
    'name of a share': (name) => ({ ...PLAIN, shares: [{ ...SHARE!, name }] }),
    'address of a share': (text) => ({
      ...PLAIN,
      shares: [{ ...SHARE!, upstream: { ...SHARE!.upstream, addresses: [text] } }],
    }),
    'cookie of shares': (cookie) => ({ ...PLAIN, shareStickiness: { cookie } }),
    'type of a response': (text) => fixed({ contentType: `a/b;${text}` }),
    'type of a page': (text) => ({ ...PLAIN, errorPages: [{ status: 500, body: 'b', contentType: `a/b;${text}` }] }),
    'name server': (text) => ({ ...PLAIN, resolution: { nameservers: [text] } }),
    'address of a name server': (text) => ({ ...PLAIN, resolution: { nameservers: [`${text}:53`] } }),
    'syslog server': (syslog) => ({ ...PLAIN, log: { syslog } }),
    listen: (address) => ({ ...PLAIN, listen: { address, port: 8080 } }),
    health: (address) => ({ ...PLAIN, health: { address, port: 8404 } }),
    runtimeApi: (address) => ({ ...PLAIN, runtimeApi: { address, port: 9990 } }),
    'certificate of the listener': (certificateFile) => tls({ certificateFile }),
    'additional certificate of the listener': (text) => tls({ additionalCertificateFiles: [text] }),
    'trust store': (trustStoreFile) => clients({ trustStoreFile }),
    'revocation list': (revocationListFile) => clients({ revocationListFile }),
    'header of client certificates': (verifiedHeader) => clients({ verifiedHeader }),
    'certificate of the runtime API': (certificateFile) => ({
      ...PLAIN,
      runtimeApiTls: { ...API_TLS, certificateFile },
    }),
    'authority of the runtime API': (clientCaFile) => ({ ...PLAIN, runtimeApiTls: { ...API_TLS, clientCaFile } }),
    allowFrom: (text) => ({ ...PLAIN, allowFrom: [text] }),
    denyFrom: (text) => ({ ...PLAIN, denyFrom: [text] }),
    rateLimitExempt: (text) => ({ ...PLAIN, rateLimitExempt: [text] }),
    'header of a rate limit': (header) => ({ ...PLAIN, rateLimits: [{ requests: 5 }, { requests: 5, header }] }),
    'value of a request header': (X) => ({ ...PLAIN, requestHeaders: { set: { X }, remove: ['Y'] } }),
    'value of a response header': (X) => ({ ...PLAIN, responseHeaders: { set: { X }, remove: ['Y'] } }),
    'name of a request header': (name) => ({ ...PLAIN, requestHeaders: { set: { [name]: 'value' }, remove: ['Y'] } }),
    'name of a removed header': (name) => ({ ...PLAIN, responseHeaders: { set: { X: 'value' }, remove: [name] } }),
  };

  const good = fc.constantFrom('elb', '.', '10.0.0.1', '10.0.0.2:53', '::1', 'a', '1', '/', '/8', ':', '-', TOKEN);
  const bad = fc.constantFrom(...'\n\r\t \0"\'#$\\{}()%,;@*\u2028\u007fé🥚', '\nglobal\n', ' check', `\${HOME}`);
  const texts = fc.oneof(
    fc.array(fc.oneof(good, bad), { maxLength: 6 }).map((parts) => parts.join('')),
    values,
    good,
  );

  test('the body of a response or of a page, which may have lines of its own', () => {
    const expected = shapeOf(PLAIN);
    fc.assert(
      fc.property(texts, (text) => {
        const body = `x${text.replaceAll('\0', '')}`;
        expect(shapeOf(fixed({ body }))).toEqual(expected);
        expect(shapeOf({ ...PLAIN, errorPages: [{ status: 500, body }] })).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test.each(Object.entries(FIELDS))('%s', (field, modelWith) => {
    const expected = shapeOf(field.includes('TCP') ? TCP : PLAIN);
    let shown = 0;
    fc.assert(
      fc.property(texts, (text) => {
        let shape: ReturnType<typeof shapeOf>;
        try {
          shape = shapeOf(modelWith(text));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        shown += 1;
        expect(text).not.toMatch(/[\r\n\0]/);
        expect(shape).toEqual(expected);
      }),
      { numRuns: 200 },
    );
    // Some texts are good, or nothing was shown.
    expect(shown).toBeGreaterThan(0);
  });
});
