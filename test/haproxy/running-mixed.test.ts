import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';
import { parseSpec } from '../../bin/spec';
import { modelOfSpec, versionOf } from '../../bin/spec/to-model';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import type { HaproxyBinary } from '../../testbed/binaries';
import { CertificateAuthority, makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { availableBinaries, haproxyCheck, hasTls } from '../support/binaries';
import { speak } from '../support/tls-client';
import { ask, converse, until } from './running';
import { SecureNode } from './secure-node';

/* Options of a spec file that are used together, up to real clients. */

jest.setTimeout(120_000);

const NAME = 'internal-shop-1.eu-west-1.elb.amazonaws.com';
const SERVED = 'shop.test';
const ELB = '127.0.0.2';
const MACHINE = '127.0.0.5';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf';
const OTHER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:other-AbCdEf';
const PAGE = '<h1>"too" many, it\'s 100 %</h1>';

let folder: string;
let upstreamCertificate: TestCertificate;
let files: Record<string, string>;
let clients: Record<'good' | 'revoked', TestCertificate>;
let dns: DnsServer;
let port: number;
let nodes: SecureNode[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mixed-'));
  upstreamCertificate = makeCertificate(folder, SERVED);
  const ours = new CertificateAuthority(folder, 'ours');
  clients = { good: ours.issue('good'), revoked: ours.issue('revoked') };
  ours.revoke(clients.revoked);
  const list = path.join(folder, 'list');
  writeFileSync(list, ours.revocationList());
  files = {
    'listen.pem': ours.issue('www', { dnsName: 'www.test' }).file,
    'listen-2.pem': ours.issue('api', { dnsName: 'api.test' }).file,
    'client-ca.pem': ours.certificate.caFile,
    'client-crl.pem': list,
  };
  dns = new DnsServer();
  dns.set(NAME, [ELB]);
  [port] = (await freePorts(1)) as [number];
  nodes = [
    await SecureNode.listen('elb', upstreamCertificate, ELB, port),
    await SecureNode.listen('machines', upstreamCertificate, MACHINE, port),
  ];
});

afterAll(async () => {
  for (const node of nodes) {
    node.close();
  }
  await dns.close();
  rmSync(folder, { recursive: true });
});

type Spec = Readonly<Record<string, unknown>>;

