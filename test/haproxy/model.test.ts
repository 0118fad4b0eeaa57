import { checkModel, checkResolution } from '../../lib/haproxy/model/check';
import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import {
  HaproxyLocality,
  HaproxyLogFormat,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTlsVersion,
  HEALTH_PORT,
  RUNTIME_API_PORT,
} from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const NAME = 'my-elb.example.com';
const UPSTREAM: HaproxyUpstream = { dnsName: NAME, port: 80 };

const check = (model: Partial<HaproxyConfigModel> = {}, version = HaproxyVersion.V3_2) =>
  checkModel(version, { upstream: UPSTREAM, ...model });

const CHECKED_UPSTREAM = {
  backend: 'upstream',
  dnsName: NAME,
  port: 80,
  protocol: HaproxyProtocol.HTTP1,
  resolutionMode: HaproxyResolutionMode.SLOTS,
  locality: HaproxyLocality.ANY,
  slots: 16,
  tls: undefined,
  healthCheck: { enabled: true, path: undefined, host: NAME, intervalMillis: 2000, fall: 2, rise: 2 },
  sendProxyProtocol: false,
  slowStartMillis: 0,
  idleTimeoutMillis: 60_000,
};

test('a final dot of a name is not in headers and SNI', () => {
  expect(check({ upstream: { ...UPSTREAM, dnsName: `${NAME}.` } })).toEqual(check());
});

test.each<(name: string) => Partial<HaproxyConfigModel>>([
  (name) => ({ upstream: { ...UPSTREAM, tls: { serverName: name } } }),
  (name) => ({ upstream: { ...UPSTREAM, healthCheck: { path: '/', host: name } } }),
  (name) => ({ upstream: { ...UPSTREAM, identity: { response: { path: '/', host: name, body: 'orders 7f3a9c' } } } }),
  (name) => ({ mode: HaproxyMode.TCP, upstream: { ...UPSTREAM, identity: { certificate: { serverName: name } } } }),
  (name) => ({ routes: [{ name: 'a', host: name, upstream: UPSTREAM }] }),
  (name) => ({ mode: HaproxyMode.TCP, routes: [{ name: 'a', sni: name, upstream: UPSTREAM }] }),
])('nor is that of any other name (%#)', (modelOf) => {
  expect(check(modelOf('www.example.com.'))).toEqual(check(modelOf('www.example.com')));
});

describe('what a model leaves out', () => {
  test('is filled in', () => {
    expect(check()).toEqual({
      upstream: CHECKED_UPSTREAM,
      shares: [],
      shareStickiness: undefined,
      routes: [],
      mode: HaproxyMode.HTTP,
      listen: { address: undefined, port: 8080 },
      listenTls: undefined,
      redirectPort: undefined,
      acceptProxyProtocol: false,
      forwardedFor: true,
      requestHeaders: { set: {}, remove: [] },
      responseHeaders: { set: {}, remove: [] },
      allowFrom: [],
      denyFrom: [],
      rateLimits: [],
      rateLimitExempt: [],
      errorPages: [],
      limits: {
        maxConnections: 2000,
        connectTimeoutMillis: 5000,
        clientTimeoutMillis: undefined,
        serverTimeoutMillis: undefined,
        requestTimeoutMillis: 10_000,
        keepAliveTimeoutMillis: 65_000,
        maxBodyBytes: undefined,
        maxHeaderBytes: undefined,
      },
      resolution: {
        nameservers: ['169.254.169.253:53'],
        parseResolvConf: false,
        holdValidMillis: 10_000,
        holdObsoleteMillis: 30_000,
        holdOutageMillis: 600_000,
        holdNxMillis: 30_000,
        payloadBytes: 8192,
      },
      health: undefined,
      metrics: false,
      runtimeApi: undefined,
      runtimeApiTls: undefined,
      log: { format: HaproxyLogFormat.STANDARD, syslog: undefined },
      stopTimeoutMillis: 30_000,
      drainTimeMillis: 0,
      rawLines: {},
    });
    expect([HEALTH_PORT, RUNTIME_API_PORT]).toEqual([8404, 9990]);
  });

  test.each(['1.6', '1.7'])('a target for the health check of %s, which cannot do without', (branch) => {
    expect(check({}, HaproxyVersion.of(branch)).health).toEqual({ address: '127.0.0.1', port: 8404 });
    const health = { address: '10.0.0.1', port: 80 };
    expect(check({ health }, HaproxyVersion.of(branch)).health).toEqual(health);
  });

  test('within TLS and within a health check', () => {
    const upstream = { ...UPSTREAM, tls: {}, healthCheck: { path: '/health' } };
    expect(check({ upstream, listenTls: { certificateFile: '/site.pem' } })).toMatchObject({
      upstream: {
        tls: { verify: true, caFile: '/etc/ssl/certs/ca-certificates.crt', serverName: NAME },
        healthCheck: { enabled: true, path: '/health', host: NAME },
      },
      listenTls: { certificateFiles: ['/site.pem'], minVersion: HaproxyTlsVersion.V1_2, http2: true },
    });
  });

  test('an address that left the answer is kept for two periods at least', () => {
    const holds = [100, 15_000, 15_001, 86_400_000].map(
      (holdValidMillis) => checkResolution(HaproxyVersion.V3_2, { holdValidMillis }).holdObsoleteMillis,
    );
    expect(holds).toEqual([30_000, 30_000, 30_002, 172_800_000]);
  });
});

