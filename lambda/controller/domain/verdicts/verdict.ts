import type { Severity, VerdictKind } from '../../../../lib/contract/verdicts';

/** What a check found. An incident is identified by its proxy and by all members before `slots`. */
export interface Verdict extends Finding {
  readonly kind: VerdictKind;
  readonly severity: Severity;
}

/** A verdict without the properties of its kind. */
export interface Finding {
  /** Name of the upstream. @default - the verdict is about a process or the proxy as a whole */
  readonly upstream?: string;
  /** Task id. @default - the verdict is about the proxy as a whole */
  readonly task?: string;
  /** The address that is held, or that is not. */
  readonly address?: string;
  /** The verdict is about the load balancer itself. @default - it is about its name */
  readonly cause?: 'balancer';
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  /** Percent of the task's current sessions with the upstream that are on the address. @default - not known */
  readonly sessionShare?: number;
  /** One line: what happened, to what. */
  readonly message: string;
}

/** What distinguishes two verdicts on one proxy. */
export type VerdictIdentity = Pick<Verdict, 'kind' | 'upstream' | 'task' | 'address' | 'cause'>;

/** What distinguishes two verdicts on one proxy, as a text. Stored states and ids of incidents depend on it. */
export function keyOf({ kind, upstream, task, address, cause }: VerdictIdentity): string {
  return [kind, upstream, task, address, cause].map((part) => part ?? '').join('|');
}
