import type { RegistryRecord, RegistryUpstream } from '../../../lib/contract/registry-record';
import type { ResolverCounters, Slot } from '../../../lib/haproxy/runtime-api/parse';
import type { RecordType } from './live-addresses';

/** A running HAProxy: `host:port` of its runtime API, or `unix:PATH`. */
export interface Task {
  /** ECS task id, or the endpoint itself where there is no ECS. */
  readonly id: string;
  /** Nothing where it has no network interface of its own, so that nobody can ask it. */
  readonly endpoint?: string;
  /** When it started, in milliseconds since 1970; nothing where there is no ECS. */
  readonly startedAt?: number;
  /** What tells it from tasks of another revision of its service: the ARN of its task definition; nothing without ECS. */
  readonly revision?: string;
}

/** What the runtime API of one process told. */
export interface RuntimeReading {
  readonly version: string;
  readonly uptimeSeconds: number;
  /** The branch that its configuration says it was made for; nothing where it does not. */
  readonly madeFor?: string;
  readonly slots: readonly Slot[];
  /** Counters of its resolvers; nothing where the branch has none (1.7). */
  readonly resolvers?: readonly ResolverCounters[];
}

/** One task: read, not to be read, or not reached before the time of the run was over. */
export type TaskReading = { readonly task: Task } & (
  | { readonly runtime: RuntimeReading }
  | { readonly unreachable: string }
  | { readonly unchecked: true }
);

/** What one upstream of a proxy has now. */
export interface LiveUpstream {
  readonly upstream: RegistryUpstream;
  /** What tells it from other upstreams of the record. */
  readonly name: string;
  /** Whether the slots that it may have are nobody else's, even if they do not tell which name they follow. */
  readonly alone: boolean;
  /** Recent DNS answers, the load balancer's own addresses and those of its interfaces. Empty: not known. */
  readonly live: readonly string[];
  /** Those of them that only an interface still has: DNS does not name them any more. */
  readonly leaving: readonly string[];
  /** Addresses of this check's DNS answers. */
  readonly answers: readonly string[];
  /** Those of them that have been there long enough for every process to have adopted them. */
  readonly settled: readonly string[];
  /** Types of records for which DNS does not answer now. What was known before may still be live. */
  readonly silent: readonly RecordType[];
  /** Whether the load balancer's interfaces could be read. Where not, DNS and its API alone say what it has. */
  readonly interfacesKnown: boolean;
  /** What the API says of the load balancer; nothing when it is usable, or when nobody asked. */
  readonly balancer?: 'unusable' | 'unread';
  /** Why the upstream cannot be used; one line each. */
  readonly problems: readonly string[];
  /** What could not be read, although the rest could; one line each. */
  readonly degraded: readonly string[];
}

/** What one check saw of one proxy. */
export interface Reading {
  readonly record: RegistryRecord;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** In the order of the record, each once. */
  readonly upstreams: readonly LiveUpstream[];
  readonly tasks: readonly TaskReading[];
  /** Whether the service is being deployed: tasks of the former revision may still run, or none yet. */
  readonly deploying?: boolean;
  /** Why nothing of it was looked at: the time of the run was over, or its tasks could not be listed. One line. */
  readonly unchecked?: string;
}
