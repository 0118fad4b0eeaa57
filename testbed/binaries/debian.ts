import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type AptSource, debianMirrors, privateApt } from './apt';
import type { Search, Source } from './model';
import { run } from './run';
import { cachedTree, machine } from './tree';
import { inspect } from './version';

/** A suite of Debian. */
interface Suite {
  readonly name: string;
  /** Where its security updates are. A suite in development has none. */
  readonly security?: string;
  /** A second suite, for packages that this one lacks. */
  readonly base?: string;
}

/** The suites with a branch of HAProxy that no other suite has. */
export const SUITES: readonly Suite[] = [
  { name: 'bullseye', security: 'bullseye-security' },
  { name: 'bookworm', security: 'bookworm-security' },
  { name: 'trixie', security: 'trixie-security' },
  { name: 'forky' },
  { name: 'experimental', base: 'sid' },
];

type Mirrors = ReturnType<typeof debianMirrors>;

/**
 * The haproxy of several suites of Debian, through the machine's own apt, which checks the signatures. Needs no root
 * and leaves the system as it is.
 */
export const debianSuites: Source = async (search) => {
  let mirrors: Mirrors | undefined;
  const askOnce = () => {
    mirrors ??= debianMirrors();
    return mirrors;
  };
  return SUITES.map((suite) => {
    const what = `Debian ${suite.name}`;
    const acquire = async () => {
      const command = await cachedTree(search.cacheDir, suite.name, (root, work) =>
        fetchPackage(suite, 'haproxy', askOnce(), root, work, (doing) => search.progress(`${what}: ${doing}`)),
      );
      return inspect(command, what);
    };
    return { what, acquire };
  });
};

/** Unpacks a package of a suite and all that it depends on into `root`. */
export async function fetchPackage(
  suite: Suite,
  name: string,
  asked: Mirrors,
  root: string,
  work: string,
  progress: Search['progress'],
): Promise<void> {
  const { archive, security } = await asked;
  const sources: AptSource[] = [
    { mirror: archive, suite: suite.name },
    ...(suite.security ? [{ mirror: security, suite: suite.security }] : []),
    ...(suite.base ? [{ mirror: archive, suite: suite.base }] : []),
  ];
  // A mirror's copy of a suite that changes daily may be out of date.
  const apt = await privateApt(work, machine().debian, sources, suite.security !== undefined);
  progress('fetching package lists');
  // One of two lists may be enough: the next step shows whether it is.
  const refused = await run('apt-get', [...apt, 'update']).then(
    () => undefined,
    (error: Error) => error,
  );
  progress(refused ? `fetching packages, although ${refused.message}` : 'fetching packages');
  await run('apt-get', [...apt, '--download-only', 'install', name]).catch((error) => {
    throw refused ?? error;
  });
  const archives = path.join(work, 'archives');
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  progress(`unpacking ${packages.length} packages`);
  for (const file of packages) {
    await run('dpkg-deb', ['-x', path.join(archives, file), root]);
  }
}
