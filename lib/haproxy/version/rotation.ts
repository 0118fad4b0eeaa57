import type { HaproxyVersion } from './version';

/** The first branch whose every release gives the addresses of a name in turn. */
const SINCE = '3.3';

/**
 * The last releases of older branches that always give the same address. The changelogs of 2.6.23, 2.8.16, 3.0.12 and
 * 3.2.5 lack the fix, that of 3.2.6 has it; 3.1.9 is of the same day as 3.2.6.
 */
const LAST_WITHOUT: ReadonlyMap<string, number> = new Map([
  ['2.6', 23],
  ['2.8', 16],
  ['3.0', 12],
  ['3.1', 8],
  ['3.2', 5],
]);

/**
 * Whether `do-resolve` gives the addresses of a name in turn (HAProxy issue 3116, commit 3023e9819). A branch alone is
 * its newest release. Running processes: 2.0.0 to 2.6.12 and 3.0.11 always give the same address; 2.8.25, 3.2.26 and
 * 3.4.7 give all of them.
 */
export function takesTurns(version: Pick<HaproxyVersion, 'branch' | 'release' | 'isAtLeast'>): boolean {
  const last = LAST_WITHOUT.get(version.branch);
  if (last === undefined) {
    return version.isAtLeast(SINCE);
  }
  return version.release === undefined || Number(version.release.split('.')[2]) > last;
}
