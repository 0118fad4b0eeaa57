import type { Duration } from 'aws-cdk-lib';
import { AvailabilityZoneRebalancing, DeploymentStrategy } from 'aws-cdk-lib/aws-ecs';
import { InputError } from '../haproxy/errors';
import { ROLLING } from '../private/options';

/** How many tasks run while ECS replaces a few tasks at a time. */
export interface RollingDeploymentOptions {
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
export interface BlueGreenDeploymentOptions {
  /**
   * How long the old tasks stay after traffic has moved to the new ones, so that a rollback takes seconds: whole
   * minutes, at most one day.
   *
   * @default Duration.minutes(15), the default of ECS
   */
  readonly bakeTime?: Duration;
}

/**
 * How ECS replaces the tasks. If the new tasks do not start, ECS rolls the deployment back, with its configuration,
 * which is part of the task definition.
 */
export class ProxyDeployment {
  /** Replaces a few tasks at a time. */
  public static rolling(options: RollingDeploymentOptions = {}): ProxyDeployment {
    const { minHealthyPercent: min, maxHealthyPercent: max } = ROLLING;
    const { minHealthyPercent = min.default, maxHealthyPercent = max.default } = options;
    const usable =
      minHealthyPercent >= min.min &&
      minHealthyPercent <= min.max &&
      maxHealthyPercent >= max.min &&
      maxHealthyPercent <= max.max;
    if (!usable || minHealthyPercent >= maxHealthyPercent) {
      throw new InputError(
        `minHealthyPercent '${minHealthyPercent}' and maxHealthyPercent '${maxHealthyPercent}' do not fit together: give 0 to 100 for the first, and 100 to 200 and more than the first for the second`,
      );
    }
    return new ProxyDeployment(DeploymentStrategy.ROLLING, minHealthyPercent, maxHealthyPercent);
  }

  /**
   * Starts all new tasks beside the old ones. With `ProxyIngress.networkLoadBalancer` ECS moves the listeners. Without
   * it ECS moves no traffic, and clients reach old and new tasks until the bake time is over.
   */
  public static blueGreen(options: BlueGreenDeploymentOptions = {}): ProxyDeployment {
    checkBakeTime(options.bakeTime);
    return new ProxyDeployment(DeploymentStrategy.BLUE_GREEN, 100, 200, options.bakeTime);
  }

  private constructor(
    private readonly strategy: DeploymentStrategy,
    private readonly minHealthyPercent: number,
    private readonly maxHealthyPercent: number,
    private readonly bakeTime?: Duration,
  ) {}

  /** @internal */
  public get _isBlueGreen(): boolean {
    return this.strategy === DeploymentStrategy.BLUE_GREEN;
  }

  /** @internal */
  public get _serviceOptions() {
    const { strategy: deploymentStrategy, minHealthyPercent, maxHealthyPercent, bakeTime } = this;
    return {
      // A service without these options does a rolling deployment.
      ...(this._isBlueGreen ? { deploymentStrategy, bakeTime } : {}),
      minHealthyPercent,
      maxHealthyPercent,
      circuitBreaker: { rollback: true },
      availabilityZoneRebalancing:
        maxHealthyPercent > 100 ? AvailabilityZoneRebalancing.ENABLED : AvailabilityZoneRebalancing.DISABLED,
    };
  }
}

function checkBakeTime(bakeTime: Duration | undefined): void {
  const minutes = bakeTime === undefined || bakeTime.isUnresolved() ? 0 : bakeTime.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes > 1440) {
    throw new InputError(`bakeTime '${minutes} min' is not valid: give whole minutes, at most 1 day`);
  }
}
