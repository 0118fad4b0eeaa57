import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import type { NodeHost } from './node-server';

/** What the process of the nodes is asked to do. */
export type NodeOrder =
  | { readonly start: string; readonly address: string; readonly port: number }
  | { readonly retire: string }
  | { readonly kill: string }
  /** Reports what clients did until this time, ms since 1970. */
  | { readonly endedAt: number };

/** When a client was first and last answered by an address, ms since 1970; and how often. */
export interface AddressUse {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** What a client did. */
export interface ClientReport {
  readonly addresses: Record<string, AddressUse>;
  /** The longest time without a request, ms. */
  readonly longestPause: number;
}

/** By client. */
export type NodeReport = Record<string, ClientReport>;

/** The answer to an order. */
export interface NodeReply {
  readonly port?: number;
  readonly report?: NodeReport;
  /** Why the order failed. */
  readonly error?: { readonly code?: string; readonly message: string };
}

/** A client sends its name in this header. */
export const CLIENT_HEADER = 'x-client';

/** Connections that wait to be accepted. A stopped process with so many of them accepts no other. */
export const BACKLOG = 32;

/** Nodes under load: in a process of their own, which can be stopped as a whole and counts what clients do. */
export class NodeProcess implements NodeHost {
  readonly #child: ChildProcess = fork(path.join(__dirname, 'node-process-main.ts'), {
    execArgv: ['--require', 'tsx/cjs'],
  });
  readonly #running: { host: string; port: number }[] = [];
  readonly #fillers: Socket[] = [];
  #last: Promise<unknown> = once(this.#child, 'spawn');

  public async start(text: string, address: string, port: number): Promise<number> {
    const reply = await this.#order({ start: text, address, port });
    this.#running.push({ host: address, port: reply.port! });
    return reply.port!;
  }

  public async retire(address: string): Promise<void> {
    await this.#order({ retire: address });
  }

  public async kill(address: string): Promise<void> {
    await this.#order({ kill: address });
  }

  /**
   * Stops all nodes without notice: open connections stay silent, and no new one is made, because as many wait to be
   * accepted as may wait.
   */
  public freeze(): void {
    this.#child.kill('SIGSTOP');
    for (const node of this.#running) {
      for (let i = 0; i < BACKLOG + 8; i += 1) {
        this.#fillers.push(connect(node).on('error', () => {}));
      }
    }
  }

  /** Which addresses answered which client until the load ended, ms since 1970. */
  public async report(endedAt: number): Promise<NodeReport> {
    return (await this.#order({ endedAt })).report!;
  }

  public async close(): Promise<void> {
    for (const filler of this.#fillers) {
      filler.destroy();
    }
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
  }

  /** Gives an order and waits until it is carried out; one at a time. */
  async #order(order: NodeOrder): Promise<NodeReply> {
    const done = this.#last.then(async () => {
      this.#child.send(order);
      const [reply] = (await once(this.#child, 'message')) as [NodeReply];
      return reply;
    });
    this.#last = done;
    const reply = await done;
    if (reply.error !== undefined) {
      throw Object.assign(new Error(reply.error.message), { code: reply.error.code });
    }
    return reply;
  }
}
