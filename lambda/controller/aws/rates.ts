/** How fast an API may be called: a token bucket, per account and region. */
interface Quota {
  /** Calls at once. */
  readonly burst: number;
  /** Calls a second after that. */
  readonly perSecond: number;
}

const ELB: Quota = { burst: 40, perSecond: 10 };
const ECS_TASKS: Quota = { burst: 100, perSecond: 20 };
const ECS_SERVICES: Quota = { burst: 50, perSecond: 20 };
const EC2: Quota = { burst: 100, perSecond: 20 };

/**
 * What AWS allows an account, by command of the SDK. Calls that are not listed have no quota that a run can reach.
 *
 * Sources:
 * - https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
 * - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html (one bucket for reading the tasks
 *   of clusters, another one for reading services)
 * - https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 * - https://docs.aws.amazon.com/general/latest/gr/ssm.html (40 a second for all operations that get parameters)
 */
export const QUOTAS: Readonly<Record<string, { readonly bucket: string } & Quota>> = {
  DescribeLoadBalancersCommand: { bucket: 'elb', ...ELB },
  DescribeLoadBalancerAttributesCommand: { bucket: 'elb', ...ELB },
  ListTasksCommand: { bucket: 'ecs-tasks', ...ECS_TASKS },
  DescribeTasksCommand: { bucket: 'ecs-tasks', ...ECS_TASKS },
  DescribeContainerInstancesCommand: { bucket: 'ecs-tasks', ...ECS_TASKS },
  DescribeServicesCommand: { bucket: 'ecs-services', ...ECS_SERVICES },
  DescribeNetworkInterfacesCommand: { bucket: 'ec2-interfaces', ...EC2 },
  DescribeInstancesCommand: { bucket: 'ec2-instances', ...EC2 },
  GetParametersByPathCommand: { bucket: 'ssm', burst: 40, perSecond: 40 },
};

/** The share of a quota that a monitor uses. The rest is for everything else in the account, deployments above all. */
const SHARE = 0.75;

/** Spaces calls, so that they stay within a rate. */
export class Pace {
  /** When the bucket is full again, milliseconds since 1970. */
  #full = 0;

  /** @param quota the rate, of which `share` is used */
  public constructor(
    private readonly quota: Quota,
    private readonly share = SHARE,
  ) {}

  /**
   * Takes the turn of one call.
   *
   * @param now milliseconds since 1970
   * @returns milliseconds to wait before it is made
   */
  public take(now: number): number {
    const between = 1000 / (this.quota.perSecond * this.share);
    const burst = Math.max(1, Math.floor(this.quota.burst * this.share));
    const start = Math.max(now, this.#full - (burst - 1) * between);
    this.#full = Math.max(start, this.#full) + between;
    return start - now;
  }
}
