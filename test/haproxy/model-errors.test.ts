import { InputError } from '../../lib/haproxy/errors';
import { checkModel } from '../../lib/haproxy/model/check';
import type {
  HaproxyClientCertificates,
  HaproxyConfigModel,
  HaproxyRoute,
  HaproxyShare,
  HaproxyUpstream,
} from '../../lib/haproxy/model/config-model';
import {
  HaproxyLocality,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTlsVersion,
} from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const UPSTREAM: HaproxyUpstream = { dnsName: 'my-elb.example.com', port: 80 };
const LISTEN_TLS = { certificateFile: '/site.pem' };
const clients = (change: Partial<HaproxyClientCertificates>) => ({
  ...LISTEN_TLS,
  clientCertificates: { trustStoreFile: '/ca.pem', ...change },
});
const PER_REQUEST = HaproxyResolutionMode.PER_REQUEST;
const { HTTP, TCP } = HaproxyMode;

type Change = Partial<Omit<HaproxyConfigModel, 'upstream'>> & { upstream?: Partial<HaproxyUpstream> };

function check({ upstream, ...rest }: Change, branch = '3.2') {
  return checkModel(HaproxyVersion.of(branch), { upstream: { ...UPSTREAM, ...upstream }, ...rest });
}

const route = (change: Partial<HaproxyRoute>): HaproxyRoute => ({ name: 'api', upstream: UPSTREAM, ...change });
const unusable = (what: string, text: string) =>
  `${what} ${text} is not valid: give a text that is not empty and has no control characters`;
const badPath = (what: string, text: string) =>
  `${what} ${text} is not a path: give a URL-encoded path that begins with /`;
const badName = (what: string, text: string) =>
  `${what} '${text}' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots`;
const badRoute = (name: string) =>
  `route name '${name}' is not valid: give each route its own name, 1 to 40 letters, digits, '-' or '_'`;