test('the values of a model are kept, and each route and each share has its own backend', () => {
  const upstream = {
    dnsName: NAME,
    port: 443,
    protocol: HaproxyProtocol.HTTP2,
    resolutionMode: HaproxyResolutionMode.PER_REQUEST,
    locality: HaproxyLocality.ANY,
    slots: 100,
    tls: { verify: false, caFile: '/ca.pem', serverName: 'www.example.com' },
    healthCheck: { enabled: false, path: '/', host: 'www.example.com', intervalMillis: 100, fall: 1, rise: 100 },
    sendProxyProtocol: true,
    slowStartMillis: 3_600_000,
    idleTimeoutMillis: 1000,
  };
  const { dnsName: _, ...fixed } = upstream;
  const model: HaproxyConfigModel = {
    upstream,
    shares: [{ name: 'c', percent: 0, upstream: { ...fixed, addresses: ['10.0.0.1', '::1'] } }],
    shareStickiness: { header: 'X-Client' },
    routes: [
      { name: 'a', host: 'a.example.com', upstream },
      {
        name: 'b-2_B',
        pathPrefix: '/b',
        sni: 'b.example.com',
        upstream: UPSTREAM,
        shares: [
          { name: 'd', percent: 1, upstream },
          { name: 'e', percent: 99, upstream: { addresses: ['10.0.0.1'], port: 1 } },
        ],
      },
      { name: 'all', fixedResponse: { status: 503 } },
      {
        name: 'later',
        host: 'later.example.com',
        fixedResponse: { status: 200, body: 'b', contentType: 'text/plain' },
      },
    ],
    mode: HaproxyMode.HTTP,
    listen: { address: '127.0.0.1', port: 1 },
    listenTls: {
      certificateFile: '/site.pem',
      additionalCertificateFiles: ['/shop.pem'],
      minVersion: HaproxyTlsVersion.V1_3,
      http2: false,
      clientCertificates: {
        trustStoreFile: '/ca.pem',
        revocationListFile: '/crl.pem',
        required: false,
        verifiedHeader: 'X-Verified',
        subjectHeader: 'X-Subject',
      },
    },
    redirectPort: 2,
    acceptProxyProtocol: true,
    forwardedFor: false,
    requestHeaders: { set: { A: '%' }, remove: ['B'] },
    responseHeaders: { set: { C: '"' }, remove: ['D'] },
    allowFrom: ['10.0.0.0/8', '::1', '192.0.2.1'],
    denyFrom: ['fd00::/8'],
    rateLimits: [{ requests: 1 }, { requests: 2, header: 'X-Key', periodMillis: 1000 }, { transferBytes: 3 }],
    rateLimitExempt: ['10.1.0.0/16'],
    errorPages: [{ status: 503, body: 'x'.repeat(262_144), contentType: 'text/html; charset=utf-8' }],
    limits: {
      maxConnections: 1,
      connectTimeoutMillis: 100,
      clientTimeoutMillis: 101,
      serverTimeoutMillis: 102,
      requestTimeoutMillis: 103,
      keepAliveTimeoutMillis: 86_400_000,
      maxBodyBytes: 0,
      maxHeaderBytes: 262_144,
    },
    resolution: {
      nameservers: ['10.0.0.2:53', '[::1]:53'],
      parseResolvConf: false,
      holdValidMillis: 100,
      holdObsoleteMillis: 101,
      holdOutageMillis: 0,
      holdNxMillis: 1,
      payloadBytes: 512,
    },
    health: { address: '::1', port: 3 },
    metrics: true,
    runtimeApi: { port: 65_535 },
    runtimeApiTls: { certificateFile: '/api.pem', clientCaFile: '/clients.pem' },
    log: { format: HaproxyLogFormat.JSON, syslog: '10.0.0.9:514' },
    stopTimeoutMillis: 16_000,
    drainTimeMillis: 10_000,
    rawLines: { global: ['nbthread 1'] },
  };
  const [a, b] = [
    { ...upstream, backend: 'upstream-a' },
    { ...CHECKED_UPSTREAM, backend: 'upstream-b-2_B' },
  ];
  const [c, d, e] = [
    { ...fixed, addresses: ['10.0.0.1', '::1'], backend: 'upstream-c' },
    { ...upstream, backend: 'upstream-d' },
    {
      ...CHECKED_UPSTREAM,
      dnsName: undefined,
      addresses: ['10.0.0.1'],
      port: 1,
      healthCheck: { ...CHECKED_UPSTREAM.healthCheck, host: '10.0.0.1' },
      backend: 'upstream-e',
    },
  ];
  expect(check(model)).toEqual({
    ...model,
    listenTls: {
      certificateFiles: ['/site.pem', '/shop.pem'],
      minVersion: HaproxyTlsVersion.V1_3,
      http2: false,
      clientCertificates: {
        trustStoreFile: '/ca.pem',
        revocationListFile: '/crl.pem',
        required: false,
        headers: [
          { option: 'subjectHeader', name: 'X-Subject' },
          { option: 'verifiedHeader', name: 'X-Verified' },
        ],
      },
    },
    rateLimits: [
      { measure: 'requests', most: 1, header: undefined, periodMillis: 10_000 },
      { measure: 'requests', most: 2, header: 'X-Key', periodMillis: 1000 },
      { measure: 'transferSize', most: 3, header: undefined, periodMillis: 10_000 },
    ],
    upstream: { backend: 'upstream', ...upstream },
    shares: [{ percent: 0, upstream: c }],
    shareStickiness: { cookie: undefined, header: 'X-Client', clientAddress: false },
    routes: [
      { host: 'a.example.com', backend: 'upstream-a', upstream: a, shares: [] },
      {
        pathPrefix: '/b',
        sni: 'b.example.com',
        backend: 'upstream-b-2_B',
        upstream: b,
        shares: [
          { percent: 1, upstream: d },
          { percent: 99, upstream: e },
        ],
      },
      {
        backend: 'fixed-response-all',
        fixedResponse: { status: 503, contentType: 'text/html; charset=utf-8' },
        shares: [],
      },
      {
        host: 'later.example.com',
        backend: 'fixed-response-later',
        fixedResponse: { status: 200, body: 'b', contentType: 'text/plain' },
        shares: [],
      },
    ],
  });
});

describe('one port', () => {
  const at = (address: string, port = 8080) => ({ address, port });

  test('on different addresses is no conflict', () => {
    const model = { listen: at('127.0.0.1'), health: at('127.0.0.2'), runtimeApi: at('::1') };
    expect(check(model)).toMatchObject(model);
  });
});
