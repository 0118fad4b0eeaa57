import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error';
import { pageOf } from './ec2-describe';
import type { AwsHandlers } from './operations';

/** What a filter compares, by its name. */
const FILTERS: Readonly<Record<string, (found: NetworkInterface) => readonly (string | undefined)[]>> = {
  description: ({ Description }) => [Description],
  status: ({ Status }) => [Status],
  'vpc-id': ({ VpcId }) => [VpcId],
  'subnet-id': ({ SubnetId }) => [SubnetId],
  'availability-zone': ({ AvailabilityZone }) => [AvailabilityZone],
  'interface-type': ({ InterfaceType }) => [InterfaceType],
  'requester-id': ({ RequesterId }) => [RequesterId],
  'network-interface-id': ({ NetworkInterfaceId }) => [NetworkInterfaceId],
  'private-ip-address': ({ PrivateIpAddress }) => [PrivateIpAddress],
  'addresses.private-ip-address': ({ PrivateIpAddresses = [] }) => PrivateIpAddresses.map((a) => a.PrivateIpAddress),
  'addresses.association.public-ip': ({ PrivateIpAddresses = [] }) =>
    PrivateIpAddresses.map((a) => a.Association?.PublicIp),
  'association.public-ip': ({ PrivateIpAddresses = [] }) => PrivateIpAddresses.map((a) => a.Association?.PublicIp),
  'ipv6-addresses.ipv6-address': ({ Ipv6Addresses = [] }) => Ipv6Addresses.map((a) => a.Ipv6Address),
};

/** The network interfaces of the account, with the limits and pages of the real API. */
export class NetworkInterfaces {
  readonly #interfaces = new Map<string, NetworkInterface>();

  /** Makes a network interface, or replaces the one with its id. */
  public set(one: NetworkInterface & { readonly NetworkInterfaceId: string }): void {
    this.#interfaces.set(one.NetworkInterfaceId, one);
  }

  /** Deletes those for which this holds. */
  public delete(isDeleted: (one: NetworkInterface) => boolean): void {
    for (const [id, one] of this.#interfaces) {
      if (isDeleted(one)) {
        this.#interfaces.delete(id);
      }
    }
  }

  public readonly handlers = {
    'ec2:DescribeNetworkInterfaces': ({ NetworkInterfaceIds, ...input }) => {
      const ids = this.#ids(NetworkInterfaceIds);
      const all = ids.map((id) => this.#interfaces.get(id)!);
      const { page, ...more } = pageOf(all, input, (name) => FILTERS[name]);
      return { NetworkInterfaces: page, ...more };
    },
  } satisfies AwsHandlers;

  #ids(asked: readonly string[] | undefined): readonly string[] {
    const missing = asked?.filter((id) => !this.#interfaces.has(id)) ?? [];
    if (missing.length > 0) {
      const message = `The networkInterface ID '${missing.join(', ')}' does not exist`;
      throw new AwsError('InvalidNetworkInterfaceID.NotFound', message);
    }
    return asked ?? [...this.#interfaces.keys()];
  }
}