describe('one value', () => {
  test.each<[Change, string]>([
    [{ drainTimeMillis: 1000 }, 'drainTime needs the health listener, where GET /drain starts it: give health'],
    [{ upstream: { port: 0 } }, "upstream port '0' is not a port: give a whole number from 1 to 65535"],
    [{ upstream: { dnsName: 'my elb' } }, badName('upstream', 'my elb')],
    [
      { upstream: { dnsName: '10.0.0.1' } },
      "upstream '10.0.0.1' is an address: give the host name of the load balancer, because its addresses change",
    ],
    [{ upstream: { tls: { caFile: '' } } }, unusable('tls.caFile', '""')],
    [{ upstream: { tls: { serverName: 'a b' } } }, badName('tls.serverName', 'a b')],
    [{ upstream: { healthCheck: { path: 'health' } } }, badPath('healthCheck.path', '"health"')],
    [{ upstream: { healthCheck: { path: '/a b' } } }, badPath('healthCheck.path', '"/a b"')],
    [{ upstream: { healthCheck: { host: 'a_b..c' } } }, badName('healthCheck.host', 'a_b..c')],
    [{ listen: { port: 65536 } }, "listen '65536' is not a port: give a whole number from 1 to 65535"],
    [{ health: { port: 0 } }, "health '0' is not a port: give a whole number from 1 to 65535"],
    [{ listenTls: clients({ trustStoreFile: '' }) }, unusable('listenTls.clientCertificates.trustStoreFile', '""')],
    [
      { listenTls: clients({ revocationListFile: 'a\nb' }) },
      unusable('listenTls.clientCertificates.revocationListFile', '"a\\nb"'),
    ],
    [
      { listenTls: { ...LISTEN_TLS, additionalCertificateFiles: [''] } },
      unusable('listenTls.additionalCertificateFiles[0]', '""'),
    ],
    ...['', 'X Y', 'X:', '-X', 'X--Y', 'X_', 'X.Y', 'X%[src]'].map((name): [Change, string] => [
      { listenTls: clients({ verifiedHeader: name }) },
      `listenTls.clientCertificates.verifiedHeader ${JSON.stringify(name)} is not a header name: use letters, digits and '-'`,
    ]),
    [{ listenTls: { certificateFile: '' } }, unusable('listenTls.certificateFile', '""')],
    [
      { listenTls: LISTEN_TLS, redirectPort: -1 },
      "redirectPort '-1' is not a port: give a whole number from 1 to 65535",
    ],
    [
      { runtimeApi: { address: 'localhost', port: 9990 } },
      "runtimeApi 'localhost' is not an address to listen on: give [ADDR:]PORT with an IP address",
    ],
    [
      { runtimeApi: { port: 1 }, runtimeApiTls: { certificateFile: '\t', clientCaFile: '/ca' } },
      unusable('runtimeApiTls.certificateFile', '"\\t"'),
    ],
    [
      { runtimeApi: { port: 1 }, runtimeApiTls: { certificateFile: '/a', clientCaFile: '' } },
      unusable('runtimeApiTls.clientCaFile', '""'),
    ],
    [
      { requestHeaders: { set: { 'X Y': 'a' } } },
      `requestHeaders "X Y" is not a header name: use letters, digits and '-'`,
    ],
    [{ requestHeaders: { remove: ['X:'] } }, `requestHeaders "X:" is not a header name: use letters, digits and '-'`],
    [{ responseHeaders: { remove: [''] } }, `responseHeaders "" is not a header name: use letters, digits and '-'`],
    [{ requestHeaders: { set: { 'X-A': '1\n2' } } }, unusable('requestHeaders.X-A', '"1\\n2"')],
    [{ responseHeaders: { set: { 'X-A': '' } } }, unusable('responseHeaders.X-A', '""')],
    [
      { allowFrom: ['10.0.0.0/33'] },
      "allowFrom '10.0.0.0/33' is not a network: give an IP address, or one with a prefix such as 10.0.0.0/8",
    ],
    [
      { denyFrom: ['::1', 'office'] },
      "denyFrom 'office' is not a network: give an IP address, or one with a prefix such as 10.0.0.0/8",
    ],
    [{ rateLimits: [{}] }, 'rateLimits[0] has nothing to count: give one of requests, connections, transferSize'],
    [
      { rateLimits: [{ requests: 1 }, { requests: 1, transferBytes: 5 }] },
      'rateLimits[1] has requests and transferSize: give one of requests, connections, transferSize',
    ],
    [
      { rateLimits: [{ requests: 1 }, { connections: 1 }, { transferBytes: 1 }, { requests: 2 }] },
      'rateLimits has 4 limits: give at most 3, which HAProxy can count',
    ],
    [
      { rateLimits: [{ requests: 5, header: 'X-Api-Key' }] },
      "rateLimits counts requests by the header 'X-Api-Key' alone, and a client can send another value with each request: add a limit of requests without header, which counts by address",
    ],
    [
      { rateLimits: [{ transferBytes: 5, header: 'X-Api-Key' }] },
      'rateLimits[0] counts transferSize by a header, and a header belongs to a request: give requests, or leave header out',
    ],
    [
      { rateLimits: [{ requests: 5, header: 'X Key' }] },
      `rateLimits[0].header "X Key" is not a header name: use letters, digits and '-'`,
    ],
    [
      { mode: TCP, rateLimits: [{ requests: 5 }] },
      'rateLimits[0] counts requests, which TCP mode does not read: give connections or transferSize, or use HTTP mode',
    ],
    [
      { rateLimits: [{ requests: 0 }] },
      "rateLimits[0].requests '0' is out of range: give a whole number from 1 to 1000000000",
    ],
    [
      { rateLimits: [{ transferBytes: 2 ** 31 }] },
      "rateLimits[0].transferSize '2GiB' is out of range: give 1B to 2147483647B, in whole bytes",
    ],
    [
      { rateLimits: [{ requests: 5, periodMillis: 999 }] },
      "rateLimits[0].period '999ms' is out of range: give 1s to 1d, in whole milliseconds",
    ],
    [
      { rateLimitExempt: ['office'] },
      "rateLimitExempt 'office' is not a network: give an IP address, or one with a prefix such as 10.0.0.0/8",
    ],
    [
      { errorPages: [{ status: 404.5, body: 'x' }] },
      "errorPages[0].status '404.5' is out of range: give a whole number from 200 to 599",
    ],
    [
      { errorPages: [{ status: 418, body: 'x' }] },
      "errorPages[0].status '418' is not an error of HAProxy: give one of 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 425, 429, 500, 502, 503, 504",
    ],
    [{ errorPages: [{ status: 503 }] }, 'errorPages[0] has no body: give one'],
    [
      {
        errorPages: [
          { status: 503, body: 'x' },
          { status: 503, body: 'y' },
        ],
      },
      'errorPages has two pages for status 503: give one',
    ],
    [
      { errorPages: [{ status: 503, body: 'é'.repeat(7681) }] },
      "errorPages[0].body has 15362 bytes, and HAProxy's buffer has room for 15360: give a shorter one, or a larger maxHeaderSize",
    ],
    [
      { errorPages: [{ status: 503, body: 'x'.repeat(4097) }], limits: { maxHeaderBytes: 4096 } },
      "errorPages[0].body has 4097 bytes, and HAProxy's buffer has room for 4096: give a shorter one, or a larger maxHeaderSize",
    ],
    [
      { errorPages: [{ status: 503, body: 'a\0b' }] },
      'errorPages[0].body has a NUL or half of a surrogate pair, which is no text: leave it out',
    ],
    [
      { errorPages: [{ status: 503, body: '\ud83e' }] },
      'errorPages[0].body has a NUL or half of a surrogate pair, which is no text: leave it out',
    ],
    [
      { errorPages: [{ status: 503, body: 'x', contentType: 'html' }] },
      'errorPages[0].contentType "html" is not a media type: give one such as text/html; charset=utf-8, at most 100 characters',
    ],
    [
      { mode: TCP, errorPages: [{ status: 503, body: 'x' }] },
      'errorPages applies to requests, which TCP mode does not read: leave it out, or use HTTP mode',
    ],
    [
      { routes: [{ name: 'a', fixedResponse: { status: 204, body: 'x' } }] },
      "fixedResponse of route 'a' has a body, and HTTP allows none with status 204: leave it out",
    ],
    [
      { routes: [{ name: 'a', fixedResponse: { status: 199 } }] },
      "fixedResponse of route 'a'.status '199' is out of range: give a whole number from 200 to 599",
    ],
    [{ routes: [{ name: 'a', host: 'a.test' }] }, "route 'a' has neither upstream nor fixedResponse: give one of them"],
    [
      { routes: [{ name: 'a', upstream: UPSTREAM, fixedResponse: { status: 503 } }] },
      "route 'a' has upstream and fixedResponse: give one of them",
    ],
    [
      { mode: TCP, routes: [{ name: 'a', sni: 'a.test', fixedResponse: { status: 503 } }] },
      "route 'a' has a fixedResponse, which answers requests, and TCP mode reads none: give upstream, or use HTTP mode",
    ],
    [
      {
        routes: [
          { name: 'a', fixedResponse: { status: 503 } },
          { name: 'b', fixedResponse: { status: 503 } },
        ],
      },
      "route 'b' never matches, because route 'a' before it takes all of its traffic: give it another condition",
    ],
    [
      { log: { syslog: 'logs:514' } },
      "log.syslog 'logs:514' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
    ],
    [{ resolution: { nameservers: [] } }, 'nameservers is empty: give at least one IP:PORT, or leave it out'],
    [
      { resolution: { nameservers: ['10.0.0.2:53', 'dns:53'] } },
      "nameservers 'dns:53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
    ],
  ])('%j', (change, message) => {
    expect(() => check(change)).toThrow(new InputError(message));
  });
});

