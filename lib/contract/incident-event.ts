import type { TaskSource } from './registry-record';
import type { Severity, VerdictKind } from './verdicts';

/** `source` of the EventBridge events of a monitor. */
export const EVENT_SOURCE = 'cdk-haproxy-elb';

/** What happened to an incident: `detail-type` of its EventBridge event, and `event` of its log line. */
export const INCIDENT_EVENTS = {
  opened: { detailType: 'Incident Opened', log: 'incident-opened' },
  changed: { detailType: 'Incident Changed', log: 'incident-changed' },
  closed: { detailType: 'Incident Closed', log: 'incident-closed' },
} as const;

/** A key of `INCIDENT_EVENTS`. */
export type IncidentChange = keyof typeof INCIDENT_EVENTS;

/** `detail` of an EventBridge event of an incident. Times are ISO 8601. A consumer drops repeats by `eventId`. */
export interface IncidentEventDetail {
  /** Version of this schema. */
  readonly version: '1';
  /** Unique for this change of this incident: the same when it is delivered again. */
  readonly eventId: string;
  readonly change: IncidentChange;
  /** The same from opening to closing, also if the proxy is renamed. */
  readonly incidentId: string;
  readonly monitor: string;
  readonly proxy: string;
  readonly kind: VerdictKind;
  /**
   * The highest of its tasks now. When closed: the highest that it ever had, so that a rule with a least severity that saw
   * it open or escalate also sees it close.
   */
  readonly severity: Severity;
  /** A number for `severity`, for event patterns: critical 3, warning 2, info 1. */
  readonly severityLevel: 1 | 2 | 3;
  /** One line: what is wrong, to what. When closed: what is over. */
  readonly message: string;
  /** DNS name of the load balancer. @default - the incident is about a process or the proxy */
  readonly upstream?: string;
  /** The address that it is about. */
  readonly address?: string;
  /** Whose address it is now, as far as the account can say. */
  readonly owner?: string;
  /** Ids of the tasks concerned, at most 100. */
  readonly tasks: readonly string[];
  /** How many tasks are concerned. */
  readonly taskCount: number;
  /** Where the processes of the proxy run, as its record says. @default - its record is gone or malformed */
  readonly taskSource?: TaskSource;
  /** Percent of the current sessions of these tasks with the upstream that are on the address. */
  readonly sessionShare?: number;
  /** Current addresses of the load balancer, as far as known; at most 100. */
  readonly live: readonly string[];
  /** When it was first seen. */
  readonly since: string;
  /** When this change happened. */
  readonly at: string;
  /** Seconds from `since`. */
  readonly ageSeconds: number;
  /** What to do: a command or one line. */
  readonly remediation: string;
  /** Links to the troubleshooting page of the verdict and to the saved query of the log. */
  readonly links: { readonly runbook: string; readonly log?: string };
}
