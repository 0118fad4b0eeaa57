import type { TaskSource } from './registry-record';
import type { Severity, VerdictKind } from './verdicts';

/**
 * The event that asks a controller for a census: it checks the proxies as a run does, and answers what it compared. It
 * changes no state and sends no event.
 */
export interface CensusRequest {
  readonly census: true;
  /** `next` of the answer before. @default - the first page */
  readonly after?: string;
}

/**
 * Whether a proxy holds the addresses that its load balancers have.
 *
 * - `compliant`: all of it was compared, and no incident above `info` is open
 * - `non-compliant`: such an incident is open, or is not because it is suppressed
 * - `unknown`: no such incident is open, and a part was not seen: `gaps` has the reasons
 */
export type Compliance = 'compliant' | 'non-compliant' | 'unknown';

/** Some proxies of a monitor, in the order of their names; at most 4 MiB of JSON. Times are ISO 8601. */
export interface CensusPage {
  /** Version of this schema. */
  readonly version: '1';
  readonly monitor: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** How many proxies the registry has, those with a malformed record included. */
  readonly total: number;
  readonly proxies: readonly CensusProxy[];
  /** What failed besides, one line each. */
  readonly degraded: readonly string[];
  /** Ask again with this as `after`. @default - this is the last page */
  readonly next?: string;
}

/** What a census saw of one proxy; at most 256 KiB of JSON. */
export interface CensusProxy {
  /** The last part of its parameter: unique in the monitor. */
  readonly name: string;
  readonly proxy: string;
  /** When it was compared. */
  readonly at: string;
  readonly compliance: Compliance;
  /** Where its processes run, as its record says. @default - the record is malformed */
  readonly taskSource?: TaskSource;
  /** Since when the oldest of its incidents above `info` lasts. @default - none is open */
  readonly since?: string;
  /** When all of it was last compared: by this census or by a run before. @default - never */
  readonly lastWholeAt?: string;
  /** Since when `blind` and `ended` have everything: a monitor keeps 20 of each, for 7 days. @default - they have nothing */
  readonly recordedSince?: string;
  /** Times in which a part of it was not seen, by runs and by this census; the oldest first. */
  readonly blind: readonly CensusBlind[];
  /** Incidents that are over; those that were over first come first. */
  readonly ended: readonly CensusEndedIncident[];
  /** The truth. */
  readonly upstreams: readonly CensusUpstream[];
  /** What the processes hold. Processes that hold the same are one row. */
  readonly held: readonly CensusHeld[];
  /** How many tasks run, and how many of them were read. */
  readonly tasks: number;
  readonly tasksRead: number;
  /** What was not seen, and why. */
  readonly gaps: readonly CensusGap[];
  /** Incidents that are open, the most severe first. */
  readonly incidents: readonly CensusIncident[];
  /** Verdicts whose grace time is not over, by kind. */
  readonly pending: readonly VerdictKind[];
  /** What had no room in the document, one line each. @default - everything had */
  readonly leftOut?: readonly string[];
}

/** The truth about one load balancer. */
export interface CensusUpstream {
  readonly dnsName: string;
  readonly port: number;
  /** `complete`: its interfaces were read now; `partial`: DNS of one view, or older interfaces; `unknown`: nothing. */
  readonly completeness: 'complete' | 'partial' | 'unknown';
  readonly live: readonly string[];
  /** Live addresses that DNS no longer names. */
  readonly leaving: readonly string[];
  /** Seconds since the interfaces were read. @default - they never were */
  readonly interfacesAgeSeconds?: number;
  /** What could not be read, or cannot be used, one line each. */
  readonly problems: readonly string[];
}

/** What some processes hold. Slots that send no traffic hold nothing. */
export interface CensusHeld {
  /** Ids of the tasks. */
  readonly tasks: readonly string[];
  readonly taskCount: number;
  /** In the order of `CensusProxy.upstreams`. */
  readonly addresses: readonly (readonly string[])[];
}

/** Something that was not seen. */
export interface CensusGap {
  readonly what: 'proxy' | 'task' | 'process' | 'upstream' | 'record';
  /** Which task or upstream. @default - the proxy as a whole */
  readonly id?: string;
  /** One line. */
  readonly why: string;
}

/** A time in which a proxy, or a part of it, was not seen. */
export interface CensusBlind {
  /** When all of it was last seen before; if it never was, its first check. */
  readonly from: string;
  /** When all of it was seen again. @default - it is blind now */
  readonly until?: string;
  /** The first reason. */
  readonly why: string;
}

/** What an incident is about, whether it is open or over. */
export interface IncidentSubject {
  readonly kind: VerdictKind;
  /** The highest that it had, where it is over. */
  readonly severity: Severity;
  /** Where it is over: why. */
  readonly message: string;
  readonly upstream?: string;
  readonly address?: string;
  readonly taskCount: number;
}

/** An incident that is over. */
export interface CensusEndedIncident extends IncidentSubject {
  /** As in its events. */
  readonly id: string;
  /** When it was first seen. */
  readonly since: string;
  readonly openedAt: string;
  /** The first check that did not find it. */
  readonly overAt: string;
}

/** An incident that is open. */
export interface CensusIncident extends IncidentSubject {
  /** As in its events. @default - this check is the first that proves it: the next run opens it */
  readonly id?: string;
  /** When it was first seen. */
  readonly since: string;
  /** When it was opened. @default - not yet */
  readonly openedAt?: string;
  /** Why it is not reported. @default - it is */
  readonly suppressed?: string;
}
