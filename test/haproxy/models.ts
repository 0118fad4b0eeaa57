import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import {
  HaproxyLocality,
  HaproxyLogFormat,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
} from '../../lib/haproxy/model/options';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';

/** The name of the golden files' load balancer. */
export const NAME = 'my-elb-1234567890.eu-west-1.elb.amazonaws.com';

const log = ({ _capabilities: capabilities }: HaproxyVersion) => ({
  format: HaproxyLogFormat.JSON,
  syslog: capabilities.logStdout ? undefined : '10.0.0.9:514',
});

/** Everything that HTTP mode has on a version. */
export function fullHttp(version: HaproxyVersion): HaproxyConfigModel {
  return {
    upstream: {
      dnsName: NAME,
      port: 443,
      tls: { serverName: 'www.example.com' },
      healthCheck: { path: '/health?deep=1', host: 'www.example.com', intervalMillis: 5000, fall: 3 },
      slowStartMillis: 30_000,
    },
    routes: [
      {
        name: 'api',
        host: 'api.example.com',
        pathPrefix: '/v1/',
        upstream: { dnsName: 'api.example.net', port: 8443 },
      },
      { name: 'shop', sni: 'shop.example.com', upstream: { dnsName: 'shop.example.net', port: 80, slots: 4 } },
      {
        name: 'old',
        pathPrefix: '/old/',
        fixedResponse: version._capabilities.httpRequestReturn
          ? { status: 410, contentType: 'text/plain', body: `it's "gone"\n100 %` }
          : { status: 403 },
      },
    ],
    listen: { port: 8443 },
    listenTls: {
      certificateFile: '/etc/haproxy/site.pem',
      additionalCertificateFiles: ['/etc/haproxy/shop.pem', '/etc/haproxy/wildcard certificate.pem'],
      clientCertificates: {
        trustStoreFile: '/etc/haproxy/clients.pem',
        revocationListFile: '/etc/haproxy/clients.crl',
        required: false,
        subjectHeader: version._capabilities.nameFormat ? 'X-Client-Subject' : undefined,
        issuerHeader: version._capabilities.nameFormat ? 'X-Client-Issuer' : undefined,
        serialNumberHeader: 'X-Client-Serial-Number',
        fingerprintHeader: version._capabilities.sha2 ? 'X-Client-Fingerprint' : undefined,
        certificateHeader: 'Client-Cert',
        verifiedHeader: 'X_Client_Verified',
      },
    },
    redirectPort: 8080,
    requestHeaders: { set: { 'X-Proxy': `100 % "sure" it's #1` }, remove: ['X-Debug'] },
    responseHeaders: { set: { 'Strict-Transport-Security': 'max-age=31536000' }, remove: ['Server', 'X-Powered-By'] },
    allowFrom: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'],
    denyFrom: ['10.66.0.0/16'],
    rateLimits: [
      { requests: 100 },
      ...(version._capabilities.sha1 ? [{ requests: 20, periodMillis: 60_000, header: 'X-Api-Key' }] : []),
      ...(version._capabilities.sessionRules ? [{ connections: 50 }] : []),
    ],
    rateLimitExempt: ['10.1.0.0/16'],
    errorPages: version._capabilities.httpRequestReturn
      ? [
          { status: 503, body: '<h1>back soon</h1>\n' },
          { status: 429, body: '{}', contentType: 'application/json' },
        ]
      : undefined,
    limits: { maxConnections: 500, maxBodyBytes: 1_048_576, maxHeaderBytes: 16_384, clientTimeoutMillis: 90_000 },
    resolution: { nameservers: ['10.0.0.2:53', '[fd00::2]:53'], holdValidMillis: 5000, holdObsoleteMillis: 90_000 },
    health: { port: 8404 },
    metrics: version._capabilities.prometheus,
    runtimeApi: { port: 9990 },
    runtimeApiTls: { certificateFile: '/etc/haproxy/api.pem', clientCaFile: '/etc/haproxy/clients of the api.pem' },
    log: log(version),
    stopTimeoutMillis: 60_000,
    drainTimeMillis: 30_000,
  };
}

/** TLS passed through by name, with PROXY protocol on both sides. */
export function fullTcp(version: HaproxyVersion): HaproxyConfigModel {
  const upstream = (dnsName: string): HaproxyUpstream => ({
    dnsName,
    port: 443,
    sendProxyProtocol: true,
    idleTimeoutMillis: 350_000,
  });
  return {
    mode: HaproxyMode.TCP,
    upstream: { ...upstream(NAME), slots: 8 },
    routes: [
      { name: 'api', sni: 'api.example.com', upstream: upstream('api.example.net') },
      { name: 'shop', sni: 'shop.example.com', upstream: upstream('shop.example.net') },
    ],
    listen: { address: '10.0.0.1', port: 8443 },
    acceptProxyProtocol: true,
    rateLimits: version._capabilities.sessionRules
      ? [{ connections: 50 }, { transferBytes: 1_000_000_000 }]
      : undefined,
    health: { port: 8404 },
    stopTimeoutMillis: 120_000,
    drainTimeMillis: 100_000,
    log: log(version),
  };
}

/** Nothing but what must be given. */
export const MINIMAL: HaproxyConfigModel = { upstream: { dnsName: NAME, port: 80 } };

