import type { RegistryRecord, TaskSource } from '../../../lib/contract/registry-record';
import type { VerdictKind } from '../../../lib/contract/verdicts';
import type { ProxyState } from '../state/state';
import type { Incident } from './incidents';

/** What was done about the incidents of a proxy, or would have been. */
export interface Repaired {
  /** When the service was last deployed anew, in milliseconds since 1970. */
  readonly at: number;
  /** Ids of the open incidents that it was done for: never again for one of them. */
  readonly incidents: readonly string[];
  /** It was only said. */
  readonly dryRun?: true;
}

/** Tasks that ECS runs, in contrast to a list of endpoints. */
type EcsSource = Extract<TaskSource, { service: string }>;

/** A proxy that was checked, with what is open on it. */
export interface Patient {
  readonly record: RegistryRecord;
  readonly state: ProxyState;
  readonly open: readonly Incident[];
}

/**
 * What new tasks mend: they look the name up when they start. A resolver that is silent by its configuration would be
 * silent again, and does not harm before an address changes; then there is a stale address.
 */
const MENDED_BY_NEW_TASKS = new Set<VerdictKind>(['stale-address', 'no-address']);

/** While the upstream itself is unknown, new tasks would find nothing either. */
const NOTHING_TO_FIND: VerdictKind = 'unknown-upstream';

/** One deployment has time to end before the next, and a cause that it does not mend costs 24 of them a day at most. */
const MILLIS_BETWEEN = 60 * 60 * 1000;

/** A service that may be deployed anew, and what is written down before. */
export interface Candidate<P extends Patient> {
  readonly patient: P;
  readonly repaired: Repaired;
  readonly service: EcsSource;
}

/**
 * The services that new tasks would mend, the one with the oldest incident first. None is there twice for one incident,
 * or within an hour of the last time. Pure.
 */
export function candidatesOf<P extends Patient>(patients: readonly P[], dryRun: boolean, now: number): Candidate<P>[] {
  const candidates = patients.flatMap((patient) => {
    const { record, state, open } = patient;
    // What was only said does not keep it from being done.
    const before = (state.repaired?.dryRun ?? false) === dryRun ? state.repaired : undefined;
    const incidents = open.filter(({ kind }) => MENDED_BY_NEW_TASKS.has(kind));
    const due = incidents.filter(({ id }) => !before?.incidents.includes(id));
    const rested = before === undefined || now - before.at >= MILLIS_BETWEEN;
    const hopeless = open.some(({ kind }) => kind === NOTHING_TO_FIND);
    if (!('service' in record.tasks) || due.length === 0 || !rested || hopeless) {
      return [];
    }
    const repaired = { at: now, incidents: incidents.map(({ id }) => id), ...(dryRun && { dryRun }) };
    return [{ patient, repaired, service: record.tasks, oldest: Math.min(...due.map((one) => one.firstSeen)) }];
  });
  return candidates.sort((a, b) => a.oldest - b.oldest);
}

/** The proxies whose services were deployed anew within the last hour, and may be at it still. Pure. */
export function lastRepaired(patients: readonly Patient[], now: number): { proxy: string; service: EcsSource }[] {
  return patients.flatMap(({ record: { proxy, tasks }, state: { repaired } }) =>
    'service' in tasks && repaired !== undefined && !repaired.dryRun && now - repaired.at < MILLIS_BETWEEN
      ? [{ proxy, service: tasks }]
      : [],
  );
}

/** What stands when two runs have written something down: less than an hour apart, only the first may go on. Pure. */
export function mergeRepaired(one: Repaired | undefined, other: Repaired | undefined): Repaired | undefined {
  if (one === undefined || other === undefined) {
    return one ?? other;
  }
  const [first, second] = one.at <= other.at ? [one, other] : [other, one];
  return second.at - first.at < MILLIS_BETWEEN ? first : second;
}
