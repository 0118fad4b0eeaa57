import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { Incident, IncidentEvent } from './incident';
import type { Observation } from './observation';
import type { RawObservation } from './raw-observation';
import type { ProxyState } from './state';
import type { Verdict } from './verdicts/verdict';

/** What one check of one proxy found. */
export interface ProxyReport {
  readonly observation: Observation;
  readonly verdicts: readonly Verdict[];
  /** Incidents that are open now, suppressed ones included: those have `suppressed`. */
  readonly open: readonly Incident[];
  /** What opened, changed or closed in this check. `state.unsent` has these events, too. */
  readonly events: readonly IncidentEvent[];
  /** Verdicts that would have opened an incident, and why they did not. */
  readonly suppressed: readonly { readonly verdict: Verdict; readonly reason: string }[];
  /** Percent of the current sessions of all tasks that are on stale addresses. @default - sessions are not known */
  readonly staleSessionShare?: number;
  /**
   * Held addresses that the truth lacks, sorted: where the account can say whose they are, the caller evaluates the same
   * observation once more with `owners`.
   */
  readonly unexplained: readonly string[];
  /** The state for the next check. */
  readonly state: ProxyState;
}

/**
 * The report on a proxy that was observed: pure.
 *
 * @param now milliseconds since 1970
 */
export function reportOn(_record: RegistryRecord, _state: ProxyState, _raw: RawObservation, _now: number): ProxyReport {
  throw new Error('not written yet');
}

/**
 * The report on a proxy that could not be observed: open incidents stay open. Pure.
 *
 * @param why one line
 * @param now milliseconds since 1970
 */
export function reportUnchecked(_record: RegistryRecord, _state: ProxyState, _why: string, _now: number): ProxyReport {
  throw new Error('not written yet');
}

/** What becomes of a proxy whose record is malformed or gone. */
export interface InvalidReport {
  readonly proxy: string;
  readonly open: readonly Incident[];
  /** `state.unsent` has these events, too. */
  readonly events: readonly IncidentEvent[];
  /** The state for the next run. Undefined: there is nothing to keep, delete it. */
  readonly state?: ProxyState;
}

/**
 * The report on a proxy whose record cannot be used: pure. A malformed record keeps everything. A record that is gone
 * keeps its open incidents for 24 h.
 *
 * @param name last part of the record's parameter, for a state that has no name
 * @param why undefined when the record is gone, else one line
 * @param now milliseconds since 1970
 */
export function reportInvalid(
  _name: string,
  _state: ProxyState,
  _why: string | undefined,
  _now: number,
): InvalidReport {
  throw new Error('not written yet');
}

/** The state without events that were delivered: pure. */
export function withoutDelivered(_state: ProxyState, _eventIds: ReadonlySet<string>): ProxyState {
  throw new Error('not written yet');
}

/** The state with the OpsItem of an incident: pure. */
export function withOpsItem(_state: ProxyState, _incidentId: string, _opsItem: string): ProxyState {
  throw new Error('not written yet');
}
