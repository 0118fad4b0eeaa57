import { type ObservedRuntime, type Slot, slotName } from '../../../lib/contract/probe';
import { activityOf } from './activity';
import { followingOf } from './following';
import type { Observation } from './observation';
import type { Task } from './raw-observation';
import { inService, sessionsOf, slotNames, slotsOf } from './slots';
import type { ProxyState } from './state';
import { DEFINITIONS } from './verdicts';
import type { Evidence, Held, Holding, Process } from './verdicts/definition';
import { type Verdict, verdictKeyOf } from './verdicts/verdict';

/** What follows from an observation for each process. */
export function evidenceOf(
  observation: Observation,
  { samples }: Pick<ProxyState, 'samples'>,
  more: Pick<Evidence, 'replaced' | 'failedRepairs' | 'blindAfterSeconds'>,
): Evidence {
  const processes: Process[] = [];
  const holdings: Holding[] = [];
  for (const read of observation.tasks) {
    if (!('runtime' in read)) {
      continue;
    }
    const { task, runtime } = read;
    const activity = activityOf(runtime, task, { samples }, observation.record, observation.at);
    const found = observation.upstreams.map((upstream) => ({ upstream, allSlots: slotsOf(runtime, upstream) }));
    for (const { upstream, allSlots } of found) {
      if (allSlots.length > 0) {
        holdings.push(holdingOf(task, runtime, activity, upstream, allSlots));
      }
    }
    const missing = found.filter(({ allSlots }) => allSlots.length === 0).map(({ upstream }) => upstream);
    processes.push({ task, runtime, activity, missing });
  }
  return { observation, processes, holdings, ...more };
}

/** The verdicts on the evidence: pure, and the same for any order of tasks, slots and addresses. */
export function evaluate(evidence: Evidence): Verdict[] {
  // A check that failed as a whole has no data for another verdict.
  const { unchecked } = evidence.observation;
  const definitions = unchecked === undefined ? Object.values(DEFINITIONS) : [DEFINITIONS.unchecked];
  const verdicts: { readonly key: string; readonly verdict: Verdict }[] = [];
  for (const { kind, severity, evaluate: evaluateKind } of definitions) {
    for (const finding of evaluateKind(evidence)) {
      const verdict: Verdict = { ...finding, kind, severity: finding.severity ?? severity };
      verdicts.push({ key: verdictKeyOf(verdict), verdict });
    }
  }
  return verdicts.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ verdict }) => verdict);
}

function holdingOf(
  task: Task,
  runtime: ObservedRuntime,
  activity: Holding['activity'],
  upstream: Holding['upstream'],
  allSlots: readonly Slot[],
): Holding {
  const slots = allSlots.filter(inService);
  const { dnsName } = upstream.upstream;
  const { views } = runtime;
  return {
    task,
    upstream,
    runtime,
    activity,
    allSlots,
    slots,
    held: heldBy(slots, (holding) => followingOf(holding, runtime, activity)),
    allSessions: sessionsOf(slots),
    following: followingOf(slots, runtime, activity),
    ...(views !== undefined && Object.hasOwn(views, dnsName) && { view: views[dnsName] }),
  };
}

function heldBy(slots: readonly Slot[], following: (holding: readonly Slot[]) => Held['following']): Map<string, Held> {
  const byAddress = new Map<string, Slot[]>();
  for (const slot of slots) {
    if (slot.address === undefined) {
      continue;
    }
    const holding = byAddress.get(slot.address);
    if (holding === undefined) {
      byAddress.set(slot.address, [slot]);
    } else {
      holding.push(slot);
    }
  }
  const held = new Map<string, Held>();
  for (const [address, holding] of byAddress) {
    held.set(address, {
      address,
      slots: holding.length === 1 ? [slotName(holding[0]!)] : slotNames(holding),
      sessions: sessionsOf(holding),
      following: following(holding),
    });
  }
  return held;
}
