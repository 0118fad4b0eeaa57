import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZONE_SCRIPT } from '../../lib/haproxy/render/zone-script';
import { startScript } from '../../lib/private/proxy/start-script';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-start-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** A command that replaces HAProxy, in a folder of its own: the value of PATH for it. */
function insteadOfHaproxy(name: string, script: string): string {
  const own = mkdtempSync(join(folder, name));
  writeFileSync(join(own, 'haproxy'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${own}:${process.env.PATH}`;
}

const SCRIPT = startScript({
  files: [],
  // Nothing listens there: the script goes on without an answer.
  healthPort: 1,
  stopTimes: { drainTimeMillis: 1000, stopTimeoutMillis: 7000 },
  endsItself: false,
});

describe('the configuration', () => {
  const PATH = insteadOfHaproxy('source', 'readlink /proc/self/fd/3\nwc -c </dev/fd/3');
  const run = (shell: string[], configuration: string) =>
    spawnSync(shell[0]!, [...shell.slice(1), '-c', SCRIPT], {
      env: { PATH, HAPROXY_CONFIG: configuration },
      encoding: 'utf8',
    }).stdout.split('\n');

  test('goes from the shell of the official images through a pipe', () => {
    const [from, bytes] = run(['/bin/sh'], 'x'.repeat(60_000));
    expect(from).toMatch(/^pipe:/);
    expect(Number(bytes)).toBe(60_001);
  });

  // A bash from 5.1 on does with long texts what those before do with all.
  test('is in memory where a bash needs a file for it, because the root file system cannot be written', () => {
    const [from, bytes] = run(['bash', '--norc', '--posix'], 'x'.repeat(100_000));
    expect(from).toMatch(/^\/dev\/shm\/.* \(deleted\)$/);
    expect(Number(bytes)).toBe(100_001);
  });
});

test.each(['/bin/sh', 'bash'])('%s gives HAProxy the script of the zone through a second pipe', (shell) => {
  const PATH = insteadOfHaproxy('zone', 'cat /dev/fd/3 /dev/fd/4');
  const script = startScript({
    files: [],
    healthPort: 1,
    stopTimes: { drainTimeMillis: 1000, stopTimeoutMillis: 7000 },
    endsItself: false,
    zones: 'eu-west-1a=10.0.0.0/24',
  });
  const env = { PATH, HAPROXY_CONFIG: 'global', HAPROXY_ZONE_SCRIPT: ZONE_SCRIPT };
  const { stdout } = spawnSync(shell, ['-c', script], { env, encoding: 'utf8' });
  expect(stdout).toBe(`global\n${ZONE_SCRIPT}\n`);
});

describe.each(['/bin/sh', 'bash'])('the end, with %s', (shell) => {
  /** What is printed, and the exit code, after the signals. */
  async function stopped(instead: string, ...signals: NodeJS.Signals[]) {
    const PATH = insteadOfHaproxy('stop', instead);
    const child = spawn(shell, ['-c', SCRIPT], {
      env: { PATH, HAPROXY_CONFIG: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    while (signals.length > 0 && !output.includes('started')) {
      await once(child.stdout, 'data');
    }
    for (const signal of signals) {
      child.kill(signal);
    }
    const [code] = await once(child, 'close');
    return { code, output: output.trim().split('\n') };
  }

  /** Waits for a signal without a process of its own that would keep the output open. The shell knows its pid by then. */
  const WAIT = 'sleep 1; echo started; while :; do read -r _ <&3 || sleep 0.1; done';

  test('is that of HAProxy when it ends by itself', async () => {
    expect(await stopped('echo started; exit 3')).toEqual({ code: 3, output: ['started'] });
  });

  test.each<NodeJS.Signals[]>([['SIGTERM'], ['SIGUSR1'], ['SIGUSR1', 'SIGTERM']])(
    'is a soft stop after the drain time at %s',
    async (...signals) => {
      const instead = `trap 'echo soft stop; exit 0' USR1\ntrap 'echo cut; exit 1' TERM\n${WAIT}`;
      expect(await stopped(instead, ...signals)).toEqual({ code: 0, output: ['started', 'soft stop'] });
    },
  );

  test('is forced where HAProxy has no hard-stop-after', async () => {
    const instead = `trap 'echo soft stop' USR1\ntrap 'echo cut; exit 1' TERM\n${WAIT}`;
    expect(await stopped(instead, 'SIGTERM')).toEqual({ code: 1, output: ['started', 'soft stop', 'cut'] });
  });
});
