import fc from 'fast-check';
import { formatHostPort } from '../../lib/haproxy/address';
import { takesAllOf } from '../../lib/haproxy/model/check-upstream';
import type {
  HaproxyConfigModel,
  HaproxyFixedUpstream,
  HaproxyListenTls,
  HaproxyRateLimit,
  HaproxyRoute,
  HaproxyShare,
  HaproxyUpstream,
} from '../../lib/haproxy/model/config-model';
import {
  HaproxyLocality,
  HaproxyLogFormat,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTlsVersion,
} from '../../lib/haproxy/model/options';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const optional = { requiredKeys: [] };
const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const int = (min: number, max: number) => fc.integer({ min, max });

export const versions = fc.constantFrom(...BRANCHES.map(({ branch }) => HaproxyVersion.of(branch)));
const addresses = fc.oneof(fc.ipV4(), fc.ipV6());
const ports = int(1, 65535);
const names = fc.oneof(
  fc.domain(),
  fc.stringMatching(/^([A-Za-z0-9_]{1,63}\.){0,3}[a-z]{1,63}\.?$/).filter((name) => name.length <= 253),
);
/** Names that AWS gives to load balancers, which the linter knows, and others. */
const upstreamNames = fc.oneof(
  names,
  fc.constantFrom(
    'internal-orders-1234567890.eu-west-1.elb.amazonaws.com',
    'dualstack.orders-1234567890.eu-west-1.elb.amazonaws.com',
    'Orders-0123456789abcdef.elb.eu-west-1.amazonaws.com.',
    'eu-west-1a.orders-0123456789abcdef.elb.eu-west-1.amazonaws.com',
  ),
);
const networks = fc.oneof(
  addresses,
  fc.tuple(fc.ipV4(), int(0, 32)).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), int(0, 128)).map(([address, bits]) => `${address}/${bits}`),
);

/** Texts without control characters, with all that could mean something to HAProxy. */
export const values = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...` '"\\#$%{}[]();,`, '%[', `\${`, "'\\''", 'if', 'unless', '\u2028'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 40,
  })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are refused.
  .filter((text) => text !== '' && !/[\u0000-\u001f\u007f]/.test(text));

const headerNames = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}$/);
/** Names that no other header has. */
const certificateHeaders = (end: string) =>
  fc.stringMatching(/^certificate([-_][A-Za-z0-9]{1,5}){0,4}$/).map((name) => `${name}-${end}`);
const paths = fc.stringMatching(/^\/[A-Za-z0-9._~:@!&*+,;=%/?-]{0,60}$/);
const headers = fc.record(
  { set: fc.dictionary(headerNames, values, { maxKeys: 5 }), remove: fc.array(headerNames, { maxLength: 5 }) },
  optional,
);

/** What 2.2 and later have. Before, a body and most statuses are refused. */
const responses = fc
  .record({
    status: fc.constantFrom(200, 204, 404, 410, 503),
    contentType: some(fc.constant('a/b; c="%s"')),
    body: some(values),
  })
  .map(({ body, ...rest }) => ({ ...rest, body: rest.status === 204 ? undefined : body }));
const pages = fc.record({ status: fc.constantFrom(400, 403, 404, 429, 503), body: values });

/** What only a load balancer answers, with quotes, blanks and whatever else a line may have. */
const proofs = fc.stringMatching(/^[!-~][ -~]{6,40}[!-~]$/);

