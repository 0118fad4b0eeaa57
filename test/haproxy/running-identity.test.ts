import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { readRuntime } from '../../lambda/probe/runtime-client';
import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { branchOrder } from '../../lib/haproxy/version/branches';
import { CAPABILITIES } from '../../lib/haproxy/version/capabilities';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { CertificateAuthority, makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { DnsServer } from '../../testbed/dns-server';
import { IDENTITY_BODY, IDENTITY_HEADER, IDENTITY_PATH } from '../../testbed/identity';
import { freePorts } from '../../testbed/ports';
import { type AnswerKind, Host } from '../../testbed/stranger';
import { availableBinaries, hasTls } from '../support/binaries';
import { ask, run, until } from './running';

jest.setTimeout(120_000);

const INTERVAL_MILLIS = 1000;
/** `fall × inter` is 2 s, and a second more where a check is not answered: this long on a busy machine. */
const OUT_MILLIS = 5000;
/** Requests of each client in the time after. */
const REQUESTS = 40;

let folder: string;
let authority: CertificateAuthority;
let own: TestCertificate;
let otherName: TestCertificate;
let selfSigned: TestCertificate;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'identity-'));
  authority = new CertificateAuthority(folder, 'authority');
  own = authority.issue('own', { dnsName: 'elb.test' });
  otherName = authority.issue('other', { dnsName: 'other.test' });
  selfSigned = makeCertificate(folder, 'elb.test');
});

afterAll(() => rmSync(folder, { recursive: true }));

/** One upstream, whose second address somebody else gets. */
interface Case {
  readonly name: string;
  readonly stranger: AnswerKind;
  readonly certificate?: TestCertificate;
  /** What the health check must say of it. @default - that it does not answer */
  readonly status?: unknown;
  /** @default - the upstream has none */
  readonly identity?: HaproxyUpstream['identity'];
}

/** What happened in one case. */
interface Outcome {
  /** Requests that the stranger got after it must be out. */
  readonly reached: number;
  /** Whether clients were answered as they must be. A busy machine may also miss a check of the node that stays. */
  readonly answered: boolean;
  /** What the checker reads of the stranger's slot. */
  readonly status: string | undefined;
}

const kept = (i: number) => `127.0.2.${i + 1}`;
const taken = (i: number) => `127.0.3.${i + 1}`;

/**
 * Runs a HAProxy with an upstream for each case, of two nodes. While DNS is silent, the second address of each gets to a
 * stranger. 1.6 and 1.7 have one address: the second.
 */
async function takeOver(
  binary: HaproxyBinary,
  cases: readonly Case[],
  more: Partial<HaproxyUpstream> & Pick<Partial<HaproxyConfigModel>, 'mode'> = {},
): Promise<Outcome[]> {
  const without = more.mode === HaproxyMode.TCP ? 'closed' : '503';
  const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
  const { mode, ...options } = more;
  // 1.6 starts only with names that the machine itself resolves.
  const nameOf = (i: number) => (capabilities.initAddr ? `elb${i}.test` : 'localhost');
  const certificate = options.tls === undefined && mode === undefined ? undefined : own;
  const [port, health, listen, runtimeApi] = (await freePorts(4)) as [number, number, number, number];
  const several = capabilities.serverTemplate;
  const hosts: Host[] = [];
  const start = async (kind: AnswerKind, address: string, its = certificate) => {
    const host = await Host.listen(kind, address, port, its);
    hosts.push(host);
    return host;
  };
  const dns = new DnsServer();
  const upstreams = cases.map(
    ({ identity }, i): HaproxyUpstream => ({
      dnsName: nameOf(i),
      port,
      identity,
      healthCheck: { intervalMillis: INTERVAL_MILLIS, fall: 2, rise: 1 },
      ...options,
    }),
  );
  const nodes: Host[] = [];
  for (const i of cases.keys()) {
    dns.set(nameOf(i), several ? [kept(i), taken(i)] : [taken(i)]);
    await start('node', kept(i));
    nodes.push(await start('node', taken(i)));
  }
  const routes = upstreams
    .slice(1)
    .map((upstream, i) => ({ name: `case${i + 1}`, pathPrefix: `/${i + 1}/`, upstream }));
  const haproxy = await run(binary, {
    mode,
    upstream: upstreams[0]!,
    routes,
    listen: { address: '127.0.0.1', port: listen },
    health: { address: '127.0.0.1', port: health },
    runtimeApi: { address: '127.0.0.1', port: runtimeApi },
    limits: { serverTimeoutMillis: 300, connectTimeoutMillis: 300 },
    resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200 },
  });
  const request = async (i: number) => {
    const answer = mode === HaproxyMode.TCP ? await talk(listen) : await ask(listen, { path: `/${i}/` });
    return answer === undefined ? 'closed' : answer.status === 200 ? answer.body : String(answer.status);
  };
  try {
    for (const [i, node] of nodes.entries()) {
      await until(`HAProxy ${binary.version} uses the second address of '${cases[i]!.name}'`, async () => {
        await request(i);
        return node.requests > 0;
      });
      dns.fail(nameOf(i), 'silent');
    }
    const strangers: Host[] = [];
    for (const [i, { stranger, certificate: its }] of cases.entries()) {
      await nodes[i]!.close();
      strangers.push(await start(stranger, taken(i), its));
    }
    await sleep(OUT_MILLIS);
    const { slots } = await readRuntime(`127.0.0.1:${runtimeApi}`);
    const outcomes = await Promise.all(
      cases.map(async (_, i) => {
        const before = strangers[i]!.requests;
        const answers = new Set<string>();
        for (let left = REQUESTS; left > 0; left -= 1) {
          answers.add(await request(i));
        }
        return {
          reached: strangers[i]!.requests - before,
          answered: answers.has(good(binary, without)),
          status: slots.find(({ address }) => address === taken(i))?.checkStatus,
        };
      }),
    );
    for (const i of cases.keys()) {
      dns.heal(nameOf(i));
      dns.set(nameOf(i), [kept(i)]);
      await until(`HAProxy ${binary.version} follows DNS again`, async () => (await request(i)) === 'node');
    }
    return outcomes;
  } finally {
    await haproxy.stop();
    await Promise.all(hosts.map((host) => host.close()));
    await dns.close();
  }
}

