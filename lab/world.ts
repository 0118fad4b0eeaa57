import { HaproxyVersion } from '../lib/haproxy/version';
import type { HaproxyBinary } from './binaries';
import { type ConfigurationKind, Contender, LabError } from './contender';
import { type DnsFailure, type DnsListener, DnsServer } from './dns-server';
import { EggServer } from './egg-server';

/** What the nodes of the load balancer answer: those that it had at the start and leaves, and those that it goes to. */
export const EGG = '🥚';
export const CHICK = '🐣';

const ELB_NAME = 'elb.lab.test';
/** 1.6 starts only when the machine's own resolver knows the name, and this one every machine knows. */
const ELB_NAME_OF_1_6 = 'localhost';
const NAMES = [ELB_NAME, ELB_NAME_OF_1_6];

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
/** How often another port is tried when one of the addresses has it in use. */
const PORT_TRIES = 10;

/** The loopback address of a node, counted from 0. */
export function addressOf(node: number): string {
  return `127.0.0.${node + 1}`;
}

/** A load balancer whose nodes come and go, its DNS, and the HAProxy processes in front of it. */
export class World {
  /** Builds it. Every node runs. */
  public static async create(options: WorldOptions = {}): Promise<World> {
    const { nodes = { old: 1, new: 1 }, addresses = [0] } = options;
    const texts = [...Array<string>(nodes.old).fill(EGG), ...Array<string>(nodes.new).fill(CHICK)];
    const dns = new DnsServer();
    const eggs = await startNodes(texts);
    const world = new World(dns, texts, eggs, await dns.listen(), options);
    world.point(addresses);
    return world;
  }

  readonly #contenders: Contender[] = [];
  #shown: readonly string[] = [];
  #owned: readonly string[] = [];

  private constructor(
    private readonly dns: DnsServer,
    private readonly texts: readonly string[],
    private readonly eggs: EggServer[],
    private readonly checkerDns: DnsListener,
    private readonly options: WorldOptions,
  ) {}

  /** The addresses that DNS has for the load balancer. */
  public get shown(): readonly string[] {
    return this.#shown;
  }

  /** Starts one more HAProxy and waits until it answers. */
  public async add(binary: HaproxyBinary, kind: ConfigurationKind): Promise<Contender> {
    const { initAddr } = HaproxyVersion.of(binary.branch).capabilities;
    const { holdValidMillis = 2000, holdObsoleteMillis = 3000 } = this.options;
    const contender = new Contender(binary, kind, {
      upstream: { dnsName: initAddr ? ELB_NAME : ELB_NAME_OF_1_6, port: this.eggs[0]!.port },
      addressAtStart: addressOf(0),
      dns: await this.dns.listen(),
      checkerDns: this.checkerDns,
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
  public point(nodes: readonly number[], owned = nodes): void {
    this.#shown = nodes.map(addressOf);
    this.#owned = owned.map(addressOf);
    for (const name of NAMES) {
      this.dns.set(name, this.#shown);
    }
  }

  /** The load balancer leaves its first node for the second. */
  public move(): void {
    this.point([1]);
  }

  /** DNS fails from now on, or answers again. */
  public failDns(failure: DnsFailure | undefined): void {
    for (const name of NAMES) {
      failure === undefined ? this.dns.heal(name) : this.dns.fail(name, failure);
    }
  }

  /** Nodes stop answering: what comes to their addresses is refused. */
  public async stopNodes(nodes: readonly number[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.eggs[node]!.close()));
  }

  /** Nodes that had stopped answer again. */
  public async restartNodes(nodes: readonly number[]): Promise<void> {
    const { port } = this.eggs.find((_, node) => !nodes.includes(node))!;
    for (const node of nodes) {
      this.eggs[node] = await EggServer.listen(this.texts[node]!, addressOf(node), port);
    }
  }

  /** Ends everything. */
  public async close(): Promise<void> {
    await Promise.all(this.#contenders.map((contender) => contender.stop()));
    await Promise.all(this.eggs.map((egg) => egg.close()));
    await this.dns.close();
  }
}

/** A server on the same port of each address. */
async function startNodes(texts: readonly string[]): Promise<EggServer[]> {
  for (let left = PORT_TRIES; ; left -= 1) {
    const eggs: EggServer[] = [];
    try {
      for (const [node, text] of texts.entries()) {
        eggs.push(await EggServer.listen(text, addressOf(node), eggs[0]?.port ?? 0));
      }
      return eggs;
    } catch (error) {
      await Promise.all(eggs.map((egg) => egg.close()));
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || left === 0) {
        const needed = `${addressOf(0)} to ${addressOf(texts.length - 1)} on loopback`;
        throw new LabError(`the lab needs ${needed}: ${(error as Error).message}`);
      }
    }
  }
}
