import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'node:tls';
import { App } from 'aws-cdk-lib';
import { parseDocument } from 'yaml';
import { parseSpec } from '../../bin/spec';
import { ProxiesStack } from '../../bin/spec/stack';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { startScript } from '../../lib/private/proxy/task';
import { AwsError } from '../../testbed/aws';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { commandOf } from '../../testbed/ecs-task';
import { almostOpen, Fleet, STATES } from '../../testbed/fleet';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { cliIn, ROOT } from '../bin/cli';
import { anyBinary, availableBinaries, hasTls } from '../support/binaries';
import { guardOf } from '../support/tls-guard';

/** Represents a secret. No part of the project has this word. */
const CANARY = 'Kanarienvogel7531';
const PEM = `-----BEGIN PRIVATE KEY-----\n${CANARY}\n${CANARY}\n-----END PRIVATE KEY-----\n`;
/** A token that a header rule sends: HAProxy must have it, and nothing else. */
const HEADER_CANARY = `${CANARY.toLowerCase()}-header`;
const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:checker-AbCdEf';
const EVERY_KEY = path.join(ROOT, 'docs', 'every-key.yaml');

let folder: string;
let certificate: TestCertificate;
/** What must not show: the canary, a piece of the genuine key, and the credentials of the function. */
let secrets: string[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-canary-'));
  certificate = makeCertificate(folder, 'haproxy.test');
  secrets = [CANARY, certificate.key.split('\n')[5]!, 'local-secret-key', 'local-session-token'];
  process.env.KANARIENVOGEL = CANARY;
});

afterAll(() => {
  delete process.env.KANARIENVOGEL;
  rmSync(folder, { recursive: true });
});

function expectNoSecret(text: string): void {
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
  }
}

const file = (name: string, text: string) => {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
};

/** The file with every key, with another value at one place. */
function specWith(keys: readonly string[], value: unknown): string {
  const document = parseDocument(readFileSync(EVERY_KEY, 'utf8'));
  document.setIn(keys, value);
  return String(document);
}

describe('the command line shows no secret', () => {
  /** Every kind of secret that a configuration has in itself, with a fault on each line, and one that can be fixed. */
  const CONFIGURATION = `defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    timeout http-keep-alive 75s
global
    setenv A ${CANARY} bogus
userlist u
    user a insecure-password ${CANARY} bogus
    user b password "${CANARY} x" bogus
resolvers dns
    nameserver d 10.0.0.2:53
    timeout resolve 10s
    hold obsolete 5s
frontend f
    bind :8080
    stats auth a:${CANARY} bogus
    default_backend b
backend b
    http-request set-header Authorization "Bearer ${CANARY}" bogus
    server s localhost:80 check resolvers dns
`;
  const lint = (...more: string[]) => ['lint', file('a.cfg', CONFIGURATION), '--haproxy-version', '3.2', ...more];
  const render = (keys: readonly string[], value: unknown) => ['render', '-f', file('a.yaml', specWith(keys, value))];
  const check = (cert: string, key: string) => [
    ...['check', '--upstream', 'localhost:1', '--nameserver', '127.0.0.1:1', '--runtime-api', '127.0.0.1:1'],
    ...['--tls-cert', cert, '--tls-key', key, '--tls-ca', certificate.caFile],
  ];
  const LISTEN_SECRET = ['proxies', 'shop', 'listenTls', 'secretArn'];

  test.each<[what: string, code: number, shown: string, args: () => string[]]>([
    ['a configuration', 0, 'frontend', () => ['render', '--upstream', 'elb.test:80', '--haproxy-version', '3.2']],
    ['a key in the place of a secret', 2, 'give the ARN of a secret', () => render(LISTEN_SECRET, PEM)],
    ['a word in the place of a secret', 2, 'give the ARN of a secret', () => render(LISTEN_SECRET, CANARY)],
    ['a key in any other place', 2, '(a private key)', () => render(['proxies', 'shop', 'haproxyVersion'], PEM)],
    ['findings', 1, `password ${'*'.repeat(CANARY.length)} bogus`, () => lint()],
    ['findings as JSON', 1, "after '***", () => lint('--format', 'json')],
    ['findings as SARIF', 1, "after '***", () => lint('--format', 'sarif')],
    [
      'a diff',
      1,
      `\n     http-request set-header Authorization ${'*'.repeat(CANARY.length + 9)} bogus`,
      () => lint('--fix'),
    ],
    ['no process answers', 2, 'does not answer', () => check(certificate.caFile, file('key', certificate.key))],
    ['a key that is none', 2, 'cannot be used', () => check(certificate.caFile, file('key', PEM))],
    ['a key without PEM', 2, 'is not PEM', () => check(certificate.caFile, file('key', CANARY))],
  ])(
    '%s',
    async (_, code, shown, args) => {
      const run = await cliIn(folder, ...args());
      const output = `${run.stdout}${run.stderr}`;
      expect(run.code).toBe(code);
      expect(output).toContain(shown);
      expectNoSecret(output);
    },
    60_000,
  );
});

test('a template and its assets contain a secret header only in the configuration, and no secret of the environment', () => {
  const app = new App({ outdir: path.join(folder, 'cdk.out') });
  const source = specWith(['proxies', 'shop', 'requestHeaders', 'set'], { Authorization: HEADER_CANARY });
  for (const environment of ['production', 'staging']) {
    new ProxiesStack(app, parseSpec(source, 'spec'), environment);
  }
  app.synth();
  const places = readdirSync(app.outdir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const text = readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
      expectNoSecret(text);
      return text.includes(HEADER_CANARY) ? pathsOf(JSON.parse(text), HEADER_CANARY) : [];
    });
  expect(places.length).toBeGreaterThanOrEqual(2);
  expect(places.filter((place) => !/\.ContainerDefinitions\.0\.Environment\.0\.Value(\.|$)/i.test(place))).toEqual([]);
});

