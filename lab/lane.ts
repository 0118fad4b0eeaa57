import type { Severity, VerdictKind } from '../lib/contract/verdicts';
import type { ConfigurationKind } from './contender';

/** An incident that the checker raised. Times are seconds since the start of the demo. */
export interface LaneIncident {
  readonly id: string;
  readonly kind: VerdictKind;
  readonly severity: Severity;
  readonly address?: string;
  readonly message: string;
  readonly openedAt: number;
  resolvedAt?: number;
}

/** What one request was answered with; nothing while it is under way, and for good when it was lost. */
export interface Sample {
  readonly at: number;
  answer?: string;
}

/** What the checker saw at one time. */
export interface Look {
  readonly at: number;
  /** The addresses that HAProxy holds. */
  readonly held: readonly string[];
  /** How many DNS queries it has sent since its start. */
  readonly queries: number;
  /** What the checker says of it now, also what is not yet an incident. */
  readonly verdicts: readonly VerdictKind[];
}

/** What happened to one HAProxy. Times are seconds since the start of the demo. */
export interface Lane {
  readonly version: string;
  readonly source: string;
  readonly kind: ConfigurationKind;
  readonly configuration: string;
  /** Whether it can hold more than one address. */
  readonly holdsSeveral: boolean;
  /** Whether the checker can read its runtime API. */
  readonly readable: boolean;
  readonly startedAt: number;
  readonly samples: Sample[];
  readonly looks: Look[];
  readonly incidents: LaneIncident[];
  /** When it was restarted with the generated configuration. */
  mendedAt?: number;
  /** When its process ended by itself, or could not be started again, and the line that says so. */
  crash?: { readonly at: number; readonly why: string };
}

/** A lane's name for people. */
export function nameOf({ version, kind }: Pick<Lane, 'version' | 'kind'>): string {
  return `HAProxy ${version} (${kind})`;
}

/** The incidents that are open at a time and that somebody should mend. */
export function openIncidents({ incidents }: Lane, at = Number.POSITIVE_INFINITY): LaneIncident[] {
  return incidents.filter(
    ({ severity, openedAt, resolvedAt = Number.POSITIVE_INFINITY }) =>
      severity !== 'info' && openedAt <= at && resolvedAt >= at,
  );
}
