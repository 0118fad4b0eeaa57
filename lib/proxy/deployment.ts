import type { Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { AvailabilityZoneRebalancing, DeploymentStrategy } from 'aws-cdk-lib/aws-ecs';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { checkCount, refuseTokens } from '../private/checks';
import { DEPLOYMENT, ROLLING, TRAFFIC_SHIFT } from '../private/options';

/** How ECS judges new tasks, in every deployment. */
export interface ProxyDeploymentOptions {
  /**
   * A new task is healthy only after each upstream, also those of routes and of shares above 0 percent, has had a usable
   * address once. So a wrong or unreachable upstream fails the deployment. A task that was ready stays healthy as long as
   * HAProxy runs. In mode `per-request` HAProxy holds no address of an upstream, which counts as ready.
   *
   * Switch it off where new tasks must start while one of several upstreams is down.
   *
   * @default true
   */
  readonly requireReady?: boolean;

  /**
   * Alarms that roll the deployment back while it runs, such as those of a `DriftMonitor`.
   *
   * @default - none
   */
  readonly alarms?: IAlarm[];
}

/** How many tasks run while ECS replaces a few tasks at a time. */
export interface RollingDeploymentOptions extends ProxyDeploymentOptions {
  /**
   * Share of `desiredCount` that always runs, percent.
   *
   * @default 100, so that a deployment loses no capacity
   */
  readonly minHealthyPercent?: number;

  /**
   * Largest share of `desiredCount` that may run, percent. 100 switches the rebalancing of Availability Zones off,
   * because that starts a new task before it stops an old one.
   *
   * @default 200
   */
  readonly maxHealthyPercent?: number;
}

/** How ECS starts all new tasks beside the old ones before they take traffic. */
export interface BlueGreenDeploymentOptions extends ProxyDeploymentOptions {
  /**
   * How long the old tasks stay after traffic has moved to the new ones, so that a rollback takes seconds: whole
   * minutes, at most one day.
   *
   * @default Duration.minutes(15), the default of ECS
   */
  readonly bakeTime?: Duration;
}

/** How ECS moves traffic to the new tasks in equal steps. */
export interface LinearDeploymentOptions extends BlueGreenDeploymentOptions {
  /**
   * Share of the traffic that moves in each step, percent, 3 to 100.
   *
   * @default 10, the default of ECS
   */
  readonly stepPercent?: number;

  /**
   * How long ECS waits after each step: whole minutes, at most one day.
   *
   * @default Duration.minutes(6), the default of ECS
   */
  readonly stepBakeTime?: Duration;
}

/** How ECS moves a small part of the traffic to the new tasks first, and then the rest. */
export interface CanaryDeploymentOptions extends BlueGreenDeploymentOptions {
  /**
   * Share of the traffic that moves first, percent, 1 to 100.
   *
   * @default 5, the default of ECS
   */
  readonly stepPercent?: number;

  /**
   * How long ECS waits before it moves the rest: whole minutes, at most one day.
   *
   * @default Duration.minutes(10), the default of ECS
   */
  readonly stepBakeTime?: Duration;
}

/** Numbers of tasks while ECS starts all new ones beside the old ones. */
const BESIDE = { minHealthyPercent: 100, maxHealthyPercent: 200 };
/** The least step of a linear deployment (ECS API, `LinearConfiguration`). */
const LEAST_LINEAR_PERCENT = 3;

/**
 * How ECS replaces the tasks. If the new tasks do not become healthy, ECS rolls the deployment back, with its
 * configuration, which is part of the task definition.
 */
export class ProxyDeployment {
  /** Replaces a few tasks at a time. */
  public static rolling(options: RollingDeploymentOptions = {}): ProxyDeployment {
    checkArguments('ProxyDeployment.rolling', options);
    const { minHealthyPercent: min, maxHealthyPercent: max } = ROLLING;
    const { minHealthyPercent = min.default, maxHealthyPercent = max.default } = options;
    refuseTokens('minHealthyPercent', minHealthyPercent);
    refuseTokens('maxHealthyPercent', maxHealthyPercent);
    const usable =
      Number.isInteger(minHealthyPercent) &&
      Number.isInteger(maxHealthyPercent) &&
      minHealthyPercent >= min.min &&
      minHealthyPercent <= min.max &&
      maxHealthyPercent >= max.min &&
      maxHealthyPercent <= max.max;
    if (!usable || minHealthyPercent >= maxHealthyPercent) {
      throw new InputError(
        `minHealthyPercent '${minHealthyPercent}' and maxHealthyPercent '${maxHealthyPercent}' do not fit together: give whole numbers, 0 to 100 for the first, and 100 to 200 and more than the first for the second`,
      );
    }
    return new ProxyDeployment(DeploymentStrategy.ROLLING, options, { minHealthyPercent, maxHealthyPercent });
  }

  /**
   * Starts all new tasks beside the old ones. With `ProxyIngress.networkLoadBalancer` ECS moves the listeners. Without
   * it ECS moves no traffic, and clients reach old and new tasks until the bake time is over.
   */
  public static blueGreen(options: BlueGreenDeploymentOptions = {}): ProxyDeployment {
    checkArguments('ProxyDeployment.blueGreen', options);
    checkMinutes('bakeTime', options.bakeTime);
    return new ProxyDeployment(DeploymentStrategy.BLUE_GREEN, options, { ...BESIDE, bakeTime: options.bakeTime });
  }

  /** As blue/green, in equal steps. Needs `ProxyIngress.networkLoadBalancer`. */
  public static linear(options: LinearDeploymentOptions = {}): ProxyDeployment {
    checkArguments('ProxyDeployment.linear', options);
    const linearConfiguration = shiftOf(options, LEAST_LINEAR_PERCENT);
    const { bakeTime } = options;
    return new ProxyDeployment(DeploymentStrategy.LINEAR, options, { ...BESIDE, bakeTime, linearConfiguration });
  }

  /** As blue/green, a small part of the traffic first. Needs `ProxyIngress.networkLoadBalancer`. */
  public static canary(options: CanaryDeploymentOptions = {}): ProxyDeployment {
    checkArguments('ProxyDeployment.canary', options);
    const canaryConfiguration = shiftOf(options, TRAFFIC_SHIFT.stepPercent.min);
    const { bakeTime } = options;
    return new ProxyDeployment(DeploymentStrategy.CANARY, options, { ...BESIDE, bakeTime, canaryConfiguration });
  }

  private constructor(
    private readonly strategy: DeploymentStrategy,
    private readonly options: ProxyDeploymentOptions,
    private readonly service: Record<string, unknown> & {
      readonly minHealthyPercent: number;
      readonly maxHealthyPercent: number;
    },
  ) {}

  /**
   * Whether ECS moves traffic between two target groups.
   *
   * @internal
   */
  public get _shiftsTraffic(): boolean {
    return this.strategy !== DeploymentStrategy.ROLLING;
  }

  /** @internal */
  public get _needsLoadBalancer(): boolean {
    return this.strategy === DeploymentStrategy.LINEAR || this.strategy === DeploymentStrategy.CANARY;
  }

  /** @internal */
  public get _requireReady(): boolean {
    return this.options.requireReady ?? DEPLOYMENT.requireReady.default;
  }

  /**
   * Refuses shares of a number of tasks that leave ECS no task to stop or to start: a deployment would never end. ECS
   * rounds the least number up and the largest one down (ECS API, `DeploymentConfiguration`).
   *
   * @internal
   */
  public _refuseStandstill(tasks: number): void {
    const { minHealthyPercent: min, maxHealthyPercent: max } = this.service;
    const stops = tasks - Math.ceil((tasks * min) / 100);
    const starts = Math.floor((tasks * max) / 100) - tasks;
    if (stops < 1 && starts < 1) {
      const [most, least] = [Math.floor((100 * (tasks - 1)) / tasks), Math.ceil((100 * (tasks + 1)) / tasks)];
      throw new InputError(
        `minHealthyPercent '${min}' and maxHealthyPercent '${max}' of ${tasks} tasks let ECS neither stop nor start one: give minHealthyPercent of at most ${most}, or maxHealthyPercent of at least ${least}`,
      );
    }
  }

  /** @internal */
  public get _serviceOptions() {
    const { alarms = [] } = this.options;
    return {
      // A service without a strategy does a rolling deployment.
      ...(this._shiftsTraffic ? { deploymentStrategy: this.strategy } : {}),
      ...this.service,
      circuitBreaker: { rollback: true },
      deploymentAlarms: alarms.length > 0 ? { alarmNames: alarms.map(({ alarmName }) => alarmName) } : undefined,
      availabilityZoneRebalancing:
        this.service.maxHealthyPercent > 100
          ? AvailabilityZoneRebalancing.ENABLED
          : AvailabilityZoneRebalancing.DISABLED,
    };
  }
}

/** Checks how traffic moves, with the least step of the strategy. */
function shiftOf({ stepPercent, stepBakeTime, bakeTime }: LinearDeploymentOptions, min: number) {
  checkCount('stepPercent', stepPercent, { min, max: TRAFFIC_SHIFT.stepPercent.max });
  checkMinutes('stepBakeTime', stepBakeTime);
  checkMinutes('bakeTime', bakeTime);
  return { stepPercent, stepBakeTime };
}

function checkMinutes(what: string, time: Duration | undefined): void {
  const minutes = time === undefined || time.isUnresolved() ? 0 : time.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes > 1440) {
    throw new InputError(`${what} '${minutes} min' is not valid: give whole minutes, at most 1 day`);
  }
}
