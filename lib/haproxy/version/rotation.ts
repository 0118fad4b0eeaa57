import type { HaproxyVersion } from './version';

/** The branches with the fault: all of their releases, or those up to a number. */
const SINCE = '2.5';
const FIXED_IN = '3.3';

/**
 * The last releases with the fault. The changelogs of 2.6.23, 2.8.16, 3.0.12 and 3.2.5 lack the fix, that of 3.2.6 has
 * it; 3.1.9 is of the same day as 3.2.6.
 */
const LAST: ReadonlyMap<string, number> = new Map([
  ['2.6', 23],
  ['2.8', 16],
  ['3.0', 12],
  ['3.1', 8],
  ['3.2', 5],
]);

/**
 * Whether `do-resolve` gives the addresses of a name in turn (HAProxy issue 3116; commits dcb696cd3 and 3023e9819). A
 * branch alone is its newest release. Running processes: 2.5.0, 2.6.12 and 3.0.11 always give the same address; 2.8.25,
 * 3.2.26 and 3.4.7 give all of them, and 2.0.0 to 2.4.0 do where requests run at the same time.
 */
export function takesTurns(version: Pick<HaproxyVersion, 'branch' | 'release' | 'isAtLeast'>): boolean {
  if (!version.isAtLeast(SINCE) || version.isAtLeast(FIXED_IN)) {
    return true;
  }
  const last = LAST.get(version.branch);
  return last !== undefined && (version.release === undefined || Number(version.release.split('.')[2]) > last);
}