describe('routes', () => {
  test.each<[HaproxyMode, HaproxyRoute[], string]>([
    [HTTP, [route({ name: '', host: 'a' })], badRoute('')],
    [HTTP, [route({ name: 'a b', host: 'a' })], badRoute('a b')],
    [HTTP, [route({ name: 'x'.repeat(41), host: 'a' })], badRoute('x'.repeat(41))],
    [HTTP, [route({ host: 'a.test' }), route({ host: 'b.test' })], badRoute('api')],
    [HTTP, [route({})], "route 'api' has no condition: give host, pathPrefix or sni"],
    [
      TCP,
      [route({ host: 'a.test' })],
      "route 'api' has a condition on requests, which TCP mode does not read: give sni, or use HTTP mode",
    ],
    [
      TCP,
      [route({ sni: 'a.test', pathPrefix: '/' })],
      "route 'api' has a condition on requests, which TCP mode does not read: give sni, or use HTTP mode",
    ],
    [
      HTTP,
      [route({ sni: 'a.test' })],
      "route 'api' has a condition on SNI, and the listener has no TLS: give listenTls, or use host",
    ],
    [HTTP, [route({ host: 'a.test:80' })], badName("host of route 'api'", 'a.test:80')],
    [HTTP, [route({ pathPrefix: 'v1' })], badPath("pathPrefix of route 'api'", '"v1"')],
    [TCP, [route({ sni: '*.test' })], badName("sni of route 'api'", '*.test')],
    [
      HTTP,
      [route({ host: 'a.test' }), route({ name: 'other', host: 'A.test' })],
      "route 'other' never matches, because route 'api' before it takes all of its traffic: give it another condition",
    ],
    [
      HTTP,
      [route({ pathPrefix: '/' }), route({ name: 'other', host: 'a.test', pathPrefix: '/d' })],
      "route 'other' never matches, because route 'api' before it takes all of its traffic: give it another condition, or put it before 'api'",
    ],
    [
      TCP,
      [route({ sni: 'a.test' }), route({ name: 'other', sni: 'a.test' })],
      "route 'other' never matches, because route 'api' before it takes all of its traffic: give it another condition",
    ],
    [
      HTTP,
      [route({ host: 'a.test', upstream: { dnsName: 'b.test', port: 70_000 } })],
      "upstream port '70000' is not a port: give a whole number from 1 to 65535",
    ],
  ])('%s: %j', (mode, routes, message) => {
    expect(() => check({ mode, routes })).toThrow(new InputError(message));
  });
});

