import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from '../testbed/request';

const INTERVAL_MILLIS = 200;
/** A request that takes longer counts as this long. */
const MAX_MILLIS = 10_000;

/**
 * Measures how late this machine is: requests like those to HAProxy, to a server of this process, without HAProxy or DNS.
 * On a quiet machine they take milliseconds.
 */
export class Control {
  /** Starts to measure. */
  public static async start(): Promise<Control> {
    const server = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Control(server);
  }

  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Map<Promise<unknown>, number>();
  #due = Date.now() + INTERVAL_MILLIS;
  #longest = 0;

  private constructor(private readonly server: Server) {
    this.#timer = setInterval(() => this.#measure(), INTERVAL_MILLIS);
  }

  /** The longest time that a request took, those without an answer yet included, seconds. */
  public get lateness(): number {
    const now = Date.now();
    return Math.max(this.#longest, ...[...this.#pending.values()].map((since) => now - since)) / 1000;
  }

  /** Ends when the last request has ended. */
  public async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending.keys());
    await new Promise((resolve) => this.server.close(resolve));
  }

  #measure(): void {
    // A request that this process sends late is late.
    const since = this.#due;
    this.#due = Date.now() + INTERVAL_MILLIS;
    const { port } = this.server.address() as AddressInfo;
    const answered = request('127.0.0.1', port, MAX_MILLIS).then(() => {
      this.#pending.delete(answered);
      this.#longest = Math.max(this.#longest, Date.now() - since);
    });
    this.#pending.set(answered, since);
  }
}
