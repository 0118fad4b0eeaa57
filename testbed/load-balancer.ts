import { HaproxyVersion } from '../lib/haproxy/version/version';
import { type DnsFailure, DnsServer, type DnsServerOptions } from './dns-server';
import { LocalNodes, type NodeHost } from './nodes';
import { TestbedError } from './testbed-error';

/** The load balancer's name. */
export const ELB_NAME = 'elb.test';
/** HAProxy 1.6 starts only with a name that the machine itself resolves, and every machine resolves this one. */
const ELB_NAME_OF_1_6 = 'localhost';

/** The load balancer's name, as a HAProxy of a branch can use it. */
export function elbNameFor({ branch }: { readonly branch: string }): string {
  return HaproxyVersion.of(branch)._capabilities.initAddr ? ELB_NAME : ELB_NAME_OF_1_6;
}

/** The address of a node, counted from 0. The first one is also the address of `localhost`. */
export function nodeAddress(node: number): string {
  return `127.0.${(node + 1) >> 8}.${(node + 1) & 255}`;
}

/** The load balancer's name server: what it answers can be changed while it runs. */
export class ElbDns extends DnsServer {
  /** @param names all that stand for the load balancer */
  public constructor(
    options: DnsServerOptions = {},
    private readonly names: readonly string[] = [ELB_NAME, ELB_NAME_OF_1_6],
  ) {
    super(options);
  }

  /** From now on the load balancer has these addresses, of which an answer shows at most 8. */
  public point(...addresses: readonly string[]): void {
    for (const name of this.names) {
      this.set(name, addresses);
    }
  }

  /** Queries for the load balancer fail in this way from now on, or are answered again. */
  public failAll(failure: DnsFailure | undefined): void {
    for (const name of this.names) {
      failure === undefined ? this.heal(name) : this.fail(name, failure);
    }
  }
}

/** How often another port is tried when an address of a node has it in use. */
const PORT_TRIES = 10;

/** How a load balancer differs from the usual one. */
interface LoadBalancerOptions {
  /** Where its nodes run. @default - in this process */
  readonly nodes?: NodeHost;
  /** What it is called. @default - the two names that {@link elbNameFor} gives */
  readonly names?: readonly string[];
}

/**
 * A load balancer whose nodes come and go: a name server, and nodes on loopback addresses of their own, all with the
 * same port, as those of an ELB have.
 */
export class LoadBalancer {
  /** Starts it with a node for each of these texts. DNS has none of them yet. */
  public static async start(texts: readonly string[], options: LoadBalancerOptions = {}): Promise<LoadBalancer> {
    for (let left = PORT_TRIES; ; left -= 1) {
      const loadBalancer = new LoadBalancer(options);
      try {
        await loadBalancer.add(texts);
        return loadBalancer;
      } catch (error) {
        await Promise.all(loadBalancer.addresses.map((address) => loadBalancer.nodes.kill(address)));
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || left === 0) {
          await loadBalancer.close();
          const needed = `${nodeAddress(0)} to ${nodeAddress(texts.length - 1)} on loopback`;
          throw new TestbedError(`the nodes of the load balancer need ${needed}: ${(error as Error).message}`);
        }
      }
    }
  }

  public readonly dns: ElbDns;
  /** Where its nodes run, and how they end. */
  public readonly nodes: NodeHost;
  readonly #texts: string[] = [];
  #port = 0;

  private constructor({ nodes = new LocalNodes(), names }: LoadBalancerOptions) {
    this.nodes = nodes;
    this.dns = new ElbDns({}, names);
  }

  /** The addresses of all nodes that it has had. */
  public get addresses(): string[] {
    return this.#texts.map((_, node) => nodeAddress(node));
  }

  /** The port of every node. */
  public get port(): number {
    return this.#port;
  }

  /**
   * Starts more nodes; DNS does not have them yet.
   *
   * @param host where they run, if not where the others do; the caller closes it
   * @returns their addresses
   */
  public async add(texts: readonly string[], host = this.nodes): Promise<string[]> {
    const before = this.#texts.length;
    for (const text of texts) {
      this.#port = await host.start(text, nodeAddress(this.#texts.length), this.#port);
      this.#texts.push(text);
    }
    return this.addresses.slice(before);
  }

  /** A node that was killed answers again, or somebody else does at its address, with another text. */
  public async restart(node: number, text = this.#texts[node]!): Promise<void> {
    await this.nodes.start(text, nodeAddress(node), this.#port);
  }

  public async close(): Promise<void> {
    await Promise.all([this.nodes.close(), this.dns.close()]);
  }
}
