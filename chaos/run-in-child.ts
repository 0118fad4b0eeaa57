import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Job } from './child';
import type { Fault, FaultContext, Impossible, Outcome } from './fault';

/** The program that runs a job and sends its outcome. */
const PROGRAM = path.join(__dirname, 'child.ts');
/** A new network has only a loopback, which is down. */
const OWN_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Whether a process can have its own network here. */
export function hasOwnNetworks(): boolean {
  try {
    const [command, ...args] = [...OWN_NETWORK, 'true'];
    execFileSync(command!, args, { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

/** All children that run now, so that none outlives this process. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) {
    end(child);
  }
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(1));
}

/** Ends a process and all that it has started. */
function end({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // They have ended.
  }
}

/**
 * Runs a fault in a separate process and, if possible, in its own network. When its time is over, the process
 * is killed with all that it has started.
 *
 * @param folder for its temporary files
 * @param run what the program is to run
 * @param program another program than the one with the faults
 */
export async function runInChild(
  { name, seconds }: Pick<Fault, 'name' | 'seconds'>,
  context: FaultContext,
  folder: string,
  run: Job['run'] = name,
  program = PROGRAM,
): Promise<Outcome | Impossible> {
  const node = [process.execPath, '--require', 'tsx/cjs', program];
  const [command, ...args] = context.ownNetwork ? [...OWN_NETWORK, ...node] : node;
  const child = spawn(command!, args, {
    // A separate process group, which can be killed as a whole.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, TMPDIR: folder },
  });
  children.add(child);
  let result: Outcome | Impossible | undefined;
  child.on('message', (message: Outcome | Impossible) => {
    result = message;
  });
  child.send({ run, context } satisfies Job);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child);
  }, seconds * 1000);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  // What it has started ends with it.
  end(child);
  children.delete(child);
  if (result !== undefined) {
    return result;
  }
  return {
    ok: false,
    seen: late ? `not done within ${seconds} s, so it was killed` : `it ended with ${signal ?? code}`,
  };
}
