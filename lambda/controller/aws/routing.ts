import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ObservedUpstream } from '../domain/raw-observation';
import { BEST_EFFORT, paced } from './client-options';
import type { TimeLimit } from './time-limit';

type Routing = ObservedUpstream['routing'];

/** Attribute of a Network Load Balancer: whether its name answers clients of each zone otherwise. */
const CLIENT_ROUTING_POLICY = 'dns_record.client_routing_policy';
/** Its value where all clients get the same answer. The other two are full and partial affinity to a zone. */
const ANY_ZONE = 'any_availability_zone';

/** An hour: people change the attribute rarely. */
const REMEMBERED_MILLIS = 60 * 60_000;
/** There is no call for several load balancers, and the quota is that of all calls that describe them. */
const READ_PER_RUN = 20;

/** By ARN, as long as the function is warm. */
const remembered = new Map<string, { readonly routing: Routing; readonly at: number }>();

const elb = paced(new ElasticLoadBalancingV2Client(BEST_EFFORT));

/**
 * How the names of load balancers route their clients. At most 20 are read in a run: those that are not known, and
 * those that were read an hour ago.
 *
 * @returns the routing of a load balancer; undefined where it is not known yet, or not allowed to know
 */
export async function routingReader(
  balancers: readonly LoadBalancer[],
  time: TimeLimit,
): Promise<(balancer: LoadBalancer) => Routing> {
  const now = Date.now();
  const due = [...new Set(balancers.filter(({ Type }) => Type === 'network').map((one) => one.LoadBalancerArn ?? ''))]
    .filter((arn) => now - (remembered.get(arn)?.at ?? Number.NEGATIVE_INFINITY) >= REMEMBERED_MILLIS)
    .sort((a, b) => (remembered.get(a)?.at ?? 0) - (remembered.get(b)?.at ?? 0))
    .slice(0, READ_PER_RUN);
  await Promise.all(
    due.map(async (arn) => {
      const routing = await read(arn, time);
      // What may not be read, is not asked for in each run.
      remembered.set(arn, { routing: routing ?? remembered.get(arn)?.routing, at: now });
    }),
  );
  return ({ Type, LoadBalancerArn = '' }) =>
    Type === undefined || Type === 'network' ? remembered.get(LoadBalancerArn)?.routing : 'any';
}

async function read(LoadBalancerArn: string, time: TimeLimit): Promise<Routing> {
  try {
    const { Attributes = [] } = await time.within(() =>
      elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
    );
    const policy = Attributes.find(({ Key }) => Key === CLIENT_ROUTING_POLICY)?.Value;
    if (policy === undefined) {
      return undefined;
    }
    return policy === ANY_ZONE ? 'any' : 'zonal';
  } catch {
    return undefined;
  }
}
