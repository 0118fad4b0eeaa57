import type { CensusBlind, CensusEndedIncident, CensusIncident, CensusProxy } from '../../lib/contract/census';
import type { MonitorCensus, MonitorMonth } from './documents';

type ProxyMonth = MonitorMonth['proxies'][number];
type Known = ProxyMonth['incidents'][number];

/** How many incidents, and how many blind times, of a proxy a month has: one an hour, and more. */
const MAX_ROWS = 1000;

/** Runs of a monitor are not further apart than this (with its default interval, a minute). */
const FIRST_RUN_MILLIS = 5 * 60_000;

/** A month of a monitor before its first census. */
export function emptyMonth(month: string, monitor: string): MonitorMonth {
  return { version: '1', month, monitor, censuses: [], proxies: [] };
}

/**
 * The month with one more census: pure. Begin and end of incidents and blind times are those of the runs of the monitor,
 * also of what was over before the census. Where a monitor has no record of them, they are those of the censuses.
 *
 * @param month of the same monitor
 * @param census later than those before
 * @param sha256 of its document. @default - not known
 */
export function withCensus(month: MonitorMonth, census: MonitorCensus, sha256?: string): MonitorMonth {
  const { proxies, startedAt: at, endedAt, failed } = census;
  const last = month.censuses.at(-1);
  if (last !== undefined && at < last.at) {
    throw new Error(`census ${census.census} began before census ${last.census}: add the censuses in their order`);
  }
  const courses = new Map(month.proxies.map((course) => [course.name, course]));
  const names = new Set<string>();
  for (const proxy of proxies) {
    names.add(proxy.name);
    courses.set(proxy.name, withProxy(courses.get(proxy.name) ?? newCourse(proxy), proxy, month.month, last?.at));
  }
  for (const [name, course] of courses) {
    if (!names.has(name)) {
      courses.set(name, failed === undefined ? gone(course, endedAt) : unanswered(course, endedAt, failed));
    }
  }
  return {
    ...month,
    censuses: [
      ...month.censuses,
      { census: census.census, at, ...(sha256 !== undefined && { sha256 }), ...(failed !== undefined && { failed }) },
    ],
    proxies: [...courses.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** The month of a monitor: pure. @param censuses in any order */
export function monthOf(month: string, monitor: string, censuses: readonly MonitorCensus[]): MonitorMonth {
  const ordered = [...censuses].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  return ordered.reduce((before, census) => withCensus(before, census), emptyMonth(month, monitor));
}

function newCourse({ name, proxy }: CensusProxy): ProxyMonth {
  return { name, proxy, censuses: 0, compliant: 0, blind: [], incidents: [] };
}

/** Adds what a census says of a proxy. @param previousAt when the census before began */
function withProxy(course: ProxyMonth, proxy: CensusProxy, month: string, previousAt = ''): ProxyMonth {
  const { at, compliance, gaps, incidents, ended, lastWholeAt, leftOut } = proxy;
  const isCompliant = compliance === 'compliant';
  const blind = withBlind(course, proxy, month, previousAt);
  const open = withOpen(course.incidents, incidents, at, gaps.length === 0 && leftOut === undefined);
  const all = withEnded(
    open,
    ended.filter(({ overAt }) => overAt >= month),
  );
  const { compliantSince: since, goneSince: _gone, unanswered: _unanswered, ...rest } = course;
  return bounded({
    ...rest,
    censuses: course.censuses + 1,
    compliant: course.compliant + (isCompliant ? 1 : 0),
    ...(isCompliant && { compliantSince: since === undefined || isBroken(since, course, blind, all) ? at : since }),
    ...latest(course.lastWholeAt, lastWholeAt),
    ...(proxy.recordedSince !== undefined && { recordedSince: proxy.recordedSince }),
    blind,
    incidents: all,
  });
}

/** Whether something began and ended since a census that none has seen until now. */
function isBroken(
  since: string,
  before: ProxyMonth,
  blind: readonly CensusBlind[],
  incidents: readonly Known[],
): boolean {
  const [times, ids] = [new Set(before.blind.map(({ from }) => from)), new Set(before.incidents.map(({ id }) => id))];
  return (
    blind.some(({ from, until = '' }) => until > since && !times.has(from)) ||
    incidents.some(({ id, severity, overAt = '' }) => severity !== 'info' && overAt > since && !ids.has(id))
  );
}

/** The proxy is no longer registered, and its incidents are over. */
function gone(course: ProxyMonth, at: string): ProxyMonth {
  const { compliantSince: _, unanswered: _unanswered, ...rest } = course;
  const blind = course.blind.map((row) => (row.until === undefined ? { ...row, until: at } : row));
  return { ...rest, goneSince: course.goneSince ?? at, blind, incidents: withOpen(course.incidents, [], at, true) };
}

/** The monitor did not answer about the proxy. */
function unanswered(course: ProxyMonth, at: string, why: string): ProxyMonth {
  const { compliantSince: _, ...rest } = course;
  // A part of it may be blind for another reason, which then goes on.
  return course.goneSince === undefined
    ? { ...rest, unanswered: course.unanswered ?? { from: course.lastWholeAt ?? at, why } }
    : course;
}

function latest(before: string | undefined, now: string | undefined): Pick<ProxyMonth, 'lastWholeAt'> {
  const all = [before, now].filter((one) => one !== undefined).sort();
  return all.length === 0 ? {} : { lastWholeAt: all.at(-1)! };
}

/** The blind times with those of a census. The record of the monitor replaces what the censuses before supposed. */
function withBlind(course: ProxyMonth, proxy: CensusProxy, month: string, previousAt: string): CensusBlind[] {
  const { at, recordedSince, blind: recorded, gaps } = proxy;
  const [gap] = gaps;
  if (recordedSince === undefined) {
    const isOpen = course.blind.some(({ until }) => until === undefined);
    return gap === undefined || isOpen
      ? course.blind
      : [...course.blind, { from: course.lastWholeAt ?? at, why: gap.why }];
  }
  const rows = new Map(course.blind.filter(({ until }) => until !== undefined).map((row) => [row.from, row]));
  for (const row of course.blind.filter(({ until }) => until === undefined)) {
    const until = supposedEnd(row, proxy, previousAt);
    if (until !== undefined) {
      rows.set(row.from, { ...row, until });
    }
  }
  const { lastWholeAt: known } = course;
  // The monitor knows nothing of the time between: it lost what it knew.
  if (
    course.goneSince === undefined &&
    known !== undefined &&
    known < recordedSince &&
    !isFirstRun(course, proxy) &&
    !rows.has(known)
  ) {
    rows.set(known, { from: known, until: recordedSince, why: 'the monitor has no record of this time' });
  }
  for (const row of recorded.filter(({ until }) => until === undefined || until >= month)) {
    rows.set(row.from, row);
  }
  return [...rows.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** Whether the record begins with the first run after the census before: then the monitor had no record yet. */
function isFirstRun(
  { recordedSince: before, lastWholeAt: known = '' }: ProxyMonth,
  { recordedSince = '' }: CensusProxy,
) {
  return before === known && Date.parse(recordedSince) - Date.parse(known) <= FIRST_RUN_MILLIS;
}

/** The end of a blind time that the record may not have: a census saw it, and no run did. Undefined: the record has it. */
function supposedEnd({ from }: CensusBlind, proxy: CensusProxy, previousAt: string): string | undefined {
  const { recordedSince = '', blind, at } = proxy;
  if (blind.some(({ from: recorded, until = at }) => recorded <= previousAt && until > from)) {
    return undefined;
  }
  if (from < recordedSince) {
    return recordedSince;
  }
  return previousAt > from ? previousAt : at;
}

/** One with an id is the same also where a census between them lacks it: it was not closed. */
const hasIdOf = (known: Known) => (now: CensusIncident) => known.id !== undefined && known.id === now.id;

const isOver = ({ overAt, overBy }: Known) => overAt !== undefined || overBy !== undefined;

const hasSubjectOf = (known: Known, now: Pick<CensusIncident, 'kind' | 'upstream' | 'address'>) =>
  known.kind === now.kind && known.upstream === now.upstream && known.address === now.address;

/** Before an incident is opened, and where it is suppressed, it has no id; its begin may then be that of the census. */
const isLike = (known: Known) => (now: CensusIncident) =>
  !isOver(known) && (known.id === undefined || now.id === undefined) && hasSubjectOf(known, now);

/** Whether a census saw an incident before it was opened. */
const isEarlierOf = (known: Known, now: Omit<CensusEndedIncident, 'message'>) =>
  known.id === undefined &&
  hasSubjectOf(known, now) &&
  known.since <= now.overAt &&
  (known.overBy === undefined || now.since <= known.overBy);

/** The incidents with those that are open in a census. @param whole whether one that is missing is over */
function withOpen(before: readonly Known[], found: readonly CensusIncident[], at: string, whole: boolean): Known[] {
  const fresh = new Set(found);
  const again = new Map<Known, CensusIncident>();
  for (const isSame of fresh.size === 0 ? [] : [hasIdOf, isLike]) {
    for (const known of before.filter((one) => !again.has(one))) {
      const now = [...fresh].find(isSame(known));
      if (now !== undefined) {
        fresh.delete(now);
        again.set(known, now);
      }
    }
  }
  const known = before.map((one): Known => {
    const now = again.get(one);
    if (now === undefined) {
      return whole && !isOver(one) ? { ...one, overBy: at } : one;
    }
    return { ...now, since: one.since < now.since ? one.since : now.since, lastSeenAt: at };
  });
  return [...known, ...[...fresh].map((one) => ({ ...one, lastSeenAt: at }))];
}

/** The incidents with those that the monitor recorded as over. */
function withEnded(before: readonly Known[], ended: readonly CensusEndedIncident[]): Known[] {
  const all = [...before];
  for (const { message: over, ...now } of ended) {
    const byId = all.findIndex(({ id }) => id === now.id);
    const i = byId < 0 ? all.findIndex((known) => isEarlierOf(known, now)) : byId;
    if (i < 0) {
      all.push({ ...now, message: over, over });
      continue;
    }
    const { overBy: _, ...known } = all[i]!;
    const since = known.since < now.since ? known.since : now.since;
    all[i] = { ...known, ...now, since, over };
  }
  return all;
}

/** The proxy with the last rows of long lists. */
function bounded(course: ProxyMonth): ProxyMonth {
  const { blind, incidents } = course;
  if (blind.length <= MAX_ROWS && incidents.length <= MAX_ROWS) {
    return course;
  }
  return {
    ...course,
    blind: blind.slice(-MAX_ROWS),
    incidents: incidents.slice(-MAX_ROWS),
    leftOut: [`the month has more than ${MAX_ROWS} blind times or incidents: only the last ones are here`],
  };
}
