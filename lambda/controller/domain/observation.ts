import type { RecordType } from '../../../lib/contract/probe';
import type { RegistryRecord, RegistryUpstream } from '../../../lib/contract/registry-record';
import type { ObservedTask, ObservedUpstream } from './raw-observation';

/**
 * How much is known of the addresses of an upstream.
 *
 * - `complete`: the interfaces of the load balancer were read in this check
 * - `partial`: DNS of one view, or interfaces that were read in an earlier check
 * - `unknown`: no address is known
 */
export type Completeness = 'complete' | 'partial' | 'unknown';

/** The truth about one upstream: its addresses, and how much is known of them. */
export interface LiveUpstream extends Pick<ObservedUpstream, 'routing' | 'balancer' | 'problems' | 'degraded'> {
  readonly upstream: RegistryUpstream;
  /** Unique among the upstreams of the record. */
  readonly name: string;
  /** Whether all slots that it may have are its own, also those without a name. */
  readonly alone: boolean;
  readonly completeness: Completeness;
  /**
   * All addresses that count as live, sorted: those of this check and, unless the truth is complete, those that DNS has
   * named within the window. Empty: not known.
   */
  readonly live: readonly string[];
  /** The addresses that it has by the data of this check, and by interfaces that were read before. */
  readonly present: ReadonlySet<string>;
  /** Live addresses that DNS no longer names: the load balancer or an interface still has them. */
  readonly leaving: readonly string[];
  /** Addresses of this check's DNS answers. */
  readonly named: readonly string[];
  /** Answers that have been there long enough for every process to have adopted them. */
  readonly settled: readonly string[];
  /** All addresses that it has or had, as far as the memory goes. */
  readonly remembered: ReadonlySet<string>;
  /** Addresses that DNS has named at some time. */
  readonly everNamed: ReadonlySet<string>;
  /** Whether the memory is younger than the window: it cannot know what was there before. */
  readonly youngMemory: boolean;
  /** Whether a DNS answer may be a part of more addresses. */
  readonly partialAnswers: boolean;
  /** Checks in a row that must miss an address in such answers before that means something. */
  readonly missesNeeded: number;
  /** Whether DNS names other addresses elsewhere: some zones were not asked. */
  readonly zonalAnswers: boolean;
  /** Types of records for which DNS does not answer now. */
  readonly silent: readonly RecordType[];
  /** How long an address counts as live after it was last named, seconds. */
  readonly windowSeconds: number;
  /** The longest time to live of the answers, seconds. */
  readonly ttlSeconds: number;
  /** How long a process may keep an address that its own DNS no longer names, seconds. */
  readonly holdSeconds: number;
  /** Seconds since the interfaces were last read. @default - never */
  readonly interfacesAgeSeconds?: number;
}

/** The data of one check of one proxy. Verdicts are evaluated on it. */
export interface Observation {
  readonly record: RegistryRecord;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** In the order of the record, each once. */
  readonly upstreams: readonly LiveUpstream[];
  readonly tasks: readonly ObservedTask[];
  /**
   * Whether the service is being deployed: tasks of the former revision may still run, or none yet. With remembered tasks
   * that is not known, and counts as if it were.
   *
   * @default false
   */
  readonly deploying?: boolean;
  /** Whether the tasks are those of an earlier listing. @default false */
  readonly remembered?: boolean;
  /** How many tasks the service shall have. @default - not known */
  readonly desiredCount?: number;
  /** Whose an address is that is not the load balancer's. */
  readonly owners: ReadonlyMap<string, string>;
  /** Why the check failed as a whole: the run had no time left, or its tasks could not be listed. One line. */
  readonly unchecked?: string;
}
