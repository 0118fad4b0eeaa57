import type { RegistryRecord, TaskSource } from '../../../lib/contract/registry-record';
import type { Incident } from './incidents';
import type { ProxyState, RepairRecord } from './state';
import { DEFINITIONS } from './verdicts';

/** Tasks that ECS runs, in contrast to a list of endpoints. */
type EcsSource = Extract<TaskSource, { service: string }>;

/** A proxy that was checked, with the incidents that are open on it. */
export interface RepairCandidate {
  readonly record: RegistryRecord;
  readonly state: ProxyState;
  readonly open: readonly Incident[];
}

/** A service to redeploy, and the record that is written before. */
export interface PlannedRepair<C extends RepairCandidate> {
  readonly candidate: C;
  readonly repaired: RepairRecord;
  readonly service: EcsSource;
}

/** Long enough for one deployment to end before the next one. A lasting incident costs at most 24 deployments a day. */
const MILLIS_BETWEEN = 60 * 60 * 1000;

/**
 * The services to redeploy, the one with the oldest incident first: pure. A service is redeployed at most once for an
 * incident, and at most once an hour.
 */
export function planRepairs<C extends RepairCandidate>(
  candidates: readonly C[],
  dryRun: boolean,
  now: number,
): PlannedRepair<C>[] {
  const planned: (PlannedRepair<C> & { readonly oldest: number })[] = [];
  for (const candidate of candidates) {
    const { record, state, open } = candidate;
    // A repair that was only logged does not prevent the repair itself.
    const before = (state.repaired?.dryRun ?? false) === dryRun ? state.repaired : undefined;
    const incidents = open.filter(({ kind }) => DEFINITIONS[kind].repairedByNewTasks);
    const due = incidents.filter(({ id }) => !before?.incidents.includes(id));
    const rested = before === undefined || now - before.at >= MILLIS_BETWEEN;
    const prevented = open.some(({ kind }) => DEFINITIONS[kind].preventsRepair);
    if (!('service' in record.tasks) || due.length === 0 || !rested || prevented) {
      continue;
    }
    const repaired = { at: now, incidents: incidents.map(({ id }) => id), ...(dryRun && { dryRun }) };
    const oldest = Math.min(...due.map(({ firstSeen }) => firstSeen));
    planned.push({ candidate, repaired, service: record.tasks, oldest });
  }
  return planned.sort((a, b) => a.oldest - b.oldest);
}

/** The services that were redeployed within the last hour. Their deployments may still be in progress. Pure. */
export function recentlyRepaired(
  candidates: readonly RepairCandidate[],
  now: number,
): { proxy: string; service: EcsSource }[] {
  return candidates.flatMap(({ record: { proxy, tasks }, state: { repaired } }) =>
    'service' in tasks && repaired !== undefined && !repaired.dryRun && now - repaired.at < MILLIS_BETWEEN
      ? [{ proxy, service: tasks }]
      : [],
  );
}

/**
 * The record that counts when two runs have written one: less than an hour apart, the first run continues alone. Pure.
 */
export function mergeRepairs(one: RepairRecord | undefined, other: RepairRecord | undefined): RepairRecord | undefined {
  if (one === undefined || other === undefined) {
    return one ?? other;
  }
  const [first, second] = one.at <= other.at ? [one, other] : [other, one];
  return second.at - first.at < MILLIS_BETWEEN ? first : second;
}
