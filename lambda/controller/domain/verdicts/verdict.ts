import { type Severity, VERDICTS, type VerdictKind } from '../../../../lib/contract/verdicts';
import type { Slot } from '../../../../lib/haproxy/runtime-api/parse';
import type { Activity } from '../counters';
import type { LiveUpstream, Reading, RuntimeReading, Task } from '../observation';

/** What a reading means. An incident is known by its proxy and by all that stands here before `slots`. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly severity: Severity;
  /** Name of the upstream; nothing when the verdict is about a process or the proxy as a whole. */
  readonly upstream?: string;
  /** Task id; nothing when the verdict is about the proxy as a whole. */
  readonly task?: string;
  /** The address that is held, or that is not. */
  readonly address?: string;
  /** Where a verdict is on the load balancer itself and not on its name. */
  readonly cause?: 'balancer';
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  /** Percent of the task's current sessions with the upstream that are on the address; nothing when sessions are not known. */
  readonly sessionShare?: number;
  /** One line for people. */
  readonly message: string;
}

/** One process, as far as it was read. */
export interface Process {
  readonly reading: Reading;
  readonly task: Task;
  readonly runtime: RuntimeReading;
  /** Slots of all upstreams that are in service. */
  readonly slots: readonly Slot[];
  /** What its resolvers did since an earlier check, or since its start. */
  readonly activity: Activity;
}

/** The slots that a process has for one upstream. */
export interface Holding {
  readonly task: Task;
  readonly upstream: LiveUpstream;
  readonly runtime: RuntimeReading;
  /** Those in service: what an operator took out takes no traffic, and holds nothing. */
  readonly slots: readonly Slot[];
  /** Held addresses, and the slots that hold each, as `backend/slot`. */
  readonly held: ReadonlyMap<string, readonly string[]>;
}

/** What tells two verdicts on one proxy apart. */
export type VerdictIdentity = Pick<Verdict, 'kind' | 'upstream' | 'task' | 'address' | 'cause'>;

/** A verdict with the severity of its kind. */
export function verdict(kind: VerdictKind, more: Omit<Verdict, 'kind' | 'severity'>): Verdict {
  return { kind, severity: VERDICTS[kind], ...more };
}

/** What tells two verdicts on one proxy apart, as a text. */
export function keyOf({ kind, upstream, task, address, cause }: VerdictIdentity): string {
  return [kind, upstream, task, address, cause].map((part) => part ?? '').join('|');
}

/** A verdict on what a process holds of an upstream. */
export function ofHolding(
  kind: VerdictKind,
  { task, upstream: { name } }: Holding,
  more: Pick<Verdict, 'message' | 'address' | 'slots' | 'sessionShare'>,
): Verdict {
  return verdict(kind, { upstream: name, task: task.id, ...more });
}
