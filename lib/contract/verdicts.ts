/** Severity of a verdict. `info` is logged and never counts for an alarm. */
export type Severity = 'critical' | 'warning' | 'info';

/**
 * The closed list of verdicts with their usual severities: a finding may have another one.
 * `lambda/controller/domain/verdicts/KIND.ts` defines each.
 */
export const VERDICTS = {
  'stale-address': 'critical',
  'different-view': 'info',
  'leaving-address': 'warning',
  'foreign-address': 'warning',
  'no-address': 'critical',
  pinned: 'warning',
  'uncovered-address': 'warning',
  'silent-resolver': 'critical',
  'failing-resolver': 'warning',
  'version-mismatch': 'critical',
  'unreachable-task': 'warning',
  'no-running-task': 'critical',
  'unknown-upstream': 'critical',
  'unseen-process': 'warning',
  unchecked: 'warning',
  'invalid-record': 'critical',
  'failed-repair': 'critical',
} as const satisfies Record<string, Severity>;

/** A verdict of the list. */
export type VerdictKind = keyof typeof VERDICTS;