/** One request over TLS that HAProxy passes through, to any host that answers. */
function talk(port: number): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const options = { port, host: '127.0.0.1', servername: 'elb.test', rejectUnauthorized: false };
    const socket = connect(options, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(text === '' ? undefined : { status: 200, body: text.split('\r\n\r\n')[1] ?? '' }));
  });
}

/** What a test of each binary finds, by version. They run side by side, because they mostly wait. */
async function each<T>(binaries: readonly HaproxyBinary[], find: (binary: HaproxyBinary) => Promise<T>) {
  return new Map(await Promise.all(binaries.map(async (binary) => [binary.version, await find(binary)] as const)));
}

/** What clients are answered: by the node that stays, or where the branch has one address, otherwise. */
const good = ({ branch }: HaproxyBinary, without: string) =>
  HaproxyVersion.of(branch)._capabilities.serverTemplate ? 'node' : without;

/** What must happen to each of some cases. */
function expected(binaries: readonly HaproxyBinary[], casesOf: (binary: HaproxyBinary) => readonly Case[]) {
  return new Map(
    binaries.map((binary) => [
      binary.version,
      casesOf(binary).map(({ status }) => ({ reached: 0, answered: true, status })),
    ]),
  );
}

const BINARIES = availableBinaries();
const SECURE = BINARIES.filter(hasTls);
/** 1.6 starts with one name alone. */
const casesOn = ({ branch }: HaproxyBinary, cases: readonly Case[]) =>
  HaproxyVersion.of(branch)._capabilities.initAddr ? cases : cases.slice(0, 1);

/** A host that says nothing has not answered otherwise. A header is missed in another way than a body. */
const statusOf = (stranger: AnswerKind): unknown =>
  stranger === 'says nothing' || stranger === 'closes at once' ? undefined : expect.stringMatching(/^L7(RSP|STS)$/);

const CASES = (
  [
    'answers 200',
    'redirects',
    'sends a huge body',
    'has the header and another body',
    'returns the request',
    'closes at once',
    'says nothing',
  ] as const
).map((stranger): Case => ({ name: stranger, stranger, status: statusOf(stranger) }));

/** Proof by a response, with all that a branch has. */
function proofOn({ branch }: HaproxyBinary): HaproxyUpstream['identity'] {
  const header = HaproxyVersion.of(branch)._capabilities.httpCheckSend
    ? { header: IDENTITY_HEADER.name, headerValue: IDENTITY_HEADER.value }
    : {};
  return { response: { path: IDENTITY_PATH, body: IDENTITY_BODY, ...header } };
}

