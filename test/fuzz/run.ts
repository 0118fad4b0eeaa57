/**
 * `npm run fuzz -- --executions 10000000 [--seed 1] [--target linter]`: each target in a separate process with a
 * limited heap, which is ended when it hangs.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { COUNTER_EXAMPLES } from './counter-examples';
import { type Fuzzed, fuzz } from './harness';
import { closeSockets } from './socket-targets';
import { TARGETS } from './targets';

/** V8's heap; more ends the process. */
const HEAP_MB = 256;
/** A process that has not read a batch for so long hangs. */
const SILENCE_MILLIS = 120_000;
const BEAT_MILLIS = 1000;
const AT_ONCE = 2;

/** A message of a process to its parent. */
type Message = { readonly done: number } | { readonly result: Fuzzed } | { readonly failure: string };

/** The part of a process of one target. */
async function work(name: string, executions: number, seed: number): Promise<void> {
  const target = TARGETS.find((candidate) => candidate.name === name)!;
  let last = 0;
  const beat = (done: number) => {
    if (Date.now() - last > BEAT_MILLIS) {
      last = Date.now();
      process.send!({ done } satisfies Message);
    }
  };
  const message: Message = await fuzz(target, executions, seed, COUNTER_EXAMPLES[name] ?? [], beat).then(
    (result) => ({ result }),
    (error: Error) => ({
      failure: `${error.message.slice(0, 3000)}\n${(error.cause as Error | undefined)?.stack ?? ''}`,
    }),
  );
  process.send!(message, () => process.disconnect());
  await closeSockets();
}

/** Starts the process of a target and gives one line about it. */
function look(
  name: string,
  executions: number,
  seed: number,
): Promise<{ line: string; executions: number; ok: boolean }> {
  return new Promise((resolve) => {
    const since = Date.now();
    const child = fork(__filename, ['--work', name, '--executions', String(executions), '--seed', String(seed)], {
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MB}`],
    });
    let end: Message | undefined;
    let done = 0;
    const hung = () => child.kill('SIGKILL');
    let watchdog = setTimeout(hung, SILENCE_MILLIS);
    child.on('message', (message: Message) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(hung, SILENCE_MILLIS);
      if ('done' in message) {
        done = message.done;
      } else {
        end = message;
      }
    });
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog);
      const seconds = ((Date.now() - since) / 1000).toFixed(0);
      if (end !== undefined && 'result' in end) {
        const { executions: all, slowestMillis, peakMemoryMb } = end.result;
        const line = `ok     ${name}: ${all} executions in ${seconds} s, slowest batch ${slowestMillis.toFixed(0)} ms, heap +${peakMemoryMb.toFixed(0)} MB`;
        resolve({ line, executions: all, ok: true });
      } else {
        const why =
          end && 'failure' in end
            ? end.failure
            : `the process ended with ${signal ?? code}: it hung or its heap was over ${HEAP_MB} MB`;
        resolve({
          line: `FAILED ${name} (seed ${seed}) after ${done} executions: ${why}`,
          executions: done,
          ok: false,
        });
      }
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      executions: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      target: { type: 'string' },
      work: { type: 'string' },
    },
  });
  const [executions, seed] = [Number(values.executions), Number(values.seed)];
  if (values.work !== undefined) {
    return work(values.work, executions, seed);
  }
  const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
  if (targets.length === 0 || !(executions > 0) || !Number.isInteger(seed)) {
    console.error(
      `give --executions a number, --seed a whole number, --target one of ${TARGETS.map(({ name }) => name).join(', ')}`,
    );
    process.exitCode = 2;
    return;
  }
  const whole = targets.reduce((sum, { share }) => sum + share, 0);
  console.log(`fuzzing with seed ${seed}`);
  const queue = [...targets].sort((a, b) => a.share - b.share);
  let total = 0;
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { line, executions: done, ok } = await look(next.name, Math.ceil((executions * next.share) / whole), seed);
      console.log(line);
      total += done;
      process.exitCode = ok ? process.exitCode : 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(`${total} executions`);
}

void main();
