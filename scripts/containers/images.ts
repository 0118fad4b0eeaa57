import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HaproxyBinary } from '../../testbed/binaries';
import { run } from '../../testbed/binaries/run';
import type { Shells } from './engine';

/** The binaries that are in a folder with their libraries, from which an image can be made. */
export const unpackedOf = (binaries: readonly HaproxyBinary[]): HaproxyBinary[] =>
  binaries.filter(({ command }) => command.length > 1);

/**
 * Makes an image out of a program and its libraries, with nothing else in it.
 *
 * @param command of an unpacked tree: a loader, its options, and the program, which lies beside `lib/`
 * @param shells for images with a shell. @default - none
 */
export async function makeImage(
  image: string,
  command: readonly string[],
  folder: string,
  shells?: Shells,
): Promise<void> {
  const program = command.at(-1)!;
  const root = await mkdtemp(path.join(folder, 'image-'));
  const place = (name: string) => path.join(root, name);
  await Promise.all(['usr/sbin', 'etc', 'tmp', 'var/run'].map((name) => mkdir(place(name), { recursive: true })));
  await copyFile(program, path.join(place('usr/sbin'), path.basename(program)));
  await cp(path.join(path.dirname(program), 'lib'), place('lib'), { recursive: true, verbatimSymlinks: true });
  await symlink('lib', place('lib64'));
  if (shells !== undefined) {
    await mkdir(place('bin'));
    await copyFile(shells.bash, place('bin/bash'));
    await copyFile(shells.busybox, place('bin/busybox'));
    await Promise.all(['sh', 'cat', 'sleep'].map((applet) => symlink('busybox', place(path.join('bin', applet)))));
  }
  // nginx reads both.
  await writeFile(place('etc/passwd'), 'root:x:0:0::/:/\nnobody:x:65534:65534::/:/\n');
  await writeFile(place('etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  await run('tar', ['-c', '-f', `${root}.tar`, '-C', root, '.']);
  await run('docker', ['import', '--change', 'ENV PATH=/usr/sbin:/bin', `${root}.tar`, image]);
  await Promise.all([root, `${root}.tar`].map((made) => rm(made, { recursive: true })));
}