/** The places of a text in a value of JSON. */
function pathsOf(value: unknown, text: string, at = ''): string[] {
  if (typeof value === 'string') {
    return value.includes(text) ? [at] : [];
  }
  return Object.entries(value ?? {}).flatMap(([key, inner]) => pathsOf(inner, text, `${at}.${key}`));
}

describe('neither function logs, answers or stores a secret', () => {
  const WITH_CANARY = { environment: { OPS_ITEMS: 'on', KANARIENVOGEL: CANARY } };
  let fleet: Fleet;
  let guard: Server;

  beforeAll(async () => {
    fleet = await Fleet.start(anyBinary());
    guard = await guardOf(fleet.runtimeApiPort, certificate);
  }, 60_000);

  afterAll(async () => {
    await fleet?.close();
    guard?.close();
  });

  /** Everything that leaves the functions but the event of the probe, which must have the key: Lambda stores none. */
  function leaving(runs: readonly unknown[]): string {
    const calls = fleet.made.filter(({ operation }) => operation !== 'Invoke');
    return JSON.stringify([runs, fleet.probed, calls, fleet.events, fleet.account.tables.items(STATES)]);
  }

  test.each<[what: string, reason: string, secret: () => string]>([
    ['a usable secret', '"stale-address"', () => JSON.stringify(pairOf(certificate.key))],
    ['one without a key', 'secret checker-AbCdEf has no key, ca', () => JSON.stringify({ cert: CANARY })],
    [
      'one that is cut off',
      'secret checker-AbCdEf has no cert, key, ca',
      () => JSON.stringify(pairOf(PEM)).slice(0, -5),
    ],
    ['one that is no JSON', 'secret checker-AbCdEf has no cert, key, ca', () => CANARY],
    ['one with a key that is none', '"unreachable-task"', () => JSON.stringify(pairOf(PEM))],
    ['one with a key that has no PEM', '"unreachable-task"', () => JSON.stringify(pairOf(CANARY))],
  ])(
    '%s',
    async (_, reason, secret) => {
      fleet.point('127.0.0.2');
      const tasks = { cluster: 'fleet', service: 'orders', runtimeApiPort: (guard.address() as AddressInfo).port };
      const record = fleet.record('orders', { tasks, runtimeApiTls: { secretArn: SECRET_ARN }, dnsWindowSeconds: 0 });
      await fleet.deploy(
        { 'registry/orders': record, 'state/orders': almostOpen(record, '127.0.0.1') },
        {},
        WITH_CANARY,
        WITH_CANARY,
      );
      fleet.account.secrets.set('checker', secret());
      const everything = leaving([await fleet.invoke(), await fleet.invoke()]);
      expect(everything.replaceAll('\\', '')).toContain(reason);
      expectNoSecret(everything);
    },
    60_000,
  );

  test('a run that fails', async () => {
    const denied = () => {
      throw new AwsError('AccessDeniedException', 'not authorized');
    };
    await fleet.deploy({}, { 'ssm:GetParametersByPath': denied }, WITH_CANARY);
    const run = await fleet.invoke();
    expect(run.functionError).toBe('Unhandled');
    expectNoSecret(leaving([run]));
  }, 60_000);

  test('a request that the probe refuses', async () => {
    const tls = { a: { ...pairOf(PEM), surplus: CANARY } };
    const whole = { millis: 1000, names: [], processes: [], tls };
    const refused = [
      PEM,
      { ...whole, millis: 0 },
      { ...whole, processes: [{}] },
      { ...whole, tls: { a: { cert: CANARY, key: PEM } } },
      { ...whole, tls: { a: PEM } },
      { ...whole, tls: PEM },
    ];
    await fleet.deploy({}, {}, {}, WITH_CANARY);
    for (const request of refused) {
      const Payload = JSON.stringify(request) as never;
      await fleet.account.handlers['lambda:Invoke']({ FunctionName: 'probe', Payload });
    }
    expect(fleet.probed.map(({ functionError }) => functionError)).toEqual(refused.map(() => 'Unhandled'));
    expectNoSecret(leaving([]));
  }, 60_000);

  const pairOf = (key: string) => ({ cert: certificate.cert, key, ca: certificate.cert });
});

const withTls = availableBinaries().filter(hasTls).at(-1);
if (withTls === undefined) {
  test.todo('the log of a task with a broken key: no HAProxy with TLS is available');
} else {
  test('the log of a task whose key is broken does not have it', async () => {
    const pem = path.join(folder, 'listen.pem');
    const parts = { LISTEN_CERT: 'cert', LISTEN_KEY: 'key' };
    const script = startScript([{ path: pem, parts } as unknown as Parameters<typeof startScript>[0][0]]);
    const haproxy = new HaproxyProcess(['/bin/sh', '-c', script], {
      LISTEN_CERT: certificate.cert,
      LISTEN_KEY: PEM,
      HAPROXY_CONFIG: HaproxyConfig.render(HaproxyVersion.of(withTls.branch), {
        upstream: { dnsName: 'localhost', port: 9 },
        listenTls: { certificateFile: pem },
      }),
      PATH: `${commandOf(withTls, folder)}:${process.env.PATH}`,
    });
    while (!haproxy.ended) {
      await sleep(20);
    }
    expect(haproxy.output).toContain(pem);
    expectNoSecret(haproxy.output);
  });
}
