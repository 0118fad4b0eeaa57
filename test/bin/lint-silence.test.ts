import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { COMMAND } from './cli';

jest.setTimeout(60_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lint-silence-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const BAD = `backend b
    server s1 elb.test:80 check
    timeout connect 5s
    timeout server 5s
frontend f
    bind :8080
    timeout client 5s
`;

function lint(input: string | undefined, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND, 'lint', ...args, '--haproxy-version', '3.2'],
    {
      cwd: folder,
      encoding: 'utf8',
      input,
    },
  );
  return { status, stdout, stderr };
}

const write = (name: string, text: string | Buffer) => writeFileSync(path.join(folder, name), text);
const summary = (stdout: string) => stdout.trimEnd().split('\n').at(-1);

test('- is standard input', () => {
  const { status, stdout } = lint(BAD, '-');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^<stdin>:2:15: error unresolved-name: /);
  expect(lint(BAD, '-', '--fix')).toEqual({
    status: 2,
    stdout: '',
    stderr: "--fix writes files, and '-' is none: give a file, or leave --fix out\n",
  });
  expect(lint(BAD, '-', '-').stderr).toBe("'-' is given twice: standard input can be read once\n");
});

test('comments are counted in the summary', () => {
  write('a.cfg', BAD.replace('check', 'check # lint-ignore unresolved-name: static'));
  expect(lint(undefined, 'a.cfg')).toEqual({
    status: 0,
    stdout: '0 errors, 0 warnings in 1 file; 1 ignored by comments\n',
    stderr: '',
  });
});

test('JSON lists what is not silenced, and the counts are on standard error; SARIF has them as properties', () => {
  write('a.cfg', BAD.replace('check', 'check # lint-ignore unresolved-name: static'));
  expect(lint(undefined, 'a.cfg', '--format', 'json')).toEqual({
    status: 0,
    stdout: '[]\n',
    stderr: '0 errors, 0 warnings in 1 file; 1 ignored by comments\n',
  });
  write('b.cfg', BAD);
  lint(undefined, 'b.cfg', '--baseline', 'known.json', '--write-baseline');
  const { runs } = JSON.parse(lint(undefined, 'b.cfg', '--baseline', 'known.json', '--format', 'sarif').stdout);
  expect(runs[0]).toMatchObject({
    results: [],
    properties: { ignoredByComments: 0, inBaseline: 1, unusedBaselineEntries: 0 },
  });
});

test('a baseline leaves out what is known, also when its line moves, and counts what is gone', () => {
  write('a.cfg', BAD);
  const known = lint(undefined, 'a.cfg', '--baseline', 'known.json', '--write-baseline');
  expect(known).toEqual({ status: 0, stdout: '0 errors, 0 warnings in 1 file; 1 in the baseline\n', stderr: '' });
  expect(JSON.parse(readFileSync(path.join(folder, 'known.json'), 'utf8'))).toEqual({
    findings: [{ file: 'a.cfg', rule: 'unresolved-name', text: 'server s1 elb.test:80 check' }],
  });
  write('a.cfg', `# a new first line\n${BAD}`);
  expect(lint(undefined, 'a.cfg', '--baseline', 'known.json').status).toBe(0);
  write('a.cfg', BAD.replace('check\n', 'check\n    server s2 other.test:80 check\n'));
  expect(summary(lint(undefined, 'a.cfg', '--baseline', 'known.json').stdout)).toBe(
    '1 error, 0 warnings in 1 file; 1 in the baseline',
  );
  write('a.cfg', BAD.replace('elb.test', '10.0.0.1'));
  expect(lint(undefined, 'a.cfg', '--baseline', 'known.json').stdout).toBe(
    '0 errors, 0 warnings in 1 file; 0 in the baseline, 1 of its entries match nothing: write it again\n',
  );
});

test.each([
  [['--baseline', 'no.json'], 'no.json: cannot be read (ENOENT): write it with --write-baseline'],
  [['--baseline', 'a.cfg'], 'a.cfg: is not a baseline of this linter: write it with --write-baseline'],
  [['--write-baseline'], '--write-baseline needs a file: give it with --baseline'],
])('a baseline that cannot be used: %j', (flags, message) => {
  write('a.cfg', BAD);
  expect(lint(undefined, 'a.cfg', ...flags)).toEqual({ status: 2, stdout: '', stderr: `${message}\n` });
});

test('a baseline has no secrets', () => {
  write('a.cfg', `${BAD}userlist u\n    user a insecure-password s3cret bogus\n`);
  lint(undefined, 'a.cfg', '--baseline', 'known.json', '--write-baseline');
  expect(readFileSync(path.join(folder, 'known.json'), 'utf8')).not.toContain('s3cret');
});

test('a template is one finding, and the files beside it are judged', () => {
  write('a.cfg.j2', `{% if tls %}\n${BAD}{% endif %}\n`);
  write('b.cfg', BAD);
  const { status, stdout } = lint(undefined, 'a.cfg.j2', 'b.cfg');
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^a\.cfg\.j2:1:1: error template: the file is a template, with '\{% if tls %\}', and is not judged/,
  );
  expect(stdout).toMatch(/\nb\.cfg:2:15: error unresolved-name/);
  expect(summary(stdout)).toBe('2 errors, 0 warnings in 2 files');
});

test('a loop of links, and a folder that has only folders', () => {
  symlinkSync('loop', path.join(folder, 'loop'));
  expect(lint(undefined, 'loop')).toEqual({
    status: 2,
    stdout: '',
    stderr: 'loop: cannot be read (ELOOP): give the path of a HAProxy configuration\n',
  });
  mkdirSync(path.join(folder, 'etc/conf.d'), { recursive: true });
  expect(lint(undefined, 'etc').stderr).toBe('etc: has no *.cfg file: give its folders: etc/conf.d\n');
});

test('byte order marks are named', () => {
  write('utf8.cfg', Buffer.from(`\ufeff${BAD}`));
  expect(lint(undefined, 'utf8.cfg').stdout).toMatch(
    /^utf8\.cfg:1:1: error bad-line: the file begins with a byte order mark\n/,
  );
  write('utf16.cfg', Buffer.from(`\ufeff${BAD}`, 'utf16le'));
  expect(lint(undefined, 'utf16.cfg').stderr).toBe(
    'utf16.cfg: is in UTF-16, as its byte order mark says: save it as UTF-8 without one\n',
  );
});

test('control characters of the input are written out', () => {
  write('esc.cfg', `${BAD}    bo\x1b[31mgus\x07\n`);
  const { stdout } = lint(undefined, 'esc.cfg');
  expect(stdout).toContain("'bo\\x1b[31mgus\\x07' is unknown in a 'frontend' section");
  expect([...stdout].filter((char) => char === '\x07' || char === '\x1b')).toEqual([]);
});
