import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import type { NodeHost } from './nodes';

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

/** A call of a method of the nodes in their process. */
export type NodeCall =
  | readonly ['start', text: string, address: string, port: number]
  | readonly ['retire' | 'kill', address: string]
  | readonly ['report', endedAt: number];

/** What a call gave, or why it failed. */
export interface NodeReply {
  readonly result?: unknown;
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
  readonly #started: { host: string; port: number }[] = [];
  readonly #fillers: Socket[] = [];
  #last: Promise<unknown> = once(this.#child, 'spawn');

  public async start(text: string, host: string, port: number): Promise<number> {
    const used = (await this.#call('start', text, host, port)) as number;
    this.#started.push({ host, port: used });
    return used;
  }

  public async retire(address: string): Promise<void> {
    await this.#call('retire', address);
  }

  public async kill(address: string): Promise<void> {
    await this.#call('kill', address);
  }

  /**
   * Stops all nodes without notice: open connections stay silent, and no new one is made, because as many wait to be
   * accepted as may wait.
   */
  public freeze(): void {
    this.#child.kill('SIGSTOP');
    for (const node of this.#started) {
      for (let i = 0; i < BACKLOG + 8; i += 1) {
        this.#fillers.push(connect(node).on('error', () => {}));
      }
    }
  }

  /** Which addresses answered which client until the load ended, ms since 1970. */
  public async report(endedAt: number): Promise<NodeReport> {
    return (await this.#call('report', endedAt)) as NodeReport;
  }

  public async close(): Promise<void> {
    for (const filler of this.#fillers) {
      filler.destroy();
    }
    if (this.#child.kill('SIGKILL')) {
      await once(this.#child, 'exit');
    }
  }

  /** Calls are carried out one by one. */
  async #call(...call: NodeCall): Promise<unknown> {
    const answered = this.#last.then(async () => {
      this.#child.send(call);
      return (await once(this.#child, 'message')) as [NodeReply];
    });
    this.#last = answered;
    const [{ result, error }] = await answered;
    if (error !== undefined) {
      throw Object.assign(new Error(error.message), { code: error.code });
    }
    return result;
  }
}
