import type { Slot } from '../../../lib/contract/probe';
import { activityOf, type Counters } from './counters';
import type { Observation, ObservedRuntime, Task } from './observation';
import { inService, slotName, slotsOf } from './slots';
import { DEFINITIONS } from './verdicts';
import type { Evidence, Holding, Process } from './verdicts/definition';
import { keyOf, type Verdict } from './verdicts/verdict';

/**
 * The verdicts on an observation: pure, and the same for any order of tasks, slots and addresses.
 *
 * @param before counters of an earlier check, for the activity of a resolver since then
 */
export function evaluate(observation: Observation, before?: Counters): Verdict[] {
  const evidence = evidenceOf(observation, before);
  // A check that failed as a whole has no data for another verdict.
  const definitions = observation.unchecked === undefined ? Object.values(DEFINITIONS) : [DEFINITIONS.unchecked];
  const verdicts: Verdict[] = [];
  for (const { kind, severity, evaluate: evaluateKind } of definitions) {
    verdicts.push(...evaluateKind(evidence).map((finding) => ({ kind, severity, ...finding })));
  }
  return verdicts.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function evidenceOf(observation: Observation, before?: Counters): Evidence {
  const processes: Process[] = [];
  const holdings: Holding[] = [];
  for (const read of observation.tasks) {
    if (!('runtime' in read)) {
      continue;
    }
    const found = processOf(read.task, read.runtime, observation, before);
    processes.push(found.process);
    holdings.push(...found.holdings);
  }
  return { observation, processes, holdings };
}

function processOf(task: Task, runtime: ObservedRuntime, { upstreams, at }: Observation, before?: Counters) {
  const found = upstreams.map((upstream) => ({ upstream, all: slotsOf(runtime, upstream) }));
  const holdings = found
    .filter(({ all }) => all.length > 0)
    .map(({ upstream, all }): Holding => {
      const slots = all.filter(inService);
      return { task, upstream, runtime, slots, held: heldBy(slots) };
    });
  const process: Process = {
    task,
    runtime,
    slots: [...new Set(holdings.flatMap(({ slots }) => slots))],
    activity: activityOf(runtime, task, before, at),
    missing: found.filter(({ all }) => all.length === 0).map(({ upstream }) => upstream),
  };
  return { process, holdings };
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
