import { mkdir, mkdtemp, readdir, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { cachedTree, machine } from '../../testbed/binaries/tree';

let folder: string;
let cacheDir: string;
const { libraries, loader, debian } = machine();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'binaries-tree-'));
  cacheDir = path.join(folder, 'cache');
});

afterEach(() => rm(folder, { recursive: true }));

/** A root file system whose loader is a script that writes what it has to load. */
async function unpack(root: string, libraryFolder = `usr/lib/${libraries}`): Promise<void> {
  const at = (name: string) => path.join(root, name);
  for (const name of ['usr/sbin', 'usr/share/doc', libraryFolder]) {
    await mkdir(at(name), { recursive: true });
  }
  await writeFile(at('usr/sbin/haproxy'), '', { mode: 0o755 });
  await writeFile(at('usr/share/doc/copyright'), '');
  await writeFile(at(`${libraryFolder}/libz.a`), '');
  await writeFile(at(`${libraryFolder}/libz.so.1.2`), '');
  await symlink('libz.so.1.2', at(`${libraryFolder}/libz.so.1`));
  await writeFile(at(`${libraryFolder}/${loader}`), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
}

test.each([
  ['merged', `usr/lib/${libraries}`],
  ['separate', `lib/${libraries}`],
])('keeps the binary and the shared libraries of a root with %s folders', async (_, libraryFolder) => {
  const command = await cachedTree(cacheDir, 'trixie', async (root) => {
    await unpack(root, libraryFolder);
    await symlink('usr/lib', path.join(root, 'lib')).catch(() => undefined);
  });
  const tree = path.join(cacheDir, `trixie-${debian}`);
  const lib = path.join(tree, 'lib');
  expect(command).toEqual([path.join(lib, loader), '--library-path', lib, path.join(tree, 'haproxy')]);
  expect(await run(command[0]!, command.slice(1))).toBe(`--library-path ${lib} ${tree}/haproxy\n`);
  expect(await readdir(cacheDir)).toEqual([`trixie-${debian}`]);
  expect((await readdir(tree)).sort()).toEqual(['haproxy', 'lib']);
  expect((await readdir(lib)).sort()).toEqual([loader, 'libz.so.1', 'libz.so.1.2'].sort());
  expect(await readlink(path.join(lib, 'libz.so.1'))).toBe('libz.so.1.2');
});

test('a complete tree is not unpacked again', async () => {
  const first = await cachedTree(cacheDir, 'sid', (root) => unpack(root));
  const again = () => Promise.reject(new Error('unpacked again'));
  expect(await cachedTree(cacheDir, 'sid', again)).toEqual(first);
});

test('of two at once both get the same tree', async () => {
  let arrived = 0;
  let release = () => {};
  const both = new Promise<void>((resolve) => {
    release = resolve;
  });
  const together = async (root: string) => {
    await unpack(root);
    arrived += 1;
    if (arrived === 2) {
      release();
    }
    await both;
  };
  const [one, two] = await Promise.all([1, 2].map(() => cachedTree(cacheDir, 'sid', together)));
  expect(one).toEqual(two);
  expect(await readdir(cacheDir)).toEqual([`sid-${debian}`]);
});

test('a failure leaves nothing behind', async () => {
  const failing = cachedTree(cacheDir, 'sid', async (root) => {
    await unpack(root);
    throw new Error('the network is down');
  });
  await expect(failing).rejects.toThrow('the network is down');
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a tree without the binary is refused', async () => {
  await expect(cachedTree(cacheDir, 'sid', async () => {})).rejects.toThrow(
    'no usr/sbin/haproxy or usr/local/sbin/haproxy in it',
  );
});

test('a tree that does not run is refused', async () => {
  const broken = cachedTree(cacheDir, 'sid', async (root) => {
    await unpack(root);
    await writeFile(path.join(root, `usr/lib/${libraries}`, loader), '#!/bin/sh\necho no such library >&2; exit 127\n');
  });
  await expect(broken).rejects.toThrow('no such library');
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a link to outside of the root moves nothing from there', async () => {
  const outside = path.join(folder, 'outside');
  await mkdir(outside);
  await writeFile(path.join(outside, 'libc.so.6'), '');
  await cachedTree(cacheDir, 'sid', async (root) => {
    await unpack(root);
    await mkdir(path.join(root, 'lib'));
    await symlink(outside, path.join(root, 'lib', libraries));
  });
  expect(await readdir(outside)).toEqual(['libc.so.6']);
});

test('what a killed run left long ago is deleted, what another run has just started is not', async () => {
  const [old, fresh] = ['.sid-old', '.sid-fresh'];
  for (const name of [old, fresh]) {
    await mkdir(path.join(cacheDir, name), { recursive: true });
  }
  await utimes(path.join(cacheDir, old), 0, 0);
  await cachedTree(cacheDir, 'sid', (root) => unpack(root));
  expect((await readdir(cacheDir)).sort()).toEqual([fresh, `sid-${debian}`]);
});

test('a program that takes too long is killed', async () => {
  await expect(run('sleep', ['60'], 0.1)).rejects.toThrow('sleep did not end within 0.1 s');
});
