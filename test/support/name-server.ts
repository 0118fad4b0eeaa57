import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Answer, decode, encode, type Packet, type Question, streamEncode } from 'dns-packet';

/** The reaction of a name server to a question: the parts of its answer, or undefined for no answer. */
export type Respond = (question: Question, transport: 'udp' | 'tcp') => Partial<Packet> | undefined;

/** Response codes, and the flag of a truncated answer, as in a packet's flags. */
export const FLAGS = { servfail: 2, nxdomain: 3, refused: 5, truncated: 1 << 9 } as const;

/** A name server on loopback, UDP and TCP on one port, with any fault. */
export class NameServer {
  public static async start(respond: Respond): Promise<NameServer> {
    const tcp = createServer();
    await once(tcp.listen(0, '127.0.0.1'), 'listening');
    const { port } = tcp.address() as { port: number };
    const udp = createSocket('udp4');
    await new Promise<void>((bound, reject) => udp.once('error', reject).bind(port, '127.0.0.1', bound));
    return new NameServer(udp, tcp, `127.0.0.1:${port}`, respond);
  }

  /** How many questions came, by transport. */
  public readonly asked = { udp: 0, tcp: 0 };
  readonly #connections = new Set<Socket>();

  private constructor(
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
    /** As a `nameserver` line and the checker take it. */
    public readonly address: string,
    public respond: Respond,
  ) {
    udp.on('message', (bytes, from) => {
      const answer = this.#answer(decode(bytes), 'udp');
      if (answer !== undefined) {
        udp.send(encode(answer), from.port, from.address);
      }
    });
    tcp.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('error', () => {});
      // A question is small enough to come in one piece.
      socket.on('data', (bytes) => {
        const answer = this.#answer(decode(bytes.subarray(2)), 'tcp');
        if (answer !== undefined) {
          socket.write(streamEncode(answer));
        }
      });
    });
  }

  public async close(): Promise<void> {
    for (const socket of this.#connections) {
      socket.destroy();
    }
    await Promise.all([
      new Promise<void>((closed) => this.udp.close(closed)),
      new Promise((closed) => this.tcp.close(closed)),
    ]);
  }

  #answer({ id, questions = [], additionals = [] }: Packet, transport: 'udp' | 'tcp'): Packet | undefined {
    this.asked[transport] += 1;
    const response = this.respond(questions[0]!, transport);
    // As real servers do, it confirms that it has read the size that the client offers.
    const edns = additionals.filter(({ type }) => type === 'OPT');
    return response && { type: 'response', id, questions, additionals: edns, ...response };
  }
}

/** Answers questions of a type with addresses, and others with none. */
export function addressesOf(addresses: readonly string[]): Respond {
  return ({ name, type }) => ({ answers: type === 'A' ? addressRecords(name, addresses) : [] });
}

/** A records of a name. */
export function addressRecords(name: string, addresses: readonly string[]): Answer[] {
  return addresses.map((data): Answer => ({ type: 'A', name, ttl: 60, data }));
}
