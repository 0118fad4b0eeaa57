import type { CensusIncident, CensusProxy } from '../../lib/contract/census';
import type { MonitorCensus, MonitorMonth } from './documents';

type ProxyMonth = MonitorMonth['proxies'][number];

/** A proxy in the course of a month. */
interface Course {
  readonly history: ProxyMonth;
  /** When all of it was last seen, by a census or by a run. @default - it never was */
  wholeAt?: string;
}

/**
 * What the censuses of a month say of one monitor: pure. The begin of an incident is exact, and so is that of a blind time
 * where a run has seen the proxy before. An end is known no better than by the census that first sees it.
 *
 * @param month `YYYY-MM`
 * @param censuses of this monitor and month, in any order
 */
export function monthOf(month: string, monitor: string, censuses: readonly MonitorCensus[]): MonitorMonth {
  const ordered = [...censuses].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const courses = new Map<string, Course>();
  for (const { proxies, endedAt, failed } of ordered) {
    const names = new Set(proxies.map(({ name }) => name));
    for (const proxy of proxies) {
      const course = courses.get(proxy.name) ?? courseOf(proxy);
      courses.set(proxy.name, course);
      addTo(course, proxy);
    }
    for (const [name, course] of courses) {
      if (!names.has(name)) {
        addAbsence(course, endedAt, failed);
      }
    }
  }
  return {
    version: '1',
    month,
    monitor,
    censuses: ordered.map(({ census, startedAt, failed }) => ({
      census,
      at: startedAt,
      ...(failed !== undefined && { failed }),
    })),
    proxies: [...courses.values()].map(({ history }) => history).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function courseOf({ name, proxy }: CensusProxy): Course {
  return { history: { name, proxy, censuses: 0, compliant: 0, blind: [], incidents: [] } };
}

function addTo(course: Course, proxy: CensusProxy): void {
  const { at, compliance, gaps, incidents, lastWholeAt, leftOut } = proxy;
  const { history } = course;
  history.censuses += 1;
  if (compliance === 'compliant') {
    history.compliant += 1;
    history.compliantSince ??= at;
  } else {
    delete history.compliantSince;
  }
  // A run may have seen all of it since the census before.
  sawWhole(course, lastWholeAt);
  if (gaps.length > 0) {
    beginBlind(course, at, gaps[0]!.why);
  } else {
    sawWhole(course, at);
  }
  addIncidents(history, incidents, at, gaps.length === 0 && leftOut === undefined);
}

/**
 * Adds a census that has nothing of a proxy.
 *
 * @param why the monitor did not answer about it. Undefined: it is gone, and so are its incidents
 */
function addAbsence(course: Course, at: string, why: string | undefined): void {
  delete course.history.compliantSince;
  if (why !== undefined) {
    beginBlind(course, at, why);
    return;
  }
  sawWhole(course, at);
  addIncidents(course.history, [], at, true);
}

/** Begins a blind time where none lasts: when all of the proxy was last seen. */
function beginBlind({ history: { blind }, wholeAt }: Course, at: string, why: string): void {
  const last = blind.at(-1);
  const from = wholeAt ?? at;
  if (last === undefined || (last.until !== undefined && last.until < from)) {
    blind.push({ from, why });
  } else {
    // It lasts, or was over at the very time when it begins again.
    delete last.until;
  }
}

/** Notes that all of a proxy was seen, which ends a blind time that began before. */
function sawWhole(course: Course, at: string | undefined): void {
  if (at === undefined || at <= (course.wholeAt ?? '')) {
    return;
  }
  course.wholeAt = at;
  const last = course.history.blind.at(-1);
  if (last !== undefined && last.until === undefined && at > last.from) {
    last.until = at;
  }
}

type Known = ProxyMonth['incidents'][number];

/** One with an id is the same also where a census between them lacks it: it was not closed. */
const hasIdOf = (known: Known) => (now: CensusIncident) => known.id !== undefined && known.id === now.id;

/** Before an incident is opened, and where it is suppressed, it has no id; its begin may then be that of the census. */
const isLike = (known: Known) => (now: CensusIncident) =>
  known.overBy === undefined &&
  (known.id === undefined || now.id === undefined) &&
  known.kind === now.kind &&
  known.upstream === now.upstream &&
  known.address === now.address;

/** @param whole whether an incident that is missing is over */
function addIncidents(history: ProxyMonth, found: readonly CensusIncident[], at: string, whole: boolean): void {
  const fresh = new Set(found);
  const again = new Map<Known, CensusIncident>();
  for (const isSame of [hasIdOf, isLike]) {
    for (const known of history.incidents.filter((one) => !again.has(one))) {
      const now = [...fresh].find(isSame(known));
      if (now !== undefined) {
        fresh.delete(now);
        again.set(known, now);
      }
    }
  }
  const known = history.incidents.map((before): Known => {
    const now = again.get(before);
    if (now === undefined) {
      return whole && before.overBy === undefined ? { ...before, overBy: at } : before;
    }
    return { ...now, since: before.since < now.since ? before.since : now.since, lastSeenAt: at };
  });
  history.incidents = [...known, ...[...fresh].map((one) => ({ ...one, lastSeenAt: at }))];
}