describe('what a version does not have', () => {
  const perRequest = (branch: string, mode: string, since: string) =>
    `resolutionMode 'per-request' in ${mode} mode needs HAProxy ${since} or later, and this is ${branch}: use 'slots'`;

  test.each<[string, Change, string]>([
    ['1.9.16', { upstream: { resolutionMode: PER_REQUEST } }, perRequest('1.9.16', 'http', '2.0')],
    ['2.0', { mode: TCP, upstream: { resolutionMode: PER_REQUEST } }, perRequest('2.0', 'tcp', '2.1')],
    [
      '2.3.21',
      { upstream: { protocol: HaproxyProtocol.HTTP2 } },
      "protocol 'h2' needs HAProxy 2.4 or later, and this is 2.3.21, which keeps HTTP/2 connections to old addresses: use 'h1'",
    ],
    [
      '3.2',
      { upstream: { locality: HaproxyLocality.ZONE, resolutionMode: PER_REQUEST } },
      "locality 'zone' needs slots, and resolutionMode 'per-request' holds no address: use 'slots', or leave locality out",
    ],
    [
      '3.2',
      { upstream: { locality: HaproxyLocality.ZONE, healthCheck: { enabled: false } } },
      "locality 'zone' needs health checks, without which requests go to the zone also when it is down: leave healthCheck.enabled out, or locality",
    ],
    [
      '3.2',
      { upstream: { locality: HaproxyLocality.ZONE, slots: 1 } },
      "locality 'zone' needs two slots or more, because one holds one node of any zone: leave slots out, or locality",
    ],
    [
      '2.9.1',
      { upstream: { protocol: HaproxyProtocol.HTTP2, sendProxyProtocol: true } },
      "protocol 'h2' with sendProxyProtocol needs HAProxy 3.0 or later, and this is 2.9.1, which keeps such connections to old addresses: leave one of them out",
    ],
    [
      '3.2',
      { mode: TCP, upstream: { protocol: HaproxyProtocol.HTTP2 } },
      "protocol 'h2' applies to requests, which TCP mode passes through as they are: leave it out, or use HTTP mode",
    ],
    [
      '1.7',
      { listenTls: { ...LISTEN_TLS, minVersion: HaproxyTlsVersion.V1_3 } },
      "listenTls.minVersion '1.3' needs HAProxy 1.8 or later, and this is 1.7: give '1.2'",
    ],
    [
      '1.8',
      { resolution: { parseResolvConf: true } },
      'parseResolvConf needs HAProxy 1.9 or later, and this is 1.8: give nameservers',
    ],
    [
      '1.9',
      { metrics: true, health: { port: 1 } },
      'metrics needs HAProxy 2.0 or later, and this is 1.9: leave it out',
    ],
  ])('%s: %j', (branch, change, message) => {
    expect(() => check(change, branch)).toThrow(new InputError(message));
  });
});