describe('somebody else gets an address of the load balancer while DNS is silent', () => {
  test('without identity requests reach the stranger, on each HAProxy', async () => {
    const found = await each(BINARIES, (binary) => takeOver(binary, [{ name: 'no', stranger: 'answers 200' }]));
    const untouched = [...found].filter(([, [one]]) => one!.reached === 0).map(([version]) => version);
    expect(untouched).toEqual([]);
  });

  test('with a proof by a response no request reaches any stranger, and HAProxy follows DNS afterwards', async () => {
    const found = await each(BINARIES, (binary) =>
      takeOver(
        binary,
        casesOn(binary, CASES).map((one) => ({ ...one, identity: proofOn(binary) })),
      ),
    );
    expect(found).toEqual(expected(BINARIES, (binary) => casesOn(binary, CASES)));
  });

  test('with a proof by a certificate no request reaches a stranger', async () => {
    const tls = { caFile: authority.certificate.caFile, serverName: 'elb.test' };
    const found = await each(SECURE, (binary) => takeOver(binary, casesOn(binary, impostors()), { tls }));
    expect(found).toEqual(expected(SECURE, (binary) => casesOn(binary, impostors())));
  });

  test('where TLS passes through, a proof by a certificate keeps sessions from a stranger', async () => {
    const mode = HaproxyMode.TCP;
    const certificate = { caFile: authority.certificate.caFile, serverName: 'elb.test' };
    const [passed] = impostors() as [Case];
    const found = await each(SECURE, (binary) =>
      takeOver(binary, [{ ...passed, identity: { certificate } }], { mode }),
    );
    expect(found).toEqual(expected(SECURE, () => [passed]));
    const { identity: _, ...without } = passed;
    const reached = await each(SECURE, async (binary) => (await takeOver(binary, [without], { mode }))[0]!.reached > 0);
    expect(reached).toEqual(new Map(SECURE.map(({ version }) => [version, true])));
  });
});

/** Hosts with TLS, which have no certificate for the name. */
function impostors(): Case[] {
  const [identity, status] = [{ certificate: {} }, 'L6RSP'];
  return [
    { name: 'another name of the same authority', stranger: 'node', certificate: otherName, identity, status },
    { name: 'a self-signed certificate', stranger: 'node', certificate: selfSigned, identity, status },
    { name: 'closes at once', stranger: 'closes at once', certificate: otherName, identity, status },
    { name: 'says nothing', stranger: 'says nothing', certificate: otherName, identity, status },
  ];
}

test('the only address of a load balancer, proved by a certificate, refuses connections for a moment: no request is lost', async () => {
  const several = SECURE.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.serverTemplate);
  const found = await each(several, async (binary) => {
    const [port, health, listen] = (await freePorts(3)) as [number, number, number];
    const dns = new DnsServer();
    dns.set('elb.test', [kept(0)]);
    let node = await Host.listen('node', kept(0), port, own);
    const haproxy = await run(binary, {
      upstream: {
        dnsName: 'elb.test',
        port,
        tls: { caFile: authority.certificate.caFile, serverName: 'elb.test' },
        identity: { certificate: {} },
        healthCheck: { intervalMillis: INTERVAL_MILLIS, fall: 10, rise: 1 },
      },
      listen: { address: '127.0.0.1', port: listen },
      health: { address: '127.0.0.1', port: health },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200 },
    });
    try {
      await until(`HAProxy ${binary.version} answers`, async () => (await ask(listen))?.status === 200);
      await node.close();
      const answers = Array.from({ length: 10 }, () => ask(listen));
      // HAProxy tries again after a second, three times.
      await sleep(300);
      node = await Host.listen('node', kept(0), port, own);
      return (await Promise.all(answers)).map((answer) => answer?.status);
    } finally {
      await haproxy.stop();
      await Promise.all([node.close(), dns.close()]);
    }
  });
  expect(found).toEqual(new Map(several.map(({ version }) => [version, Array(10).fill(200)])));
});

describe("DNS names an address that is not the load balancer's", () => {
  test('from 3.1 on no request reaches it; before, none after its first checks', async () => {
    const several = BINARIES.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.serverTemplate);
    const found = await each(several, async (binary) => {
      const [port, health, listen] = (await freePorts(3)) as [number, number, number];
      const [node, stranger] = await Promise.all([
        Host.listen('node', kept(0), port),
        Host.listen('answers 200', taken(0), port),
      ]);
      const dns = new DnsServer();
      dns.set('elb.test', [kept(0)]);
      const haproxy = await run(binary, {
        upstream: {
          dnsName: 'elb.test',
          port,
          identity: proofOn(binary),
          healthCheck: { intervalMillis: INTERVAL_MILLIS, fall: 2, rise: 1 },
        },
        listen: { address: '127.0.0.1', port: listen },
        health: { address: '127.0.0.1', port: health },
        resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200 },
      });
      try {
        await until(`HAProxy ${binary.version} answers`, async () => (await ask(listen))?.body === 'node');
        dns.set('elb.test', [kept(0), taken(0)]);
        await until(`HAProxy ${binary.version} checks the new address`, async () => {
          await ask(listen);
          return stranger.checks >= 5;
        });
        const early = stranger.requests;
        for (let left = REQUESTS; left > 0; left -= 1) {
          await ask(listen);
        }
        return { early, late: stranger.requests - early };
      } finally {
        await haproxy.stop();
        await Promise.all([node.close(), stranger.close(), dns.close()]);
      }
    });
    const { since } = CAPABILITIES.initState;
    for (const { version, branch } of several) {
      const early = branchOrder(branch) >= branchOrder(since) ? 0 : expect.any(Number);
      expect({ version, ...found.get(version) }).toEqual({ version, early, late: 0 });
    }
  });
});
