import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';

/** A port for one client, UDP and TCP, so that its queries are counted apart from those of others. */
export interface DnsListener {
  /** `HOST:PORT`, as a `nameserver` line and Node's resolver take it. */
  readonly address: string;
  /** How many queries have come in here, over UDP and TCP. */
  queries: number;
}

/** Answers a message; with nothing, the client waits in vain. */
type DnsResponder = (message: Buffer, over: 'udp' | 'tcp') => Buffer | undefined | Promise<Buffer | undefined>;

/** The number is free for UDP; another process may have it for TCP. */
const TRIES = 10;

/** The ports of a name server. */
export class DnsSockets {
  readonly #udp: UdpSocket[] = [];
  readonly #tcp: Server[] = [];
  readonly #connections = new Set<Socket>();

  public constructor(private readonly host = '127.0.0.1') {}

  /** Opens one more port: any free one, or this one. */
  public async open(respond: DnsResponder, wanted = 0): Promise<DnsListener> {
    for (let left = TRIES; ; left -= 1) {
      const udp = createSocket('udp4');
      await new Promise<void>((resolve, reject) => udp.once('error', reject).bind(wanted, this.host, resolve));
      const { port } = udp.address();
      const listener: DnsListener = { address: `${this.host}:${port}`, queries: 0 };
      const counted: DnsResponder = (message, over) => {
        listener.queries += 1;
        return respond(message, over);
      };
      const tcp = createServer((socket) => this.#converse(socket, counted));
      try {
        await new Promise<void>((resolve, reject) => tcp.once('error', reject).listen(port, this.host, resolve));
      } catch (error) {
        udp.close();
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && left > 0) {
          continue;
        }
        throw error;
      }
      udp.on('message', async (message, from) => {
        const answer = await counted(message, 'udp');
        if (answer && this.#udp.includes(udp)) {
          udp.send(answer, from.port, from.address);
        }
      });
      this.#udp.push(udp);
      this.#tcp.push(tcp);
      return listener;
    }
  }

  /** Closes every port and connection. */
  public async close(): Promise<void> {
    for (const socket of this.#connections) {
      socket.destroy();
    }
    await Promise.all(
      [...this.#udp.splice(0), ...this.#tcp.splice(0)].map(
        (open) => new Promise<void>((done) => open.close(() => done())),
      ),
    );
  }

  /** Each message of a TCP connection is preceded by its length. */
  #converse(socket: Socket, respond: DnsResponder): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket)).on('error', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', async (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let length = messageLength(received); length !== undefined; length = messageLength(received)) {
        const message = received.subarray(2, 2 + length);
        received = received.subarray(2 + length);
        const answer = await respond(message, 'tcp');
        if (answer) {
          const prefix = Buffer.alloc(2);
          prefix.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([prefix, answer]));
        }
      }
    });
  }
}

/** The length of the first message, once all of it has come. */
function messageLength(received: Buffer): number | undefined {
  const length = received.length < 2 ? undefined : received.readUInt16BE();
  return length !== undefined && received.length >= 2 + length ? length : undefined;
}