const tls = () => ({ serverName: SERVED, caFile: upstreamCertificate.caFile });
const upstream = (more: Spec = {}) => ({ dnsName: NAME, port, tls: tls(), ...more });
const machines = (percent: number, more: Spec = {}) => ({
  name: 'machines',
  percent,
  upstream: { addresses: [MACHINE], port, tls: tls(), ...more },
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

const MIXED = {
  // HTTP/2, shares with a cookie, limits, client certificates, pages and a redirect.
  everything: () => ({
    upstream: upstream(H2),
    shares: [machines(50, H2)],
    shareStickiness: { cookie: 'part' },
    listenTls: listenTls({ clientCertificates: CLIENTS, additionalSecretArns: [OTHER_SECRET] }),
    redirectPort: 8081,
    rateLimits: LIMITS,
    errorPages: [{ status: 429, contentType: 'text/html', body: PAGE }],
    routes: [GONE],
  }),
  // HTTP/1.1, shares by header, limits by address, a redirect.
  byHeader: () => ({
    upstream: upstream(),
    shares: [machines(50)],
    shareStickiness: { header: 'X-Api-Key' },
    listenTls: listenTls(),
    redirectPort: 8081,
    rateLimits: [
      { requests: 100, period: '1h' },
      { connections: 1000, period: '1h' },
    ],
  }),
  // HTTP/2 to the load balancer, HTTP/1.1 to machines, of a route.
  ofRoute: () => ({
    upstream: upstream(),
    routes: [{ name: 'api', pathPrefix: '/api/', upstream: upstream(H2), shares: [machines(50)] }, GONE],
    listenTls: listenTls({ minVersion: '1.3' }),
    responseHeaders: { set: { 'X-Edge': 'shop' }, remove: ['Server'] },
  }),
  // Maintenance before shares and limits.
  maintenance: () => ({
    upstream: upstream(H2),
    shares: [machines(100, H2)],
    shareStickiness: { cookie: 'part' },
    routes: [MAINTENANCE],
    rateLimits: LIMITS,
    listenTls: listenTls({ clientCertificates: CLIENTS }),
  }),
  // Required client certificates, and all to machines.
  required: () => ({
    upstream: upstream(),
    shares: [machines(100)],
    listenTls: listenTls({ clientCertificates: { ...CLIENTS, required: true } }),
    errorPages: [{ status: 503, contentType: 'text/html', body: PAGE }],
  }),
  // PROXY protocol, limits and shares by address.
  proxied: () => ({
    upstream: upstream(),
    shares: [machines(30)],
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
  perRequest: () => ({
    upstream: upstream({ resolutionMode: 'per-request' }),
    shares: [machines(50)],
    rateLimits: LIMITS,
    listenTls: listenTls(),
  }),
  // TCP with shares by address, limits and client certificates.
  tcp: () => ({
    mode: 'tcp',
    upstream: upstream(),
    shares: [machines(50)],
    shareStickiness: { clientAddress: true },
    rateLimits: [{ connections: 100, period: '1m' }],
    listenTls: listenTls({ clientCertificates: { trustStoreSecretArn: OTHER_SECRET } }),
  }),
  // TCP by SNI, with shares of a route.
  bySni: () => ({
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
  sends: () => ({
    upstream: upstream({ ...H2, sendProxyProtocol: true }),
    shares: [machines(20)],
    limits: { maxBodySize: '1MiB', maxHeaderSize: '12KiB' },
    log: { format: 'json' },
    listenTls: listenTls(),
    requestHeaders: { set: { 'X-Edge': 'a "b" %' }, remove: ['X-Debug'] },
    errorPages: [{ status: 413, contentType: 'text/plain', body: 'too large' }],
  }),
} satisfies Record<string, () => Spec>;

const ENVIRONMENT = {
  account: '111111111111',
  region: 'eu-west-1',
  vpc: { id: 'vpc-0123456789abcdef0' },
};

/** What a branch refuses, by its own words. */
const REFUSED = / needs HAProxy \d\.\d or later| before 2\.2/;

function modelOf(spec: Spec, binary: HaproxyBinary): HaproxyConfigModel | undefined {
  const document = {
    environments: { test: ENVIRONMENT },
    proxies: { shop: { haproxyVersion: binary.branch, ...spec } },
  };
  try {
    const { environments } = parseSpec(JSON.stringify(document), 'spec.yaml');
    const { shop } = environments.test!.proxies;
    expect(versionOf(shop!)).toEqual(HaproxyVersion.of(binary.branch));
    return modelOfSpec(shop!);
  } catch (error) {
    expect((error as Error).message).toMatch(REFUSED);
    return undefined;
  }
}

/** The text of a configuration, with the files of this test. */
function textOf(binary: HaproxyBinary, model: HaproxyConfigModel): string {
  const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), model);
  return config.replace(/\/dev\/shm\/([\w-]+\.pem)/g, (_, name: string) => files[name] ?? name);
}

const BINARIES = availableBinaries().filter(hasTls);

test('some binary has TLS', () => {
  expect(BINARIES).not.toEqual([]);
});

test.each(Object.entries(MIXED))('every binary takes %s, and the linter finds no fault', (_, make) => {
  const outcomes = BINARIES.map((binary) => {
    const model = modelOf(make(), binary);
    if (model === undefined) {
      return { version: binary.version, taken: false };
    }
    const config = textOf(binary, model);
    const { status, output } = haproxyCheck(binary, config);
    const findings = lint(config, HaproxyVersion.of(binary.branch)).filter(({ rule }) => rule !== 'end-of-life');
    return { version: binary.version, status, output: status === 0 ? '' : output, findings };
  });
  expect(outcomes).toEqual(
    outcomes.map(({ version, taken }) =>
      taken === undefined ? { version, status: 0, output: '', findings: [] } : { version, taken },
    ),
  );
});

/** A client with one connection of HTTP/2. */
class Visitor {
  readonly #session: ClientHttp2Session;

  public constructor(listen: number, certificate?: TestCertificate) {
    const { cert, key } = certificate ?? {};
    this.#session = connect(`https://127.0.0.1:${listen}`, {
      cert,
      key,
      rejectUnauthorized: false,
      servername: 'www.test',
    });
    this.#session.on('error', () => {});
  }

  /** Gets a page; nothing when the connection is refused. */
  public async get(url: string, headers: Record<string, string> = {}) {
    const stream = this.#session.request({ ':path': url, ...headers });
    const head = new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    const body = await text(stream).catch(() => undefined);
    if (body === undefined || body === '') {
      return undefined;
    }
    const { ':status': code, ...rest } = await head;
    return { status: code as number, headers: rest, body };
  }

  public close(): void {
    this.#session.destroy();
  }
}

interface Seen {
  readonly name: string;
  readonly httpVersion: string;
  readonly headers: Record<string, string>;
}

const seen = (answer: { readonly status: number; readonly body: string } | undefined): Seen => {
  expect(answer?.status).toBe(200);
  return JSON.parse(answer!.body) as Seen;
};

/** What is tried with a running process. */
interface Process {
  readonly binary: HaproxyBinary;
  readonly listen: number;
  readonly redirect: number;
  visitor(certificate?: TestCertificate): Visitor;
}

/** Runs something with the process of each binary that takes a mixture. */
async function onEach(make: () => Spec, tryIt: (process: Process) => Promise<void>): Promise<void> {
  let tried = 0;
  const settled = await Promise.allSettled(
    BINARIES.map(async (binary) => {
      const model = modelOf(make(), binary);
      if (model === undefined) {
        return;
      }
      const [listen, redirect, health] = (await freePorts(3)) as [number, number, number];
      const at = (one: number) => ({ address: '127.0.0.1', port: one });
      const haproxy = HaproxyProcess.of(
        binary,
        textOf(binary, {
          ...model,
          listen: at(listen),
          redirectPort: model.redirectPort && redirect,
          health: at(health),
          runtimeApi: undefined,
          resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500 },
        }),
      );
      const visitors: Visitor[] = [];
      try {
        await until('it is ready', async () => {
          if (haproxy.ended) {
            throw new Error(`HAProxy ${binary.version} does not start: ${haproxy.output}`);
          }
          return (await ask(health, { path: '/ready' }))?.status === 200;
        });
        const visitor = (certificate?: TestCertificate) => {
          visitors.push(new Visitor(listen, certificate));
          return visitors.at(-1)!;
        };
        tried += 1;
        await tryIt({ binary, listen, redirect, visitor });
      } catch (error) {
        throw new Error(`HAProxy ${binary.version}: ${(error as Error).message}`, { cause: error });
      } finally {
        for (const one of visitors) {
          one.close();
        }
        await haproxy.stop();
      }
    }),
  );
  for (const one of settled) {
    if (one.status === 'rejected') {
      throw one.reason;
    }
  }
  expect(tried).toBeGreaterThan(0);
}

const times = <T>(count: number, one: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)));
/** Each part of the traffic has some of twenty requests. */
const BOTH = ['elb', 'machines'];
const namesOf = (all: readonly Seen[]) => [...new Set(all.map(({ name }) => name))].sort();

