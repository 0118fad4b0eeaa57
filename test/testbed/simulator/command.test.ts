import { execFile } from 'node:child_process';
import { ROOT } from '../../bin/cli';

/** A busy machine compiles and simulates slowly. */
jest.setTimeout(60_000);

/** Runs `npm run simulate` as npm does. */
function simulate(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'scripts/simulate.ts', ...flags];
    execFile(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

test.each([
  [['--ttl', 'soon'], "error: option '--ttl <number>' argument 'soon' is invalid. Give a whole number from 1 to 3600."],
  [
    ['--addresses', '0'],
    "error: option '--addresses <number>' argument '0' is invalid. Give a whole number from 1 to 100.",
  ],
  [['--hours', '-1'], "error: option '--hours <number>' argument '-1' is invalid. Give a number from 0.1 to 100000."],
  [
    ['--affinity', 'some'],
    "error: option '--affinity <word>' argument 'some' is invalid. Allowed choices are none, partial, full.",
  ],
  [['--address', '3'], "error: unknown option '--address'"],
  [
    ['--tasks', '2', '--pinned', '2', '--silent', '1'],
    'error: 3 tasks with a fault (--pinned, --silent, --stuck, --strangers and --foreign together) are more than --tasks 2: give more tasks or fewer faults',
  ],
  [
    ['--foreign', '1'],
    'error: --foreign 1 needs a proof that somebody else does not have: give --identity certificate or --identity response',
  ],
  [
    ['--identity', 'response', '--checks', 'no'],
    'error: --identity and --locality need health checks, and --checks is no: leave --checks out',
  ],
  [
    ['--locality', 'zone', '--branch', '2.0'],
    'error: --locality zone needs HAProxy 2.2, and --branch is 2.0: give a later branch, or leave --locality out',
  ],
  [['--branch', '2.6', '--own-view'], 'error: --own-view needs HAProxy 3.2, and --branch is 2.6: give a later branch'],
])('%j is one line on stderr, and exit code 2', async (flags, message) => {
  expect(await simulate(...flags)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` });
});

test('a short simulation prints JSON with its figures, and nothing on stderr', async () => {
  const { code, stdout, stderr } = await simulate(
    ...'--addresses 24 --views 2 --ttl 60 --interval 60 --hours 2 --tasks 4 --pinned 0 --moves 0'.split(' '),
    ...'--completeness partial --seed 7 --format json'.split(' '),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ checks: 120, falseCritical: 0, falseWarning: 0, missed: 0 });
});
