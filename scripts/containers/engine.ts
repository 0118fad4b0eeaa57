import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianMirrors } from '../../testbed/binaries/apt';
import { cachedFolder } from '../../testbed/binaries/cached-folder';
import { fetchPackage, SUITES } from '../../testbed/binaries/debian';
import { run } from '../../testbed/binaries/run';
import { machine } from '../../testbed/binaries/tree';

const CACHE = path.join('.cache', 'engine');

/** Debian's Docker: the newest that runs with the libraries of Debian 12, and Compose, which needs none. */
const PACKAGES = [
  { name: 'docker.io', suite: 'bookworm' },
  { name: 'docker-compose', suite: 'trixie' },
];

/** This machine cannot run containers. This is not a failure. */
export class NoEngine extends Error {}

/** The unpacked trees of Docker and of Compose. About 350 MB, never deleted. */
export async function fetchEngine(): Promise<string[]> {
  return Promise.all(PACKAGES.map(({ name, suite }) => unpacked(name, suite)));
}

/** Static programs for images: a shell with `cat` and `sleep`, and bash, which the health check of a template uses. */
export interface Shells {
  readonly busybox: string;
  readonly bash: string;
}

export async function fetchShells(): Promise<Shells> {
  const [busybox, bash] = await Promise.all(
    ['busybox-static', 'bash-static'].map((name) => unpacked(name, 'bookworm')),
  );
  return { busybox: path.join(busybox!, 'bin', 'busybox'), bash: path.join(bash!, 'bin', 'bash-static') };
}

function unpacked(name: string, suite: string): Promise<string> {
  return cachedFolder(CACHE, `${name}-${suite}-${machine().debian}`, async (work) => {
    const root = path.join(work, 'root');
    await mkdir(root);
    await fetchPackage(SUITES.find((one) => one.name === suite)!, name, debianMirrors(), root, work, () => {});
    return root;
  });
}

/** The environment in which `docker` and `docker compose` of the trees talk to the engine of {@link startEngine}. */
export async function environmentOf([docker, compose]: readonly string[], folder: string): Promise<NodeJS.ProcessEnv> {
  const plugins = path.join(folder, 'config', 'cli-plugins');
  await mkdir(plugins, { recursive: true });
  await run('cp', [path.join(compose!, 'usr/libexec/docker/cli-plugins/docker-compose'), plugins]);
  const own = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((place) => path.join(docker!, place));
  const libraries = ['usr/lib', 'lib'].map((place) => path.join('/', place, machine().libraries));
  return {
    PATH: [...own, process.env.PATH].join(':'),
    // The machine's own libraries come first: those of the trees are only for missing ones.
    LD_LIBRARY_PATH: [...libraries, ...libraries.map((place) => path.join(docker!, place))].join(':'),
    XTABLES_LIBDIR: path.join(docker!, 'usr/lib', machine().libraries, 'xtables'),
    DOCKER_HOST: `unix://${folder}/docker.sock`,
    DOCKER_CONFIG: path.join(folder, 'config'),
  };
}

/**
 * Starts an engine that changes no firewall rules and creates networks only on request.
 *
 * @param folder folder for all of its files
 * @param cgroup the parent of its containers' cgroups
 * @throws NoEngine, with one line, when it does not answer
 */
export async function startEngine(folder: string, cgroup: string): Promise<void> {
  const log = path.join(folder, 'dockerd.log');
  const output = openSync(log, 'w');
  const state = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${path.join(folder, name)}`);
  const quiet = ['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'];
  const options = [`--host=${process.env.DOCKER_HOST}`, ...state, ...quiet, `--cgroup-parent=/${cgroup}`];
  const engine = spawn('dockerd', options, { stdio: ['ignore', output, output] });
  let ended = false;
  engine.on('error', () => {
    ended = true;
  });
  engine.on('exit', () => {
    ended = true;
  });
  for (let left = 300; !(await answers()); left -= 1) {
    if (ended || left === 0) {
      throw new NoEngine(`the engine does not start: ${readFileSync(log, 'utf8').trim().split('\n').at(-1)}`);
    }
    await sleep(100);
  }
}

/**
 * Runs a container on its own network.
 *
 * @param command that ends by itself
 * @throws NoEngine, with one line, if the kernel or its limits do not allow it
 */
export async function tryContainer(image: string, command: readonly string[]): Promise<void> {
  try {
    await run('docker', ['network', 'create', 'trial'], 30);
    await run('docker', ['run', '--rm', '--network', 'trial', image, ...command], 30);
    await run('docker', ['network', 'rm', 'trial'], 30);
  } catch (error) {
    throw new NoEngine(`no container runs: ${(error as Error).message}`);
  }
}

function answers(): Promise<boolean> {
  return run('docker', ['ps'], 10).then(
    () => true,
    () => false,
  );
}
