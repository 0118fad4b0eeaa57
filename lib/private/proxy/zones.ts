import { isIPv4 } from 'node:net';
import { Token } from 'aws-cdk-lib';
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { InputError } from '../../haproxy/errors';
import type { Locality } from '../../proxy/locality';
import { refuseTokens } from '../checks';

/** The networks of one zone. Both may be tokens. */
interface Zone {
  readonly name: string;
  readonly networks: readonly string[];
}

/**
 * The value of the variable with the networks of each zone, for the script that prefers a zone. CloudFormation fills its
 * tokens in. Nothing when no upstream prefers its zone.
 *
 * @param localities those of all upstreams
 * @param region that of the tasks
 */
export function zonesOf(vpc: IVpc, localities: readonly (Locality | undefined)[], region: string): string | undefined {
  const given = localities.filter((locality) => locality !== undefined);
  if (given.length === 0) {
    return undefined;
  }
  const zones = [
    ...given.flatMap(({ _zones }) => (_zones === undefined ? [] : givenZones(_zones, region))),
    ...(given.some(({ _zones }) => _zones === undefined) ? zonesOfVpc(vpc) : []),
  ];
  return zones.map(({ name, networks }) => `${name}=${networks.join(',')}`).join(' ');
}

function givenZones(zones: NonNullable<Locality['_zones']>, region: string): Zone[] {
  checkZones(zones);
  const found = Object.entries(zones).map(([name, networks]) => ({ name, networks }));
  const elsewhere = found.find(({ name }) => !Token.isUnresolved(name) && !name.startsWith(region));
  if (elsewhere !== undefined && !Token.isUnresolved(region)) {
    throw new InputError(
      `zone '${elsewhere.name}' of locality is not in the region of the stack, ${region}: give zones of that region`,
    );
  }
  return found;
}

/** Refuses networks of zones by which no task can tell its own zone from the others. */
export function checkZones(zones: NonNullable<Locality['_zones']>): void {
  refuseTokens('zones', zones);
  if (Object.keys(zones).length === 0) {
    throw new InputError('the zones of locality are empty: give the networks of each zone, or leave them out');
  }
  const earlier: { readonly zone: string; readonly network: string; readonly prefix: string }[] = [];
  for (const [zone, networks] of Object.entries(zones)) {
    checkZoneName(zone);
    if (networks.length === 0) {
      throw new InputError(`zone '${zone}' of locality has no network: give at least one, such as 10.0.0.0/24`);
    }
    for (const network of networks) {
      checkZoneNetwork(network, zone);
      const prefix = prefixOf(network);
      if (prefix === undefined) {
        continue;
      }
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
  if (Token.isUnresolved(zone)) {
    return;
  }
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
  if (!isNetwork && !Token.isUnresolved(network)) {
    throw new InputError(
      `zone '${zone}' of locality has '${network}', which is no IPv4 network: give one such as 10.0.0.0/24`,
    );
  }
}

/** The bits that all addresses of a network begin with; undefined where only CloudFormation knows them. */
function prefixOf(network: string): string | undefined {
  if (Token.isUnresolved(network)) {
    return undefined;
  }
  const [address = '', length] = network.split('/');
  const octets = address.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
  return octets.join('').slice(0, Number(length));
}

function zonesOfVpc(vpc: IVpc): Zone[] {
  const zones = new Map<string, string[]>();
  for (const subnet of [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets]) {
    const networks = zones.get(subnet.availabilityZone) ?? [];
    zones.set(subnet.availabilityZone, [...networks, networkOf(subnet, vpc)]);
  }
  return [...zones].map(([name, networks]) => ({ name, networks }));
}

/** A subnet that was imported by its id alone has none, and its property throws. */
function networkOf(subnet: ISubnet, vpc: IVpc): string {
  try {
    return subnet.ipv4CidrBlock;
  } catch {
    throw new InputError(
      `locality needs the networks of the zones, and subnet '${subnet.node.path}' of VPC '${vpc.node.path}' was imported without its CIDR: give the networks of each zone to Locality.preferZone, in a spec file as zones, or look the VPC up by its id alone`,
    );
  }
}
