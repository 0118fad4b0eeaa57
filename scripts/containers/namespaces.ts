import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { environmentOf } from './engine';

const CGROUPS = '/sys/fs/cgroup';
/** Namespaces end with the process that made them, and with them all that it has started. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];

/** @throws an error of one line when this machine does not let this user make namespaces */
export async function tryNamespaces(): Promise<void> {
  await run('unshare', [...NAMESPACES, 'mount', '-t', 'tmpfs', 'tmpfs', '/run']);
  await run('ip', ['-V']);
}

/**
 * Runs a script in namespaces of its own for network, mounts and processes, with an engine's programs on its PATH.
 *
 * @param script gets a folder and a cgroup for the engine, and then the arguments
 * @param trees those of `fetchEngine`
 * @returns its exit code
 * @throws Error when it takes too long, or when a mount, cgroup, process or file of it remains
 */
export async function inNamespaces(
  script: string,
  trees: readonly string[],
  limitSeconds: number,
  ...args: readonly string[]
): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-engine-'));
  const cgroup = path.basename(folder);
  try {
    const env = { ...process.env, ...(await environmentOf(trees, folder)) };
    const inside = [process.execPath, '--import', 'tsx', script, folder, cgroup, ...args];
    const child = spawn('unshare', [...NAMESPACES, ...inside], { env, stdio: 'inherit' });
    const limit = setTimeout(() => {
      console.error(`FAILED it took longer than ${limitSeconds} s`);
      child.kill('SIGKILL');
    }, limitSeconds * 1000);
    const [code] = await once(child, 'exit');
    clearTimeout(limit);
    return code ?? 1;
  } finally {
    removeCgroups(cgroup);
    rmSync(folder, { recursive: true, force: true });
    cleanedUp(folder, cgroup);
  }
}

/** Only the cgroups of an engine stay when its namespaces end: a folder per hierarchy, with a folder per container. */
function removeCgroups(cgroup: string): void {
  const remove = (place: string): void => {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        remove(path.join(place, entry.name));
      }
    }
    rmdirSync(place);
  };
  for (const place of cgroupsOf(cgroup)) {
    remove(place);
  }
}

function cgroupsOf(cgroup: string): string[] {
  const hierarchies = ['', ...readdirSync(CGROUPS)].map((name) => path.join(CGROUPS, name));
  return hierarchies.flatMap((place) => {
    try {
      return readdirSync(place).includes(cgroup) ? [path.join(place, cgroup)] : [];
    } catch {
      return [];
    }
  });
}

/** Checks that no mount, cgroup, process or file of the engine remains. */
function cleanedUp(folder: string, cgroup: string): void {
  const processes = readdirSync('/proc').filter((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
  const left = [
    ...processes.map((pid) => `process ${pid}`),
    ...readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(folder)),
    ...cgroupsOf(cgroup),
    ...readdirSync(path.dirname(folder)).filter((name) => name === path.basename(folder)),
  ];
  if (left.length > 0) {
    throw new Error(`left behind: ${left.join(', ')}`);
  }
}
