/** Environment variables of the drift checker's function: the construct sets them, the function reads them. */
export interface CheckerEnvironment {
  /** Path of the SSM parameters that this monitor owns, without a final slash. */
  readonly REGISTRY_PATH: string;
  /** Name of the monitor, for its metrics. */
  readonly MONITOR_NAME: string;
  /** Deploy new tasks to repair an incident, or only log the repair. @default - neither */
  readonly REPAIR?: 'redeploy' | 'dry-run';
  /** Open an OpsItem for each incident. @default - none */
  readonly OPS_ITEMS?: 'on';
}
