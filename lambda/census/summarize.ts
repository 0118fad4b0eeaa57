import type { CensusProxy } from '../../lib/contract/census';
import type { Census, MonitorCensus, MonitorSummary } from './documents';

/** How many proxies of a kind the summary of a monitor names. Its document has all. */
const MAX_NAMED = 100;

/** How many proxies of a kind a census names, of all monitors together: its document stays below some 16 MB. */
const MAX_NAMED_IN_CENSUS = 20_000;

/** Of each monitor at least. */
const MIN_NAMED = 2;

/** Whether the truth about each upstream of a proxy is complete. */
const isComplete = ({ upstreams }: CensusProxy) => upstreams.every(({ completeness }) => completeness === 'complete');

/** The summary of one monitor: pure. `document` is where its census is stored. */
export function summaryOf(census: MonitorCensus, document?: MonitorSummary['document']): MonitorSummary {
  const { monitor, proxies, total, failed } = census;
  const having = (compliance: CensusProxy['compliance']) => proxies.filter((one) => one.compliance === compliance);
  const wrong = having('non-compliant');
  const unseen = proxies.filter(({ gaps }) => gaps.length > 0);
  const missing = total - proxies.length;
  const since = wrong.flatMap((one) => one.since ?? []).sort()[0];
  const notSeen: MonitorSummary['notSeen'] = unseen.map(({ name, lastWholeAt, gaps }) => ({
    proxy: name,
    ...(lastWholeAt !== undefined && { lastWholeAt }),
    why: gaps.length === 1 ? gaps[0]!.why : `${gaps[0]!.why} (and ${gaps.length - 1} more)`,
  }));
  if (missing > 0) {
    notSeen.unshift({ why: `${missing} of ${total} proxies are not in the answer${failed ? `: ${failed}` : ''}` });
  }
  const leftOut = [
    ...leftOutOf('proxies that are not compliant', wrong),
    ...leftOutOf('proxies that were not seen as a whole', notSeen),
  ];
  return {
    monitor,
    ...(document !== undefined && { document }),
    proxies: Math.max(total, proxies.length),
    compliant: having('compliant').length,
    nonCompliant: wrong.length,
    unknown: having('unknown').length + Math.max(0, missing),
    partialTruth: having('compliant').filter((one) => !isComplete(one)).length,
    ...(since !== undefined && { since }),
    nonCompliantProxies: wrong.slice(0, MAX_NAMED).map(({ name, at, since: begin = at, incidents }) => {
      const counted = incidents.filter(({ severity }) => severity !== 'info');
      return {
        proxy: name,
        since: begin,
        kinds: [...new Set(counted.map(({ kind }) => kind))].sort(),
        ...(counted.every(({ suppressed }) => suppressed !== undefined) && { suppressed: true }),
      };
    }),
    notSeen: notSeen.slice(0, MAX_NAMED),
    ...(failed !== undefined && { failed }),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

function leftOutOf(what: string, all: readonly unknown[]): string[] {
  return all.length > MAX_NAMED ? [`${what}: ${all.length - MAX_NAMED} of ${all.length}`] : [];
}

/**
 * A summary with fewer names, where there are many monitors: each has the same room, so that one does not displace those
 * of another. The counts stay. Pure.
 *
 * @param monitors how many the census has
 */
export function bounded(summary: MonitorSummary, monitors: number): MonitorSummary {
  const room = Math.max(MIN_NAMED, Math.floor(MAX_NAMED_IN_CENSUS / monitors));
  const { nonCompliantProxies, notSeen, leftOut = [] } = summary;
  const rest = [
    ...(nonCompliantProxies.length > room ? ['proxies that are not compliant'] : []),
    ...(notSeen.length > room ? ['proxies that were not seen as a whole'] : []),
  ];
  if (rest.length === 0) {
    return summary;
  }
  return {
    ...summary,
    nonCompliantProxies: nonCompliantProxies.slice(0, room),
    notSeen: notSeen.slice(0, room),
    leftOut: [...leftOut, `names beyond ${room}: ${rest.join(', ')}: the document of the monitor has all`],
  };
}

/** The summary of each monitor that was to be asked, once and in order. The last one of a monitor counts. */
export function eachOnce<T extends { readonly monitor: string }>(
  expected: readonly string[],
  summaries: readonly T[],
  unseen: (monitor: string) => T,
): T[] {
  const byMonitor = new Map(summaries.map((one) => [one.monitor, one]));
  return [...new Set(expected)].sort().map((monitor) => byMonitor.get(monitor) ?? unseen(monitor));
}

/** How many monitors there are and were seen, and the sums of their counts. @param zero the names of the counts */
export function totalsOf<K extends string>(
  monitors: readonly (Readonly<Record<NoInfer<K>, number>> & { readonly failed?: string | undefined })[],
  zero: Readonly<Record<K, number>>,
): Record<K | 'monitors' | 'monitorsSeen', number> {
  const sums = (Object.keys(zero) as K[]).map((name) => [name, monitors.reduce((sum, one) => sum + one[name], 0)]);
  const monitorsSeen = monitors.filter(({ failed }) => failed === undefined).length;
  return { monitors: monitors.length, monitorsSeen, ...Object.fromEntries(sums) };
}

/** Which census, and when. */
type Frame = Pick<Census, 'census' | 'startedAt' | 'endedAt'>;

/**
 * The document of a census: pure. Each monitor that was to be asked is in it once. One without a summary was not seen.
 *
 * @param expected `ACCOUNT/REGION/NAME` of each monitor
 * @param summaries in any order; the last one of a monitor counts
 */
export function summarize(frame: Frame, expected: readonly string[], summaries: readonly MonitorSummary[]): Census {
  const monitors = eachOnce(expected, summaries, unseenMonitor);
  const totals = totalsOf(monitors, NOTHING);
  const since = monitors.flatMap((one) => one.since ?? []).sort()[0];
  return { version: '1', ...frame, totals, ...(since !== undefined && { since }), monitors };
}

const NOTHING = { proxies: 0, compliant: 0, nonCompliant: 0, unknown: 0, partialTruth: 0 };

function unseenMonitor(monitor: string): MonitorSummary {
  const failed = 'it left no result: it was not asked, or the function that asks it was stopped';
  return { monitor, ...NOTHING, nonCompliantProxies: [], notSeen: [], failed };
}
