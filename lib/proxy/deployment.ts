import type { Duration } from 'aws-cdk-lib';
import { AvailabilityZoneRebalancing, DeploymentStrategy } from 'aws-cdk-lib/aws-ecs';
import { InputError } from '../haproxy/errors';

/** Tasks are replaced a few at a time. */
export interface RollingDeploymentOptions {
  /**
   * Share of `desiredCount` that must run throughout, percent.
   *
   * @default 100: no capacity is lost
   */
  readonly minHealthyPercent?: number;

  /**
   * Share of `desiredCount` that may run at most, percent. 100 switches the rebalancing of Availability Zones off,
   * because it needs room for a task more.
   *
   * @default 200
   */
  readonly maxHealthyPercent?: number;
}

/** All new tasks are started beside the old ones before traffic goes to them. */
export interface BlueGreenDeploymentOptions {
  /**
   * How long the old tasks stay once traffic goes to the new ones, so that a way back takes seconds: whole minutes, at
   * most one day.
   *
   * @default Duration.minutes(15), ECS's own
   */
  readonly bakeTime?: Duration;
}

/**
 * How a new version replaces the old one. In every case a deployment whose tasks do not come up is rolled back, with its
 * configuration: that is part of the task definition.
 */
export class ProxyDeployment {
  /** A few tasks at a time. */
  public static rolling(options: RollingDeploymentOptions = {}): ProxyDeployment {
    const { minHealthyPercent = 100, maxHealthyPercent = 200 } = options;
    const usable =
      minHealthyPercent >= 0 && minHealthyPercent <= 100 && maxHealthyPercent >= 100 && maxHealthyPercent <= 200;
    if (!usable || minHealthyPercent >= maxHealthyPercent) {
      throw new InputError(
        `minHealthyPercent '${minHealthyPercent}' and maxHealthyPercent '${maxHealthyPercent}' do not go together: give 0 to 100, and more than that from 100 to 200`,
      );
    }
    return new ProxyDeployment(DeploymentStrategy.ROLLING, minHealthyPercent, maxHealthyPercent);
  }

  /**
   * All at once, beside the old ones. With `ProxyIngress.networkLoadBalancer` ECS moves the listeners; without it ECS moves no
   * traffic, and clients find the old tasks and the new ones until the bake time is over.
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
      // A rolling deployment is what a service does that is told nothing.
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
    throw new InputError(`bakeTime '${minutes} min' is not usable: give whole minutes, at most 1 day`);
  }
}
