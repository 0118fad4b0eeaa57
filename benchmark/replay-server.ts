import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Replaces thousands of runtime APIs: it answers each command with the answer of a real HAProxy, which it asks once,
 * and closes the connection as HAProxy does.
 */
export class ReplayServer {
  /** @param port of the real runtime API on 127.0.0.1 */
  public static async start(port: number): Promise<ReplayServer> {
    const replay = new ReplayServer(port);
    await once(replay.#server.listen(0, '127.0.0.1', 4096), 'listening');
    return replay;
  }

  /** How many connections came in. */
  public connections = 0;
  readonly #answers = new Map<string, Promise<string>>();
  readonly #server: Server;

  private constructor(realPort: number) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.connections += 1;
      // A client may close the connection early.
      socket.on('error', () => {});
      socket.once('data', async (data) => {
        const command = data.toString();
        const answer = this.#answers.get(command) ?? ask(realPort, command);
        this.#answers.set(command, answer);
        socket.end(await answer);
      });
    });
  }

  /** Where it listens on 127.0.0.1. */
  public get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The commands that it received, in the order of their first use. */
  public get commands(): string[] {
    return [...this.#answers.keys()];
  }

  public close(): void {
    this.#server.close();
  }
}

function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(command);
  return text(socket);
}
