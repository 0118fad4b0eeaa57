import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { COMMAND } from './cli';

jest.setTimeout(60_000);

const FULL = 'the output cannot be written (ENOSPC): free space, or write it to another place\n';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'output-'));
  // More findings than a pipe takes at once.
  const servers = Array.from({ length: 3000 }, (_, i) => `    server s${i} elb.test:80\n`).join('');
  writeFileSync(path.join(folder, 'haproxy.cfg'), `backend b\n${servers}`);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a line of a shell; \`cli\` in it is the command line. Prints the exit codes of its parts. */
function shell(line: string) {
  const script = `cli() { ${process.execPath} ${COMMAND} "$@"; }\n${line}\necho "\${PIPESTATUS[@]}" >&3`;
  const { output } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, codes] = output as string[];
  return { stdout, stderr, codes: codes!.trim() };
}

test.each([
  ['render', 'cli render --haproxy-version 3.2 --upstream elb.test:80', '0 0'],
  ['lint', 'cli lint haproxy.cfg --haproxy-version 3.2', '1 0'],
])('%s ends quietly, with its own exit code, when the reader closes the pipe', (_, line, codes) => {
  expect(shell(`${line} | true`)).toEqual({ stdout: '', stderr: '', codes });
  const { stdout, ...rest } = shell(`${line} | head -n 1`);
  expect(stdout).toMatch(/^[^\n]+\n$/);
  expect(rest).toEqual({ stderr: '', codes });
});

test.each([
  ['render', 'cli render --haproxy-version 3.2 --upstream elb.test:80'],
  ['render --diff', 'cli render --diff 2.0..3.2 --upstream elb.test:80'],
  ['lint', 'cli lint haproxy.cfg --haproxy-version 3.2'],
  ['lint --format sarif', 'cli lint haproxy.cfg --haproxy-version 3.2 --format sarif'],
  ['completion', 'cli completion bash'],
  ['help', 'cli --help'],
])('%s reports a full disk in one line, with exit code 2', (_, line) => {
  expect(shell(`${line} > /dev/full`)).toEqual({ stdout: '', stderr: FULL, codes: '2' });
});
