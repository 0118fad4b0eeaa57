import type { HaproxyBinary } from '../testbed/binaries';
import type { DnsFailure } from '../testbed/dns-server';
import { type ConfigurationKind, Contender } from './contender';
import type { Build, Ground } from './ground';
import { LocalGround } from './local-ground';

/** What the nodes of the load balancer answer: those that it had at the start and leaves, and those that it goes to. */
export const EGG = '🥚';
export const CHICK = '🐣';

/** How a world is made. Times are short enough to watch. */
export interface WorldOptions {
  /** How many nodes answer 🥚, and how many 🐣. @default 1 and 1 */
  readonly nodes?: { readonly old: number; readonly new: number };
  /** The nodes that DNS shows at the start. @default [0] */
  readonly addresses?: readonly number[];
  /** Milliseconds between two queries. @default 2000 */
  readonly holdValidMillis?: number;
  /** Milliseconds for which an address stays that is no longer shown. @default 3000 */
  readonly holdObsoleteMillis?: number;
}

/** Seconds that a finding must last before it is an incident. */
const GRACE_SECONDS = 3;

/** A load balancer whose nodes come and go, its DNS, and the HAProxys in front of it. */
export class World {
  /** Builds it. Every node runs. */
  public static async create(options: WorldOptions = {}, build: Build = LocalGround.build): Promise<World> {
    const { nodes = { old: 1, new: 1 }, addresses = [0] } = options;
    const texts = [...Array<string>(nodes.old).fill(EGG), ...Array<string>(nodes.new).fill(CHICK)];
    const world = new World(await build(texts), options);
    await world.point(addresses);
    return world;
  }

  readonly #contenders: Contender[] = [];
  #shown: readonly string[] = [];
  #owned: readonly string[] = [];

  private constructor(
    private readonly ground: Ground,
    private readonly options: WorldOptions,
  ) {}

  /** The addresses that DNS has for the load balancer. */
  public get shown(): readonly string[] {
    return this.#shown;
  }

  /** Starts one more HAProxy and waits until it answers. */
  public async add(binary: HaproxyBinary, kind: ConfigurationKind): Promise<Contender> {
    const { holdValidMillis = 2000, holdObsoleteMillis = 3000 } = this.options;
    const contender = new Contender(binary, kind, await this.ground.place(binary, kind), {
      upstreamPort: this.ground.upstreamPort,
      addressAtStart: this.ground.addressOf(0),
      checkerNameserver: this.ground.checkerNameserver,
      graceSeconds: GRACE_SECONDS,
      owned: () => this.#owned,
      holdValidMillis,
      holdObsoleteMillis,
    });
    this.#contenders.push(contender);
    await contender.start();
    return contender;
  }

  /**
   * The load balancer's name gets the addresses of these nodes. Those that it leaves go on answering, as they do for a
   * while at AWS.
   *
   * @param owned the nodes that the load balancer's API names, where they are others
   */
  public async point(nodes: readonly number[], owned = nodes): Promise<void> {
    this.#shown = nodes.map((node) => this.ground.addressOf(node));
    this.#owned = owned.map((node) => this.ground.addressOf(node));
    await this.ground.point(this.#shown);
  }

  /** The load balancer leaves its first node for the second. */
  public move(): Promise<void> {
    return this.point([1]);
  }

  /** DNS fails from now on, or answers again. */
  public failDns(failure: DnsFailure | undefined): Promise<void> {
    return this.ground.failDns(failure);
  }

  /** Nodes stop answering. */
  public async stopNodes(nodes: readonly number[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.ground.stopNode(node)));
  }

  /** Nodes that had stopped answer again. */
  public async restartNodes(nodes: readonly number[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.ground.restartNode(node)));
  }

  /** Ends everything. */
  public async close(): Promise<void> {
    await Promise.all(this.#contenders.map((contender) => contender.stop()));
    await this.ground.close();
  }
}
