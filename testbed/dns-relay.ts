import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';
import type { DnsListener } from './dns-server';

/** Disturbances of the datagrams of a name server. */
export interface DnsConditions {
  /** Every so many answers one is lost. @default - none */
  readonly lossOneIn?: number;
  /** ms, for every other datagram twice as long, so that they overtake each other. @default 0 */
  readonly delayMillis?: number;
  /** Each answer arrives twice. @default false */
  readonly duplicate?: boolean;
  /** No datagram arrives. @default false */
  readonly cut?: boolean;
  /** A forger answers before the name server does, with this address. @default - none */
  readonly forgedAddress?: string;
}

/**
 * The network between a client and its name server. `tc netem` does the same for all traffic, but needs root and a
 * kernel that has it.
 */
export class DnsRelay implements DnsListener {
  /** @param upstream the name server, `IP:PORT` */
  public static async start(upstream: string): Promise<DnsRelay> {
    const relay = new DnsRelay(Number(upstream.split(':')[1]));
    for (const [socket, address] of [
      [relay.#front, '127.0.0.1'],
      [relay.#stranger, '127.0.0.99'],
    ] as const) {
      socket.bind(0, address);
      await once(socket, 'listening');
    }
    return relay;
  }

  public conditions: DnsConditions = {};
  /** How many queries have come in. */
  public queries = 0;
  /** How many answers were forged. */
  public forged = 0;
  readonly #front = createSocket('udp4');
  readonly #stranger = createSocket('udp4');
  readonly #backs = new Set<Socket>();

  private constructor(private readonly upstreamPort: number) {
    this.#front.on('message', (query, from) => this.#pass(query, from));
  }

  public get address(): string {
    return `127.0.0.1:${this.#front.address().port}`;
  }

  public async close(): Promise<void> {
    for (const socket of [this.#front, this.#stranger, ...this.#backs]) {
      socket.close();
    }
    this.#backs.clear();
  }

  #pass(query: Buffer, from: RemoteInfo): void {
    const { forgedAddress, cut, lossOneIn, delayMillis = 0, duplicate } = this.conditions;
    if (forgedAddress !== undefined) {
      this.#forge(query, from, forgedAddress);
    }
    this.queries += 1;
    if (cut || (lossOneIn !== undefined && this.queries % lossOneIn === 0)) {
      return;
    }
    const back = createSocket('udp4');
    this.#backs.add(back);
    const done = setTimeout(() => {
      if (this.#backs.delete(back)) {
        back.close();
      }
    }, 3000);
    done.unref();
    const wait = delayMillis * (1 + (this.queries % 2));
    back.on('message', (answer) => {
      for (let copies = duplicate ? 2 : 1; copies > 0; copies -= 1) {
        setTimeout(() => this.#send(this.#front, answer, from), wait).unref();
      }
    });
    back.send(query, this.upstreamPort, '127.0.0.1');
  }

  /** A wrong id, an unrelated name, and the right answer from a wrong address. */
  #forge(query: Buffer, from: RemoteInfo, address: string): void {
    const { id = 0, questions = [] } = decode(query);
    const [question] = questions;
    if (question === undefined) {
      return;
    }
    const answer = (as: number, name: string) =>
      encode({
        id: as,
        type: 'response',
        flags: 0x8180,
        questions: [{ ...question, name }],
        answers: [{ type: 'A', name, ttl: 600, data: address }],
      });
    this.#send(this.#front, answer((id + 1) & 0xffff, question.name), from);
    this.#send(this.#front, answer(id, 'stranger.test'), from);
    this.#send(this.#stranger, answer(id, question.name), from);
    this.forged += 3;
  }

  #send(socket: Socket, bytes: Uint8Array, to: RemoteInfo): void {
    try {
      socket.send(bytes, to.port, to.address);
    } catch {
      // It was closed in the meantime.
    }
  }
}
