import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { debianMirrors } from './binaries/apt';
import { cachedFolder } from './binaries/cached-folder';
import { fetchPackage } from './binaries/debian';
import { machine } from './binaries/tree';

const CACHE = path.resolve(__dirname, '../.cache/browser');
const PACKAGE = 'chromium-headless-shell';
/** The names under which a machine may have a browser. */
const NAMES = [PACKAGE, 'chromium', 'chromium-browser', 'google-chrome'];
/** The C library itself must be the machine's: its loader works with no other. */
const C_LIBRARY =
  /^(ld-linux.*|lib(c|m|mvec|dl|rt|pthread|resolv|util|anl|nsl|BrokenLocale|thread_db|nss_\w+|c_malloc_debug|memusage|pcprofile)\.so\..*)$/;

/**
 * A headless browser: the machine's own, else that of its release of Debian, fetched like the HAProxy binaries, without
 * root and into the cache.
 *
 * @throws an error of one line when none is available
 */
export async function launchBrowser(): Promise<Browser> {
  const own = NAMES.map(onPath).find((file) => file !== undefined);
  const { file, env } = own === undefined ? await fetched() : { file: own, env: {} };
  return chromium.launch({
    executablePath: file,
    chromiumSandbox: false,
    env: { ...(process.env as Record<string, string>), ...env },
  });
}

function onPath(name: string): string | undefined {
  const files = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, name));
  return files.find((file) => existsSync(file));
}

async function fetched(): Promise<{ file: string; env: Record<string, string> }> {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const root = await cachedFolder(CACHE, `${codename}-${machine().debian}`, async (work) => {
    const suite = { name: codename ?? 'stable', security: `${codename}-security` };
    const unpacked = path.join(work, 'root');
    await mkdir(unpacked);
    await fetchPackage(suite, PACKAGE, debianMirrors(), unpacked, work, () => {});
    await withoutCLibrary(unpacked);
    return unpacked;
  });
  return {
    file: path.join(root, 'usr/lib/chromium', PACKAGE),
    env: {
      LD_LIBRARY_PATH: libraryFolders(root).join(':'),
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_SYSROOT: root }),
    },
  };
}

function libraryFolders(root: string): string[] {
  const { libraries } = machine();
  return [`lib/${libraries}`, `usr/lib/${libraries}`, `usr/lib/${libraries}/pulseaudio`].map((folder) =>
    path.join(root, folder),
  );
}

async function withoutCLibrary(root: string): Promise<void> {
  for (const folder of libraryFolders(root).filter((place) => existsSync(place))) {
    for (const name of (await readdir(folder)).filter((file) => C_LIBRARY.test(file))) {
      await rm(path.join(folder, name));
    }
  }
}
