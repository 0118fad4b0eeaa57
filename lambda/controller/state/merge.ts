import type { DnsMemory } from '../domain/live-addresses';
import { mergeRepairs } from '../domain/repair-plan';
import type { ProxyState, WatchedVerdict } from '../domain/state';

/**
 * The state after two runs that overlapped, so that the findings of neither are lost: pure.
 *
 * @param base what both started from
 * @param mine what this run remembers
 * @param theirs what the other run has written since
 */
export function mergeStates(base: ProxyState, mine: ProxyState, theirs: ProxyState): ProxyState {
  const dns = mergeRecords(mine.dns, theirs.dns, mergeDns);
  const all = mergeRecords(mine.watched, theirs.watched, mergeWatched);
  // What one of them has resolved was reported, and stays resolved.
  const resolved = (key: string) => key in base.watched && !(key in mine.watched && key in theirs.watched);
  const watched = Object.fromEntries(Object.entries(all).filter(([key]) => !resolved(key)));
  const counters = [mine.counters, theirs.counters].sort((a, b) => (b?.at ?? 0) - (a?.at ?? 0))[0];
  return { dns, watched, counters, repaired: mergeRepairs(mine.repaired, theirs.repaired) };
}

function mergeRecords<T>(a: Record<string, T>, b: Record<string, T>, merge: (a: T, b: T) => T): Record<string, T> {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(
    keys.map((key) => [
      key,
      a[key] !== undefined && b[key] !== undefined ? merge(a[key], b[key]) : (a[key] ?? b[key])!,
    ]),
  );
}

/** An address is there since the earlier time, and left at the later one if it left for both. */
function mergeDns(a: DnsMemory, b: DnsMemory): DnsMemory {
  type Life = DnsMemory['addresses'][string];
  const addresses = mergeRecords<Life>(a.addresses, b.addresses, ([since1, left1], [since2, left2]) => {
    const since = Math.min(since1, since2);
    return left1 === undefined || left2 === undefined ? [since] : [since, Math.max(left1, left2)];
  });
  // An answer counts more than no answer.
  const types = (['A', 'AAAA'] as const).filter((type) => a.silent[type] !== undefined && b.silent[type] !== undefined);
  return {
    addresses,
    silent: Object.fromEntries(types.map((type) => [type, Math.min(a.silent[type]!, b.silent[type]!)])),
  };
}

function mergeWatched(a: WatchedVerdict, b: WatchedVerdict): WatchedVerdict {
  const opened = [a.openedAt, b.openedAt].filter((at) => at !== undefined);
  return {
    ...b,
    ...a,
    opsItem: a.opsItem ?? b.opsItem,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    openedAt: opened.length === 0 ? undefined : Math.min(...opened),
  };
}
