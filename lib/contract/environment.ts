/** Environment variables of the controller and the deployment gate: the construct sets them, the functions read them. */
export interface ControllerEnvironment {
  /** Path of the SSM parameters of this monitor's registry, without a final slash. */
  readonly REGISTRY_PATH: string;
  /** Name of the monitor, for its metrics. */
  readonly MONITOR_NAME: string;
  /** Name of the DynamoDB table with the states. */
  readonly STATE_TABLE: string;
  /** Seconds between two runs. */
  readonly INTERVAL_SECONDS: string;
  /** Seconds for which a proxy may be unchecked before that is critical. */
  readonly BLIND_AFTER_SECONDS: string;
  /** Name of the log group, for links to the saved query. */
  readonly LOG_GROUP: string;
  /** Publish all metrics of each proxy. @default - three */
  readonly DETAILED_METRICS?: 'on';
  /** Deploy new tasks to repair an incident, or only log the repair. @default - neither */
  readonly REPAIR?: 'redeploy' | 'dry-run';
  /** Open an OpsItem for each incident. @default - none */
  readonly OPS_ITEMS?: 'on';
}

/** The event with which the schedule invokes the controller. Without a time the run is not dropped for its age. */
export interface ScheduledEvent {
  /** When the run was due, ISO 8601: `<aws.scheduler.scheduled-time>`. */
  readonly time?: string;
}
