import type { IncidentChange } from '../../../lib/contract/incident-event';
import type { Severity, VerdictKind } from '../../../lib/contract/verdicts';

/** An incident: a verdict that lasted longer than its grace time, with all tasks that have it. */
export interface Incident {
  /** The same from opening to closing. */
  readonly id: string;
  readonly proxy: string;
  readonly kind: VerdictKind;
  /** The highest of its tasks. In the event of its closing: the highest that it ever had. */
  readonly severity: Severity;
  /** One line: what is wrong, to what. */
  readonly message: string;
  /** Name of the upstream within its record. @default - it is about a process or the proxy */
  readonly upstream?: string;
  /** DNS name of that upstream. */
  readonly dnsName?: string;
  readonly address?: string;
  /** A `resolvers` section of the processes. */
  readonly section?: string;
  /** It is about the load balancer itself. @default - it is about its name, or about something else */
  readonly cause?: 'balancer';
  /** Whose address it is now, as far as the account can say. */
  readonly owner?: string;
  /** Ids of the tasks that have it, sorted, at most 100. */
  readonly tasks: readonly string[];
  readonly taskCount: number;
  /** `backend/slot` for each slot concerned, at most 100. */
  readonly slots?: readonly string[];
  /** Percent of the current sessions of these tasks with the upstream that are on the address. */
  readonly sessionShare?: number;
  /** Current addresses of the upstream, at most 100. */
  readonly live: readonly string[];
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Seconds since it was first seen. */
  readonly ageSeconds: number;
  /**
   * Seconds from its earliest possible start, as far as the state knows, to its opening: an upper bound of the time to
   * detect it.
   */
  readonly detectionSeconds: number;
  /** What to do: a command or one line. */
  readonly remediation: string;
  /** Id of the OpsItem that was opened for it. */
  readonly opsItem?: string;
  /** Why it is not reported. @default - it is */
  readonly suppressed?: string;
}

/** An incident that opened, changed or closed. It is kept in the state until it is delivered. */
export interface IncidentEvent {
  /** Unique, the same when it is delivered again. */
  readonly eventId: string;
  readonly change: IncidentChange;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The incident as it was then. Of a closed one the message says what is over. */
  readonly incident: Incident;
}
