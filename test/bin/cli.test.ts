import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renderDiff } from '../../bin/commands/render/diff';
import { readSpec } from '../../bin/spec';
import { modelOfSpec } from '../../bin/spec/to-model';
import { VERDICTS } from '../../lib/contract/verdicts';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { version } from '../../package.json';
import { cli, cliIn, ROOT } from './cli';

// Several run at once.
jest.setTimeout(60_000);

const ELB = 'my-elb-1234567890.eu-west-1.elb.amazonaws.com';
const golden = (name: string) => readFileSync(path.join(ROOT, 'test/fixtures/render', name), 'utf8');

let folder: string;
/** Puts a file into a folder of this test. */
function file(name: string, ...lines: string[]): string {
  const place = path.join(folder, name);
  writeFileSync(place, lines.map((line) => `${line}\n`).join(''));
  return place;
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cli-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('render', () => {
  test('prints the configuration and nothing else', async () => {
    const args = ['--haproxy-version', '3.2', '--upstream', `${ELB}:80`];
    expect(await cli('render', ...args)).toEqual({ code: 0, stdout: golden('3.2-minimal.cfg'), stderr: '' });
  });

  test('takes every flag, and warns of the version on standard error', async () => {
    const args = ['--haproxy-version', '1.7', '--upstream', `${ELB}:443`, '--upstream-tls', '--mode', 'tcp'];
    const more = ['--listen', '10.0.0.1:8443', '--nameserver', '10.0.0.2:53', '--nameserver', '[fd00::2]:53'];
    expect(
      await cli('render', ...args, ...more, '--hold-valid', '5s', '--hold-obsolete', '1m', '--slots', '8'),
    ).toEqual({
      code: 0,
      stdout: HaproxyConfig.render(HaproxyVersion.V1_7, {
        upstream: { dnsName: ELB, port: 443, tls: {}, slots: 8 },
        mode: HaproxyMode.TCP,
        listen: { address: '10.0.0.1', port: 8443 },
        resolution: { nameservers: ['10.0.0.2:53', '[fd00::2]:53'], holdValidMillis: 5000, holdObsoleteMillis: 60_000 },
      }),
      stderr:
        'warning: HAProxy 1.7 is end-of-life since 2021-10: it gets no security fixes, and its image is no longer rebuilt; move to a branch with long-term support\nwarning: the certificate of the load balancer at port 443 is verified against the name that AWS gave it, for which no public authority issues certificates: give tls.serverName, a name of its certificate\n',
    });
  });

  test('prints what a task of a spec file would carry', async () => {
    const { payments } = readSpec(path.join(ROOT, 'haproxy-elb.yaml')).environments.production!.proxies;
    const stdout = HaproxyConfig.render(HaproxyVersion.V2_8, modelOfSpec(payments!));
    expect(await cli('render', '-f', 'haproxy-elb.yaml', '--proxy', 'payments')).toEqual({
      code: 0,
      stdout,
      stderr: '',
    });
    expect(stdout).toContain('mode tcp\n');
  });

  test('says that the text with a zone is not whole without the start command', async () => {
    const spec = file(
      'zone.yaml',
      'environments:',
      '  test: { vpc: { id: vpc-0123456789abcdef0, availabilityZones: [a], privateSubnetIds: [subnet-0aaaaaaaaaaaaaaaa] } }',
      'proxies:',
      '  orders:',
      '    upstream: { dnsName: elb.example.com, port: 80, locality: zone }',
    );
    const { code, stdout, stderr } = await cli('render', '-f', spec);
    expect([code, stderr]).toEqual([
      0,
      "warning: locality reads a script from '/dev/fd/4', which only the start command of a task gives: 'haproxy -c' refuses this text elsewhere; leave locality out to check the rest\n",
    ]);
    expect(stdout).toContain('\n    lua-load /dev/fd/4\n');
  });

  test('answers for Prometheus next to the liveness where asked to', async () => {
    const args = ['--haproxy-version', '3.2', '--upstream', `${ELB}:80`, '--health', '8404', '--metrics'];
    const upstream = { dnsName: ELB, port: 80 };
    const stdout = HaproxyConfig.render(HaproxyVersion.V3_2, { upstream, health: { port: 8404 }, metrics: true });
    expect(await cli('render', ...args)).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('finds the spec file in a folder above', async () => {
    const { payments } = readSpec(path.join(ROOT, 'haproxy-elb.yaml')).environments.production!.proxies;
    const stdout = HaproxyConfig.render(HaproxyVersion.V2_8, modelOfSpec(payments!));
    expect(await cliIn(path.join(ROOT, 'lib/haproxy'), 'render', '--proxy', 'payments')).toEqual({
      code: 0,
      stdout,
      stderr: '',
    });
  });

  test('without a load balancer and without a spec file there is nothing to do', async () => {
    expect(await cliIn(folder, 'render', '--haproxy-version', '3.2')).toEqual({
      code: 2,
      stdout: '',
      stderr: `--upstream is not given, and there is no haproxy-elb.yaml in ${realpathSync(folder)} or above: give --upstream NAME:PORT, or a spec file with --file\n`,
    });
  });

  test('--diff shows the changes between two versions, from flags and from a spec file', async () => {
    const upstream = { dnsName: ELB, port: 80 };
    expect(await cli('render', '--diff', '1.7..3.2', '--upstream', `${ELB}:80`)).toEqual({
      code: 0,
      stdout: renderDiff(HaproxyVersion.V1_7, HaproxyVersion.V3_2, { upstream }),
      stderr: '',
    });
    const { payments } = readSpec(path.join(ROOT, 'haproxy-elb.yaml')).environments.production!.proxies;
    expect(await cli('render', '--diff', '2.0..2.8', '--proxy', 'payments')).toEqual({
      code: 0,
      stdout: renderDiff(HaproxyVersion.V2_0, HaproxyVersion.V2_8, modelOfSpec(payments!)),
      stderr: '',
    });
  });

  test('a spec file with one proxy needs no name', async () => {
    const spec = file(
      'one.yaml',
      'environments:',
      '  test: { vpc: { id: vpc-01234567, availabilityZones: [a], privateSubnetIds: [subnet-01234567] } }',
      'proxies: { only: { haproxyVersion: "3.0", upstream: { dnsName: elb.test, port: 80, slots: 3 } } }',
    );
    const { code, stdout, stderr } = await cli('render', '--file', spec);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('server-template elb 3 elb.test:80 ');
  });
});

describe('lint', () => {
  test('what this project renders has no error', async () => {
    const { code } = await cli('lint', 'test/fixtures/render/1.6-http.cfg', '--haproxy-version', '1.6');
    expect(code).toBe(0);
  });
});

describe('bad usage is reported in one line, with exit code 2', () => {
  const RENDER = ['render', '--haproxy-version', '3.2', '--upstream', 'elb.test:80'];
  const CHECK = ['check', '--upstream', 'elb.test:80', '--runtime-api', '127.0.0.1:9990'];
  test.concurrent.each<[string, string[]]>([
    [
      '--haproxy-version is missing: give a version such as 3.2, or a spec file with --file',
      ['render', '--upstream', 'elb.test:80'],
    ],
    [
      '--haproxy-version cannot be combined with a spec file: write it into haproxy-elb.yaml, or give --upstream and no file',
      RENDER.slice(0, 3),
    ],
    ['--haproxy-version is missing: give a version such as 3.2', ['lint', 'a.cfg']],
    ["--diff '3.2' is not two versions: give them as 1.7..3.2", [...RENDER.slice(0, 1), '--diff', '3.2']],
    [
      '--haproxy-version and --diff are both given, and --diff names both versions: leave --haproxy-version out',
      [...RENDER, '--diff', '1.7..3.2'],
    ],
    [
      'metrics needs HAProxy 2.0 or later, and this is 1.7: leave it out',
      ['render', '--diff', '1.7..3.2', ...RENDER.slice(3), '--health', '8404', '--metrics'],
    ],
    ["--upstream 'elb.test' is not valid: give NAME:PORT", [...RENDER.slice(0, 4), 'elb.test']],
    ["--mode 'udp' is not valid: allowed are http, tcp", [...RENDER, '--mode', 'udp']],
    [
      "--hold-valid '10' is not a time: give a whole number and a unit (ms, s, m, h, d), such as 10s",
      [...RENDER, '--hold-valid', '10'],
    ],
    ["slots '0' is out of range: give a whole number from 1 to 100", [...RENDER, '--slots', '0']],
    [
      "--listen 'localhost' is not an address to listen on: give [ADDR:]PORT with an IP address",
      [...RENDER, '--listen', 'localhost:80'],
    ],
    ['port 8080 is used by listen and by health: give each listener its own port', [...RENDER, '--health', '8080']],
    [
      '--proxy selects from a spec file, and --upstream is given: leave one of them out',
      [...RENDER, '--proxy', 'orders'],
    ],
    [
      'haproxy-elb.yaml has 2 proxies: select one with --proxy (orders, payments)',
      ['render', '-f', 'haproxy-elb.yaml'],
    ],
    [
      "haproxy-elb.yaml has no proxy 'toString': it has orders, payments",
      ['render', '-f', 'haproxy-elb.yaml', '--proxy', 'toString'],
    ],
    [
      '--hold-valid cannot be combined with a spec file: write it into haproxy-elb.yaml, or give --upstream and no file',
      ['render', '-f', 'haproxy-elb.yaml', '--proxy', 'orders', '--hold-valid', '5s'],
    ],
    ['nope.yaml: cannot be read (ENOENT): give the path of a spec file', ['render', '-f', 'nope.yaml']],
    [
      'nope.cfg: cannot be read (ENOENT): give the path of a HAProxy configuration',
      ['lint', 'nope.cfg', '--haproxy-version', '3.2'],
    ],
    [
      "--format 'xml' is not valid: allowed are text, json, sarif",
      ['lint', 'nope.cfg', '--haproxy-version', '3.2', '--format', 'xml'],
    ],
    [
      'HAProxy 2.7.0 cannot follow an ELB: it resolves a name once after the start and never again (HAProxy issue 1962); use a later release of 2.7, or another branch',
      ['render', '--upstream', 'elb.example.com:80', '--haproxy-version', '2.7.0'],
    ],
    ["--format 'sarif' is not valid: allowed are text, json, nagios", [...CHECK, '--format', 'sarif']],
    ['--upstream is missing: give the load balancer as NAME:PORT', ['check']],
    ['--runtime-api is missing: give HOST:PORT or unix:PATH', CHECK.slice(0, 3)],
    ...[
      ['stale-adress', 'stale-address'],
      ['resolver', 'silent-resolver'],
    ].map(([verdict, nearest]): [string, string[]] => [
      `--explain '${verdict}' is not a verdict: did you mean '${nearest}'? Verdicts are ${Object.keys(VERDICTS).join(', ')}`,
      ['check', '--explain', verdict!],
    ]),
    [
      '--tls-key and --tls-ca missing: mutual TLS needs --tls-cert, --tls-key and --tls-ca',
      [...CHECK, '--tls-cert', 'cert.pem'],
    ],
    [
      '--tls-cert nope.pem cannot be read (ENOENT): give a PEM file',
      [...CHECK, '--tls-cert', 'nope.pem', '--tls-key', 'nope.pem', '--tls-ca', 'nope.pem'],
    ],
    [
      "--tls-cert package.json is not PEM: it has no line '-----BEGIN …-----'",
      [...CHECK, '--tls-cert', 'package.json', '--tls-key', 'nope.pem', '--tls-ca', 'nope.pem'],
    ],
    ["--runtime-api 'unix:' has no path: give HOST:PORT or unix:PATH", [...CHECK.slice(0, 4), 'unix:']],
    ...['127.0.0.1', '127.0.0.1:80.5', '::1:9990'].map((endpoint): [string, string[]] => [
      `--runtime-api '${endpoint}' is not valid: give HOST:PORT or [IPV6]:PORT`,
      [...CHECK.slice(0, 4), endpoint],
    ]),
    [
      "name server 'dns:53' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53",
      [...CHECK, '--nameserver', 'dns:53'],
    ],
  ])('%s', async (message, args) => {
    expect(await cli(...args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` });
  });

  test.concurrent.each<[string, string[]]>([
    ["unknown command 'rendre'\n(Did you mean render?)", ['rendre']],
    ["unknown option '--colour'", ['render', '--colour']],
    ["unknown option '--mod'\n(Did you mean --mode?)", ['render', '--mod', 'tcp']],
    [
      "unknown option '--haproxy-verson'\n(Did you mean --haproxy-version?)",
      ['lint', 'a.cfg', '--haproxy-verson', '3.2'],
    ],
    ["unknown option '--watc'\n(Did you mean --watch?)", [...CHECK, '--watc']],
    ["unknown option '--senario'\n(Did you mean --scenario?)", ['demo', '--senario', 'move']],
    ["unknown option '--verson'\n(Did you mean --version?)", ['--verson']],
    [
      "command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.",
      ['completion', 'tcsh'],
    ],
    ["missing required argument 'file'", ['lint', '--haproxy-version', '3.2']],
    ["option '--upstream <name:port>' argument missing", ['render', '--upstream']],
    ["too many arguments for 'render'. Expected 0 arguments but got 1.", [...RENDER, 'haproxy.cfg']],
  ])("%s, in commander's words", async (message, args) => {
    const stderr = `error: ${message}\n(add --help for the options)\n`;
    expect(await cli(...args)).toEqual({ code: 2, stdout: '', stderr });
  });
});

describe('--version and --help', () => {
  const COMMANDS = ['render', 'lint', 'check', 'demo', 'app', 'completion'];

  test('show the version and the commands', async () => {
    expect(await cli('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await cli('--help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, command]) => command);
    expect(commands).toEqual([...COMMANDS, 'help']);
  });

  test('without a command the help is shown, as bad usage', async () => {
    const { code, stdout, stderr } = await cli();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe((await cli('--help')).stdout);
  });

  test.concurrent.each(COMMANDS)('the help of %s has an example of it', async (command) => {
    const { code, stdout, stderr } = await cli(command, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Examples?:\n(.*\n)* .*cdk-haproxy-elb ${command}`, 'm'));
  });
});

test.each(['render', 'lint', 'check'])('%s --version is not the version of the package', async (command) => {
  expect(await cli(command, '--version', '1.4')).toEqual({
    code: 2,
    stdout: '',
    stderr: "error: unknown option '--version'\n(add --help for the options)\n",
  });
});
