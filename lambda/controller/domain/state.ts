import type { Severity } from '../../../lib/contract/verdicts';
import type { Counters } from './counters';
import type { DnsMemory } from './live-addresses';
import type { VerdictIdentity } from './verdicts/verdict';

/** A verdict that is watched: an incident once it has lasted. Times are milliseconds since 1970. */
export interface WatchedVerdict extends VerdictIdentity {
  readonly severity: Severity;
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  readonly firstSeen: number;
  /** When it became an incident. @default - it is not an incident yet */
  readonly openedAt?: number;
  /** Digest of what was last reported of it: the slots concerned and the live addresses. */
  readonly lastReportedDigest?: string;
  /** Id of the OpsItem that was opened for it. */
  readonly opsItem?: string;
}

/** A repair of a proxy that was done, or logged by a dry run. */
export interface RepairRecord {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Ids of the open incidents that it was for: an incident is repaired at most once. */
  readonly incidents: readonly string[];
  /** It was logged and not done. */
  readonly dryRun?: true;
}

/** The state of a proxy between two checks. Its member names are also the stored names. */
export interface ProxyState {
  /** By DNS name. */
  readonly dns: Readonly<Record<string, DnsMemory>>;
  /** By `keyOf`. */
  readonly watched: Readonly<Record<string, WatchedVerdict>>;
  readonly counters?: Counters;
  /** The last repair. @default - there was none */
  readonly repaired?: RepairRecord;
  /** How many watched verdicts had no room; the oldest are kept. */
  readonly truncated?: number;
}

/** The state before the first check. */
export const NO_STATE: ProxyState = { dns: {}, watched: {} };
