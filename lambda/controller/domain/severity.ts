import type { Severity } from '../../../lib/contract/verdicts';

/** How severe, for comparisons: the higher the worse. */
export const SEVERITY_LEVELS: Readonly<Record<Severity, 1 | 2 | 3>> = { info: 1, warning: 2, critical: 3 };

/** The highest of some severities. */
export function highest(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>((a, b) => (SEVERITY_LEVELS[b] > SEVERITY_LEVELS[a] ? b : a), 'info');
}
