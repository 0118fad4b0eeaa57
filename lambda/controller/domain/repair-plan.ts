import type { RegistryRecord, ServiceSource } from '../../../lib/contract/registry-record';
import type { VerdictKind } from '../../../lib/contract/verdicts';
import type { Incident } from './incident';
import type { ProxyState, RepairRecord } from './state';
import { DEFINITIONS } from './verdicts';
import type { FailedRepair } from './verdicts/definition';

/** A proxy that was checked, with the incidents that are open on it. */
export interface RepairCandidate {
  readonly record: RegistryRecord;
  readonly state: ProxyState;
  readonly open: readonly Incident[];
}

/** A service to redeploy, and the state that is written before. */
export interface PlannedRepair<C extends RepairCandidate> {
  readonly candidate: C;
  /** To be added to the repairs of the state, before it is done. */
  readonly repaired: RepairRecord;
  readonly service: ServiceSource;
}

/** Long enough for one deployment to end before the next one. */
const MILLIS_BETWEEN = 60 * 60 * 1000;
/** Repairs of the same finding. If the last one has no effect either, there is no other. */
const MAX_ATTEMPTS = 2;

/** What a repair is for: a verdict on an upstream, whatever its addresses. A new address is no new reason. */
type Finding = Pick<Incident, 'kind' | 'upstream'>;

function findingKeyOf({ kind, upstream }: Finding): string {
  return JSON.stringify([kind, upstream ?? null]);
}

/**
 * The services to redeploy, the one with the oldest incident first: pure. A service is redeployed at most once an hour,
 * and at most twice for a finding that does not end.
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
    const before = state.repairs.filter((one) => (one.dryRun ?? false) === dryRun);
    const incidents = open.filter(
      ({ kind, suppressed }) => DEFINITIONS[kind].repairedByNewTasks && suppressed === undefined,
    );
    const due = incidents.filter((one) => attemptsOn(one, before) < MAX_ATTEMPTS && one.severity !== 'info');
    const rested = before.every(({ at }) => now - at >= MILLIS_BETWEEN);
    const prevented = open.some(({ kind }) => DEFINITIONS[kind].preventsRepair);
    if (!('service' in record.tasks) || due.length === 0 || !rested || prevented) {
      continue;
    }
    const repaired: RepairRecord = {
      at: now,
      findings: [...new Set(incidents.map(findingKeyOf))].sort(),
      incidents: incidents.map(({ id }) => id),
      ...(dryRun && { dryRun }),
    };
    const oldest = Math.min(...due.map(({ firstSeen }) => firstSeen));
    planned.push({ candidate, repaired, service: record.tasks, oldest });
  }
  return planned.sort((a, b) => a.oldest - b.oldest);
}

function attemptsOn(finding: Finding, repairs: readonly RepairRecord[]): number {
  const key = findingKeyOf(finding);
  return repairs.filter(({ findings }) => findings.includes(key)).length;
}

/** The services that were redeployed within the last hour. Their deployments may still be in progress. Pure. */
export function recentlyRepaired(
  candidates: readonly RepairCandidate[],
  now: number,
): { proxy: string; service: ServiceSource }[] {
  return candidates.flatMap(({ record: { proxy, tasks }, state: { repairs } }) =>
    'service' in tasks && repairs.some(({ at, dryRun }) => !dryRun && now - at < MILLIS_BETWEEN)
      ? [{ proxy, service: tasks }]
      : [],
  );
}

/**
 * The repairs that still count: all but those whose findings have been over for an hour. A finding that ends and begins
 * again within that time was not cured. Pure.
 *
 * @param open what is open now, or not decided
 */
export function remainingRepairs(
  repairs: readonly RepairRecord[],
  open: readonly Finding[],
  now: number,
): RepairRecord[] {
  const keys = new Set(open.map(findingKeyOf));
  return repairs
    .map(
      ({ overSince = now, ...one }): RepairRecord =>
        one.findings.some((key) => keys.has(key)) ? one : { ...one, overSince },
    )
    .filter(({ overSince = now }) => now - overSince < MILLIS_BETWEEN);
}

/** What `MAX_ATTEMPTS` repairs did not end an hour after the last one, by upstream: pure. */
export function failedRepairs(repairs: readonly RepairRecord[], open: readonly Finding[], now: number): FailedRepair[] {
  const done = repairs.filter(({ dryRun }) => !dryRun);
  const failed = new Map<string | undefined, { kinds: Set<VerdictKind>; attempts: number }>();
  for (const one of open) {
    const key = findingKeyOf(one);
    const of = done.filter(({ findings }) => findings.includes(key));
    if (of.length < MAX_ATTEMPTS || now - of.at(-1)!.at < MILLIS_BETWEEN) {
      continue;
    }
    const { kinds, attempts } = failed.get(one.upstream) ?? { kinds: new Set(), attempts: 0 };
    failed.set(one.upstream, { kinds: kinds.add(one.kind), attempts: Math.max(attempts, of.length) });
  }
  return [...failed].map(([upstream, { kinds, attempts }]) => ({
    ...(upstream !== undefined && { upstream }),
    kinds: [...kinds].sort(),
    attempts,
  }));
}
