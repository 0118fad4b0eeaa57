import type { Severity, VerdictKind } from '../lib/contract/verdicts';
import type { ConfigurationKind } from '../testbed/proxy-under-test';

/** An incident that the checker opened. */
export interface TimelineIncident {
  readonly id: string;
  readonly kind: VerdictKind;
  /** The highest that it had. */
  severity: Severity;
  readonly address?: string;
  readonly message: string;
  readonly openedAt: number;
  resolvedAt?: number;
}

/** One request. It has no answer while it is in progress, or if it is lost. */
export interface RequestSample {
  readonly at: number;
  answer?: string;
}

/** One check. */
interface CheckSample {
  readonly at: number;
  /** The addresses that HAProxy holds. */
  readonly held: readonly string[];
  /** How many DNS queries it has sent since its start. */
  readonly queries: number;
  /** The verdicts of the checker, also those that are not incidents yet. */
  readonly verdicts: readonly VerdictKind[];
}

/** What happened to one HAProxy. Times are seconds since the start of the demo. */
export interface Timeline {
  readonly version: string;
  readonly source: string;
  readonly kind: ConfigurationKind;
  readonly configuration: string;
  /** Whether it can hold more than one address. */
  readonly holdsSeveral: boolean;
  /** Whether the checker can read its runtime API. */
  readonly readable: boolean;
  readonly startedAt: number;
  readonly requests: RequestSample[];
  readonly checks: CheckSample[];
  readonly incidents: TimelineIncident[];
  /** When it was restarted with the generated configuration. */
  repairedAt?: number;
  /** When its process ended by itself, or could not be started again, and the line about it. */
  crash?: { readonly at: number; readonly why: string };
}

/** The name of a HAProxy in texts. */
export function nameOf({ version, kind }: Pick<Timeline, 'version' | 'kind'>): string {
  return `HAProxy ${version} (${kind})`;
}

/** The incidents that are open at a time, without information. */
export function openIncidents({ incidents }: Timeline, at = Number.POSITIVE_INFINITY): TimelineIncident[] {
  return incidents.filter(
    ({ severity, openedAt, resolvedAt = Number.POSITIVE_INFINITY }) =>
      severity !== 'info' && openedAt <= at && resolvedAt >= at,
  );
}