test('HTTP/2, shares, cookies, limits, client certificates, pages and a redirect work together', async () => {
  await onEach(MIXED.everything, async ({ binary, listen, redirect, visitor }) => {
    const [known, unknown] = [visitor(clients.good), visitor()];
    const forged = { 'x-client-verified': 'forged' };
    const all = await times(20, async (i) => known.get('/', { 'x-api-key': `k${i}`, ...forged }));
    const answers = all.map(seen);
    expect(namesOf(answers)).toEqual(BOTH);
    expect(new Set(answers.map(({ httpVersion }) => httpVersion))).toEqual(new Set(['2.0']));
    expect(new Set(answers.map(({ headers }) => headers['x-client-verified']))).toEqual(new Set(['SUCCESS']));
    const cookies = all.map((answer) => String(answer!.headers['set-cookie']));
    expect(cookies.join('\n')).toMatch(/^(part=\d\d?; Path=\/; HttpOnly; SameSite=Lax; Secure\n?){20}$/);
    const cookie = cookies[0]!.split(';')[0]!;
    const kept = await times(8, async (i) => unknown.get('/', { 'x-api-key': `c${i % 2}`, cookie, ...forged }));
    expect(namesOf(kept.map(seen))).toEqual([answers[0]!.name]);
    expect(kept.map((answer) => answer!.headers['set-cookie'])).toEqual(kept.map(() => undefined));
    expect(new Set(kept.map((answer) => seen(answer).headers['x-client-verified']))).toEqual(new Set(['NONE']));
    const limited = await times(12, () => known.get('/', { 'x-api-key': 'one' }));
    expect(limited.filter((answer) => answer?.status === 200)).toHaveLength(8);
    const [refused] = limited.filter((answer) => answer?.status === 429);
    expect(refused).toMatchObject({ body: PAGE, headers: { 'retry-after': '3600', 'content-type': 'text/html' } });
    expect(refused!.headers['set-cookie']).toBeUndefined();
    expect(await known.get('/old/1')).toMatchObject({ status: 410, body: 'gone' });
    expect(await visitor(clients.revoked).get('/')).toBeUndefined();
    const moved = await ask(redirect, { path: '/a?b', headers: { host: 'shop.example.com:8081' } });
    expect(moved).toMatchObject({ status: 301, headers: { location: 'https://shop.example.com:8080/a?b' } });
    expect(moved!.headers['set-cookie']).toBeUndefined();
    if (HaproxyVersion.of(binary.branch)._capabilities.websocketProtocol) {
      const socket = new WebSocket(`wss://127.0.0.1:${listen}/`, { rejectUnauthorized: false });
      socket.on('open', () => socket.send('hello'));
      const answer = await new Promise((resolve) => socket.on('message', (data) => resolve(String(data))));
      expect(answer).toMatch(/^(elb|machines) hello$/);
      socket.terminate();
    }
  });
});

