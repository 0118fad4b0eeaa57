import type { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';

/** The numbers of tasks that hold from a certain time on. */
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
   * The fewest tasks, 0 or more.
   *
   * @default - `desiredCount`
   */
  readonly minTasks?: number;

  /**
   * Target for the CPU utilization, percent of a task's CPU, 1 to 100.
   *
   * @default - 60 without `connectionsPerTask`, so that the other tasks can take the load of a failed one
   */
  readonly cpuPercent?: number;

  /**
   * Target for the connections of a task, 1 or more. Needs `ProxyIngress.networkLoadBalancer`, which counts them, and a
   * rolling deployment.
   *
   * @default - scaling does not depend on connections
   */
  readonly connectionsPerTask?: number;

  /**
   * Numbers of tasks that hold from a certain time on.
   *
   * @default - none
   */
  readonly schedules?: ScheduledTasks[];
}
