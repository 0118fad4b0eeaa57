import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { RegistryUpstream } from '../../../lib/contract/registry-record';
import { reasonOf } from '../domain/reason';
import { inBatches } from './in-batches';
import { describeInterfaces, MAX_FILTER_VALUES } from './network-interfaces';
import type { TimeLimit } from './time-limit';

/** Addresses of one proxy that its load balancers do not have, and what tells them apart. */
export interface OwnerQuery {
  readonly addresses: readonly string[];
  readonly upstreams: readonly RegistryUpstream[];
  /** Private addresses of its tasks: VPCs may have the same addresses, and an owner must be in that of the tasks. */
  readonly taskAddresses: readonly string[];
}

/** The filters that find the interface of an address. */
const FILTERS = ['addresses.private-ip-address', 'addresses.association.public-ip', 'ipv6-addresses.ipv6-address'];

/** The interface of a load balancer: `ELB app/NAME/ID`, `ELB net/NAME/ID`, or `ELB NAME` of a Classic one. */
const ELB_INTERFACE = /^ELB (?:(?:app|net|gwy)\/)?([^/]+)/;

/** The name that AWS gives to a load balancer: `[internal-]NAME-ID.….elb.….amazonaws.com`. */
const ELB_NAME =
  /^(?:dualstack\.)?(?:internal-)?([^.]+)-[0-9a-z]+\.(?:[^.]+\.)?elb\.(?:[^.]+\.)?amazonaws\.com(?:\.cn)?\.?$/i;

/**
 * Whose addresses are, as far as the account can say: interfaces of this account and region that do not belong to the
 * load balancers of the proxy.
 *
 * @returns owners by address for a query, and what failed; never rejects
 */
export async function readOwners(
  queries: readonly OwnerQuery[],
  time: TimeLimit,
): Promise<{ ownersOf: (query: OwnerQuery) => Record<string, string>; degraded: readonly string[] }> {
  const wanted = [...new Set(queries.flatMap(({ addresses, taskAddresses }) => [...addresses, ...taskAddresses]))];
  const found = new Map<string, NetworkInterface[]>();
  const degraded = new Set<string>();
  for (const Name of FILTERS) {
    const ofKind = wanted.filter((address) => address.includes(':') === (Name === 'ipv6-addresses.ipv6-address'));
    await inBatches(ofKind, MAX_FILTER_VALUES, async (Values) => {
      try {
        for (const one of await time.within(() => describeInterfaces([{ Name, Values }]))) {
          for (const address of addressesOf(one)) {
            const others = found.get(address) ?? [];
            others.push(one);
            found.set(address, others);
          }
        }
      } catch (error) {
        degraded.add(`DescribeNetworkInterfaces failed: ${reasonOf(error)}`);
      }
    });
  }
  return { ownersOf: (query) => ownersIn(found, query), degraded: [...degraded] };
}

function ownersIn(found: ReadonlyMap<string, readonly NetworkInterface[]>, query: OwnerQuery): Record<string, string> {
  const home = homeOf(found, query);
  const owners: [string, string][] = [];
  for (const address of query.addresses) {
    // A private address is unique in its VPC alone, any other one everywhere.
    const there = new Set((found.get(address) ?? []).filter((one) => !isPrivateOf(one, address) || one.VpcId === home));
    const [owner] = there;
    if (there.size === 1 && !mayBeOf(query.upstreams, owner!)) {
      owners.push([address, describeOwner(owner!)]);
    }
  }
  return Object.fromEntries(owners);
}

/** The VPC of the tasks; undefined where their addresses are in several. */
function homeOf(
  found: ReadonlyMap<string, readonly NetworkInterface[]>,
  { taskAddresses }: OwnerQuery,
): string | undefined {
  const candidates = taskAddresses
    .map((address) => new Set((found.get(address) ?? []).map(({ VpcId }) => VpcId)))
    .filter(({ size }) => size > 0);
  const [first = new Set<string | undefined>(), ...others] = candidates;
  const common = [...first].filter((vpc) => others.every((other) => other.has(vpc)));
  return common.length === 1 ? common[0] : undefined;
}

/** Whether an interface may be one of the load balancers of a proxy. */
function mayBeOf(upstreams: readonly RegistryUpstream[], { Description = '' }: NetworkInterface): boolean {
  const [, elb] = ELB_INTERFACE.exec(Description) ?? [];
  if (elb === undefined) {
    return false;
  }
  return upstreams.some(({ loadBalancerArn, loadBalancerName, dnsName }) => {
    if (loadBalancerArn !== undefined) {
      return Description === `ELB ${loadBalancerArn.split(':loadbalancer/')[1]}`;
    }
    const name = loadBalancerName ?? ELB_NAME.exec(dnsName)?.[1];
    // An alias does not say which load balancer it is.
    return name === undefined || name.toLowerCase() === elb.toLowerCase();
  });
}

/** One line: the interface, what it is for, and whose it is. */
function describeOwner({
  NetworkInterfaceId,
  Description,
  InterfaceType,
  Attachment,
  OwnerId,
}: NetworkInterface): string {
  const what = Description || Attachment?.InstanceId || InterfaceType;
  return `${NetworkInterfaceId}${what ? ` (${what})` : ''}${OwnerId ? ` of account ${OwnerId}` : ''}`;
}

function isPrivateOf({ PrivateIpAddresses = [] }: NetworkInterface, address: string): boolean {
  return PrivateIpAddresses.some(({ PrivateIpAddress }) => PrivateIpAddress === address);
}

function addressesOf({ PrivateIpAddresses = [], Ipv6Addresses = [] }: NetworkInterface): string[] {
  return [
    ...PrivateIpAddresses.flatMap((a) => [a.PrivateIpAddress, a.Association?.PublicIp]),
    ...Ipv6Addresses.map((a) => a.Ipv6Address),
  ].filter((address) => address !== undefined);
}
