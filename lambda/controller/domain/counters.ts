import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { ResolverCounters } from '../../../lib/contract/probe';
import type { Observation, ObservedRuntime, Task } from './observation';

/** Counters of the resolvers of some tasks at an earlier check. Later checks are compared with them. */
export interface Counters {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** By task, by `resolvers` section. */
  readonly tasks: Readonly<Record<string, Readonly<Record<string, readonly [sent: number, valid: number]>>>>;
}

/** What the resolvers of a process did since an earlier check, or since its start. */
export interface Activity {
  readonly seconds: number;
  readonly sections: readonly ResolverCounters[];
}

/** Counters over fewer periods than this prove nothing. */
export const MIN_PERIODS = 3;

/**
 * A new comparison begins after this time, or after twice `MIN_PERIODS`, where that is longer. Beginning one in each
 * check would write the state in each check.
 */
const COMPARE_MILLIS = 5 * 60_000;
/** The state has room for the counters of this many tasks. Checks take turns with the others. */
const COMPARED_TASKS = 50;

/** What the resolvers of a process did since their counters were remembered, or since its start if they were not. */
export function activityOf(
  { uptimeSeconds, resolvers = [] }: ObservedRuntime,
  { id }: Task,
  before: Counters | undefined,
  at: number,
): Activity {
  const remembered = before?.tasks[id];
  const seconds = before === undefined ? 0 : Math.round((at - before.at) / 1000);
  const counted = resolvers.map((now) => ({ now, was: remembered?.[now.section] ?? ([0, 0] as const) }));
  // A process that started since, or whose counters were cleared, has no counters to compare with.
  const comparable =
    remembered !== undefined && uptimeSeconds >= seconds && counted.every(({ now, was }) => now.sent >= was[0]);
  return comparable
    ? {
        seconds,
        sections: counted.map(({ now: { section, sent, valid, failures }, was }) => ({
          section,
          sent: sent - was[0],
          valid: valid - was[1],
          failures,
        })),
      }
    : { seconds: uptimeSeconds, sections: resolvers };
}

/** Whether the comparison of a task began less than `MIN_PERIODS` ago. */
export function isComparisonYoung(
  task: string,
  before: Counters | undefined,
  { resolutionSeconds }: RegistryRecord,
  at: number,
): boolean {
  return before?.tasks[task] !== undefined && at - before.at < MIN_PERIODS * resolutionSeconds * 1000;
}

/** What the next checks compare with: the same as before, or this check's counters when a new comparison is due. */
export function nextCounters(before: Counters | undefined, { record, tasks, at }: Observation): Counters | undefined {
  const comparing = Math.max(COMPARE_MILLIS, 2 * MIN_PERIODS * record.resolutionSeconds * 1000);
  if (before !== undefined && at - before.at < comparing) {
    return before;
  }
  const read = tasks
    .flatMap((one) => ('runtime' in one ? [{ id: one.task.id, resolvers: one.runtime.resolvers ?? [] }] : []))
    .map(({ id, resolvers }) => ({ id, sending: resolvers.filter(({ sent }) => sent > 0) }))
    .filter(({ sending }) => sending.length > 0)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const last =
    Object.keys(before?.tasks ?? {})
      .sort()
      .at(-1) ?? '';
  const turn = [...read.filter(({ id }) => id > last), ...read.filter(({ id }) => id <= last)];
  const compared = turn.slice(0, COMPARED_TASKS).map(({ id, sending }) => {
    return [id, Object.fromEntries(sending.map(({ section, sent, valid }) => [section, [sent, valid] as const]))];
  });
  return compared.length === 0 ? undefined : { at, tasks: Object.fromEntries(compared) };
}
