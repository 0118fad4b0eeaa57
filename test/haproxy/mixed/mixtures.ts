/** The name of the load balancer, and that of its certificate. */
export const NAME = 'internal-shop-1.eu-west-1.elb.amazonaws.com';
export const SERVED = 'shop.test';
export const ELB = '127.0.0.2';
export const MACHINE = '127.0.0.5';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf';
const OTHER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:other-AbCdEf';
/** With what a configuration has to quote. */
export const PAGE = '<h1>"too" many, it\'s 100 %</h1>';

/** A proxy of a spec file. */
export type Spec = Readonly<Record<string, unknown>>;

/** Where the load balancer and the machines listen, and the authority of their certificate. */
export interface Nodes {
  readonly port: number;
  readonly caFile: string;
}

const tls = ({ caFile }: Nodes) => ({ serverName: SERVED, caFile });
const upstream = (nodes: Nodes, more: Spec = {}) => ({ dnsName: NAME, port: nodes.port, tls: tls(nodes), ...more });
const machines = (nodes: Nodes, percent: number, more: Spec = {}) => ({
  name: 'machines',
  percent,
  upstream: { addresses: [MACHINE], port: nodes.port, tls: tls(nodes), ...more },
});
const H2 = { protocol: 'h2' };
const CLIENTS = {
  trustStoreSecretArn: OTHER_SECRET,
  revocationListSecretArn: OTHER_SECRET,
  required: false,
  verifiedHeader: 'X-Client-Verified',
};
const listenTls = (more: Spec = {}) => ({ secretArn: SECRET, ...more });
const LIMITS = [
  { requests: 500, period: '1h' },
  { requests: 8, header: 'X-Api-Key', period: '1h' },
];
const MAINTENANCE = { name: 'maintenance', fixedResponse: { status: 503, contentType: 'text/html', body: PAGE } };
const GONE = {
  name: 'gone',
  pathPrefix: '/old/',
  fixedResponse: { status: 410, contentType: 'text/plain', body: 'gone' },
};

/** Options of a spec file that are used together. */
export const MIXTURES = {
  // HTTP/2, shares with a cookie, limits, client certificates, pages and a redirect.
  everything: (nodes: Nodes) => ({
    upstream: upstream(nodes, H2),
    shares: [machines(nodes, 50, H2)],
    shareStickiness: { cookie: 'part' },
    listenTls: listenTls({ clientCertificates: CLIENTS, additionalSecretArns: [OTHER_SECRET] }),
    redirectPort: 8081,
    rateLimits: LIMITS,
    errorPages: [{ status: 429, contentType: 'text/html', body: PAGE }],
    routes: [GONE],
  }),
  // HTTP/1.1, shares by header, limits by address, a redirect.
  byHeader: (nodes: Nodes) => ({
    upstream: upstream(nodes),
    shares: [machines(nodes, 50)],
    shareStickiness: { header: 'X-Api-Key' },
    listenTls: listenTls(),
    redirectPort: 8081,
    rateLimits: [
      { requests: 100, period: '1h' },
      { connections: 1000, period: '1h' },
    ],
  }),
  // HTTP/2 to the load balancer, HTTP/1.1 to machines, of a route.
  ofRoute: (nodes: Nodes) => ({
    upstream: upstream(nodes),
    routes: [{ name: 'api', pathPrefix: '/api/', upstream: upstream(nodes, H2), shares: [machines(nodes, 50)] }, GONE],
    listenTls: listenTls({ minVersion: '1.3' }),
    responseHeaders: { set: { 'X-Edge': 'shop' }, remove: ['Server'] },
  }),
  // Maintenance before shares and limits.
  maintenance: (nodes: Nodes) => ({
    upstream: upstream(nodes, H2),
    shares: [machines(nodes, 100, H2)],
    shareStickiness: { cookie: 'part' },
    routes: [MAINTENANCE],
    rateLimits: LIMITS,
    listenTls: listenTls({ clientCertificates: CLIENTS }),
  }),
  // Required client certificates, and all to machines.
  required: (nodes: Nodes) => ({
    upstream: upstream(nodes),
    shares: [machines(nodes, 100)],
    listenTls: listenTls({ clientCertificates: { ...CLIENTS, required: true } }),
    errorPages: [{ status: 503, contentType: 'text/html', body: PAGE }],
  }),
  // PROXY protocol, limits and shares by address.
  proxied: (nodes: Nodes) => ({
    upstream: upstream(nodes),
    shares: [machines(nodes, 30)],
    shareStickiness: { clientAddress: true },
    acceptProxyProtocol: true,
    rateLimits: [
      { requests: 10, period: '1h' },
      { transferSize: '10MiB', period: '1m' },
    ],
    rateLimitExempt: ['10.0.0.0/8'],
    denyFrom: ['192.0.2.0/24'],
  }),
  // An address for each request, with shares and a limit.
  perRequest: (nodes: Nodes) => ({
    upstream: upstream(nodes, { resolutionMode: 'per-request' }),
    shares: [machines(nodes, 50)],
    rateLimits: LIMITS,
    listenTls: listenTls(),
  }),
  // TCP with shares by address, limits and client certificates.
  tcp: (nodes: Nodes) => ({
    mode: 'tcp',
    upstream: upstream(nodes),
    shares: [machines(nodes, 50)],
    shareStickiness: { clientAddress: true },
    rateLimits: [{ connections: 100, period: '1m' }],
    listenTls: listenTls({ clientCertificates: { trustStoreSecretArn: OTHER_SECRET } }),
  }),
  // TCP by SNI, with shares of a route.
  bySni: ({ port }: Nodes) => ({
    mode: 'tcp',
    upstream: { dnsName: NAME, port },
    routes: [
      {
        name: 'shop',
        sni: SERVED,
        upstream: { dnsName: NAME, port },
        shares: [{ name: 'machines', percent: 50, upstream: { addresses: [MACHINE], port } }],
      },
    ],
    rateLimits: [{ connections: 100, period: '1m' }],
  }),
  // The PROXY protocol to the load balancer with HTTP/2, headers and sizes.
  sends: (nodes: Nodes) => ({
    upstream: upstream(nodes, { ...H2, sendProxyProtocol: true }),
    shares: [machines(nodes, 20)],
    limits: { maxBodySize: '1MiB', maxHeaderSize: '12KiB' },
    log: { format: 'json' },
    listenTls: listenTls(),
    requestHeaders: { set: { 'X-Edge': 'a "b" %' }, remove: ['X-Debug'] },
    errorPages: [{ status: 413, contentType: 'text/plain', body: 'too large' }],
  }),
} satisfies Record<string, (nodes: Nodes) => Spec>;

export type Mixture = keyof typeof MIXTURES;
