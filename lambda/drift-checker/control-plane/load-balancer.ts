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
    return { owned, problems: USABLE.has(state) ? [] : [`load balancer ${arn} is ${state}`], degraded: [] };
  } catch (error) {
    return error instanceof LoadBalancerNotFoundException
      ? { owned: [], problems: [`load balancer ${arn} is gone`], degraded: [] }
      : {
          owned: [],
          problems: [],
          degraded: [`DescribeLoadBalancers failed: ${error instanceof Error ? error.name : error}`],
        };
  }
}
