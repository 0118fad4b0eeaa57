import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a network does to a connection. */
interface TcpConditions {
  /** ms, each way; half as much again for every other piece. @default 0 */
  readonly delayMillis?: number;
  /** Connections are made, and no byte comes through. @default false */
  readonly cut?: boolean;
}

/**
 * The network in front of a port: a connection to an address on the relay's port leads to the same address on the port
 * behind it. `tc netem` does the same for all traffic, but not every kernel has it.
 */
export class TcpRelay {
  public static async start(port: number): Promise<TcpRelay> {
    const relay = new TcpRelay(port);
    // All loopback addresses, as nodes have one each.
    await once(relay.#server.listen(0, '0.0.0.0'), 'listening');
    return relay;
  }

  public conditions: TcpConditions = {};
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #pieces = 0;

  private constructor(private readonly behind: number) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  public get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  public async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((done) => this.#server.close(done));
  }

  #join(near: Socket): void {
    const far = connect({ host: near.localAddress!, port: this.behind, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('close', () => this.#sockets.delete(from));
      from.on('error', () => to.destroy());
      let readyAt = 0;
      // In order, whatever the delay of each piece.
      const later = (what: () => void) => {
        const { delayMillis = 0, cut } = this.conditions;
        this.#pieces += 1;
        readyAt = Math.max(readyAt, Date.now() + delayMillis * (1 + (this.#pieces % 2) / 2));
        if (!cut) {
          setTimeout(() => to.destroyed || what(), readyAt - Date.now()).unref();
        }
      };
      from.on('data', (piece) => later(() => void to.write(piece)));
      from.on('end', () => later(() => void to.end()));
    }
  }
}
