import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Fault, Ground, Impossible, Outcome } from './fault';
import type { Order } from './play';

/** A process that plays something and says in a message what it came to. */
const PLAYER = path.join(__dirname, 'play.ts');
/** A network of its own has nothing but a loopback that is down. */
const OWN_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Whether a process can be given a network of its own here. */
export function hasOwnNetworks(): boolean {
  try {
    const [command, ...args] = [...OWN_NETWORK, 'true'];
    execFileSync(command!, args, { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

/** All processes of those that play now, so that none outlives this one. */
const playing = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of playing) {
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
    // They are gone.
  }
}

/**
 * Plays a fault, in a process and, where that can be, a network of its own. When its time is up, the process is killed
 * with all that it has started.
 *
 * @param folder for its temporary files
 * @param player another program than the one that knows the faults
 */
export async function act(
  { name, seconds }: Pick<Fault, 'name' | 'seconds'>,
  ground: Ground,
  folder: string,
  play: Order['play'] = name,
  player = PLAYER,
): Promise<Outcome | Impossible> {
  const node = [process.execPath, '--require', 'tsx/cjs', player];
  const [command, ...args] = ground.ownNetwork ? [...OWN_NETWORK, ...node] : node;
  const child = spawn(command!, args, {
    // A process group of its own, which can be killed as a whole.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, TMPDIR: folder },
  });
  playing.add(child);
  let result: Outcome | Impossible | undefined;
  child.on('message', (message: Outcome | Impossible) => {
    result = message;
  });
  child.send({ play, ground } satisfies Order);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child);
  }, seconds * 1000);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  // What it has left runs no longer than itself.
  end(child);
  playing.delete(child);
  if (result !== undefined) {
    return result;
  }
  return { ok: false, seen: late ? `not done within ${seconds} s, and ended` : `it ended with ${signal ?? code}` };
}
