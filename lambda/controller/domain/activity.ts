import type { ObservedRuntime, ResolverCounters, ResolverQueries } from '../../../lib/contract/probe';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { Observation } from './observation';
import type { Task } from './raw-observation';
import type { CounterSample, ProxyState, SectionCounters, TaskCounters } from './state';

/** Counters over fewer periods than this prove nothing. */
export const MIN_PERIODS = 3;
/** A process that follows DNS sends a query in each period. One that sends fewer than a tenth does not follow. */
const SILENT_SHARE = 0.1;
/** Uptimes are whole seconds, and two processes are not read in the same moment. */
const CLOCK_SECONDS = 3;
/** Samples that are kept. */
const MAX_SAMPLES = 4;
/** Processes whose counters are kept. The others are only seen since their start. */
const MAX_TASKS = 200;
/** The section that HAProxy makes by itself from `/etc/resolv.conf`. */
const AUTOMATIC_SECTION = 'default';

/** What a `resolvers` section does. */
export interface SectionActivity extends ResolverCounters {
  readonly is: 'alive' | 'silent' | 'failing';
}

/** What the resolvers of a process did. */
export interface Activity {
  /**
   * - `sample`: since an earlier check, at least `MIN_PERIODS` ago
   * - `restart`: since its start, which an earlier check has seen, at least `MIN_PERIODS` ago
   * - `start`: since its start, long ago: it may have stopped since
   * - `young`: it is too young to say anything
   */
  readonly basis: 'sample' | 'restart' | 'start' | 'young';
  readonly seconds: number;
  /** The sections that something uses. */
  readonly sections: readonly SectionActivity[];
}

/** What the resolvers of a process did since an earlier check, or since its start. */
export function activityOf(
  { uptimeSeconds, resolvers = [] }: ObservedRuntime,
  { id }: Task,
  { samples }: Pick<ProxyState, 'samples'>,
  { resolutionSeconds }: RegistryRecord,
  at: number,
): Activity {
  const enough = MIN_PERIODS * resolutionSeconds;
  const of = (seconds: number, basis: Activity['basis'], own: readonly TaskCounters[], before?: TaskCounters) => ({
    basis,
    seconds,
    sections: usedSections(resolvers).map((now) => {
      const queries = since(now, own, before);
      return { ...queries, is: stateOf(queries, seconds / resolutionSeconds) };
    }),
  });
  const earlier = samples.flatMap((sample) => {
    const counters = sample.tasks.find(({ task }) => task === id);
    return counters === undefined ? [] : [{ seconds: Math.round((at - sample.at) / 1000), counters }];
  });
  const isSame = ({ seconds, counters }: (typeof earlier)[number]) =>
    isSameProcess(counters, uptimeSeconds, resolvers, seconds);
  const own = earlier.filter(isSame).map(({ counters }) => counters);
  const comparable = earlier.findLastIndex((one) => one.seconds >= enough && isSame(one));
  if (comparable >= 0) {
    const { seconds, counters } = earlier[comparable]!;
    return of(seconds, 'sample', own.slice(own.indexOf(counters)), counters);
  }
  if (uptimeSeconds < enough) {
    return of(uptimeSeconds, 'young', own);
  }
  const restarted = earlier.some(({ seconds }) => uptimeSeconds + CLOCK_SECONDS < seconds);
  return of(uptimeSeconds, restarted ? 'restart' : 'start', own);
}

/** Whether the counters are those of the process that was sampled: it has not started since, and none was cleared. */
function isSameProcess(
  { sections, uptimeSeconds: then }: TaskCounters,
  uptimeSeconds: number,
  resolvers: readonly ResolverCounters[],
  seconds: number,
): boolean {
  return (
    uptimeSeconds + CLOCK_SECONDS >= then + seconds &&
    resolvers.every(({ section, sent, valid }) => {
      const was = sections.find(([name]) => name === section);
      return was === undefined || (sent >= was[1] && valid >= was[2]);
    })
  );
}

/** A section that has never sent anything is not used, if another one has. */
function usedSections(resolvers: readonly ResolverCounters[]): ResolverCounters[] {
  const sending = resolvers.filter(({ sent }) => sent > 0);
  return sending.length > 0 ? sending : resolvers.filter(({ section }) => section !== AUTOMATIC_SECTION);
}