const upstreams = fc
  .record(
    {
      proof: some(fc.record({ path: paths, body: proofs })),
      prefersZone: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      dnsName: upstreamNames,
      port: fc.oneof(ports, fc.constantFrom(80, 443)),
      protocol: fc.oneof(
        { weight: 9, arbitrary: fc.constant(HaproxyProtocol.HTTP1) },
        { weight: 1, arbitrary: fc.constant(HaproxyProtocol.HTTP2) },
      ),
      resolutionMode: fc.constantFrom(HaproxyResolutionMode.SLOTS, HaproxyResolutionMode.PER_REQUEST),
      slots: int(1, 100),
      tls: some(fc.record({ verify: fc.boolean(), caFile: values, serverName: upstreamNames }, optional)),
      healthCheck: fc.record(
        {
          enabled: fc.boolean(),
          path: paths,
          host: names,
          intervalMillis: int(100, HOUR),
          fall: int(1, 100),
          rise: int(1, 100),
        },
        optional,
      ),
      sendProxyProtocol: fc.boolean(),
      slowStartMillis: int(0, HOUR),
      idleTimeoutMillis: int(1000, 4_000_000),
    },
    { requiredKeys: ['dnsName', 'port'] },
  )
  .map(({ proof, prefersZone, ...given }): HaproxyUpstream => {
    const { resolutionMode, tls, healthCheck = {} } = given;
    if (resolutionMode === HaproxyResolutionMode.PER_REQUEST || healthCheck.enabled === false) {
      return given;
    }
    const upstream = prefersZone && given.slots !== 1 ? { ...given, locality: HaproxyLocality.ZONE } : given;
    if (proof === undefined) {
      return upstream;
    }
    if (tls !== undefined && tls.verify !== false) {
      return { ...upstream, identity: { certificate: {} } };
    }
    const { path: _, host: __, ...times } = healthCheck;
    const isEchoed = `GET ${proof.path} HTTP/1.1\r\nHost: ${upstream.dnsName}`.includes(proof.body);
    return isEchoed ? upstream : { ...upstream, healthCheck: times, identity: { response: proof } };
  });

/** Fixed addresses with the options of an upstream. */
const machines = fc
  .record({
    upstream: upstreams,
    addresses: fc.uniqueArray(addresses, { minLength: 1, maxLength: 5 }),
    serverName: names,
  })
  .map(
    ({
      upstream: { dnsName: _, resolutionMode: __, slots: ___, identity: ____, locality: _____, ...options },
      addresses: at,
      serverName,
    }) => ({
      ...options,
      addresses: at,
      tls: options.tls && { serverName, ...options.tls },
    }),
  )
  .map(({ tls, ...one }) => ({ ...one, tls: tls && { ...tls, serverName: tls.serverName ?? 'machines.test' } }));

/** Shares of one route: those that are too much have nothing. */
const shares = fc
  .array(fc.record({ percent: int(0, 100), upstream: fc.oneof(upstreams, machines) }), { maxLength: 3 })
  .map((given) => {
    let left = 100;
    return given.map(({ percent, upstream }): Omit<HaproxyShare, 'name'> => {
      const share = Math.min(left, percent);
      left -= share;
      return { percent: share, upstream };
    });
  });
const named = (given: readonly Omit<HaproxyShare, 'name'>[], prefix: string): HaproxyShare[] =>
  given.map((share, i) => ({ ...share, name: `${prefix}${i}` }));

const resolutions = fc
  .record(
    {
      nameservers: fc.array(
        fc.tuple(addresses, ports).map(([address, port]) => formatHostPort(address, port)),
        { minLength: 1, maxLength: 8 },
      ),
      parseResolvConf: fc.boolean(),
      holdValidMillis: int(100, DAY),
      /** Beyond `holdValid`. */
      moreObsoleteMillis: int(1, DAY),
      holdOutageMillis: int(0, DAY),
      holdNxMillis: int(0, DAY),
      payloadBytes: int(512, 8192),
    },
    optional,
  )
  .map(({ moreObsoleteMillis, nameservers, ...rest }) => ({
    ...rest,
    // Longer than `hold valid`, as it must be with more than 8 slots.
    holdObsoleteMillis: moreObsoleteMillis && (rest.holdValidMillis ?? 10_000) + moreObsoleteMillis,
    nameservers: rest.parseResolvConf ? undefined : nameservers,
  }));

const limits = fc.record(
  {
    maxConnections: int(1, 1_000_000),
    connectTimeoutMillis: int(100, DAY),
    clientTimeoutMillis: int(100, DAY),
    serverTimeoutMillis: int(100, DAY),
    requestTimeoutMillis: int(100, DAY),
    keepAliveTimeoutMillis: int(100, DAY),
    maxBodyBytes: int(0, 2 ** 31 - 1),
    maxHeaderBytes: int(4096, 262_144),
  },
  optional,
);

