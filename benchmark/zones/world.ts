import { ZONES_VARIABLE } from '../../lib/haproxy/render/zone-script';
import { DnsServer } from '../../testbed/dns-server';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { ELB_NAME } from '../../testbed/load-balancer';
import { NodeProcess } from '../../testbed/node-process';

/** The zones, and names with the nodes of one zone alone, as a Network Load Balancer has them: Envoy and NGINX need them. */
const ZONES = ['a', 'b', 'c'].map((letter, i) => ({
  zone: `eu-west-1${letter}`,
  name: `eu-west-1${letter}.elb.test`,
  prefix: `127.1.${i + 1}`,
}));
/** The zone of the tasks. */
const OWN = ZONES[1]!;
/** The network of the own zone. */
export const OWN_NETWORK = `${OWN.prefix}.0/24`;
export const OWN_NAME = OWN.name;
export const OTHER_NAMES = ZONES.filter((one) => one !== OWN).map(({ name }) => name);

/** Who has answered a request. */
export type Answerer = 'own' | 'other' | undefined;

/** A load balancer with nodes in three zones, its DNS, and the metadata of a task in the second zone. */
export class ZoneWorld {
  /** Starts it with so many nodes in each zone. An answer of DNS shows 8 at most. */
  public static async start(nodesEach: number): Promise<ZoneWorld> {
    const world = new ZoneWorld(nodesEach, await EcsMetadata.start(OWN.zone));
    try {
      for (const zone of ZONES) {
        for (const address of world.#addressesOf(zone)) {
          world.#port = await (zone === OWN ? world.own : world.#others).start(address, address, world.#port);
        }
      }
    } catch (error) {
      await world.close();
      throw error;
    }
    world.point(true);
    return world;
  }

  /** Where the nodes of the own zone run. */
  public readonly own = new NodeProcess();
  readonly #others = new NodeProcess();
  readonly #dns = new DnsServer();
  #port = 0;

  private constructor(
    private readonly nodesEach: number,
    private readonly metadata: EcsMetadata,
  ) {}

  public get ownAddresses(): string[] {
    return this.#addressesOf(OWN);
  }

  /** What a proxy is put in front of, with a name server for it alone. */
  public async target() {
    const networks = ZONES.map(({ zone, prefix }) => `${zone}=${prefix}.0/24`).join(' ');
    return {
      port: this.#port,
      nameserver: (await this.#dns.listen()).address,
      environment: { ...this.metadata.environment, [ZONES_VARIABLE]: networks },
    };
  }

  /** From now on DNS has the nodes of the own zone, or has them no more. */
  public point(withOwn: boolean): void {
    for (const zone of ZONES) {
      this.#dns.set(zone.name, zone !== OWN || withOwn ? this.#addressesOf(zone) : []);
    }
    const zones = ZONES.filter((zone) => zone !== OWN || withOwn);
    this.#dns.set(
      ELB_NAME,
      zones.flatMap((zone) => this.#addressesOf(zone)),
    );
  }

  /** The nodes of the own zone refuse connections. */
  public async refuse(): Promise<void> {
    await Promise.all(this.ownAddresses.map((address) => this.own.kill(address)));
  }

  /** They answer again. */
  public async restart(): Promise<void> {
    for (const address of this.ownAddresses) {
      await this.own.start(address, address, this.#port);
    }
  }

  /** Who has given this answer. */
  public answererOf(answer: string | undefined): Answerer {
    return answer === undefined ? undefined : this.ownAddresses.includes(answer) ? 'own' : 'other';
  }

  /** How many requests of a client each side has answered. */
  public async counts(clients: readonly string[]): Promise<{ readonly own: number; readonly other: number }[]> {
    const [own, other] = await Promise.all([this.own, this.#others].map((nodes) => nodes.report(Date.now())));
    const sum = (report: typeof own, client: string) =>
      Object.values(report?.[client]?.addresses ?? {}).reduce((total, { count }) => total + count, 0);
    return clients.map((client) => ({ own: sum(own, client), other: sum(other, client) }));
  }

  public async close(): Promise<void> {
    await Promise.all([this.own.close(), this.#others.close(), this.#dns.close(), this.metadata.close()]);
  }

  #addressesOf({ prefix }: (typeof ZONES)[number]): string[] {
    return Array.from({ length: this.nodesEach }, (_, i) => `${prefix}.${i + 1}`);
  }
}