describe('values that contradict each other', () => {
  test.each<[Change, string]>([
    [
      { resolution: { parseResolvConf: true, nameservers: ['10.0.0.2:53'] } },
      'parseResolvConf and nameservers are both given: give one of them',
    ],
    [
      { redirectPort: 80 },
      'redirectPort needs HTTP mode, and listenTls or an ingress with certificates: give both, or leave redirectPort out',
    ],
    [
      { redirectPort: 80, listenTls: LISTEN_TLS, mode: TCP },
      'redirectPort needs HTTP mode, and listenTls or an ingress with certificates: give both, or leave redirectPort out',
    ],
    [
      { listenTls: { ...LISTEN_TLS, additionalCertificateFiles: Array(21).fill('/a') } },
      'listenTls has 21 additional certificates: give at most 20, or certificates with several names',
    ],
    [
      { listenTls: clients({ subjectHeader: 'X-Subject' }), mode: TCP },
      'listenTls.clientCertificates.subjectHeader is for requests, which TCP mode does not read: leave it out, or use HTTP mode',
    ],
    [
      { listenTls: clients({ verifiedHeader: 'x_forwarded-For' }) },
      "listenTls.clientCertificates.verifiedHeader 'x_forwarded-For' is a header that HAProxy itself uses: give a name of your own",
    ],
    [
      { listenTls: clients({ verifiedHeader: 'X-Client', certificateHeader: 'x_client' }) },
      "listenTls.clientCertificates has 'x_client' as certificateHeader and 'X-Client' as verifiedHeader, which is one header: give each its own",
    ],
    [
      { listenTls: clients({ verifiedHeader: 'X-Client' }), requestHeaders: { set: { x_client: 'me' } } },
      "requestHeaders has 'x_client', which listenTls.clientCertificates.verifiedHeader sets: give another name, or leave one out",
    ],
    [
      { listenTls: clients({ verifiedHeader: 'X-Client' }), requestHeaders: { remove: ['X-CLIENT'] } },
      "requestHeaders has 'X-CLIENT', which listenTls.clientCertificates.verifiedHeader sets: give another name, or leave one out",
    ],
    [
      {
        listenTls: clients({ subjectHeader: 'X-Client', required: false }),
        rateLimits: [{ requests: 1, header: 'X-Client' }],
      },
      "rateLimits counts requests by the header 'X-Client' alone, and a client can send another value with each request: add a limit of requests without header, which counts by address",
    ],
    [{ metrics: true }, 'metrics needs the health listener, which answers GET /metrics: give health'],
    [
      { runtimeApiTls: { certificateFile: '/a', clientCaFile: '/b' } },
      'runtimeApiTls protects runtimeApi, which is not given: give runtimeApi, or leave it out',
    ],
  ])('%j', (change, message) => {
    expect(() => check(change)).toThrow(new InputError(message));
  });
});

describe('two listeners on one port', () => {
  const at = (address: string, port: number) => ({ address, port });
  const taken = (name: string, port: number, by: string) =>
    `port ${port} is used by ${by} and by ${name}: give each listener its own port`;

  test.each<[Change, string]>([
    [{ health: { port: 8080 } }, taken('health', 8080, 'listen')],
    [{ listen: { port: 8404 }, health: { port: 8404 } }, taken('health', 8404, 'listen')],
    [{ listen: at('127.0.0.1', 1), runtimeApi: { port: 1 } }, taken('runtimeApi', 1, 'listen')],
    [{ listen: { port: 1 }, runtimeApi: at('127.0.0.1', 1) }, taken('runtimeApi', 1, 'listen')],
    [{ health: at('::1', 1), runtimeApi: at('::1', 1) }, taken('runtimeApi', 1, 'health')],
    [{ listenTls: LISTEN_TLS, redirectPort: 8080 }, taken('redirectPort', 8080, 'listen')],
    [{ listenTls: LISTEN_TLS, redirectPort: 1, health: { port: 1 } }, taken('health', 1, 'redirectPort')],
    [{ listen: at('0.0.0.0', 1), health: at('127.0.0.1', 1) }, taken('health', 1, 'listen')],
  ])('%j', (change, message) => {
    expect(() => check(change)).toThrow(new InputError(message));
  });

  test.each(['1.6', '1.7'])('%s: no other listener has the port of the check', (branch) => {
    expect(() => check({ listen: { port: 8404 } }, branch)).toThrow(new InputError(taken('health', 8404, 'listen')));
  });
});

