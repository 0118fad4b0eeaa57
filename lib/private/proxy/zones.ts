import { Token } from 'aws-cdk-lib';
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { checkNetwork } from '../../haproxy/address';
import { InputError } from '../../haproxy/errors';
import type { Locality } from '../../proxy/locality';

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
 */
export function zonesOf(vpc: IVpc, localities: readonly (Locality | undefined)[]): string | undefined {
  const given = localities.filter((locality) => locality !== undefined);
  if (given.length === 0) {
    return undefined;
  }
  const zones = [
    ...given.flatMap(({ _zones }) => (_zones === undefined ? [] : givenZones(_zones))),
    ...(given.some(({ _zones }) => _zones === undefined) ? zonesOfVpc(vpc) : []),
  ];
  return zones.map(({ name, networks }) => `${name}=${networks.join(',')}`).join(' ');
}

function givenZones(zones: NonNullable<Locality['_zones']>): Zone[] {
  const found = Object.entries(zones).map(([name, networks]) => ({ name, networks }));
  if (found.length === 0) {
    throw new InputError('the zones of locality are empty: give the networks of each zone, or leave them out');
  }
  for (const { name, networks } of found) {
    if (!Token.isUnresolved(name) && !/^[a-z0-9-]+$/.test(name)) {
      throw new InputError(`zone '${name}' of locality is not valid: give the name of a zone, such as eu-west-1a`);
    }
    if (networks.length === 0) {
      throw new InputError(`zone '${name}' of locality has no network: give at least one, such as 10.0.0.0/24`);
    }
    for (const network of networks) {
      checkZoneNetwork(network, name);
    }
  }
  return found;
}

/** HAProxy takes the IPv4 addresses of a load balancer alone. */
function checkZoneNetwork(network: string, zone: string): void {
  if (Token.isUnresolved(network)) {
    return;
  }
  checkNetwork(network, `zone '${zone}' of locality`);
  if (!/^[\d.]+\/\d+$/.test(network)) {
    throw new InputError(
      `zone '${zone}' of locality has '${network}', which is no IPv4 network: give one such as 10.0.0.0/24`,
    );
  }
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
