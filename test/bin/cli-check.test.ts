import { setTimeout as sleep } from 'node:timers/promises';
import { DemoTestbed } from '../../lab/demo-testbed';
import { CHICK } from '../../lab/scenario';
import { DnsServer } from '../../testbed/dns-server';
import { freePorts } from '../../testbed/ports';
import type { ConfigurationKind, ProxyUnderTest } from '../../testbed/proxy-under-test';
import { anyBinary, availableBinaries, isDeaf } from '../support/binaries';
import { SocketHaproxy } from '../support/socket-haproxy';
import { cli } from './cli';

// Each run compiles the command line again.
jest.setTimeout(60_000);

const binary = anyBinary();

/** The flags for a HAProxy, out of its own configuration. */
function flagsOf(proxy: ProxyUnderTest, kind: ConfigurationKind) {
  const text = proxy.configuration(kind);
  const [, name, port] = / (elb\.test|localhost):(\+0|\d+) /.exec(text)!;
  // With a port that is relative, the request has it.
  const [, given = port] = /set-dst-port int\((\d+)\)/.exec(text) ?? [];
  const [, nameserver] = /nameserver dns1 (\S+)/.exec(text)!;
  const [, endpoint] = /listen runtime-api\n(?: +#.*\n)* +bind (\S+)/.exec(text)!;
  return { upstream: `${name}:${given}`, nameserver: nameserver!, endpoint: endpoint! };
}

function check(proxy: ProxyUnderTest, kind: ConfigurationKind, ...more: string[]) {
  const { upstream, nameserver, endpoint } = flagsOf(proxy, kind);
  return cli('check', '--upstream', upstream, '--runtime-api', endpoint, '--nameserver', nameserver, ...more);
}

let moving: DemoTestbed;
let pinned: ProxyUnderTest;
let generated: ProxyUnderTest;

// Before all others: a process must run for half a minute until it is certain that it sends no query.
beforeAll(async () => {
  moving = await DemoTestbed.start();
  const added = await Promise.all([moving.add(binary, 'pinned'), moving.add(binary, 'generated')]);
  [pinned, generated] = added.map(({ proxy }) => proxy) as [ProxyUnderTest, ProxyUnderTest];
});

afterAll(() => moving.close());

describe('the generated configuration has no drift: exit 0', () => {
  let testbed: DemoTestbed;

  beforeAll(async () => {
    testbed = await DemoTestbed.start();
  });

  afterAll(() => testbed.close());

  test.concurrent.each(availableBinaries())('HAProxy $version', async (each) => {
    const { proxy } = await testbed.add(each, 'generated');
    const { code, stdout } = await check(proxy, 'generated');
    expect(stdout).toContain(isDeaf(each) ? "'show info' was answered with nothing" : '\nno drift\n');
    expect(code).toBe(isDeaf(each) ? 2 : 0);
  });
});

describe('any HAProxy with a socket', () => {
  const haproxy = new SocketHaproxy(
    binary,
    `backend web
  server one 127.0.0.3:80
  server two 127.0.0.4:80
`,
  );
  const { endpoint } = haproxy;
  const dns = new DnsServer();
  let nameserver: string;

  beforeAll(async () => {
    await haproxy.start();
    nameserver = (await dns.listen()).address;
  });

  afterAll(async () => {
    await haproxy.stop();
    await dns.close();
  });

  const check = (...more: string[]) =>
    cli('check', '--upstream', 'elb.test:80', '--nameserver', nameserver, '--runtime-api', ...more);

  test('through unix:PATH: servers with addresses in place of a name never follow', async () => {
    dns.set('elb.test', ['127.0.0.3', '127.0.0.4', '127.0.0.5']);
    expect(await check(endpoint)).toEqual({
      code: 1,
      stdout: `elb.test has 127.0.0.3, 127.0.0.4, 127.0.0.5
${'RUNTIME API'.padEnd(endpoint.length)}  HAPROXY  SLOT     ADDRESS    SESSIONS  STATE
${endpoint}  ${binary.version.padEnd(7)}  web/one  127.0.0.3  0         silent-resolver
${endpoint}  ${binary.version.padEnd(7)}  web/two  127.0.0.4  0         silent-resolver
critical  silent-resolver  web/one, web/two of ${endpoint} have a fixed address: HAProxy never looks elb.test up
1 finding
`,
      stderr: '',
    });
  });

  test('no process answers at the runtime API: exit 2', async () => {
    dns.set('elb.test', ['127.0.0.3']);
    const [port] = await freePorts(1);
    const missing = `${endpoint}.other`;
    expect(await check(`127.0.0.1:${port}`, '--runtime-api', missing)).toEqual({
      code: 2,
      stdout: `elb.test has 127.0.0.3
${'RUNTIME API'.padEnd(missing.length)}  HAPROXY  SLOT  ADDRESS  SESSIONS  STATE
${`127.0.0.1:${port}`.padEnd(missing.length)}  -        -     -        -         unreachable-task
${missing}  -        -     -        -         unreachable-task
warning  unreachable-task  the runtime API of 127.0.0.1:${port} does not answer: connection refused
warning  unreachable-task  the runtime API of ${missing} does not answer: no such socket
2 findings
`,
      stderr: '',
    });
  });

  test('the name does not exist: nothing is called stale', async () => {
    dns.set('elb.test', []);
    expect(await check(endpoint)).toEqual({
      code: 1,
      stdout: `elb.test has no known address
${'RUNTIME API'.padEnd(endpoint.length)}  HAPROXY  SLOT     ADDRESS    SESSIONS  STATE
${endpoint}  ${binary.version.padEnd(7)}  web/one  127.0.0.3  0         silent-resolver
${endpoint}  ${binary.version.padEnd(7)}  web/two  127.0.0.4  0         silent-resolver
critical  silent-resolver   web/one, web/two of ${endpoint} have a fixed address: HAProxy never looks elb.test up
critical  unknown-upstream  elb.test: the name does not resolve (ENOTFOUND); no address is known
2 findings
`,
      stderr: '',
    });
  });
});

describe('a load balancer that moves', () => {
  const SILENT = 'DNS queries in SECONDS s: it will not follow the next change';
  const withoutTime = (text: string) => text.replace(/in \d+ s/, 'in SECONDS s');

  test('before: no drift, but one process will not follow', async () => {
    const { endpoint } = flagsOf(pinned, 'pinned');
    const { code, stdout, stderr } = await check(pinned, 'pinned');
    expect([code, stderr]).toEqual([1, '']);
    expect(withoutTime(stdout)).toBe(`elb.test has 127.0.0.1
${'RUNTIME API'.padEnd(endpoint.length)}  HAPROXY  SLOT             ADDRESS    SESSIONS  STATE
${endpoint}  ${binary.version.padEnd(7)}  upstream/pinned  127.0.0.1  0         ok
critical  silent-resolver  ${endpoint} has sent 0 ${SILENT}
1 finding
`);
    expect((await check(generated, 'generated', '--haproxy-version', binary.branch)).code).toBe(0);
  });

  test('after: the pinned process drifts, exit 1; the generated configuration follows, exit 0', async () => {
    await moving.point([1]);
    const { endpoint } = flagsOf(pinned, 'pinned');
    const { code, stdout, stderr } = await check(pinned, 'pinned');
    expect([code, stderr]).toEqual([1, '']);
    expect(withoutTime(stdout)).toBe(`elb.test has 127.0.0.2
${'RUNTIME API'.padEnd(endpoint.length)}  HAPROXY  SLOT             ADDRESS    SESSIONS  STATE
${endpoint}  ${binary.version.padEnd(7)}  upstream/pinned  127.0.0.1  0         stale-address
critical  silent-resolver  ${endpoint} has sent 0 ${SILENT}
critical  stale-address    ${endpoint} sends to 127.0.0.1 (upstream/pinned), which DNS does not name for elb.test, and the process does not follow DNS
2 findings
`);
    while ((await generated.answer()) !== CHICK) {
      await sleep(100);
    }
    // For `hold obsolete` the old address may stay beside the new one.
    const after = await check(generated, 'generated');
    const moved = expect.stringMatching(/ upstream\/elb\d +127\.0\.0\.2 +0 +ok\n/);
    expect(after).toMatchObject({ code: 0, stderr: '', stdout: moved });
  });

  test('one process drifts, another does not answer: exit 1', async () => {
    const [missing] = await freePorts(1);
    const { code, stdout } = await check(pinned, 'pinned', '--runtime-api', `127.0.0.1:${missing}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`\n127.0.0.1:${missing} +- +- +- +- +unreachable-task\n`));
    expect(stdout).toContain(`\nwarning   unreachable-task  the runtime API of 127.0.0.1:${missing} does not answer: `);
  });

  test('another version than the configuration was made for: exit 1', async () => {
    const { endpoint } = flagsOf(generated, 'generated');
    const { code, stdout } = await check(generated, 'generated', '--haproxy-version', '2.0');
    expect(code).toBe(1);
    expect(stdout).toContain(
      `\ncritical  version-mismatch  ${endpoint} runs HAProxy ${binary.version}, its configuration was made for 2.0\n`,
    );
  });

  test('as JSON', async () => {
    const { endpoint, upstream } = flagsOf(pinned, 'pinned');
    const { code, stdout, stderr } = await check(pinned, 'pinned', '--format', 'json');
    expect([code, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      upstream: { dnsName: 'elb.test', port: Number(upstream.split(':')[1]) },
      live: ['127.0.0.2'],
      problems: [],
      degraded: [],
      tasks: [{ task: { endpoint }, runtime: { version: binary.version } }],
      completeness: 'partial',
      verdicts: [
        { kind: 'silent-resolver', severity: 'critical' },
        { kind: 'stale-address', severity: 'critical', address: '127.0.0.1', slots: ['upstream/pinned'] },
      ],
    });
  });
});