describe('shares', () => {
  const share = (change: Partial<HaproxyShare> = {}): HaproxyShare => ({
    name: 'old',
    percent: 50,
    upstream: { addresses: ['10.0.0.1'], port: 80 },
    ...change,
  });
  const at = (addresses: string[], more = {}) => ({ shares: [share({ upstream: { addresses, port: 80, ...more } })] });
  const badShare = (name: string) =>
    `share name '${name}' is not valid: give each share and each route its own name, 1 to 40 letters, digits, '-' or '_'`;
  const badAddress = (address: string) =>
    `addresses of share 'old' '${address}' is not an address: give IPv4 or IPv6 addresses without port, or a DNS name in place of addresses`;

  test.each<[Partial<HaproxyConfigModel>, string]>([
    [{ shares: [share({ name: '' })] }, badShare('')],
    [{ shares: [share({ name: 'a b' })] }, badShare('a b')],
    [{ shares: [share(), share()] }, badShare('old')],
    [{ routes: [route({ host: 'a.test' })], shares: [share({ name: 'api' })] }, badShare('api')],
    [{ routes: [route({ host: 'a.test', shares: [share()] })], shares: [share()] }, badShare('old')],
    [
      { shares: [share({ percent: 60 }), share({ name: 'older', percent: 41 })] },
      'the shares of upstream have 101 percent together: give at most 100',
    ],
    [
      { routes: [route({ host: 'a.test', shares: [share({ percent: 100 }), share({ name: 'b', percent: 1 })] })] },
      "the shares of route 'api' have 101 percent together: give at most 100",
    ],
    [
      { routes: [{ name: 'api', fixedResponse: { status: 503 }, shares: [share()] }] },
      "route 'api' has shares and no upstream that gets the rest: give upstream",
    ],
    ...[-1, 101, 0.5, Number.NaN].map((percent): [Partial<HaproxyConfigModel>, string] => [
      { shares: [share({ percent })] },
      `percent of share 'old' '${percent}' is out of range: give a whole number from 0 to 100`,
    ]),
    [at([]), "addresses of share 'old' has 0 items: give 1 to 100"],
    [at(Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`)), "addresses of share 'old' has 101 items: give 1 to 100"],
    [at(['10.0.0.1', '10.0.0.1']), "addresses of share 'old' has '10.0.0.1' twice: give each address once"],
    ...[
      '',
      'on-premises.test',
      '10.0.0.1:80',
      '10.0.0.0/8',
      '10.0.0.256',
      '[::1]',
      'fe80::1%eth0',
      '10.0.0.1 backup',
    ].map((address): [Partial<HaproxyConfigModel>, string] => [at([address]), badAddress(address)]),
    [at(['10.0.0.1'], { port: 0 }), "upstream port '0' is not a port: give a whole number from 1 to 65535"],
    [
      at(['10.0.0.1'], { tls: {} }),
      "share 'old' has tls and no tls.serverName: give the name that the certificate has",
    ],
    [
      { shareStickiness: { cookie: 'part' } },
      'shareStickiness is given, and there are no shares: give shares, or leave it out',
    ],
    [
      { shares: [share()], shareStickiness: {} },
      'shareStickiness has nothing to decide by: give one of cookie, header, clientAddress',
    ],
    [
      { shares: [share()], shareStickiness: { cookie: 'a', clientAddress: true } },
      'shareStickiness has cookie and clientAddress: give one of cookie, header, clientAddress',
    ],
    [
      { shares: [share()], shareStickiness: { cookie: 'a;b' } },
      `shareStickiness.cookie "a;b" is not a cookie name: use letters, digits, '.', '_' and '-'`,
    ],
    [
      { shares: [share()], shareStickiness: { header: 'X User' } },
      `shareStickiness.header "X User" is not a header name: use letters, digits and '-'`,
    ],
    [
      { mode: TCP, shares: [share()], shareStickiness: { cookie: 'a' } },
      'shareStickiness.cookie is read from requests, which TCP mode does not read: give clientAddress, or use HTTP mode',
    ],
  ])('%j', (model, message) => {
    expect(() => check(model)).toThrow(new InputError(message));
  });
});

describe('a proof of identity', () => {
  const response = { path: '/identity', body: 'orders 7f3a9c' };
  const short = (what: string, text: string) =>
    `identity.response.${what} ${text} proves nothing: give 8 to 200 characters of ASCII that only the load balancer returns, without a blank at an end`;

  test.each<[Change, string, string?]>([
    [{ upstream: { identity: {} } }, 'identity has neither certificate nor response: give one of them'],
    [
      { upstream: { identity: { certificate: {}, response } } },
      'identity has certificate and response: give one of them',
    ],
    [
      { upstream: { identity: { response }, resolutionMode: PER_REQUEST } },
      "identity is proved by health checks, which resolutionMode 'per-request' does not have: use 'slots', or leave identity out",
    ],
    [
      { upstream: { identity: { response }, healthCheck: { enabled: false } } },
      'identity is proved by health checks, and healthCheck.enabled is false: leave one of them out',
    ],
    [
      { upstream: { identity: { certificate: {} } } },
      'identity by certificate needs TLS, and the upstream has no tls: give tls, or prove the identity by a response',
    ],
    [
      { upstream: { identity: { certificate: {} }, tls: { verify: false } } },
      'identity by certificate needs a verified one, and tls.verify is false: leave verify out',
    ],
    [
      { upstream: { identity: { certificate: { serverName: 'a.test' } }, tls: {} }, mode: TCP },
      'identity.certificate.serverName is given, and the upstream has tls: give tls.serverName, which also applies to traffic',
    ],
    [
      { upstream: { identity: { certificate: { caFile: '/ca.pem' } }, tls: {} } },
      'identity.certificate.caFile is given, and the upstream has tls: give tls.caFile, which also applies to traffic',
    ],
    [
      { upstream: { identity: { certificate: { serverName: 'a b' } } }, mode: TCP },
      badName('identity.certificate.serverName', 'a b'),
    ],
    [
      { upstream: { identity: { response }, healthCheck: { path: '/health' } } },
      'healthCheck.path and identity.response are given, and an address has one health check: leave healthCheck.path out',
    ],
    [
      { upstream: { identity: { response }, healthCheck: { host: 'a.test' } } },
      'healthCheck.host and identity.response are given, and an address has one health check: leave healthCheck.host out',
    ],
    [
      { upstream: { identity: { response: { path: '/identity' } } } },
      'identity.response has neither body nor header, and any server answers with some status: give one of them',
    ],
    [
      { upstream: { identity: { response: { path: '/identity', header: 'X-Id' } } } },
      'identity.response has header and no headerValue: give both, or leave header out',
    ],
    [
      { upstream: { identity: { response: { ...response, headerValue: '12345678' } } } },
      'identity.response has headerValue and no header: give both, or leave headerValue out',
    ],
    [
      { upstream: { identity: { response: { ...response, header: 'X-Id', headerValue: '12345678' } } } },
      'identity.response.header needs HAProxy 2.2 or later, and this is 2.1, which checks the body alone: give body',
      '2.1',
    ],
    [
      { upstream: { identity: { response: { path: '/orders-7f3a9c', body: 'orders-7f3a9c' } } } },
      "identity.response.body 'orders-7f3a9c' is in the request, and a server that returns what it is asked would pass: give another text",
    ],
    [
      { upstream: { identity: { response: { path: '/', header: 'X', headerValue: 'my-elb.example.com' } } } },
      "identity.response.headerValue 'my-elb.example.com' is in the request, and a server that returns what it is asked would pass: give another text",
    ],
    [
      { upstream: { identity: { response: { path: '/identity', body: '/identity HTTP/1.1' } } } },
      "identity.response.body '/identity HTTP/1.1' is in the request, and a server that returns what it is asked would pass: give another text",
    ],
    [
      { upstream: { identity: { response: { path: '/', header: '-m', headerValue: '12345678' } } } },
      `identity.response.header "-m" is not a header name: use letters, digits and '-'`,
    ],
    [{ upstream: { identity: { response: { path: '/', body: 'OK' } } } }, short('body', '"OK"')],
    [{ upstream: { identity: { response: { path: '/', body: 'ööööööööö' } } } }, short('body', '"ööööööööö"')],
    [{ upstream: { identity: { response: { path: '/', body: '12345678\n' } } } }, short('body', '"12345678\\n"')],
    [
      { upstream: { identity: { response: { path: 'x', body: '12345678' } } } },
      badPath('identity.response.path', '"x"'),
    ],
  ])('%j: %s', (change, message, branch = '3.2') => {
    expect(() => check(change, branch)).toThrow(new InputError(message));
  });
  test('has a path that a request has room for', () => {
    const ofPath = (path: string) => check({ upstream: { identity: { response: { path, body: '12345678' } } } });
    expect(() => ofPath(`/${'a'.repeat(1999)}`)).not.toThrow();
    expect(() => ofPath(`/${'a'.repeat(2000)}`)).toThrow(
      new InputError('identity.response.path has 2001 characters: give at most 2000'),
    );
  });
});
