import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder } from './cached-folder';
import { run } from './run';

/** Debian's names for one kind of processor. */
interface Machine {
  /** The architecture of a package. */
  readonly debian: string;
  /** The folder of shared libraries. */
  readonly libraries: string;
  /** The file name of the loader, which lies among the libraries too. */
  readonly loader: string;
}

/** By Node's name of the processor. */
const MACHINES: Readonly<Record<string, Machine>> = {
  arm64: { debian: 'arm64', libraries: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
  x64: { debian: 'amd64', libraries: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
};

/** A program that a root file system has. */
interface Program {
  /** Where it may be, without the slash at the start. */
  readonly paths: readonly string[];
  /**
   * Arguments with which it ends at once, with 0, if it runs at all. When left out, only its libraries are looked for.
   */
  readonly trial?: readonly string[];
}

/** Debian's packages have the first; the official images, which are built from source, the second. */
const HAPROXY: Program = { paths: ['usr/sbin/haproxy', 'usr/local/sbin/haproxy'], trial: ['-v'] };

/**
 * The machine's row of the table.
 *
 * @throws an error of one line on a machine that cannot run Linux binaries for amd64 or arm64
 */
export function machine(): Machine {
  const found = process.platform === 'linux' ? MACHINES[process.arch] : undefined;
  if (!found) {
    throw new Error(`only on Linux on amd64 or arm64, and this is ${process.platform} on ${process.arch}`);
  }
  return found;
}

/**
 * A program with all its libraries in one folder, run through its own loader, so that it works on any Linux.
 * It is in the cache when it is complete and runs.
 *
 * @param cacheDir an absolute folder
 * @param name of the tree in the cache, without the architecture
 * @param unpack puts a root file system into `root`; it may use the rest of `work`, which is deleted afterwards
 * @param program which of the root file system's
 * @returns the command that runs it
 * @throws an error of one line
 */
export async function cachedTree(
  cacheDir: string,
  name: string,
  unpack: (root: string, work: string) => Promise<void>,
  program: Program = HAPROXY,
): Promise<string[]> {
  const tree = await cachedFolder(cacheDir, `${name}-${machine().debian}`, async (work) => {
    const [root, pruned] = [path.join(work, 'root'), path.join(work, 'tree')];
    await mkdir(root);
    await unpack(root, work);
    await prune(root, pruned, program);
    const [loader, ...args] = commandOf(pruned, program);
    await run(loader!, program.trial ? [...args, ...program.trial] : ['--list', ...args], 20);
    return pruned;
  });
  return commandOf(tree, program);
}

function commandOf(tree: string, { paths }: Program): string[] {
  const libraries = path.join(tree, 'lib');
  const binary = path.join(tree, path.basename(paths[0]!));
  return [path.join(libraries, machine().loader), '--library-path', libraries, binary];
}

/** Moves the binary and the shared libraries of a root file system to a tree: the binary and `lib/`. */
async function prune(root: string, tree: string, { paths }: Program): Promise<void> {
  const binary = paths.map((file) => path.join(root, file)).find((file) => existsSync(file));
  if (!binary) {
    throw new Error(`no ${paths.join(' or ')} in it`);
  }
  await mkdir(path.join(tree, 'lib'), { recursive: true });
  await rename(binary, path.join(tree, path.basename(paths[0]!)));
  const { libraries } = machine();
  for (const folder of [`lib/${libraries}`, `usr/lib/${libraries}`, 'usr/local/lib']) {
    // A link that leads out of the root would have this machine's own libraries moved.
    const place = await realpath(path.join(root, folder)).catch(() => '');
    if (!place.startsWith(`${await realpath(root)}${path.sep}`)) {
      continue;
    }
    for (const file of (await readdir(place)).filter((name) => /\.so(\.|$)/.test(name))) {
      await rename(path.join(place, file), path.join(tree, 'lib', file));
    }
  }
}
