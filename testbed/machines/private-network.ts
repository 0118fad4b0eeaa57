import { spawnSync } from 'node:child_process';

const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];

/** Ways to get a network in which nothing else is: for root, and for others. */
const LAUNCHERS = [
  ['unshare', ...NAMESPACES],
  ['unshare', '--user', '--map-root-user', ...NAMESPACES],
];

/**
 * A command that runs another one in a network of its own, which ends with it, and with it every process inside; nothing
 * where this machine does not allow it.
 */
export function privateNetwork(): readonly string[] | undefined {
  return LAUNCHERS.find(([command, ...args]) => spawnSync(command!, [...args, 'true']).status === 0);
}
