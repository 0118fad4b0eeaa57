import { Token } from 'aws-cdk-lib';
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { InputError } from '../../haproxy/errors';
import type { Locality } from '../../proxy/locality';
import { refuseTokens } from '../checks';
import { checkZones } from './check-zones';

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
  refuseTokens('zones', zones);
  checkZones(zones, Token.isUnresolved);
  const found = Object.entries(zones).map(([name, networks]) => ({ name, networks }));
  const elsewhere = found.find(({ name }) => !Token.isUnresolved(name) && !name.startsWith(region));
  if (elsewhere !== undefined && !Token.isUnresolved(region)) {
    throw new InputError(
      `zone '${elsewhere.name}' of locality is not in the region of the stack, ${region}: give zones of that region`,
    );
  }
  return found;
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
