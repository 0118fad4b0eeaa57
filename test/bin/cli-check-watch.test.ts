import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { DnsServer } from '../../testbed/dns-server';
import { anyBinary } from '../support/binaries';
import { SocketHaproxy } from '../support/socket-haproxy';
import { HAS_TERMINALS, TerminalRun, widthOf } from '../support/terminal';
import { COMMAND } from './cli';

// `--watch` checks every 5 s.
jest.setTimeout(60_000);

const dns = new DnsServer();
let nameserver: string;
let haproxy: SocketHaproxy;
let command: string[];

beforeAll(async () => {
  nameserver = (await dns.listen()).address;
});

// A server with a fixed address drifts as DNS says, and never follows.
beforeEach(async () => {
  dns.set('elb.test', ['127.0.0.4']);
  haproxy = new SocketHaproxy(anyBinary(), 'backend web\n  server one 127.0.0.3:80\n');
  await haproxy.start();
  command = [process.execPath, COMMAND, 'check', '--watch', '--upstream', 'elb.test:80'];
  command.push('--nameserver', nameserver, '--runtime-api', haproxy.endpoint);
});

afterEach(() => haproxy.stop());

afterAll(() => dns.close());

const DRIFT = 'sends to 127.0.0.3 (web/one), which DNS does not name for elb.test, and the process does not follow DNS';

describe('into a pipe', () => {
  let child: ChildProcess;
  let stdout: string;

  const watch = (...more: string[]) => {
    const [node, ...args] = [...command, ...more];
    child = spawn(node!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    stdout = '';
    child.stdout!.on('data', (chunk) => {
      stdout += chunk;
    });
  };

  const printed = async (pattern: RegExp) => {
    while (!pattern.test(stdout)) {
      expect(child.exitCode).toBeNull();
      await sleep(50);
    }
  };

  afterEach(() => child.kill('SIGKILL'));

  /** Without a handler a process ends by the signal itself: shells show 130 or 143. */
  const endsBy = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([null, signal]);
  };

  test('each report is below its time, without colours, and drift comes and goes', async () => {
    watch();
    await printed(/2 findings\n/);
    dns.set('elb.test', ['127.0.0.3']);
    await printed(/1 finding\n/);
    await endsBy('SIGINT');

    const looks = stdout.split(/^\d{4}-\d\d-\d\dT[\d:.]+Z\n/m);
    expect(looks.shift()).toBe('');
    expect(looks[0]).toContain(`critical  stale-address    ${haproxy.endpoint} ${DRIFT}\n2 findings\n`);
    expect(looks.at(-1)).toMatch(/ web\/one +127\.0\.0\.3 +0 +silent-resolver\n.*\n1 finding\n$/);
    expect(stdout).not.toContain('\x1b');
  });

  test('as JSON: one line for each look', async () => {
    watch('--format', 'json');
    await printed(/\n/);
    dns.set('elb.test', ['127.0.0.3']);
    await printed(/\n.*\n/);
    await endsBy('SIGTERM');
    const looks = stdout.trimEnd().split('\n');
    const kinds = looks.map((line) => JSON.parse(line).verdicts.map(({ kind }: { kind: string }) => kind));
    expect(kinds).toEqual([['silent-resolver', 'stale-address'], ['silent-resolver']]);
  });
});

if (!HAS_TERMINALS) {
  test.todo("--watch on a real terminal: 'script' of util-linux is not on this machine");
} else {
  describe('on a real terminal', () => {
    const COLUMNS = 70;
    let run: TerminalRun;

    afterEach(() => run.child.kill('SIGKILL'));

    test('the newest report replaces the previous one, and Ctrl-C leaves it on the screen', async () => {
      run = new TerminalRun(command.join(' '), COLUMNS);
      await run.shows(/^critical {2}stale-address/);
      await run.shows(/^as of \d\d:\d\d:\d\d, Ctrl-C to stop$/);
      dns.set('elb.test', ['127.0.0.3']);
      await run.shows(/^1 finding$/);
      expect(await run.interrupt()).toBe(130);

      const screen = await run.screen();
      expect(screen.filter((row) => row.startsWith('elb.test has '))).toEqual([
        // For a while an address counts as live after it has left DNS.
        'elb.test has 127.0.0.3, 127.0.0.4',
      ]);
      expect(screen.filter((row) => row.includes('stale-address'))).toEqual([]);
      expect(screen.filter((row) => row.startsWith('as of '))).toHaveLength(1);
      expect(screen.filter((row) => widthOf(row) > COLUMNS)).toEqual([]);
      // The cursor was never hidden.
      expect(run.output).not.toContain('\x1b[?25l');
    });

    test('NO_COLOR takes the colours away, and replaces reports all the same', async () => {
      run = new TerminalRun(`env NO_COLOR=1 ${command.join(' ')}`, COLUMNS);
      await run.shows(/^as of \d\d:\d\d:\d\d, Ctrl-C to stop$/);
      expect(await run.interrupt()).toBe(130);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that sets a colour
      expect(run.output).not.toMatch(/\x1b\[[\d;]*m/);
    });
  });
}
