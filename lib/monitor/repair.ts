/**
 * What the checker does about a proxy with a critical incident.
 *
 * A repair is a new deployment of the proxy's service with the same task definition (`ecs:UpdateService` with
 * `forceNewDeployment`): the new tasks resolve the load balancer's name again. The checker repairs one service at a time,
 * and once per incident. It can repair only proxies on ECS.
 */
export class Repair {
  /** Redeploys the service. The checker gets the permission for the registered services alone. */
  public static redeploy(): Repair {
    return new Repair('redeploy');
  }

  /** Logs what `redeploy` would do. The checker gets no permission. */
  public static dryRun(): Repair {
    return new Repair('dry-run');
  }

  /**
   * The mode in the environment of the checker.
   *
   * @internal
   */
  public readonly _mode: 'redeploy' | 'dry-run';

  private constructor(mode: 'redeploy' | 'dry-run') {
    this._mode = mode;
  }
}
