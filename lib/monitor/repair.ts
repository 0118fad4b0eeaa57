/**
 * What the checker does about a proxy with a critical incident.
 *
 * A repair is a new deployment of the proxy's service with the task definition that it has (`ecs:UpdateService` with
 * `forceNewDeployment`): its new tasks resolve the load balancer's name anew. One service at a time, and once for an
 * incident. Only proxies on ECS can be repaired.
 */
export class Repair {
  /** Deploys the service anew. The checker gets the permission for the registered services, and for no other. */
  public static redeploy(): Repair {
    return new Repair('redeploy');
  }

  /** Logs what `redeploy` would do. No permission is given. */
  public static dryRun(): Repair {
    return new Repair('dry-run');
  }

  /**
   * What the checker is told.
   *
   * @internal
   */
  public readonly _mode: 'redeploy' | 'dry-run';

  private constructor(mode: 'redeploy' | 'dry-run') {
    this._mode = mode;
  }
}
