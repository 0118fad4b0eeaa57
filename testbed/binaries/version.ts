import type { HaproxyBinary } from './model';
import { run } from './run';

/** `HA-Proxy` up to 2.3, `HAProxy` after. */
const VERSION_LINE = /^HA-?Proxy version ((\d+\.\d+)(?:\.\d+|-dev\d+)?)/m;

/**
 * Reads the output of `haproxy -v`.
 *
 * @returns version (`2.6.12`, `3.5-dev3`) and branch (`2.6`), or undefined if no HAProxy wrote this
 */
export function parseVersion(output: string): Pick<HaproxyBinary, 'version' | 'branch'> | undefined {
  const [, version, branch] = VERSION_LINE.exec(output) ?? [];
  return version && branch ? { version, branch } : undefined;
}

/**
 * Asks a binary for its version.
 *
 * @throws an error of one line if it does not run or is no HAProxy
 */
export async function inspect(command: string[], source: string): Promise<HaproxyBinary> {
  const [file, ...args] = command;
  const output = await run(file!, [...args, '-v'], 20);
  const found = parseVersion(output);
  if (!found) {
    throw new Error(`-v printed '${output.trim().split('\n')[0]}' and not a version of HAProxy`);
  }
  return { ...found, command, source };
}
