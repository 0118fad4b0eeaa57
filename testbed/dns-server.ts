import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Query, RCODES, type Reply, readQuery, writeReply } from './dns-answer';

/** A port for one client, UDP and TCP, so that its queries are counted apart from those of others. */
export interface DnsListener {
  /** `127.0.0.1:PORT`, as a `nameserver` line and Node's resolver take it. */
  readonly address: string;
  /** How many queries have come in here, over UDP and TCP. */
  queries: number;
}

/** What a name server can do in place of an answer: nothing, a refusal, or a truncated answer over UDP (TCP has all of it). */
export type DnsFailure = 'silent' | 'servfail' | 'refused' | 'nxdomain' | 'truncated';

/** What {@link DnsServer} takes. */
export interface DnsServerOptions {
  /** The most addresses that an answer shows. @default 8 - as many as an ELB's name server shows */
  readonly answersAtMost?: number;
  /** Makes the same choice of addresses each time. @default 1 */
  readonly seed?: number;
}

/** The number is free for UDP; another process may have it for TCP. */
const TRIES = 10;

/**
 * A DNS server on loopback whose answers can be changed while it runs, as an ELB's do.
 *
 * When a name has more addresses than an answer shows, each answer has a random part of them. An answer that does not
 * fit into a datagram is truncated; TCP has all of it.
 */
export class DnsServer {
  readonly #udp: UdpSocket[] = [];
  readonly #tcp: Server[] = [];
  readonly #connections = new Set<Socket>();
  readonly #zone = new Map<string, readonly string[]>();
  readonly #aliases = new Map<string, string>();
  readonly #failures = new Map<string, DnsFailure>();
  readonly #answersAtMost: number;
  readonly #random: ReturnType<typeof xoroshiro128plus>;
  /** Seconds that an answer may be kept. */
  public ttl = 1;

  public constructor({ answersAtMost = 8, seed = 1 }: DnsServerOptions = {}) {
    this.#answersAtMost = answersAtMost;
    this.#random = xoroshiro128plus(seed);
  }

  /** Sets the IPv4 and IPv6 addresses of a name. Without any, the name does not exist. */
  public set(name: string, addresses: readonly string[]): void {
    this.#zone.set(name.toLowerCase(), addresses);
  }

  /** Makes a name an alias (CNAME) of another one, which may be one itself. */
  public alias(name: string, target: string): void {
    this.#aliases.set(name.toLowerCase(), target);
  }

  /** Lets queries for a name fail from now on. */
  public fail(name: string, failure: DnsFailure): void {
    this.#failures.set(name.toLowerCase(), failure);
  }

  /** Ends what {@link fail} started. */
  public heal(name: string): void {
    this.#failures.delete(name.toLowerCase());
  }

  /** Opens one more port. */
  public async listen(): Promise<DnsListener> {
    for (let left = TRIES; ; left -= 1) {
      const udp = createSocket('udp4');
      await new Promise<void>((resolve, reject) => udp.once('error', reject).bind(0, '127.0.0.1', resolve));
      const { port } = udp.address();
      const listener: DnsListener = { address: `127.0.0.1:${port}`, queries: 0 };
      const tcp = createServer((socket) => this.#converse(socket, listener));
      try {
        await new Promise<void>((resolve, reject) => tcp.once('error', reject).listen(port, '127.0.0.1', resolve));
      } catch (error) {
        udp.close();
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && left > 0) {
          continue;
        }
        throw error;
      }
      udp.on('message', (bytes, from) => {
        const answer = this.#answer(bytes, listener, 'udp');
        if (answer) {
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
  #converse(socket: Socket, listener: DnsListener): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket)).on('error', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let length = messageLength(received); length !== undefined; length = messageLength(received)) {
        const answer = this.#answer(received.subarray(2, 2 + length), listener, 'tcp');
        received = received.subarray(2 + length);
        if (answer) {
          const prefix = Buffer.alloc(2);
          prefix.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([prefix, answer]));
        }
      }
    });
  }

  #answer(bytes: Buffer, listener: DnsListener, over: 'udp' | 'tcp'): Buffer | undefined {
    listener.queries += 1;
    const query = readQuery(bytes);
    const reply = query && this.#reply(query, over);
    if (!reply) {
      return undefined;
    }
    const answer = writeReply(query, reply);
    return over === 'udp' && answer.length > query.payload ? writeReply(query, { ...reply, truncated: true }) : answer;
  }

  #reply({ name }: Query, over: 'udp' | 'tcp'): Reply | undefined {
    const failure = this.#failures.get(name.toLowerCase());
    if (failure === 'silent') {
      return undefined;
    }
    const empty = { aliases: [], addresses: [], ttl: this.ttl, truncated: false };
    if (failure !== undefined && failure !== 'truncated') {
      return { ...empty, rcode: RCODES[failure] };
    }
    const aliases = this.#chain(name);
    const known = this.#zone.get((aliases.at(-1) ?? name).toLowerCase()) ?? [];
    const rcode = known.length === 0 ? RCODES.nxdomain : RCODES.noerror;
    const truncated = failure === 'truncated' && over === 'udp';
    return { ...empty, rcode, aliases, addresses: this.#shown(known), truncated };
  }

  /** All of the addresses in their order, or as many as an answer shows in a random one. */
  #shown(known: readonly string[]): readonly string[] {
    if (known.length <= this.#answersAtMost) {
      return known;
    }
    const left = [...known];
    return Array.from(
      { length: this.#answersAtMost },
      () => left.splice(uniformInt(this.#random, 0, left.length - 1), 1)[0]!,
    );
  }

  /** The names that a name leads to. A circle ends where it closes. */
  #chain(name: string): string[] {
    const chain: string[] = [];
    let target = this.#aliases.get(name.toLowerCase());
    while (target !== undefined && !chain.includes(target)) {
      chain.push(target);
      target = this.#aliases.get(target.toLowerCase());
    }
    return chain;
  }
}

/** The length of the first message, once all of it has come. */
function messageLength(received: Buffer): number | undefined {
  const length = received.length < 2 ? undefined : received.readUInt16BE();
  return length !== undefined && received.length >= 2 + length ? length : undefined;
}
