import type { RegistryRecord, RegistryUpstream } from '../../../lib/contract/registry-record';
import type { ResolverCounters, Slot } from '../../../lib/haproxy/runtime-api/parse';

/** DNS records that hold addresses. */
export type RecordType = 'A' | 'AAAA';

/** A running HAProxy. */
export interface Task {
  /** ECS task id, or the endpoint itself where there is no ECS. */
  readonly id: string;
  /**
   * `HOST:PORT` of its runtime API, or `unix:PATH`.
   *
   * @default - it does not have its own network interface: not readable
   */
  readonly endpoint?: string;
  /** When it started, in milliseconds since 1970. @default - not known: there is no ECS */
  readonly startedAt?: number;
  /** ARN of its task definition: tasks of two revisions differ in it. @default - not known: there is no ECS */
  readonly revision?: string;
}

/** What the runtime API of one process answered. */
export interface ObservedRuntime {
  readonly version: string;
  readonly uptimeSeconds: number;
  /** The branch in its configuration. @default - the configuration has none */
  readonly madeFor?: string;
  readonly slots: readonly Slot[];
  /** Counters of its resolvers. @default - the branch has none (1.7) */
  readonly resolvers?: readonly ResolverCounters[];
}

/** One task: read, not readable, or not reached before the run had no time left. */
export type ObservedTask = { readonly task: Task } & (
  | { readonly runtime: ObservedRuntime }
  | { readonly unreachable: string }
  | { readonly unchecked: true }
);

/** The answers of DNS and the AWS APIs about an upstream in one check. */
export interface ObservedUpstream {
  /** Addresses of this check's DNS answers. */
  readonly answers: readonly string[];
  /** Records for which DNS did not answer. An answer without addresses is an answer. @default - none */
  readonly unanswered?: readonly RecordType[];
  /** Addresses that the load balancer's API names (those of a Network Load Balancer). */
  readonly owned: readonly string[];
  /** Addresses of the load balancer's network interfaces, as clients of its scheme reach them. @default - not known */
  readonly interfaces?: readonly string[];
  /** State of the load balancer by its API. @default - it is usable, or the API was not asked */
  readonly balancer?: 'unusable' | 'unread';
  /** Why the upstream cannot be used: gone, not active, its name does not exist. One line each. */
  readonly problems: readonly string[];
  /** What could not be read, one line each. Missing data never hides drift. */
  readonly degraded: readonly string[];
}

/** The results of the probes for one proxy, before anything is compared. */
export interface RawObservation {
  /** In the order of the record. */
  readonly upstreams: readonly ObservedUpstream[];
  readonly tasks: readonly ObservedTask[];
  /** Whether the service is being deployed. @default false */
  readonly deploying?: boolean;
}

/** The addresses of one upstream of a proxy, recent checks included. */
export interface LiveUpstream {
  readonly upstream: RegistryUpstream;
  /** Unique among the upstreams of the record. */
  readonly name: string;
  /** Whether all slots that it may have are its own, also those without a name. */
  readonly alone: boolean;
  /** Recent DNS answers, the load balancer's own addresses and those of its interfaces. Empty: not known. */
  readonly live: readonly string[];
  /** Live addresses that DNS no longer names: the load balancer or an interface still has them. */
  readonly leaving: readonly string[];
  /** Addresses of this check's DNS answers. */
  readonly answers: readonly string[];
  /** Answers that have been there long enough for every process to have adopted them. */
  readonly settled: readonly string[];
  /** Types of records for which DNS does not answer now. What was known before may still be live. */
  readonly silent: readonly RecordType[];
  /** Whether the load balancer's interfaces could be read. If not, the live addresses come from DNS and its API. */
  readonly interfacesKnown: boolean;
  /** See `ObservedUpstream`. */
  readonly balancer?: 'unusable' | 'unread';
  /** See `ObservedUpstream`. */
  readonly problems: readonly string[];
  /** See `ObservedUpstream`. */
  readonly degraded: readonly string[];
}

/** The data of one check of one proxy. Verdicts are evaluated on it. */
export interface Observation {
  readonly record: RegistryRecord;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** In the order of the record, each once. */
  readonly upstreams: readonly LiveUpstream[];
  readonly tasks: readonly ObservedTask[];
  /** Whether the service is being deployed: tasks of the former revision may still run, or none yet. @default false */
  readonly deploying?: boolean;
  /** Why the check failed as a whole: the run had no time left, or its tasks could not be listed. One line. */
  readonly unchecked?: string;
}