test('a share by header, limits by address and a redirect work together', async () => {
  await onEach(MIXED.byHeader, async ({ redirect, visitor }) => {
    const client = visitor();
    const names = await times(12, async (i) => {
      const answers = await times(3, () => client.get('/', { 'x-api-key': `customer-${i}` }));
      return namesOf(answers.map(seen));
    });
    expect(names.every((some) => some.length === 1)).toBe(true);
    expect(namesOf(names.map(([name]) => ({ name }) as Seen))).toEqual(BOTH);
    expect((await ask(redirect))?.status).toBe(301);
    const more = await times(80, () => client.get('/'));
    // 36 and the redirect came before.
    expect(more.filter((answer) => answer?.status === 429)).toHaveLength(17);
  });
});

test('a route has its own shares and protocol', async () => {
  await onEach(MIXED.ofRoute, async ({ visitor }) => {
    const client = visitor();
    const ofApi = (await times(20, () => client.get('/api/'))).map(seen);
    expect(namesOf(ofApi)).toEqual(BOTH);
    expect([...new Set(ofApi.map(({ name, httpVersion }) => `${name} ${httpVersion}`))].sort()).toEqual([
      'elb 2.0',
      'machines 1.1',
    ]);
    const others = await times(10, () => client.get('/'));
    expect(others.map((answer) => `${seen(answer).name} ${answer!.headers['x-edge']}`)).toEqual(
      others.map(() => 'elb shop'),
    );
    const gone = await client.get('/old/');
    expect(gone).toMatchObject({ status: 410 });
    expect(gone!.headers['x-edge']).toBeUndefined();
  });
});

test('maintenance of everything comes before shares, and new tasks are ready', async () => {
  await onEach(MIXED.maintenance, async ({ visitor }) => {
    const answers = await times(5, (i) => visitor(clients.good).get(`/${i}`));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: PAGE });
      expect(answer!.headers['set-cookie']).toBeUndefined();
    }
  });
});

test('required certificates, and a share of all', async () => {
  await onEach(MIXED.required, async ({ visitor }) => {
    expect(await visitor().get('/')).toBeUndefined();
    const answers = await times(5, () => visitor(clients.good).get('/'));
    expect(namesOf(answers.map(seen))).toEqual(['machines']);
  });
});

test('the address of the PROXY protocol decides limits, shares and refusals', async () => {
  await onEach(MIXED.proxied, async ({ listen }) => {
    const from = (address: string, count: number) =>
      times(count, () =>
        converse(
          listen,
          `PROXY TCP4 ${address} 198.51.100.1 4000 80\r\nGET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n`,
        ),
      );
    const one = await from('198.51.100.7', 12);
    const served = one.filter((answer) => answer.startsWith('HTTP/1.1 200'));
    expect([served.length, one.filter((answer) => /^HTTP\/1\.[01] 429/.test(answer)).length]).toEqual([10, 2]);
    expect(new Set(served.map((answer) => /"name":"(\w+)"/.exec(answer)![1])).size).toBe(1);
    const exempt = await from('10.1.1.1', 12);
    expect(exempt.filter((answer) => answer.startsWith('HTTP/1.1 200'))).toHaveLength(12);
    expect(await from('192.0.2.9', 1)).toEqual(['']);
  });
});

test('an address for each request, with a share', async () => {
  await onEach(MIXED.perRequest, async ({ listen }) => {
    const answers: Seen[] = [];
    // Over HTTP/1.1: 2.0.0 does not wait for DNS over HTTP/2.
    for (let i = 0; i < 20; i += 1) {
      answers.push(seen(await ask(listen, { servername: 'www.test', headers: { 'X-Api-Key': `k${i}` } })));
    }
    expect(namesOf(answers)).toEqual(BOTH);
  });
});

test('TCP with client certificates, and TCP by SNI', async () => {
  await onEach(MIXED.tcp, async ({ listen }) => {
    const bytes = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
    expect((await speak(listen, { bytes })).text).toBe('');
    expect((await speak(listen, { certificate: clients.good, bytes })).text).toContain('"httpVersion":"1.1"');
  });
  await onEach(MIXED.bySni, async ({ listen }) => {
    const answers = await times(20, () => ask(listen, { servername: SERVED }));
    expect(namesOf(answers.map(seen))).toEqual(BOTH);
    expect(seen(await ask(listen, { servername: 'other.test' })).name).toBe('elb');
  });
});
