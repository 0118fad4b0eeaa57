import type { IncidentSubject } from '../../../lib/contract/census';
import type { RecordType } from '../../../lib/contract/probe';
import type { Severity } from '../../../lib/contract/verdicts';
import type { IncidentEvent } from './incident';
import type { TaskListing } from './raw-observation';
import type { FindingIdentity } from './verdicts/verdict';

/**
 * The state of a proxy between two checks. Its member names are also the stored names. Times are milliseconds since
 * 1970. Nothing is keyed by a name that a user chose: lists, not objects.
 */
export interface ProxyState {
  /** Name of the proxy at the last check. @default - it was never checked */
  readonly proxy?: string;
  /** When it was last checked. @default - never */
  readonly checkedAt?: number;
  /** What is remembered of each DNS name. */
  readonly names: readonly NameMemory[];
  /** Verdicts that are watched, and incidents. */
  readonly watched: readonly WatchedVerdict[];
  /** Counters of resolvers at earlier checks, oldest first. */
  readonly samples: readonly CounterSample[];
  /** Endpoints behind which another process answered than before. */
  readonly replaced: readonly ReplacedProcess[];
  /** Its running tasks when they were last listed. @default - they never were, or are too many */
  readonly listing?: TaskListing;
  /** Tasks that were missing from the last listing, for the first time. */
  readonly missingTasks: readonly string[];
  /** Repairs that may still count, oldest first. */
  readonly repairs: readonly RepairRecord[];
  /** Events that are not delivered yet, oldest first. */
  readonly unsent: readonly IncidentEvent[];
  /** How many events had no room since the last delivery. @default 0 */
  readonly droppedEvents?: number;
  /** What is over, for a census. @default - it was never checked */
  readonly history?: History;
}

/** What was seen of a proxy, and what is over. */
export interface History {
  /** Since when it has everything. */
  readonly since: number;
  /** When all of it was last seen. @default - it never was */
  readonly wholeAt?: number;
  /** Since when a part of it is not seen, and the first reason. @default - all of it is */
  readonly gap?: { readonly from: number; readonly why: string };
  /** Earlier times in which a part of it was not seen, oldest first. */
  readonly blind: readonly BlindTime[];
  /** Incidents that are over; those that were over first come first. */
  readonly ended: readonly EndedIncident[];
}

/** A time in which a part of a proxy was not seen. */
export interface BlindTime {
  readonly from: number;
  readonly until: number;
  readonly why: string;
}

/** An incident that is over. */
export interface EndedIncident extends IncidentSubject {
  readonly id: string;
  readonly firstSeen: number;
  readonly openedAt: number;
  readonly overAt: number;
}

/** What is remembered of a DNS name. */
export interface NameMemory {
  readonly dnsName: string;
  /** When it was first looked up. */
  readonly since: number;
  /** Addresses that it has, or had. */
  readonly addresses: readonly AddressMemory[];
  /** The interfaces when they were last read. @default - they never were */
  readonly interfaces?: { readonly at: number; readonly addresses: readonly string[] };
  /** The longest time to live of recent answers, seconds. */
  readonly ttlSeconds?: number;
  /** When an answer was last full. @default - none ever was */
  readonly fullAt?: number;
  /** Since when DNS does not answer for a type of record. */
  readonly silent: readonly (readonly [RecordType, number])[];
}

/** One address of a name. */
export interface AddressMemory {
  readonly address: string;
  /** Since when it is in the answers without a gap. @default - it was never in an answer */
  readonly namedSince?: number;
  /** The check whose answers last had it. @default - it was never in an answer */
  readonly namedAt?: number;
  /** The check that last saw it: in an answer, at the API, or on an interface. */
  readonly seenAt: number;
  /** The first check whose answers lacked it. @default - the last answers had it */
  readonly unnamedAt?: number;
  /** The check that last saw it on an interface. @default - none ever did */
  readonly interfaceAt?: number;
}

/** A verdict that is watched, or an incident if it is open. */
export interface WatchedVerdict extends FindingIdentity {
  /** Id of the incident, fixed when the verdict was first seen. */
  readonly id: string;
  readonly severity: Severity;
  /** The highest severity that the incident ever had. @default - it is not an incident yet, or `severity` */
  readonly worst?: Severity;
  /** The last message. */
  readonly message: string;
  readonly firstSeen: number;
  /** The last check before `firstSeen`: the earliest possible start. */
  readonly sinceAtLeast: number;
  /** When it became an incident. @default - it is not an incident yet */
  readonly openedAt?: number;
  /** Tasks that have it; one entry with the id '' where it is about the proxy. */
  readonly tasks: readonly WatchedTask[];
  readonly owner?: string;
  readonly slots?: readonly string[];
  readonly sessionShare?: number;
  readonly remediation: string;
  readonly opsItem?: string;
  /** How many events it has had. */
  readonly events: number;
  /** What the last event said: severity, owner, tasks. */
  readonly lastReported?: string;
}

/** A task that has a verdict. */
export interface WatchedTask {
  readonly id: string;
  readonly severity: Severity;
  readonly firstSeen: number;
  /** Checks in a row that found it. Checks that could not decide do not count. */
  readonly checks: number;
  /** Whether it is part of the incident. */
  readonly open: boolean;
}

/** Counters of resolvers at one check. */
export interface CounterSample {
  readonly at: number;
  readonly tasks: readonly TaskCounters[];
}

/** Counters of one process. */
export interface TaskCounters {
  readonly task: string;
  readonly uptimeSeconds: number;
  readonly sections: readonly SectionCounters[];
  /**
   * What the questions of the checks added, from this sample on to the next one: a check asks for views after it has read
   * the counters.
   *
   * @default - nothing
   */
  readonly viewQueries?: readonly SectionCounters[];
}

/** Queries of one `resolvers` section. */
export type SectionCounters = readonly [section: string, sent: number, valid: number];

/** An endpoint behind which another process answered than before. */
export interface ReplacedProcess {
  readonly task: string;
  readonly at: number;
}

/** A repair that was done, or logged by a dry run. */
export interface RepairRecord {
  readonly at: number;
  /** What was to be repaired: keys of findings, without tasks. */
  readonly findings: readonly string[];
  /** Ids of the incidents that were open. */
  readonly incidents: readonly string[];
  /** Since when nothing of it is open. @default - something is, or no check was made since */
  readonly overSince?: number;
  /** It was logged and not done. */
  readonly dryRun?: true;
}

/** The state before the first check. */
export const NO_STATE: ProxyState = {
  names: [],
  watched: [],
  samples: [],
  replaced: [],
  missingTasks: [],
  repairs: [],
  unsent: [],
};

/** The state with the OpsItem of an incident: pure. */
export function withOpsItem(state: ProxyState, incidentId: string, opsItem: string): ProxyState {
  return { ...state, watched: state.watched.map((row) => (row.id === incidentId ? { ...row, opsItem } : row)) };
}
