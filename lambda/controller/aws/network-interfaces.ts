import { EC2Client, type NetworkInterface, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import type { ObservedUpstream } from '../domain/observation';
import { reasonOf } from '../domain/reason';
import { BEST_EFFORT } from './client-options';

/** The addresses that clients of a load balancer get: private ones if it is internal. */
export type Scope = 'private' | 'public';

const ec2 = new EC2Client(BEST_EFFORT);

/**
 * The addresses of a load balancer's network interfaces: all that it has now, also those that DNS does not show.
 *
 * An interface is identified by its description, `ELB app/NAME/ID` or `ELB net/NAME/ID`, the end of the load balancer's ARN.
 * Source: https://repost.aws/knowledge-center/elb-find-load-balancer-IP
 */
export async function readInterfaces(
  loadBalancerArn: string,
  scope: Scope,
): Promise<Pick<ObservedUpstream, 'interfaces' | 'degraded'>> {
  const [, id] = loadBalancerArn.split(':loadbalancer/');
  const Filters = [
    { Name: 'description', Values: [`ELB ${id}`] },
    { Name: 'status', Values: ['in-use'] },
  ];
  const interfaces: string[] = [];
  try {
    for await (const page of paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 1000 }, { Filters })) {
      interfaces.push(...(page.NetworkInterfaces ?? []).flatMap((found) => addressesOf(found, scope)));
    }
    return { interfaces, degraded: [] };
  } catch (error) {
    return { degraded: [`DescribeNetworkInterfaces failed: ${reasonOf(error)}`] };
  }
}

/** IPv6 addresses are the same inside and outside of the VPC. */
function addressesOf({ PrivateIpAddresses = [], Ipv6Addresses = [] }: NetworkInterface, scope: Scope): string[] {
  return [
    ...PrivateIpAddresses.map((a) => (scope === 'private' ? a.PrivateIpAddress : a.Association?.PublicIp)),
    ...Ipv6Addresses.map((a) => a.Ipv6Address),
  ].filter((address) => address !== undefined);
}
