import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { anyBinary } from '../support/binaries';
import { ROOT } from './cli';

jest.setTimeout(120_000);

const { branch } = anyBinary();

let folder: string;
let child: ChildProcess;
let stdout: string;
let stderr: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'demo-endings-'));
  mkdirSync(path.join(folder, 'tmp'));
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the demo in the folder: its temporary files are there, too. */
function demo(args: readonly string[] = [], environment: Record<string, string> = {}): void {
  const loader = path.join(ROOT, 'node_modules/tsx/dist/loader.mjs');
  child = spawn(process.execPath, ['--import', `file://${loader}`, path.join(ROOT, 'bin/cli.ts'), 'demo', ...args], {
    cwd: folder,
    env: {
      ...process.env,
      TMPDIR: path.join(folder, 'tmp'),
      XDG_CACHE_HOME: path.join(folder, '.cache'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  stdout = '';
  stderr = '';
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
}

/** The binaries that are there already. */
function warmCache(): void {
  symlinkSync(path.join(ROOT, '.cache'), path.join(folder, '.cache'));
}

async function printed(text: string): Promise<void> {
  while (!stdout.includes(text)) {
    if (child.exitCode !== null) {
      throw new Error(`it ended before it printed '${text}': ${stdout}${stderr}`);
    }
    await sleep(50);
  }
}

async function ended(): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
  return child.exitCode;
}

/** A process and all that it has started, with what that has started. */
function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => statusOf(Number(entry)).includes(`\nPPid:\t${pid}\n`));
  return [pid, ...children.flatMap((entry) => family(Number(entry)))];
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** Inodes of the sockets that processes have open. */
function socketsOf(pids: readonly number[]): string[] {
  return pids.flatMap((pid) => {
    const fds = `/proc/${pid}/fd`;
    const links = readdirSync(fds).map((fd) => {
      try {
        return readlinkSync(path.join(fds, fd));
      } catch {
        return '';
      }
    });
    return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  });
}

/** Those of them that are bound to an address of this machine. */
function bound(inodes: readonly string[]): string[] {
  const rows = ['/proc/net/tcp', '/proc/net/udp'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  // Connections that are being closed have no owner, and inode 0.
  const listed = new Set(rows.map((row) => row.trim().split(/ +/)[9]));
  return [...new Set(inodes)].filter((inode) => listed.has(inode));
}

const living = (pids: readonly number[]) => pids.filter((pid) => /^State:\t[^Z]/m.test(statusOf(pid)));

/** Nothing is left. A killed process needs a moment to end. */
async function nothingLeft(pids: readonly number[], sockets: readonly string[]): Promise<void> {
  for (let left = 100; left > 0 && (living(pids).length > 0 || bound(sockets).length > 0); left -= 1) {
    await sleep(50);
  }
  expect(living(pids)).toEqual([]);
  expect(bound(sockets)).toEqual([]);
  expect(readdirSync(path.join(folder, 'tmp')).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['.cache', 'tmp']);
}

/** Waits until both HAProxys of a run answer, and counts what runs. */
async function bothAnswer(): Promise<{ pids: number[]; sockets: string[] }> {
  await printed('(pinned) answers');
  await printed('(generated) answers');
  const pids = family(child.pid!);
  expect(pids.length).toBeGreaterThanOrEqual(3);
  const sockets = bound(socketsOf(pids));
  // Two nodes, three DNS ports over UDP and TCP, and three ports of each HAProxy.
  expect(sockets.length).toBeGreaterThanOrEqual(2 + 6 + 6);
  return { pids, sockets };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s: one line, exit code %d, and no process, socket or file is left', async (signal, code) => {
  warmCache();
  demo(['--branches', branch]);
  const { pids, sockets } = await bothAnswer();
  child.kill(signal);
  expect(await ended()).toBe(code);
  expect(stderr.replace(/^npm warn.*\n/gm, '')).toBe(`ended by ${signal}: all processes are stopped\n`);
  await nothingLeft(pids, sockets);
});

test('the output is closed: it ends without a message, and nothing is left', async () => {
  warmCache();
  demo(['--branches', branch]);
  const { pids, sockets } = await bothAnswer();
  child.stdout!.destroy();
  expect(await ended()).toBe(0);
  expect(stderr).toBe('');
  await nothingLeft(pids, sockets);
});

const hasApt = existsSync('/usr/bin/apt-get');

describe('a cold cache', () => {
  /** An apt whose network does not answer. */
  function noNetwork(): Record<string, string> {
    const conf = path.join(folder, 'tmp', 'apt.conf');
    writeFileSync(
      conf,
      'Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::https::Proxy "http://127.0.0.1:9"; Acquire::Retries "0";',
    );
    return { APT_CONFIG: conf, HAPROXY_BINARIES: '' };
  }

  test('no network and no binary: the reasons, a last line with what to do, and exit code 2', async () => {
    demo(['--branches', branch], { ...noNetwork(), PATH: '/usr/bin:/bin' });
    expect(await ended()).toBe(2);
    expect(stderr).toBe('no HAProxy is available: give one with HAPROXY_BINARIES=/path/to/haproxy\n');
    const reasons = stdout.split('\n').filter((line) => line.startsWith('not available: '));
    expect(reasons.length).toBeGreaterThan(0);
    expect(readdirSync(path.join(folder, '.cache/cdk-haproxy-elb/haproxy'))).toEqual([]);
  });

  test('a branch that is not known: which ones are', async () => {
    demo(['--branches', '9.9'], { ...noNetwork(), PATH: '/usr/bin:/bin' });
    expect(await ended()).toBe(2);
    expect(stdout.split('\n')).toContain('not available: branch 9.9: no such branch is known; give some of 1.6 to 3.5');
  });

  if (hasApt) {
    test('a signal while binaries are fetched: nothing half fetched is left, and no apt runs on', async () => {
      demo(['--branches', branch], { HAPROXY_BINARIES: '', PATH: '/usr/bin:/bin' });
      await printed('fetching package lists');
      const cache = path.join(folder, '.cache/cdk-haproxy-elb/haproxy');
      while (readdirSync(cache).length === 0) {
        await sleep(20);
      }
      const pids = family(child.pid!);
      child.kill('SIGTERM');
      expect(await ended()).toBe(143);
      await nothingLeft(pids, []);
      expect(readdirSync(cache)).toEqual([]);
    });
  }
});

test.each([
  ['a folder', '.', 'EISDIR'],
  ['in a folder that is not there', 'nowhere/report.html', 'ENOENT'],
])('--html %s: refused at once, in one line', async (_what, file, code) => {
  warmCache();
  demo(['--html', file]);
  expect(await ended()).toBe(2);
  expect(stderr).toBe(`--html '${file}' cannot be written (${code}): give another file\n`);
  expect(stdout).toBe('');
});

test('an unknown scenario: one line with the known ones', async () => {
  demo(['--scenario', 'sideways']);
  expect(await ended()).toBe(2);
  expect(stderr).toBe(
    "--scenario 'sideways' is not valid: allowed are move, scale-out, dns-outage, zonal-shift, scale-in, zone-loss, stranger\n",
  );
});