/**
 * Counters without those of `before`, and without what the questions for views have added since: each is a query where no
 * slot resolves the name (measured on 3.2.26 and 3.4.7).
 *
 * @param own samples with such questions
 */
function since(
  now: ResolverCounters,
  own: readonly TaskCounters[],
  before: TaskCounters | undefined,
): ResolverCounters {
  let { sent, valid } = now;
  for (const counters of [before?.sections ?? [], ...own.map(({ viewQueries = [] }) => viewQueries)]) {
    const [, otherSent, otherValid] = counters.find(([section]) => section === now.section) ?? ['', 0, 0];
    sent -= otherSent;
    valid -= otherValid;
  }
  return { ...now, sent: Math.max(0, sent), valid: Math.max(0, valid) };
}

function stateOf({ sent, valid }: ResolverCounters, periods: number): SectionActivity['is'] {
  if (periods < MIN_PERIODS) {
    return 'alive';
  }
  if (sent < periods * SILENT_SHARE) {
    return 'silent';
  }
  return valid === 0 ? 'failing' : 'alive';
}

/**
 * The samples for the next checks: the newest that is old enough to compare with, and the newer ones, at intervals that
 * keep their number small.
 */
export function nextSamples(samples: readonly CounterSample[], { record, tasks, at }: Observation): CounterSample[] {
  const enough = MIN_PERIODS * record.resolutionSeconds * 1000;
  // Also of 1.7, which has no counters: an uptime tells one process from another.
  const read = tasks
    .flatMap((one) => ('runtime' in one ? [one] : []))
    .sort((a, b) => (a.task.id < b.task.id ? -1 : 1))
    .slice(0, MAX_TASKS)
    .map(({ task, runtime: { uptimeSeconds, resolvers = [], viewQueries = [] } }): TaskCounters => {
      const own = viewQueries.map(countersOf);
      const sections = resolvers.map(countersOf).filter(([, sent]) => sent > 0);
      return { task: task.id, uptimeSeconds, sections, ...(own.length > 0 && { viewQueries: own }) };
    });
  const last = samples.at(-1);
  const due = last === undefined || at - last.at >= enough / (MAX_SAMPLES - 1);
  const all = due ? [...samples, { at, tasks: read }] : [...samples.slice(0, -1), withQueries(last, read)];
  const oldest = all.findLastIndex((sample) => at - sample.at >= enough);
  return all.slice(Math.max(0, oldest)).slice(-MAX_SAMPLES);
}

const countersOf = ({ section, sent, valid }: ResolverQueries): SectionCounters => [section, sent, valid];

/** A sample with the questions of a later check that is no sample of its own. */
function withQueries(sample: CounterSample, later: readonly TaskCounters[]): CounterSample {
  const queries = new Map(later.map(({ task, viewQueries = [] }) => [task, viewQueries]));
  const tasks = sample.tasks.map((one) => {
    const more = queries.get(one.task) ?? [];
    return more.length === 0 ? one : { ...one, viewQueries: sumOf([...(one.viewQueries ?? []), ...more]) };
  });
  return { ...sample, tasks };
}

function sumOf(all: readonly SectionCounters[]): SectionCounters[] {
  const sums = new Map<string, SectionCounters>();
  for (const [section, sent, valid] of all) {
    const [, sentBefore, validBefore] = sums.get(section) ?? [section, 0, 0];
    sums.set(section, [section, sent + sentBefore, valid + validBefore]);
  }
  return [...sums.values()];
}

/** Whether a process has answered for a task in the checks that are sampled. */
export function isKnown({ id }: Task, samples: readonly CounterSample[]): boolean {
  return samples.some((sample) => sample.tasks.some(({ task }) => task === id));
}

/** Whether another process answers for a task than at the last check. */
export function isReplaced(
  { uptimeSeconds }: ObservedRuntime,
  { id }: Task,
  samples: readonly CounterSample[],
  at: number,
): boolean {
  const last = samples.findLast((sample) => sample.tasks.some(({ task }) => task === id));
  const was = last?.tasks.find(({ task }) => task === id);
  return was !== undefined && uptimeSeconds + CLOCK_SECONDS < was.uptimeSeconds + Math.round((at - last!.at) / 1000);
}
