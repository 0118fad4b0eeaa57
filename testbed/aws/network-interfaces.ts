import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** Most values of all filters of a call. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html */
const MAX_FILTER_VALUES = 200;
const MIN_PAGE = 5;
const MAX_PAGE = 1000;

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
    'ec2:DescribeNetworkInterfaces': ({ Filters = [], NetworkInterfaceIds, MaxResults, NextToken = '0' }) => {
      const values = Filters.reduce((sum, { Values = [] }) => sum + Values.length, 0);
      if (values > MAX_FILTER_VALUES) {
        throw new AwsError(
          'FilterLimitExceeded',
          `The maximum number of filter values specified on a single call is ${MAX_FILTER_VALUES}`,
        );
      }
      const size = MaxResults === undefined ? MAX_PAGE : Number(MaxResults);
      if (!(size >= MIN_PAGE && size <= MAX_PAGE)) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between ${MIN_PAGE} and ${MAX_PAGE}.`,
        );
      }
      const passes = Filters.map(({ Name = '', Values = [] }) => {
        const valuesOf = FILTERS[Name];
        if (valuesOf === undefined) {
          throw new AwsError('InvalidParameterValue', `The filter '${Name}' is invalid`);
        }
        const patterns = Values.map(wildcards);
        return (one: NetworkInterface) =>
          valuesOf(one).some((value) => patterns.some((pattern) => pattern.test(value ?? '')));
      });
      const ids = this.#ids(NetworkInterfaceIds);
      const found = ids.map((id) => this.#interfaces.get(id)!).filter((one) => passes.every((pass) => pass(one)));
      const from = Number(NextToken);
      const more = found.length > from + size ? { NextToken: String(from + size) } : {};
      return { NetworkInterfaces: found.slice(from, from + size), ...more };
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

/** The values of a filter may have `*` and `?`. */
function wildcards(value: string): RegExp {
  const escaped = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
