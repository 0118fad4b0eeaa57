import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { ResolverCounters } from '../../../lib/haproxy/runtime-api/parse';
import type { Reading, RuntimeReading, Task } from './observation';

/** Counters of the resolvers of some tasks at an earlier check: what later ones are compared with. */
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

/** Nothing follows from what the resolvers of a process did in less than this many of its periods. */
export const PERIODS_TO_TELL = 3;

/**
 * A new comparison begins after this time, or after twice what it takes to tell something, where that is longer.
 * Beginning one in each check would have the state written in each check.
 */
const COMPARE_MILLIS = 5 * 60_000;
/** So many tasks are compared at a time, one after the other; more would not fit into the state. */
const COMPARED_TASKS = 50;

/** What the resolvers of a process did since they were last remembered; since its start where they were not. */
export function activityOf(
  { uptimeSeconds, resolvers = [] }: RuntimeReading,
  { id }: Task,
  before: Counters | undefined,
  at: number,
): Activity {
  const remembered = before?.tasks[id];
  const seconds = before === undefined ? 0 : Math.round((at - before.at) / 1000);
  const counted = resolvers.map((now) => ({ now, was: remembered?.[now.section] ?? ([0, 0] as const) }));
  // A process that started since, or whose counters somebody has cleared, is compared with nothing.
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

/** Whether the comparison of a task has begun too short a time ago to tell anything. */
export function beganToCompare(
  task: string,
  before: Counters | undefined,
  { resolutionSeconds }: RegistryRecord,
  at: number,
): boolean {
  return before?.tasks[task] !== undefined && at - before.at < PERIODS_TO_TELL * resolutionSeconds * 1000;
}

/** What the next checks compare with: the same as before, or this check's counters when it is time for it. */
export function nextCounters(before: Counters | undefined, { record, tasks, at }: Reading): Counters | undefined {
  const comparing = Math.max(COMPARE_MILLIS, 2 * PERIODS_TO_TELL * record.resolutionSeconds * 1000);
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
