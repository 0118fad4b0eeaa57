import { HaproxyVersion } from '../lib/haproxy/version';
import type { HaproxyBinary } from './binaries';
import { type ConfigurationKind, Contender, LabError } from './contender';
import { type DnsListener, DnsServer } from './dns-server';
import { EggServer } from './egg-server';

/** What the load balancer answers before and after it moved. */
export const EGG = '🥚';
export const CHICK = '🐣';

const EGG_ADDRESS = '127.0.0.1';
const CHICK_ADDRESS = '127.0.0.2';
const ELB_NAME = 'elb.lab.test';
/** 1.6 starts only when the machine's own resolver knows the name, and this one every machine knows. */
const ELB_NAME_OF_1_6 = 'localhost';

/** Periods of the lab, short enough to watch. */
export const PERIODS = { holdValidMillis: 2000, holdObsoleteMillis: 3000, graceSeconds: 3 } as const;

/** A load balancer that can move, its DNS, and the HAProxy processes in front of it. */
export class World {
  /** Builds it: the load balancer answers with the egg. */
  public static async create(): Promise<World> {
    const dns = new DnsServer();
    const eggs: EggServer[] = [];
    try {
      eggs.push(await EggServer.listen(EGG, EGG_ADDRESS, 0));
      eggs.push(await EggServer.listen(CHICK, CHICK_ADDRESS, eggs[0]!.port));
    } catch (error) {
      await Promise.all(eggs.map((egg) => egg.close()));
      throw new LabError(`the lab needs ${EGG_ADDRESS} and ${CHICK_ADDRESS} on loopback: ${(error as Error).message}`);
    }
    const world = new World(dns, eggs, await dns.listen());
    world.#point(EGG_ADDRESS);
    return world;
  }

  readonly #contenders: Contender[] = [];

  private constructor(
    private readonly dns: DnsServer,
    private readonly eggs: readonly EggServer[],
    private readonly checkerDns: DnsListener,
  ) {}

  /** Starts one more HAProxy. */
  public async add(binary: HaproxyBinary, kind: ConfigurationKind): Promise<Contender> {
    const { initAddr } = HaproxyVersion.of(binary.branch).capabilities;
    const contender = await Contender.start(binary, kind, {
      upstream: { dnsName: initAddr ? ELB_NAME : ELB_NAME_OF_1_6, port: this.eggs[0]!.port },
      addressAtStart: EGG_ADDRESS,
      dns: await this.dns.listen(),
      checkerDns: this.checkerDns,
      ...PERIODS,
    });
    this.#contenders.push(contender);
    return contender;
  }

  /** The load balancer's name changes its address. Both nodes go on answering, as they do for a while at AWS. */
  public move(): void {
    this.#point(CHICK_ADDRESS);
  }

  /** Ends everything. */
  public async close(): Promise<void> {
    await Promise.all(this.#contenders.map((contender) => contender.stop()));
    await Promise.all(this.eggs.map((egg) => egg.close()));
    await this.dns.close();
  }

  #point(address: string): void {
    this.dns.set(ELB_NAME, [address]);
    this.dns.set(ELB_NAME_OF_1_6, [address]);
  }
}
