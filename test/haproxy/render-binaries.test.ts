import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HaproxyConfigModel, HaproxyFixedUpstream, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyLogFormat, HaproxyMode, HaproxyProtocol, HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { CertificateAuthority, makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { availableBinaries, haproxyCheck, hasTls } from '../support/binaries';
import { fullHttp, fullTcp, TCP_ZONE, TCP_ZONE_IDENTITY, ZONE, zoneIdentity } from './models';

const MODES = [HaproxyMode.HTTP, HaproxyMode.TCP];
const LISTENERS = ['plain', 'tls', 'tls+redirect', 'proxy protocol'] as const;
const UPSTREAMS: Record<string, Partial<HaproxyUpstream>> = {
  plain: {},
  'tls verified': { tls: {} },
  'tls not verified': { tls: { verify: false } },
  'tls with a server name': { tls: { serverName: 'www.example.com' } },
  'per request': { resolutionMode: HaproxyResolutionMode.PER_REQUEST },
  'per request over tls': { resolutionMode: HaproxyResolutionMode.PER_REQUEST, tls: {} },
  'proxy protocol': { sendProxyProtocol: true },
  'http check': { healthCheck: { path: '/health?a=b&c=%20;*', host: 'www.example.com' } },
  'http check over tls': { tls: {}, healthCheck: { path: '/health' } },
  'http/2 over tls': { protocol: HaproxyProtocol.HTTP2, tls: {}, healthCheck: { path: '/health' } },
  'no check': { tls: {}, healthCheck: { enabled: false } },
  'slow start': { slowStartMillis: 30_000, idleTimeoutMillis: 350_000 },
};

let folder: string;
let certificate: TestCertificate;
let revocationListFile: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'render-binaries-'));
  certificate = makeCertificate(folder, 'www.example.com');
  revocationListFile = path.join(folder, 'revoked.pem');
  writeFileSync(revocationListFile, new CertificateAuthority(folder, 'clients').revocationList());
});

afterAll(() => rmSync(folder, { recursive: true }));

/** 1.6 looks names up at the start, with the machine's own resolver. */
function nameFor({ _capabilities: capabilities }: HaproxyVersion): string {
  return capabilities.initAddr ? 'my-elb.example.com' : 'localhost';
}

interface Shape {
  readonly mode: HaproxyMode;
  readonly listener: (typeof LISTENERS)[number];
  readonly upstream: string;
  readonly format: HaproxyLogFormat;
}

const FORMATS = [HaproxyLogFormat.STANDARD, HaproxyLogFormat.JSON] as const;

/** The log depends on mode and listener: each of them, and each upstream, has both formats in turn. */
const MATRIX = MODES.flatMap((mode) =>
  LISTENERS.flatMap((listener, i) =>
    Object.keys(UPSTREAMS).map((upstream, j): Shape => ({ mode, listener, upstream, format: FORMATS[(i + j) % 2]! })),
  ),
).filter(({ mode, listener }) => mode === HaproxyMode.HTTP || listener !== 'tls+redirect');

/** The shapes that a binary can have: its branch has what they need, and it was built with TLS or needs none. */
function shapesFor(binary: HaproxyBinary): Shape[] {
  const version = HaproxyVersion.of(binary.branch);
  const tls = hasTls(binary);
  return MATRIX.filter(({ mode, listener, upstream }) => {
    const { resolutionMode, protocol, tls: upstreamTls } = UPSTREAMS[upstream]!;
    if (protocol !== undefined && (mode === HaproxyMode.TCP || !version._capabilities.http2Upstream)) {
      return false;
    }
    const resolves = mode === HaproxyMode.HTTP ? version._capabilities.doResolve : version._capabilities.doResolveTcp;
    return (resolutionMode === undefined || resolves) && (tls || (!listener.startsWith('tls') && !upstreamTls));
  });
}

/** Fixed addresses with the options of an upstream. */
function fixedOf({ resolutionMode: _, tls, ...options }: Partial<HaproxyUpstream>): HaproxyFixedUpstream {
  const addresses = ['192.0.2.10', '2001:db8::10'];
  return { port: 80, ...options, addresses, tls: tls && { serverName: 'www.example.com', ...tls } };
}

function modelOf(version: HaproxyVersion, { mode, listener, upstream, format }: Shape): HaproxyConfigModel {
  return {
    mode,
    upstream: { dnsName: nameFor(version), port: 80, ...UPSTREAMS[upstream] },
    shares: [{ name: 'fixed', percent: 5, upstream: fixedOf(UPSTREAMS[upstream]!) }],
    shareStickiness: mode === HaproxyMode.TCP ? { clientAddress: true } : { cookie: 'share' },
    listenTls: listener.startsWith('tls') ? { certificateFile: certificate.file } : undefined,
    redirectPort: listener === 'tls+redirect' ? 8081 : undefined,
    acceptProxyProtocol: listener === 'proxy protocol',
    health: { port: 8404 },
    drainTimeMillis: 10_000,
    metrics: version._capabilities.prometheus,
    runtimeApi: { port: 9990 },
    log: { format, syslog: version._capabilities.logStdout ? undefined : '127.0.0.1:514' },
  };
}

