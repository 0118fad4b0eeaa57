/**
 * Runs `demo --backend docker` with an engine from Debian's packages and images of Debian's HAProxys: `npm run
 * test:containers`. The engine runs in its own namespaces for network, mounts and processes, which end with it; a
 * Docker of this machine is not used.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../testbed/binaries/run';
import { acquireTool, TOOLS } from '../testbed/binaries/tools';
import { usableBinaries } from '../testbed/binaries/usable';
import { environmentOf, fetchEngine } from './containers/engine';
import { unpackedOf } from './containers/images';

/** The time limit of the test inside, which takes about a minute. */
const LIMIT_SECONDS = 240;

const CGROUPS = '/sys/fs/cgroup';
/** Namespaces end with the process that made them, and with them all that it has started. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];

async function main(): Promise<void> {
  const trees = await trial();
  if (trees === undefined) {
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-engine-'));
  const cgroup = path.basename(folder);
  try {
    const env = { ...process.env, ...(await environmentOf(trees, folder)) };
    const inside = [process.execPath, '--import', 'tsx', 'scripts/containers/inside.ts', folder, cgroup];
    const child = spawn('unshare', [...NAMESPACES, ...inside], { env, stdio: 'inherit' });
    const limit = setTimeout(() => {
      console.error(`FAILED it took longer than ${LIMIT_SECONDS} s`);
      child.kill('SIGKILL');
    }, LIMIT_SECONDS * 1000);
    const [code] = await once(child, 'exit');
    clearTimeout(limit);
    process.exitCode = code === 0 ? 0 : 1;
  } finally {
    removeCgroups(cgroup);
    rmSync(folder, { recursive: true, force: true });
    cleanedUp(folder, cgroup);
  }
}

/** The packages of an engine; if they are not available, one line has the reason. */
async function trial(): Promise<string[] | undefined> {
  try {
    await run('unshare', [...NAMESPACES, 'mount', '-t', 'tmpfs', 'tmpfs', '/run']);
    await run('ip', ['-V']);
    // Inside there is no network: the content of the images is fetched here.
    const [trees, { binaries }] = await Promise.all([
      fetchEngine(),
      usableBinaries(),
      ...[TOOLS.nginx, TOOLS.dnsmasq].map((tool) => acquireTool(tool, () => {})),
    ]);
    if (unpackedOf(binaries).length === 0) {
      throw new Error('no HAProxy out of packages to make an image of');
    }
    return trees;
  } catch (error) {
    console.log(`not available: a container engine to play the demo with: ${(error as Error).message}`);
    return undefined;
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

main().catch((error) => {
  console.error(`FAILED ${(error as Error).message}`);
  process.exitCode = 1;
});
