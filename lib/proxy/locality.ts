import { checkArguments } from '../private/check-arguments';

/** Which nodes of a load balancer a task prefers. */
export class Locality {
  /**
   * The nodes in the task's own zone, as long as one of them is up; then those of the other zones. HAProxy 2.2 and later,
   * with Lua, which the official images have.
   *
   * A node in the zone gets 256 times the share of another one: with three zones of equal size at least 99 % of the
   * requests stay in the zone. A task reads its zone from the metadata endpoint of ECS, without a permission. Until it
   * knows it, and where no network of the zone is known, all nodes get the same share; HAProxy's log says so.
   *
   * The load balancer must be internal: HAProxy knows the zone of a node by its private address.
   *
   * @param zones networks of each zone in which the load balancer has nodes, such as
   *   `{ 'eu-west-1a': ['10.0.0.0/24'] }`. Give them where the load balancer is in another VPC, or where the subnets of an
   *   imported VPC have no CIDR. Left out: those of all subnets of the proxy's VPC.
   */
  public static preferZone(zones?: { [zone: string]: string[] }): Locality {
    checkArguments('Locality.preferZone', zones);
    return new Locality(zones);
  }

  private constructor(
    /**
     * The networks that the user gave.
     *
     * @internal
     */
    public readonly _zones?: { readonly [zone: string]: readonly string[] },
  ) {}
}
