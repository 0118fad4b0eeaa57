import type { Slot } from '../../lib/haproxy/runtime-parse';
import type { RegistryRecord } from '../../lib/private/contract';

/** A running HAProxy: `host:port` of its runtime API, or `unix:PATH`. */
export interface Task {
  /** ECS task id, or the endpoint itself where there is no ECS. */
  readonly id: string;
  readonly endpoint: string;
}

/** What the runtime API of one process told. */
export interface RuntimeReading {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly slots: readonly Slot[];
  /** DNS queries since the start; nothing where the branch cannot tell (1.6, 1.7). */
  readonly queriesSent?: number;
}

/** One task, read or not. */
export type TaskReading = { readonly task: Task } & (
  | { readonly runtime: RuntimeReading }
  | { readonly unreachable: string }
);

/** What one check saw of one proxy. */
export interface Reading {
  readonly record: RegistryRecord;
  /** What the upstream has now: recent DNS answers and the load balancer's own addresses. Empty: not known. */
  readonly live: readonly string[];
  /** What the API says of the load balancer; nothing when it is usable, or when nobody asked. */
  readonly balancer?: 'unusable' | 'unread';
  /** Why the upstream cannot be used; one line each. */
  readonly problems: readonly string[];
  /** What could not be read, although the rest could; one line each. */
  readonly degraded: readonly string[];
  readonly tasks: readonly TaskReading[];
}