const rateLimits = fc
  .record({
    measure: fc.constantFrom('requests', 'connections', 'transferBytes'),
    most: int(1, 1_000_000_000),
    periodMillis: some(int(1000, DAY)),
    header: some(fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/)),
  })
  .map(({ measure, most, periodMillis, header }) => ({
    [measure]: most,
    periodMillis,
    header: measure === 'requests' ? header : undefined,
  }));

/** What the mode reads, and a limit by address beside those by header. */
function limitsOf(http: boolean, given: readonly HaproxyRateLimit[]): readonly HaproxyRateLimit[] {
  const limits = given.filter(({ requests }) => http || requests === undefined);
  return limits.some(({ header }) => header !== undefined) ? [...limits, { requests: 10 }] : limits;
}

/** TCP mode has no headers. */
function withoutHeaders({ clientCertificates, ...rest }: HaproxyListenTls): HaproxyListenTls {
  const { trustStoreFile, revocationListFile, required } = clientCertificates!;
  return { ...rest, clientCertificates: { trustStoreFile, revocationListFile, required } };
}

/** The model with load balancers of at most 8 addresses, which each answer has: they may leave as soon as they are gone. */
function withShortHold(model: HaproxyConfigModel, holdObsoleteMillis: number): HaproxyConfigModel {
  const few = <T extends HaproxyUpstream | HaproxyFixedUpstream>(upstream: T): T =>
    'dnsName' in upstream ? { ...upstream, slots: Math.max(2, 1 + ((upstream.slots ?? 7) % 8)) } : upstream;
  const ofShares = (given: readonly HaproxyShare[] = []) =>
    given.map((share) => ({ ...share, upstream: few(share.upstream) }));
  return {
    ...model,
    upstream: few(model.upstream),
    shares: ofShares(model.shares),
    routes: model.routes?.map((route) => ({
      ...route,
      upstream: route.upstream && few(route.upstream),
      shares: route.shares && ofShares(route.shares),
    })),
    resolution: { ...model.resolution, holdObsoleteMillis },
  };
}

