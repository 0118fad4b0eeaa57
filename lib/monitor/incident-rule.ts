import type { IRuleTarget } from 'aws-cdk-lib/aws-events';

/** How severe an incident is. */
export enum IncidentSeverity {
  /** Good to know. */
  INFO = 'info',
  /** Something is wrong and does no harm yet. */
  WARNING = 'warning',
  /** HAProxy sends traffic to a wrong address, to none, or will not follow the next change. */
  CRITICAL = 'critical',
}

/** What happens to an incident. */
export enum IncidentChange {
  /** It opens. */
  OPENED = 'opened',
  /** Its severity, its tasks or the owner of its address change. */
  CHANGED = 'changed',
  /** It is over. */
  CLOSED = 'closed',
}

/** Which events of incidents a rule takes, and where they go. */
export interface OnIncidentOptions {
  /**
   * The target of the events, of `aws-cdk-lib/aws-events-targets`.
   *
   * @default - none: add targets to the rule
   */
  readonly target?: IRuleTarget;

  /**
   * The lowest severity. An incident that becomes more severe is an event again. A closed one has the highest severity
   * that it ever had, so that a rule that saw it also sees it close.
   *
   * @default IncidentSeverity.WARNING
   */
  readonly minSeverity?: IncidentSeverity;

  /**
   * What happens to the incident.
   *
   * @default - all: it opens, changes or closes
   */
  readonly changes?: IncidentChange[];

  /**
   * Names of the proxies.
   *
   * @default - all proxies of the monitor
   */
  readonly proxyNames?: string[];
}
