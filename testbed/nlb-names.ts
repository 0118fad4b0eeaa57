import type { ClientRouting } from './aws';
import type { DnsServer, DnsView } from './dns-server';

/** A Network Load Balancer to be named. */
interface NlbNames {
  readonly dnsName: string;
  /** Its address in each zone. A zone that is left out, as in a zonal shift, is not in answers any more. */
  readonly zones: Readonly<Record<string, string>>;
  readonly routing: ClientRouting;
}

/** Of 20 answers to clients with partial affinity, so many name their own zone. */
const OWN_ZONE_OF_20 = 17;

/**
 * Names a Network Load Balancer as AWS does: the whole name and one for each zone (`ZONE.NAME`), with what the clients of
 * each zone get. With full affinity that is their own zone alone; with partial affinity in 85 of 100 answers.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-load-balancer-attributes.html#zonal-dns-affinity
 *
 * @param views by zone
 */
export function nameNlb(
  server: DnsServer,
  views: Readonly<Record<string, DnsView>>,
  { dnsName, zones, routing }: NlbNames,
): void {
  const all = Object.values(zones);
  server.set(dnsName, all);
  for (const [zone, view] of Object.entries(views)) {
    const own = zones[zone];
    server.set(`${zone}.${dnsName}`, own === undefined ? [] : [own]);
    let answers = 0;
    const partial = () => {
      answers += 1;
      return answers % 20 < OWN_ZONE_OF_20 ? [own!] : all;
    };
    const byRouting = {
      any_availability_zone: all,
      availability_zone_affinity: [own!],
      partial_availability_zone_affinity: partial,
    };
    // Clients of a zone without an address get all others.
    view.set(dnsName, own === undefined ? all : byRouting[routing]);
  }
}
