import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Candidate, Source } from './model';
import { inspect } from './version';

const VARIABLE = 'HAPROXY_BINARIES';

/** The wrapper that 1.6 to 1.8 build beside it never answers `-v`. */
const FILE_NAME = /^haproxy(-(?!systemd-wrapper$).*)?$/;

/** The files and folders of the environment variable HAPROXY_BINARIES, separated by commas or colons. */
export const listedBinaries: Source = async () => {
  const entries = (process.env[VARIABLE] ?? '').split(/[,:]/).flatMap((entry) => entry.trim() || []);
  return (await Promise.all(entries.map(candidatesAt))).flat();
};

/** The first `haproxy` on PATH. */
export const pathBinary: Source = async () => {
  const files = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.resolve(folder, 'haproxy'));
  const [first] = await executables(files);
  return first ? [candidate('haproxy on PATH', first, 'PATH')] : [];
};

async function candidatesAt(entry: string): Promise<Candidate[]> {
  const what = `${entry} in ${VARIABLE}`;
  const place = path.resolve(entry);
  const found = await stat(place).catch(() => undefined);
  if (!found) {
    return [refusal(what, 'no such file or folder')];
  }
  const files = await executables(found.isDirectory() ? await filesIn(place) : [place]);
  if (files.length === 0) {
    return [refusal(what, found.isDirectory() ? 'no executable named haproxy or haproxy-* in it' : 'not executable')];
  }
  return files.map((file) => candidate(`${file} in ${VARIABLE}`, file, VARIABLE));
}

/** What has the name of a HAProxy in the folder, then one level below. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  const names = entries.sort(new Intl.Collator('en', { numeric: true }).compare);
  const below = await Promise.all(
    names.map(async (name) => {
      const inner = await readdir(path.join(folder, name)).catch(() => []);
      return inner.sort().map((file) => path.join(name, file));
    }),
  );
  return [...names, ...below.flat()]
    .filter((name) => FILE_NAME.test(path.basename(name)))
    .map((name) => path.join(folder, name));
}

async function executables(files: readonly string[]): Promise<string[]> {
  const checks = files.map(async (file) => {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  });
  const verdicts = await Promise.allSettled(checks);
  return files.filter((_, i) => {
    const verdict = verdicts[i]!;
    return verdict.status === 'fulfilled' && verdict.value;
  });
}

function candidate(what: string, file: string, source: string): Candidate {
  return { what, acquire: () => inspect([file], source) };
}

function refusal(what: string, reason: string): Candidate {
  return { what, acquire: () => Promise.reject(new Error(reason)) };
}
