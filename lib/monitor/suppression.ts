/**
 * Verdicts that open no incident for a time. The monitor goes on checking: the log shows what was suppressed, and
 * `metricSuppressedIncidents` counts it. Open incidents stay open.
 */
export interface IncidentSuppression {
  /**
   * The verdicts, such as `unreachable-task`. `cdk-haproxy-elb check --explain` lists them.
   *
   * @default - all: a maintenance window
   */
  readonly verdicts?: string[];

  /** Why: one line of at most 200 characters, which the log shows. */
  readonly reason: string;

  /**
   * Start, ISO 8601 with a zone, such as `2027-01-31T22:00:00Z`.
   *
   * @default - from the deployment on
   */
  readonly start?: string;

  /** End, ISO 8601 with a zone, such as `2027-02-01T02:00:00Z`. */
  readonly end: string;
}
