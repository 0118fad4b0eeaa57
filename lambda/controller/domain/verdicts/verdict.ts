import type { Severity, VerdictKind } from '../../../../lib/contract/verdicts';

/** What a check found. */
export interface Verdict extends Finding {
  readonly kind: VerdictKind;
  readonly severity: Severity;
}

/** A verdict without its kind. */
export interface Finding {
  /** Name of the upstream. @default - the verdict is about a process or the proxy as a whole */
  readonly upstream?: string;
  /** Task id. @default - the verdict is about the proxy as a whole */
  readonly task?: string;
  /** The address that is held, or that is not. */
  readonly address?: string;
  /** The verdict is about the load balancer itself. @default - it is about its name */
  readonly cause?: 'balancer';
  /** The `resolvers` section that it is about. */
  readonly section?: string;
  /** @default - that of the kind */
  readonly severity?: Severity;
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  /** Current sessions on these slots. @default - not known */
  readonly sessions?: number;
  /** Current sessions of the task with the upstream. @default - not known */
  readonly allSessions?: number;
  /** Whose address it is now. */
  readonly owner?: string;
  /** Checks in a row that must find it before it is an incident. @default - those of the record */
  readonly graceChecks?: number;
  /** Seconds since it was first seen before it is an incident, besides the checks. @default 0 */
  readonly openAfterSeconds?: number;
  /** Seconds since it was first seen after which it is critical. @default - its severity stays */
  readonly criticalAfterSeconds?: number;
  /** While a critical `silent-resolver` of the task is open, it says this already: no incident opens. @default false */
  readonly saidBySilence?: boolean;
  /** One line: what happened, to what. */
  readonly message: string;
}

/** What distinguishes two incidents of one proxy. */
export type FindingIdentity = Pick<Verdict, 'kind' | 'upstream' | 'address' | 'cause' | 'section'>;

/** What distinguishes two incidents of one proxy, as a text. */
export function keyOf({ kind, upstream, address, cause, section }: FindingIdentity): string {
  return JSON.stringify([kind, upstream ?? null, address ?? null, cause ?? null, section ?? null]);
}

/** What distinguishes two verdicts of one check, as a text. */
export function verdictKeyOf(verdict: FindingIdentity & Pick<Verdict, 'task'>): string {
  return `${keyOf(verdict)}${verdict.task ?? ''}`;
}