/** What HAProxy prints when all is well: this up to 2.8, nothing after. */
const FINE = { status: 0, output: expect.stringMatching(/^(Configuration file is valid\n)?$/) };

describe.each(availableBinaries())('HAProxy $version accepts without a warning', (binary) => {
  const version = HaproxyVersion.of(binary.branch);
  const shapes = shapesFor(binary);
  const check = (model: HaproxyConfigModel) => haproxyCheck(binary, HaproxyConfig.render(version, model));
  const upstream = { dnsName: nameFor(version), port: 80 };

  test(`all ${shapes.length} of mode, listener, upstream and log${hasTls(binary) ? '' : ', without TLS, which this build lacks'}`, () => {
    const refused = shapes
      .map((shape) => ({ shape, ...check(modelOf(version, shape)) }))
      .filter(({ status, output }) => status !== 0 || !/^(Configuration file is valid\n)?$/.test(output));
    expect(refused).toEqual([]);
    expect(shapes.length).toBeGreaterThan(0);
  }, 120_000);

  test('everything at once', () => {
    const full = fullHttp(version);
    const model: HaproxyConfigModel = {
      ...full,
      upstream: { ...full.upstream, dnsName: upstream.dnsName },
      routes: full.routes?.map((route) => ({
        ...route,
        upstream: route.upstream && { ...route.upstream, dnsName: upstream.dnsName },
      })),
      listenTls: {
        ...full.listenTls,
        certificateFile: certificate.file,
        // As many as a line has room for.
        additionalCertificateFiles: Array(20).fill(certificate.file),
        clientCertificates: {
          ...full.listenTls!.clientCertificates,
          trustStoreFile: certificate.caFile,
          revocationListFile,
        },
      },
      runtimeApiTls: { certificateFile: certificate.file, clientCaFile: certificate.caFile },
    };
    const { listenTls, redirectPort, runtimeApiTls, ...plain } = model;
    const withoutTls = {
      ...plain,
      upstream: { ...plain.upstream, tls: undefined },
      routes: plain.routes?.filter(({ sni }) => sni === undefined),
    };
    expect(check(hasTls(binary) ? model : withoutTls)).toEqual(FINE);
    const tcp = fullTcp(version);
    const named = { ...tcp.upstream, dnsName: upstream.dnsName };
    const routes = tcp.routes?.map((route) => ({ ...route, upstream: named }));
    expect(check({ ...tcp, upstream: named, routes })).toEqual(FINE);
  });

  test('listeners and name servers with IPv6 addresses', () => {
    const model = {
      upstream,
      listen: { address: '::1', port: 8080 },
      health: { address: '::1', port: 8404 },
      runtimeApi: { address: '::1', port: 9990 },
      resolution: { nameservers: ['[fd00:ec2::253]:53'] },
    };
    expect(check(model)).toEqual(FINE);
  });

  test('the longest times, the most slots, the largest sizes', () => {
    const resolution = { holdValidMillis: 86_400_000, holdObsoleteMillis: 172_800_000 };
    const limits = { maxBodyBytes: 2 ** 31 - 1, maxHeaderBytes: 262_144, maxConnections: 1_000_000 };
    const networks = Array.from({ length: 100 }, (_, i) => `2001:db8:ffff:ffff:ffff:ffff:ffff:${i.toString(16)}/128`);
    const model = {
      upstream: { ...upstream, slots: 100 },
      resolution,
      limits,
      allowFrom: networks,
      denyFrom: networks,
    };
    expect(check(model)).toEqual(FINE);
  });

  test('the shortest times, one slot, the smallest sizes', () => {
    const resolution = { holdValidMillis: 100, holdObsoleteMillis: 0, holdNxMillis: 0, holdOutageMillis: 0 };
    const limits = { maxBodyBytes: 0, maxHeaderBytes: 4096, maxConnections: 1 };
    expect(check({ upstream: { ...upstream, slots: 1 }, resolution, limits, stopTimeoutMillis: 6000 })).toEqual(FINE);
  });

  if (hasTls(binary)) {
    test('a TLS listener with heads that are smaller than a frame of HTTP/2', () => {
      const model = {
        upstream,
        listenTls: { certificateFile: certificate.file },
        limits: { maxHeaderBytes: 8192 },
      };
      expect(check(model)).toEqual(FINE);
    });
  }

  if (version._capabilities.luaWeights) {
    test('the nodes of a zone first', () => {
      const { routes, ...plain } = ZONE;
      expect([hasTls(binary) ? ZONE : plain, TCP_ZONE].map(check)).toEqual([FINE, FINE]);
    });

    test('the nodes of a zone first, with a proof of identity', () => {
      const [clear] = zoneIdentity(version).routes!;
      const models = hasTls(binary) ? [zoneIdentity(version), TCP_ZONE_IDENTITY] : [{ upstream: clear!.upstream! }];
      expect(models.map(check)).toEqual(models.map(() => FINE));
    });
  }

  if (version._capabilities.parseResolvConf) {
    test("the machine's own name servers", () => {
      expect(check({ upstream, resolution: { parseResolvConf: true } })).toEqual(FINE);
    });
  }
});
