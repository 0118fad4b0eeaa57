import { isIPv4 } from 'node:net';
import { InputError } from '../../haproxy/errors';
import type { Locality } from '../../proxy/locality';

/**
 * Refuses networks of zones by which a task cannot distinguish its own zone.
 *
 * @param isUnknown whether only CloudFormation knows a name or a network
 */
export function checkZones(
  zones: NonNullable<Locality['_zones']>,
  isUnknown: (text: string) => boolean = () => false,
): void {
  if (Object.keys(zones).length === 0) {
    throw new InputError('the zones of locality are empty: give the networks of each zone, or leave them out');
  }
  const earlier: { readonly zone: string; readonly network: string; readonly prefix: string }[] = [];
  for (const [zone, networks] of Object.entries(zones)) {
    if (!isUnknown(zone)) {
      checkZoneName(zone);
    }
    if (networks.length === 0) {
      throw new InputError(`zone '${zone}' of locality has no network: give at least one, such as 10.0.0.0/24`);
    }
    for (const network of networks.filter((one) => !isUnknown(one))) {
      checkZoneNetwork(network, zone);
      const prefix = prefixOf(network);
      const isPart = (one: string) => one.startsWith(prefix) || prefix.startsWith(one);
      const other = earlier.find((one) => one.zone !== zone && isPart(one.prefix));
      if (other !== undefined) {
        throw new InputError(
          `zone '${zone}' of locality has '${network}', which overlaps '${other.network}' of zone '${other.zone}': give each zone its own networks`,
        );
      }
      earlier.push({ zone, network, prefix });
    }
  }
}

function checkZoneName(zone: string): void {
  if (!/^[a-z0-9-]+$/.test(zone)) {
    throw new InputError(`zone '${zone}' of locality is not valid: give the name of a zone, such as eu-west-1a`);
  }
  if (/-az\d+$/.test(zone)) {
    throw new InputError(
      `zone '${zone}' of locality is the id of a zone, and tasks know its name: give that, such as eu-west-1a`,
    );
  }
}

/** HAProxy takes the IPv4 addresses of a load balancer alone. */
function checkZoneNetwork(network: string, zone: string): void {
  const [address = '', length = '', more] = network.split('/');
  const isNetwork = isIPv4(address) && /^\d{1,2}$/.test(length) && Number(length) <= 32 && more === undefined;
  if (!isNetwork) {
    throw new InputError(
      `zone '${zone}' of locality has '${network}', which is no IPv4 network: give one such as 10.0.0.0/24`,
    );
  }
}

/** The bits that all addresses of a network begin with. */
function prefixOf(network: string): string {
  const [address = '', length] = network.split('/');
  const octets = address.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
  return octets.join('').slice(0, Number(length));
}
