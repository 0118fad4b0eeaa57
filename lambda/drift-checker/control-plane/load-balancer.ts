import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { UpstreamReading } from '../live';
import { CLIENT_OPTIONS } from './client-options';

/** States in which a load balancer takes traffic. */
const USABLE = new Set(['active', 'active_impaired']);

const elb = new ElasticLoadBalancingV2Client(CLIENT_OPTIONS);

/** What the API says of a load balancer: its state, and for a Network Load Balancer its addresses. */
export async function describeLoadBalancer(arn: string): Promise<Omit<UpstreamReading, 'answers'>> {
  try {
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
    const [balancer] = LoadBalancers;
    const state = balancer?.State?.Code ?? 'gone';
    const owned = (balancer?.AvailabilityZones ?? [])
      .flatMap((zone) => zone.LoadBalancerAddresses ?? [])
      .map((a) => (balancer?.Scheme === 'internal' ? a.PrivateIPv4Address : a.IpAddress))
      .filter((address) => address !== undefined);
    return USABLE.has(state)
      ? { owned, problems: [], degraded: [] }
      : { owned, balancer: 'unusable', problems: [`load balancer ${arn} is ${state}`], degraded: [] };
  } catch (error) {
    return error instanceof LoadBalancerNotFoundException
      ? { owned: [], balancer: 'unusable', problems: [`load balancer ${arn} is gone`], degraded: [] }
      : {
          owned: [],
          balancer: 'unread',
          problems: [],
          degraded: [`DescribeLoadBalancers failed: ${reasonOf(error)}`],
        };
  }
}

/** The name of an error of AWS; what a connection that failed says of itself. */
function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === 'Error' ? message : name;
}