/** An address for each request, 2.0 and later. */
export const PER_REQUEST: HaproxyConfigModel = {
  upstream: {
    dnsName: NAME,
    port: 443,
    tls: { serverName: 'www.example.com' },
    resolutionMode: HaproxyResolutionMode.PER_REQUEST,
  },
};

/** HTTP/2 to load balancers, with and without TLS, 2.4 and later. */
export const HTTP2: HaproxyConfigModel = {
  upstream: {
    dnsName: NAME,
    port: 443,
    protocol: HaproxyProtocol.HTTP2,
    tls: { serverName: 'grpc.example.com' },
    healthCheck: { path: '/health', host: 'grpc.example.com' },
  },
  routes: [
    {
      name: 'clear',
      pathPrefix: '/clear.',
      upstream: {
        dnsName: 'nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com',
        port: 50_051,
        protocol: HaproxyProtocol.HTTP2,
        idleTimeoutMillis: 350_000,
      },
    },
  ],
  listenTls: { certificateFile: '/etc/haproxy/site.pem' },
};

/** The nodes in the zone of the task first, for two of three load balancers, 2.2 and later. */
export const ZONE: HaproxyConfigModel = {
  upstream: { dnsName: NAME, port: 80, locality: HaproxyLocality.ZONE },
  routes: [
    {
      name: 'api',
      pathPrefix: '/api/',
      upstream: { dnsName: 'api.example.net', port: 443, tls: {}, locality: HaproxyLocality.ZONE },
    },
    { name: 'far', host: 'far.example.com', upstream: { dnsName: 'far.example.net', port: 80 } },
  ],
};

/** The same for connections of clients. */
export const TCP_ZONE: HaproxyConfigModel = {
  mode: HaproxyMode.TCP,
  upstream: { dnsName: NAME, port: 443, locality: HaproxyLocality.ZONE },
};

/** Traffic that several upstreams share: machines and two load balancers, and of a route machines with TLS. */
export const SHARES: HaproxyConfigModel = {
  upstream: { dnsName: NAME, port: 80 },
  shares: [
    {
      name: 'on-premises',
      percent: 70,
      upstream: { addresses: ['192.0.2.10', '2001:db8::10'], port: 80, healthCheck: { path: '/health' } },
    },
    { name: 'next', percent: 5, upstream: { dnsName: 'next.example.net', port: 80 } },
    { name: 'gone', percent: 0, upstream: { dnsName: 'gone.example.net', port: 80 } },
  ],
  shareStickiness: { cookie: 'share' },
  routes: [
    {
      name: 'api',
      pathPrefix: '/api/',
      upstream: { dnsName: 'api.example.net', port: 80 },
      shares: [
        {
          name: 'api-on-premises',
          percent: 100,
          upstream: {
            addresses: ['192.0.2.11'],
            port: 443,
            tls: { serverName: 'api.example.com' },
            sendProxyProtocol: true,
          },
        },
      ],
    },
  ],
  health: { port: 8404 },
};

/** The same for connections of clients. */
export const TCP_SHARES: HaproxyConfigModel = {
  mode: HaproxyMode.TCP,
  upstream: { dnsName: NAME, port: 443 },
  shares: [{ name: 'on-premises', percent: 95, upstream: { addresses: ['192.0.2.10'], port: 443 } }],
  shareStickiness: { clientAddress: true },
  routes: [{ name: 'api', sni: 'api.example.com', upstream: { dnsName: 'api.example.net', port: 443 } }],
  health: { port: 8404 },
};

/** Load balancers whose nodes prove what they are: one by its certificate, one by a response. */
export function identity({ _capabilities: capabilities }: HaproxyVersion): HaproxyConfigModel {
  const header = capabilities.httpCheckSend ? { header: 'X-Load-Balancer', headerValue: `it's orders` } : {};
  return {
    upstream: {
      dnsName: NAME,
      port: 443,
      tls: { serverName: 'www.example.com' },
      identity: { certificate: {} },
      healthCheck: { path: '/health', host: 'www.example.com' },
    },
    routes: [
      {
        name: 'clear',
        pathPrefix: '/clear/',
        upstream: {
          dnsName: 'clear.example.net',
          port: 80,
          identity: {
            response: { path: '/identity', host: 'identity.example.com', body: `orders's load balancer`, ...header },
          },
          healthCheck: { intervalMillis: 5000, fall: 3 },
        },
      },
    ],
    health: { port: 8404 },
  };
}

/** The same with the nodes in the zone of the task first, 2.2 and later. */
export function zoneIdentity(version: HaproxyVersion): HaproxyConfigModel {
  const { upstream, routes = [], ...model } = identity(version);
  const prefer = (one: HaproxyUpstream): HaproxyUpstream => ({ ...one, locality: HaproxyLocality.ZONE });
  return {
    ...model,
    upstream: prefer(upstream),
    routes: routes.map((route) => ({ ...route, upstream: prefer(route.upstream!) })),
  };
}

/** A proof of identity of a load balancer whose TLS passes through. */
export const TCP_IDENTITY: HaproxyConfigModel = {
  mode: HaproxyMode.TCP,
  upstream: { dnsName: NAME, port: 443, identity: { certificate: { serverName: 'www.example.com' } } },
};

/** The same with the nodes in the zone of the task first. */
export const TCP_ZONE_IDENTITY: HaproxyConfigModel = {
  ...TCP_IDENTITY,
  upstream: { ...TCP_IDENTITY.upstream, locality: HaproxyLocality.ZONE },
};
