import type { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';

/** From some time on other bounds hold. */
export interface ScheduledTasks {
  /** When: `Schedule.cron(…)` or `Schedule.expression(…)` of `aws-applicationautoscaling`, in UTC. */
  readonly schedule: Schedule;

  /** The fewest tasks from then on. */
  readonly minTasks: number;

  /** The most tasks from then on. */
  readonly maxTasks: number;
}

/** How the number of tasks follows the load. */
export interface ProxyScaling {
  /** The most tasks, 1 to 5000. */
  readonly maxTasks: number;

  /**
   * The fewest tasks.
   *
   * @default - `desiredCount`
   */
  readonly minTasks?: number;

  /**
   * Use of the CPU that is aimed at, percent of what a task has, 1 to 100.
   *
   * @default 60, when `connectionsPerTask` is not given either: room for a task that fails
   */
  readonly cpuPercent?: number;

  /**
   * Connections of a task that are aimed at, 1 or more. Needs `ProxyIngress.networkLoadBalancer`, which counts them, and a
   * rolling deployment.
   *
   * @default - connections are not looked at
   */
  readonly connectionsPerTask?: number;

  /**
   * Bounds that hold from some time on.
   *
   * @default - none
   */
  readonly schedules?: ScheduledTasks[];
}
