import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ways to make a process number 1 of its own namespace, as a container has it: for root, and for others. */
const LAUNCHERS = [
  ['unshare', '--pid', '--fork', '--kill-child'],
  ['unshare', '--user', '--map-current-user', '--pid', '--fork', '--kill-child'],
];

/** A command that runs another one as process 1; nothing where this machine does not allow it. */
export function asProcess1(): readonly string[] | undefined {
  return LAUNCHERS.find(([command, ...args]) => spawnSync(command!, [...args, 'true']).status === 0);
}

/** The process that a launcher has started. */
export function launchedBy(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return Number(child);
}
