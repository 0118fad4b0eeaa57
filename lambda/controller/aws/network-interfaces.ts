import { EC2Client, type Filter, type NetworkInterface, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import type { ObservedUpstream } from '../domain/raw-observation';
import { reasonOf } from '../domain/reason';
import { BEST_EFFORT, paced } from './client-options';
import { inBatches } from './in-batches';
import type { TimeLimit } from './time-limit';

/** The addresses that clients of a load balancer get: private ones if it is internal. */
export type Scope = 'private' | 'public';

/** Whose interfaces to read, and which of their addresses. */
export interface InterfaceQuery {
  readonly arn: string;
  readonly scope: Scope;
}

type ObservedInterfaces = Pick<ObservedUpstream, 'interfaces' | 'degraded'>;

/**
 * Values that all filters of a call take together.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 */
export const MAX_FILTER_VALUES = 200;

const ec2 = paced(new EC2Client(BEST_EFFORT));

/**
 * The addresses of the network interfaces of load balancers: all that they have now, also those that DNS does not
 * show. Many load balancers are read with one call.
 *
 * An interface is identified by its description, `ELB app/NAME/ID` or `ELB net/NAME/ID`, the end of the load balancer's ARN.
 * Source: https://repost.aws/knowledge-center/elb-find-load-balancer-IP
 *
 * @returns the addresses of a load balancer; never rejects
 */
export async function readInterfaces(
  queries: readonly InterfaceQuery[],
  time: TimeLimit,
): Promise<(query: InterfaceQuery) => ObservedInterfaces> {
  const found = new Map<string, NetworkInterface[]>();
  const failed = new Map<string, string>();
  const descriptions = [...new Set(queries.map(descriptionOf))];
  await inBatches(descriptions, MAX_FILTER_VALUES, async (batch) => {
    try {
      for (const one of await time.within(() => describeInterfaces([{ Name: 'description', Values: batch }]))) {
        if (one.Status !== 'in-use') {
          continue;
        }
        const others = found.get(one.Description ?? '') ?? [];
        others.push(one);
        found.set(one.Description ?? '', others);
      }
    } catch (error) {
      for (const description of batch) {
        failed.set(description, `DescribeNetworkInterfaces failed: ${reasonOf(error)}`);
      }
    }
  });
  return (query) => {
    const description = descriptionOf(query);
    const reason = failed.get(description);
    if (reason !== undefined) {
      return { degraded: [reason] };
    }
    return {
      interfaces: (found.get(description) ?? []).flatMap((one) => addressesOf(one, query.scope)),
      degraded: [],
    };
  };
}

/** All network interfaces that a filter lets through, of all pages. */
export async function describeInterfaces(Filters: Filter[]): Promise<NetworkInterface[]> {
  const found: NetworkInterface[] = [];
  for await (const page of paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 1000 }, { Filters })) {
    found.push(...(page.NetworkInterfaces ?? []));
  }
  return found;
}

function descriptionOf({ arn }: InterfaceQuery): string {
  const [, id] = arn.split(':loadbalancer/');
  return `ELB ${id}`;
}

/** IPv6 addresses are the same inside and outside of the VPC. */
function addressesOf({ PrivateIpAddresses = [], Ipv6Addresses = [] }: NetworkInterface, scope: Scope): string[] {
  return [
    ...PrivateIpAddresses.map((a) => (scope === 'private' ? a.PrivateIpAddress : a.Association?.PublicIp)),
    ...Ipv6Addresses.map((a) => a.Ipv6Address),
  ].filter((address) => address !== undefined);
}
