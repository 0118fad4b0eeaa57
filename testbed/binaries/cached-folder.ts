import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A temporary folder of this age was left behind. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Folders that are not complete. A signal or a closed pipe may end the process in the meantime. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const work of unfinished) {
    rmSync(work, { recursive: true, force: true });
  }
});

/**
 * A folder of a cache. It is made beside its place and moved there when it is complete: an interrupted run leaves nothing
 * that looks complete, and of two processes at once the second uses the folder of the first.
 *
 * @param make fills a folder in `work`, which is deleted afterwards, and returns it
 */
export async function cachedFolder(
  cacheDir: string,
  name: string,
  make: (work: string) => Promise<string>,
): Promise<string> {
  const cache = path.resolve(cacheDir);
  const folder = path.join(cache, name);
  if (existsSync(folder)) {
    return folder;
  }
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const work = await mkdtemp(path.join(cache, `.${name}-`));
  unfinished.add(work);
  try {
    await rename(await make(work), folder).catch((error) => {
      // Another process was faster.
      if (!existsSync(folder)) {
        throw error;
      }
    });
  } finally {
    await rm(work, { recursive: true, force: true });
    unfinished.delete(work);
  }
  return folder;
}

/** Deletes what killed runs left behind. */
async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of (await readdir(cacheDir)).filter((entry) => entry.startsWith('.'))) {
    const folder = path.join(cacheDir, name);
    const age = Date.now() - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > ABANDONED_AFTER_MS) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
