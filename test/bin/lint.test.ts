import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { COMMAND, ROOT } from './cli';

jest.setTimeout(60_000);

const SECTION = 'resolvers dns\n    nameserver d 10.0.0.2:53\n';
/** Completes a file of one backend: its timeouts, and a listener. */
const REST = '    timeout connect 5s\n    timeout server 5s\nfrontend f\n    bind :8080\n    timeout client 5s\n';
const BAD = `backend b\n    server s1 elb.test:80 check\n${REST}`;
const NEVER = "'elb.test' is resolved at the start and never again: the line has no 'resolvers'";
const WHY =
  'A load balancer changes its addresses at any time. A server that resolves its name only at the start keeps sending to addresses that are no longer in use, or that now belong to another customer.';
const HELP = "add a resolvers section, and 'resolvers NAME' to this line";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lint-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer, name = 'haproxy.cfg'): string {
  const at = path.join(folder, name);
  writeFileSync(at, content);
  return at;
}

const lint = (...args: string[]) => lintAs(undefined, ...args);

function lintAs(uid: number | undefined, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'lint', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    uid,
    gid: uid,
  });
  return { status, stdout, stderr };
}

describe('findings', () => {
  test('as text: place, rule, what, and what to do', () => {
    const at = file(BAD);
    expect(lint(at, '--haproxy-version', '3.2')).toEqual({
      status: 1,
      stdout: [
        `${at}:2:15: error unresolved-name: ${NEVER}`,
        '      server s1 elb.test:80 check',
        '                ^^^^^^^^^^^',
        `    why: ${WHY}`,
        `    help: ${HELP}`,
        '    link: https://docs.haproxy.org/3.2/configuration.html#5.3',
        '1 error, 0 warnings in 1 file\n',
      ].join('\n'),
      stderr: '',
    });
  });

  test('warnings alone do not fail, and neither do no findings', () => {
    const [warned, clean] = [
      file(`${SECTION}frontend f\n    bind *:80\n    timeout client 5s\n`),
      file('backend b\n    timeout connect 5s\n    timeout server 5s\n', 'clean.cfg'),
    ];
    expect(lint(warned, clean, '--haproxy-version', '3.2')).toEqual({
      status: 0,
      stdout: [
        `${warned}:4:10: warning privileged-port: port 80 is below 1024, and the official image of 3.2 does not run as root`,
        '      bind *:80',
        '           ^^^^',
        '    why: From 2.4 on the official images do not run as root. On most container platforms such a process cannot listen on a port below 1024, and does not start.',
        '    help: listen on port 1024 or above, and let the load balancer or the port mapping translate',
        '    link: https://github.com/docker-library/haproxy/issues/160',
        '0 errors, 1 warning in 2 files\n',
      ].join('\n'),
      stderr: '',
    });
    expect(lint(file(`backend b\n${REST}`), '--haproxy-version', '3.2')).toEqual({
      status: 0,
      stdout: '0 errors, 0 warnings in 1 file\n',
      stderr: '',
    });
  });

  test('as JSON: a list with all that is known of each', () => {
    const at = file(BAD);
    const { status, stdout, stderr } = lint(at, '--haproxy-version', '3.2', '--format', 'json');
    expect([status, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toEqual([
      {
        file: at,
        rule: 'unresolved-name',
        severity: 'error',
        line: 2,
        column: 15,
        length: 11,
        message: NEVER,
        help: HELP,
        why: WHY,
        link: 'https://docs.haproxy.org/3.2/configuration.html#5.3',
        fixable: false,
      },
    ]);
    expect(lint(file(`backend b\n${REST}`), '--haproxy-version', '3.2', '--format', 'json').stdout).toBe('[]\n');
  });

  test('as SARIF: what code scanning services need', () => {
    const at = file(BAD, 'my haproxy.cfg');
    const { status, stdout, stderr } = lint(at, '--haproxy-version', '2.4', '--format', 'sarif');
    expect([status, stderr]).toEqual([1, '']);
    const sarif = JSON.parse(stdout);
    expect(sarif).toMatchObject({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' });
    const [run] = sarif.runs;
    expect(run.tool.driver.name).toBe('cdk-haproxy-elb');
    const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const rule of run.tool.driver.rules) {
      expect(rule).toEqual({
        id: expect.stringMatching(/^[a-z-]+$/),
        shortDescription: { text: expect.stringMatching(/\.$/) },
        help: { text: expect.stringMatching(/^Help: .*\.$/) },
        helpUri: expect.stringMatching(/^https:\/\//),
        defaultConfiguration: { level: expect.stringMatching(/^(error|warning)$/) },
      });
    }
    const uri = encodeURI(at);
    const place = (startLine: number, startColumn: number, endColumn: number) => [
      { physicalLocation: { artifactLocation: { uri }, region: { startLine, startColumn, endColumn } } },
    ];
    expect(run.results).toEqual([
      {
        ruleId: 'end-of-life',
        level: 'warning',
        message: { text: expect.stringMatching(/^HAProxy 2\.4 is end-of-life since 2026-04: .* Help: .*\.$/) },
        locations: place(1, 1, 2),
      },
      {
        ruleId: 'unresolved-name',
        level: 'error',
        message: { text: `${NEVER}. Help: ${HELP}.` },
        locations: place(2, 15, 26),
      },
    ]);
    // A result whose rule the driver does not describe has no help in a code scanning service.
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ids.includes(ruleId))).toEqual([true, true]);
  });
});

describe('several files', () => {
  test('from a folder, `*.cfg` are read in the order of their names, and each finding keeps its place', () => {
    const [front, back] = ['10-front.cfg', '9-back.cfg'].map((name) => path.join(folder, name));
    file(
      'frontend f\n    bind :8080\n    timeout client 5s\n    default_backend b\n    default_backend c\n',
      '10-front.cfg',
    );
    file(BAD.slice(0, BAD.indexOf('frontend')), '9-back.cfg');
    for (const name of ['.hidden.cfg', 'other.conf']) {
      file('not read', name);
    }
    const { status, stdout } = lint(folder, '--haproxy-version', '3.2', '--format', 'json');
    const found = JSON.parse(stdout).map((f: Record<string, unknown>) => `${f.file}:${f.line} ${f.rule}`);
    expect([status, found]).toEqual([1, [`${front}:5 unknown-reference`, `${back}:2 unresolved-name`]]);
  });

  test('a caret is below its word, also after tabs and characters of several bytes', () => {
    const at = file(`${SECTION}backend b\n\tserver "café" elb.test:80 # café\n${REST}`);
    const { stdout } = lint(at, '--haproxy-version', '3.2');
    expect(stdout).toContain(`${at}:4:16: error unresolved-name`);
    expect(stdout).toContain('  \tserver "café" elb.test:80 # café\n  \t              ^^^^^^^^^^^\n');
  });
});

describe('--fix', () => {
  const SERVER = 'backend b\n    server-template s 4 elb.test:80 check resolvers dns # caf\xe9\n';
  const TEXT = `${SECTION}    accepted_payload_size 8192\n    hold obsolete 30s\n${SERVER}${REST}`;
  const FIXED = TEXT.replace('check resolvers', 'init-addr none check resolvers');

  test('shows what it changes on standard error, and writes the file', () => {
    const at = file(TEXT.replace('\xe9', 'e'));
    const { status, stdout, stderr } = lint(at, '--haproxy-version', '3.2', '--fix');
    expect([status, stdout]).toEqual([0, '0 errors, 0 warnings in 1 file\n']);
    expect(stderr).toContain(`--- ${at}`);
    expect(stderr).toContain(`+++ ${at}`);
    expect(stderr).toContain('\n-    server-template s 4 elb.test:80 check resolvers dns # cafe\n');
    expect(stderr).toContain('\n+    server-template s 4 elb.test:80 init-addr none check resolvers dns # cafe\n');
    expect(readFileSync(at, 'utf8')).toBe(FIXED.replace('\xe9', 'e'));
    expect(lint(at, '--haproxy-version', '3.2', '--fix')).toEqual({ status, stdout, stderr: '' });
  });

  test.each(['\n', '\r\n'])('keeps line ends %j and bytes that are not UTF-8', (end) => {
    const withEnds = (text: string) => Buffer.from(text.replaceAll('\n', end), 'latin1');
    const at = file(withEnds(TEXT));
    expect(lint(at, '--haproxy-version', '3.2', '--fix').status).toBe(0);
    expect(readFileSync(at).equals(withEnds(FIXED))).toBe(true);
  });

  test('writes nothing where another file cannot be used', () => {
    const at = file(TEXT);
    const missing = path.join(folder, 'missing.cfg');
    expect(lint(at, missing, '--haproxy-version', '3.2', '--fix')).toMatchObject({ status: 2, stdout: '' });
    expect(readFileSync(at, 'utf8')).toBe(TEXT);
  });
});

describe('invalid input is reported in one line', () => {
  const refused = (args: string[], message: string) =>
    expect(lint(...args)).toEqual({ status: 2, stdout: '', stderr: `${message}\n` });
  const onFile = (at: string, message: string) => refused([at, '--haproxy-version', '3.2'], `${at}: ${message}`);
  const GIVE = 'give a HAProxy configuration';

  test('a file that is not there', () => {
    onFile(path.join(folder, 'missing.cfg'), 'cannot be read (ENOENT): give the path of a HAProxy configuration');
  });

  test('a folder without a configuration', () => {
    mkdirSync(path.join(folder, 'conf.d'));
    onFile(path.join(folder, 'conf.d'), `has no *.cfg file: ${GIVE}`);
  });

  test('an empty file', () => {
    onFile(file(' \n\t\r\n'), `is empty: ${GIVE}`);
  });

  test('a binary file', () => {
    onFile(file('global\n\0'), `is a binary file: ${GIVE}`);
  });

  test('a file that is far too large', () => {
    const at = file('global\n');
    truncateSync(at, 100 * 1024 * 1024);
    onFile(at, '104857600 bytes is too large for a configuration: at most 33554432');
  });

  test.each([
    ['{ "json": true }', '"{"'],
    ['server { listen 80; }', '"server"'],
    ['<html>', '"<html>"'],
    ['x'.repeat(100), JSON.stringify('x'.repeat(40))],
    ['# only a comment\n', '""'],
  ])('no configuration: %j', (content, begin) => {
    onFile(file(content), `begins with ${begin} and not with a section such as global: ${GIVE}`);
  });

  test('a file without permission', () => {
    const at = file('global\n');
    chmodSync(at, 0);
    // Root may read every file, so another user tries.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    chmodSync(folder, 0o755);
    expect(lintAs(uid, at, '--haproxy-version', '3.2')).toEqual({
      status: 2,
      stdout: '',
      stderr: `${at}: cannot be read (EACCES): give the path of a HAProxy configuration\n`,
    });
  });

  test('a format that does not exist', () => {
    refused(
      [file('global\n'), '--haproxy-version', '3.2', '--format', 'xml'],
      "--format 'xml' is not valid: allowed are text, json, sarif",
    );
  });

  test('a version that does not exist', () => {
    const { status, stdout, stderr } = lint(file('global\n'), '--haproxy-version', '2.10');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^HAProxy 2\.10 is not of a known branch: use one of 1\.6, .*, 3\.5\n$/);
  });
});