/** Those in which an address stays for longer than the time between two queries. */
const longHolds: fc.Arbitrary<HaproxyConfigModel> = fc
  .record({
    http: fc.boolean(),
    upstream: upstreams,
    shares,
    ofRoute: shares,
    sticky: some(fc.constantFrom({ cookie: 'part' }, { header: 'X-Client' }, { clientAddress: true })),
    routes: fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
        host: some(names),
        path: some(paths),
        sni: names,
        upstream: upstreams,
        response: fc.option(responses, { freq: 2, nil: undefined }),
      }),
      { selector: ({ name }) => name, maxLength: 4 },
    ),
    // That of the liveness listener, which 1.6 and 1.7 have in any case, is not for others.
    ports: fc.uniqueArray(
      ports.filter((port) => port !== 8404),
      { minLength: 4, maxLength: 4 },
    ),
    address: some(addresses),
    listenTls: some(
      fc.record(
        {
          certificateFile: values,
          additionalCertificateFiles: fc.array(values, { maxLength: 20 }),
          clientCertificates: fc.record(
            {
              trustStoreFile: values,
              revocationListFile: values,
              required: fc.boolean(),
              subjectHeader: certificateHeaders('1'),
              issuerHeader: certificateHeaders('2'),
              serialNumberHeader: certificateHeaders('3'),
              fingerprintHeader: certificateHeaders('4'),
              certificateHeader: certificateHeaders('5'),
              verifiedHeader: certificateHeaders('6'),
            },
            { requiredKeys: ['trustStoreFile'] },
          ),
          minVersion: fc.constantFrom(HaproxyTlsVersion.V1_2, HaproxyTlsVersion.V1_3),
          http2: fc.boolean(),
        },
        { requiredKeys: ['certificateFile'] },
      ),
    ),
    with: fc.record({
      redirect: fc.boolean(),
      tlsInFront: fc.boolean(),
      health: fc.boolean(),
      api: fc.boolean(),
      apiTls: fc.boolean(),
    }),
    metrics: fc.boolean(),
    ipv6: fc.boolean(),
    httpsPort: some(ports),
    plain: fc.record({
      acceptProxyProtocol: some(fc.boolean()),
      forwardedFor: some(fc.boolean()),
      requestHeaders: some(headers),
      responseHeaders: some(headers),
      allowFrom: some(fc.array(networks, { maxLength: 100 })),
      rateLimits: some(fc.array(rateLimits, { maxLength: 2 })),
      errorPages: some(fc.uniqueArray(pages, { selector: ({ status }) => status, maxLength: 2 })),
      rateLimitExempt: some(fc.array(networks, { maxLength: 100 })),
      denyFrom: some(fc.array(networks, { maxLength: 100 })),
      limits: some(limits),
      resolution: some(resolutions),
      stopTimeoutMillis: int(6000, HOUR),
      drainTimeMillis: int(0, HOUR / 2),
      log: some(
        fc.record({
          format: fc.constantFrom(HaproxyLogFormat.STANDARD, HaproxyLogFormat.JSON),
          syslog: some(fc.tuple(addresses, ports).map(([address, port]) => formatHostPort(address, port))),
        }),
      ),
    }),
    certificateFile: values,
    clientCaFile: values,
  })
  .map(
    ({
      http,
      upstream,
      shares: own,
      ofRoute,
      sticky,
      routes,
      ports: [p1, p2, p3, p4],
      address,
      with: has,
      listenTls,
      metrics,
      ipv6,
      httpsPort,
      plain,
      ...files
    }) => {
      const at = (port: number | undefined) => ({ address, port: port! });
      const inMode = <T extends object>(to: T): T => (http ? to : { ...to, protocol: undefined });
      const sharesOf = (given: typeof own, prefix: string) =>
        named(given, prefix).map((share) => ({ ...share, upstream: inMode(share.upstream) }));
      const routeOf = ({ name, host, path, sni, upstream: to, response }: (typeof routes)[number]): HaproxyRoute => {
        if (!http) {
          return { name, sni, upstream: inMode(to) };
        }
        return {
          name,
          host,
          pathPrefix: path,
          sni: listenTls && sni,
          ...(!host && !path && !listenTls && { host: sni }),
          ...(response === undefined ? { upstream: to } : { fixedResponse: response }),
        };
      };
      const shared = routes
        .map(routeOf)
        .filter((route, i, all) => !all.slice(0, i).some((earlier) => takesAllOf(earlier, route)))
        .map((route, i) =>
          i === 0 && route.upstream
            ? { ...route, shares: sharesOf(ofRoute, 'share-of-the-first-route-with-a-long-') }
            : route,
        );
      const isShared = own.length + (shared[0]?.shares ?? []).length > 0;
      return {
        ...plain,
        shares: sharesOf(own, 'share-of-the-listener-with-a-long-name-'),
        shareStickiness: isShared && (http || sticky?.clientAddress) ? sticky : undefined,
        rateLimits: plain.rateLimits && limitsOf(http, plain.rateLimits),
        // What is left for running requests, with the health listener that starts it.
        drainTimeMillis: has.health ? plain.drainTimeMillis % (plain.stopTimeoutMillis - 5999) : 0,
        ...(!http && {
          requestHeaders: undefined,
          responseHeaders: undefined,
          errorPages: undefined,
          limits: plain.limits && { ...plain.limits, maxBodyBytes: undefined },
        }),
        mode: http ? HaproxyMode.HTTP : HaproxyMode.TCP,
        upstream: inMode(upstream),
        routes: shared,
        listen: at(p1),
        listenTls: http || listenTls?.clientCertificates === undefined ? listenTls : withoutHeaders(listenTls),
        tlsInFront: has.tlsInFront,
        redirectPort: http && (listenTls || has.tlsInFront) && has.redirect ? p2 : undefined,
        httpsPort,
        ipv6: ipv6 && address === undefined,
        health: has.health ? at(p3) : undefined,
        metrics: metrics && has.health,
        runtimeApi: has.api ? at(p4) : undefined,
        runtimeApiTls: has.api && has.apiTls ? files : undefined,
      };
    },
  );

/** Every model that is allowed on some branch. */
export const models: fc.Arbitrary<HaproxyConfigModel> = fc
  .tuple(longHolds, fc.option(int(0, DAY), { freq: 3, nil: undefined }))
  .map(([model, hold]) => (hold === undefined ? model : withShortHold(model, hold)));
