import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { type DnsListener, DnsServer } from './dns-server';
import { BACKLOG, type NodeOrder, type NodeReport } from './nodes';

/** The name of the load balancer. */
export const ELB_NAME = 'elb.bench.test';

/** How long a record may be kept, s. A real ELB's live for 60; all times of this benchmark are shorter than real ones. */
const TTL = 1;

/** A process with nodes, which can be stopped as a whole. */
class NodeProcess {
  readonly #child: ChildProcess = fork(path.join(__dirname, 'nodes.ts'), { execArgv: ['--require', 'tsx/cjs'] });
  #last: Promise<unknown> = once(this.#child, 'spawn');

  /** Gives an order and waits until it is carried out. */
  public order(order: NodeOrder): Promise<NodeReport> {
    const done = this.#last.then(async () => {
      this.#child.send(order);
      const [report] = (await once(this.#child, 'message')) as [NodeReport];
      return report;
    });
    this.#last = done;
    return done;
  }

  /** Stops it as it is. */
  public freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  public async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/**
 * A load balancer whose nodes come and go: a name server and nodes on loopback addresses of their own, all with the same
 * port, as those of an ELB have.
 *
 * A node that is replaced leaves DNS, goes on serving for a while, and then refuses. How long a real ELB's node goes on
 * is not published; a minute is assumed, six times the period of resolution.
 */
export class Balancer {
  public readonly dns = new DnsServer();
  readonly #lasting = new NodeProcess();
  readonly #mortal = new NodeProcess();
  readonly #mortals: string[] = [];
  readonly #fillers: Socket[] = [];
  #nodes = 0;

  /** @param port which no process has on any loopback address */
  public constructor(public readonly port: number) {
    this.dns.ttl = TTL;
  }

  /** Its first node, which a proxy finds that asks but once. */
  public get addressAtStart(): string {
    return this.#addressOf(1);
  }

  /** As many as anybody may want: a soak of an hour has a thousand. */
  #addressOf(node: number): string {
    return `127.${77 + (node >> 8)}.${process.pid % 250}.${node & 255}`;
  }

  /** Starts nodes; the name does not have them yet. `mortal` ones are those that {@link freeze} takes. */
  public async add(count: number, mortal = false): Promise<string[]> {
    const added: string[] = [];
    for (let i = 0; i < count; i += 1) {
      this.#nodes += 1;
      const address = this.#addressOf(this.#nodes);
      await (mortal ? this.#mortal : this.#lasting).order({ listen: address, port: this.port });
      added.push(address);
      if (mortal) {
        this.#mortals.push(address);
      }
    }
    return added;
  }

  /** From now on the name has these addresses, of which an answer shows at most 8. */
  public point(addresses: readonly string[]): void {
    this.dns.set(ELB_NAME, addresses);
  }

  public async retire(address: string): Promise<void> {
    await this.#lasting.order({ retire: address });
  }

  public async kill(address: string): Promise<void> {
    await this.#lasting.order({ kill: address });
  }

  /**
   * All mortal nodes are gone without a word: connections stay silent, and new ones are not made, because those that wait
   * to be accepted are as many as there may be.
   */
  public freeze(): void {
    this.#mortal.freeze();
    for (const host of this.#mortals) {
      for (let i = 0; i < BACKLOG + 8; i += 1) {
        this.#fillers.push(connect({ host, port: this.port }).on('error', () => {}));
      }
    }
  }

  public listen(): Promise<DnsListener> {
    return this.dns.listen();
  }

  /** Who was answered by which address, by the nodes that still run, until the load ended (ms since 1970). */
  public report(endedAt: number): Promise<NodeReport> {
    return this.#lasting.order({ endedAt });
  }

  public async close(): Promise<void> {
    for (const filler of this.#fillers) {
      filler.destroy();
    }
    await Promise.all([this.#lasting.end(), this.#mortal.end(), this.dns.close()]);
  }
}
