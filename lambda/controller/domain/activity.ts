import type { ObservedRuntime, ResolverCounters } from '../../../lib/contract/probe';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { Observation } from './observation';
import type { Task } from './raw-observation';
import type { CounterSample, ProxyState, TaskCounters } from './state';

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
  const of = (seconds: number, basis: Activity['basis'], before?: TaskCounters): Activity => ({
    basis,
    seconds,
    sections: usedSections(resolvers).map((now) => ({
      ...since(now, before),
      is: stateOf(since(now, before), seconds, resolutionSeconds),
    })),
  });
  const earlier = samples.flatMap((sample) => {
    const counters = sample.tasks.find(({ task }) => task === id);
    return counters === undefined ? [] : [{ seconds: Math.round((at - sample.at) / 1000), counters }];
  });
  const comparable = earlier.findLast(
    ({ seconds, counters }) => seconds >= enough && isSameProcess(counters, uptimeSeconds, resolvers, seconds),
  );
  if (comparable !== undefined) {
    return of(comparable.seconds, 'sample', comparable.counters);
  }
  if (uptimeSeconds < enough) {
    return of(uptimeSeconds, 'young');
  }
  const restarted = earlier.some(({ seconds }) => uptimeSeconds + CLOCK_SECONDS < seconds);
  return of(uptimeSeconds, restarted ? 'restart' : 'start');
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

function since(now: ResolverCounters, before: TaskCounters | undefined): ResolverCounters {
  const [, sent, valid] = before?.sections.find(([section]) => section === now.section) ?? [now.section, 0, 0];
  return { ...now, sent: now.sent - sent, valid: now.valid - valid };
}

function stateOf({ sent, valid }: ResolverCounters, seconds: number, resolutionSeconds: number): SectionActivity['is'] {
  const periods = seconds / resolutionSeconds;
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
  const read = tasks
    .flatMap((one) => ('runtime' in one && one.runtime.resolvers !== undefined ? [one] : []))
    .sort((a, b) => (a.task.id < b.task.id ? -1 : 1))
    .slice(0, MAX_TASKS)
    .map(({ task, runtime: { uptimeSeconds, resolvers = [] } }): TaskCounters => {
      const sections = resolvers.map(({ section, sent, valid }) => [section, sent, valid] as const);
      return { task: task.id, uptimeSeconds, sections: sections.filter(([, sent]) => sent > 0) };
    });
  const last = samples.at(-1);
  const due = last === undefined || at - last.at >= enough / (MAX_SAMPLES - 1);
  const all = due ? [...samples, { at, tasks: read }] : [...samples];
  const oldest = all.findLastIndex((sample) => at - sample.at >= enough);
  return all.slice(Math.max(0, oldest)).slice(-MAX_SAMPLES);
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
