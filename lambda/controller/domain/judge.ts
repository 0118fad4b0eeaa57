import type { Slot } from '../../../lib/haproxy/runtime-api/parse';
import { activityOf, type Counters } from './counters';
import type { LiveUpstream, Reading, RuntimeReading, TaskReading } from './observation';
import { inService, slotName, slotsOf } from './slots';
import { failingResolver } from './verdicts/failing-resolver';
import { leavingAddress } from './verdicts/leaving-address';
import { noAddress } from './verdicts/no-address';
import { noRunningTask } from './verdicts/no-running-task';
import { pinned } from './verdicts/pinned';
import { silentResolver } from './verdicts/silent-resolver';
import { staleAddress } from './verdicts/stale-address';
import { unchecked } from './verdicts/unchecked';
import { uncoveredAddress } from './verdicts/uncovered-address';
import { unknownUpstream } from './verdicts/unknown-upstream';
import { missingBackend, unreachableTask } from './verdicts/unreachable-task';
import { type Holding, keyOf, type Process, type Verdict } from './verdicts/verdict';
import { versionMismatch } from './verdicts/version-mismatch';

/** What there is to say of a proxy, of each upstream, of each process, and of what a process holds of an upstream. */
const OF_PROXY: readonly ((reading: Reading) => Verdict[])[] = [noRunningTask, unchecked];
const OF_UPSTREAM: readonly ((upstream: LiveUpstream) => Verdict[])[] = [unknownUpstream];
const OF_PROCESS: readonly ((process: Process) => Verdict[])[] = [silentResolver, failingResolver, versionMismatch];
const OF_HOLDING: readonly ((holding: Holding) => Verdict[])[] = [
  staleAddress,
  leavingAddress,
  noAddress,
  pinned,
  uncoveredAddress,
];

/**
 * What a reading means: pure, and the same for any order of tasks, slots and addresses.
 *
 * @param before counters of an earlier check, to tell what a resolver did since then
 */
export function judge(reading: Reading, before?: Counters): Verdict[] {
  const verdicts =
    reading.unchecked !== undefined
      ? unchecked(reading)
      : [
          ...OF_PROXY.flatMap((rule) => rule(reading)),
          ...reading.upstreams.flatMap((upstream) => OF_UPSTREAM.flatMap((rule) => rule(upstream))),
          ...reading.tasks.flatMap((task) =>
            'runtime' in task ? judgeProcess(reading, task, task.runtime, before) : unreachableTask(task),
          ),
        ];
  return verdicts.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function judgeProcess(reading: Reading, read: TaskReading, runtime: RuntimeReading, before?: Counters): Verdict[] {
  const found = reading.upstreams.map((upstream) => ({
    upstream,
    all: slotsOf(runtime, upstream),
  }));
  const holdings = found
    .filter(({ all }) => all.length > 0)
    .map(({ upstream, all }): Holding => {
      const slots = all.filter(inService);
      return { task: read.task, upstream, runtime, slots, held: heldBy(slots) };
    });
  const slots = [...new Set(holdings.flatMap((holding) => holding.slots))];
  const activity = activityOf(runtime, read.task, before, reading.at);
  const process: Process = { reading, task: read.task, runtime, slots, activity };
  return [
    ...found.flatMap(({ upstream, all }) => (all.length === 0 ? missingBackend(reading, read, upstream) : [])),
    ...OF_PROCESS.flatMap((rule) => rule(process)),
    ...holdings.flatMap((holding) => OF_HOLDING.flatMap((rule) => rule(holding))),
  ];
}

function heldBy(slots: readonly Slot[]): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const slot of slots) {
    if (slot.address !== undefined) {
      const names = held.get(slot.address) ?? [];
      names.push(slotName(slot));
      held.set(slot.address, names);
    }
  }
  for (const names of held.values()) {
    names.sort();
  }
  return held;
}
