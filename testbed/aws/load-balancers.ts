import type { LoadBalancer, LoadBalancerAttribute } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** Most load balancers that one call may name. */
const MAX_NAMED = 20;
/** The largest page, which is also the page of a call that names none. */
const MAX_PAGE = 400;

/** How a Network Load Balancer answers clients of a zone: `dns_record.client_routing_policy`. */
export type ClientRouting =
  | 'any_availability_zone'
  | 'availability_zone_affinity'
  | 'partial_availability_zone_affinity';

/** A load balancer of the account: what the API says of it. */
export interface StoredBalancer extends LoadBalancer {
  readonly LoadBalancerArn: string;
  readonly LoadBalancerName: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Application and Network Load Balancers in memory, with the limits and pages of the real API. */
export class LoadBalancers {
  readonly #balancers = new Map<string, StoredBalancer>();

  /** Makes a load balancer, or replaces the one with its ARN. */
  public set(balancer: StoredBalancer): void {
    this.#balancers.set(balancer.LoadBalancerArn, balancer);
  }

  /** Deletes a load balancer. */
  public delete(arn: string): void {
    this.#balancers.delete(arn);
  }

  public readonly handlers = {
    'elasticloadbalancing:DescribeLoadBalancers': (input) => {
      const { LoadBalancerArns: arns, Names: names, PageSize = MAX_PAGE, Marker = '' } = input;
      if (arns?.length && names?.length) {
        throw new AwsError(
          'ValidationError',
          'Load balancer names and load balancer ARNs cannot be specified together',
        );
      }
      const asked = arns?.length ? arns : names;
      if (asked?.length) {
        return { LoadBalancers: this.#named(asked, arns?.length ? 'LoadBalancerArn' : 'LoadBalancerName') };
      }
      const size = Number(PageSize);
      if (!(size >= 1 && size <= MAX_PAGE)) {
        throw new AwsError('ValidationError', `1 validation error detected: Value '${PageSize}' at 'pageSize' failed`);
      }
      const from = Number(Marker);
      const all = [...this.#balancers.values()].map(withoutAttributes);
      const NextMarker = all.length > from + size ? { NextMarker: String(from + size) } : {};
      return { LoadBalancers: all.slice(from, from + size), ...NextMarker };
    },
    'elasticloadbalancing:DescribeLoadBalancerAttributes': ({ LoadBalancerArn = '' }) => {
      const balancer = this.#balancers.get(LoadBalancerArn);
      if (balancer === undefined) {
        throw notFound([LoadBalancerArn]);
      }
      return {
        Attributes: Object.entries(balancer.attributes).map(([Key, Value]): LoadBalancerAttribute => ({ Key, Value })),
      };
    },
  } satisfies AwsHandlers;

  /** One that is missing fails the call for all. */
  #named(asked: readonly string[], by: 'LoadBalancerArn' | 'LoadBalancerName'): LoadBalancer[] {
    if (asked.length > MAX_NAMED) {
      const member = by === 'LoadBalancerArn' ? 'loadBalancerArns' : 'names';
      throw new AwsError(
        'ValidationError',
        `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${MAX_NAMED}`,
      );
    }
    const found = [...this.#balancers.values()].filter((balancer) => asked.includes(balancer[by]));
    const missing = asked.filter((key) => !found.some((balancer) => balancer[by] === key));
    if (missing.length > 0) {
      throw notFound(missing);
    }
    return found.map(withoutAttributes);
  }
}

function withoutAttributes({ attributes: _, ...balancer }: StoredBalancer): LoadBalancer {
  return balancer;
}

function notFound(keys: readonly string[]): AwsError {
  return new AwsError('LoadBalancerNotFound', `Load balancers '[${keys.join(', ')}]' not found`);
}
