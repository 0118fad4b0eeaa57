import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Query, RCODES, type Reply, readQuery, writeReply } from './dns-answer';
import { type DnsListener, DnsSockets } from './dns-sockets';

export type { DnsListener } from './dns-sockets';

/**
 * What a name server can do in place of an answer: nothing, a refusal, an answer without records (`empty`), or a
 * truncated answer over UDP (TCP has all of it).
 */
export type DnsFailure = 'silent' | 'servfail' | 'refused' | 'nxdomain' | 'empty' | 'truncated';

/** What {@link DnsServer} takes. */
export interface DnsServerOptions {
  /** The most addresses that an answer shows. @default 8 - as many as an ELB's name server shows */
  readonly answersAtMost?: number;
  /** Makes the same choice of addresses each time. @default 1 */
  readonly seed?: number;
  /** The address that it listens on. @default 127.0.0.1 */
  readonly host?: string;
}

/** The addresses of a name; a function is asked for each answer. */
type DnsAddresses = readonly string[] | (() => readonly string[]);

/** Names, and how queries for them fail. */
class DnsNames {
  readonly #addresses = new Map<string, DnsAddresses>();
  readonly #aliases = new Map<string, string>();
  readonly #failures = new Map<string, DnsFailure>();

  /** Sets the IPv4 and IPv6 addresses of a name. Without any, the name does not exist. */
  public set(name: string, addresses: DnsAddresses): void {
    this.#addresses.set(name.toLowerCase(), addresses);
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

  /** The addresses that a name itself has. */
  public addressesOf(name: string): DnsAddresses | undefined {
    return this.#addresses.get(name.toLowerCase());
  }

  /** The name that a name stands for. */
  public targetOf(name: string): string | undefined {
    return this.#aliases.get(name.toLowerCase());
  }

  /** How queries for a name fail. */
  public failureOf(name: string): DnsFailure | undefined {
    return this.#failures.get(name.toLowerCase());
  }
}

/**
 * What some of the clients of a name server get: those of a zone, of a VPC or of a private hosted zone. What a view
 * does not say itself is what the server says.
 */
export class DnsView extends DnsNames {
  public constructor(private readonly open: (names: DnsNames) => Promise<DnsListener>) {
    super();
  }

  /** Opens a port for a client of this view. */
  public listen(): Promise<DnsListener> {
    return this.open(this);
  }
}

/**
 * A DNS server whose answers can be changed while it runs, as an ELB's do.
 *
 * When a name has more addresses than an answer shows, each answer has a random part of them. An answer that does not
 * fit into a datagram is truncated; TCP has all of it.
 */
export class DnsServer extends DnsNames {
  readonly #sockets: DnsSockets;
  readonly #answersAtMost: number;
  readonly #random: ReturnType<typeof xoroshiro128plus>;
  /** Seconds that an answer may be kept. */
  public ttl = 1;

  public constructor({ answersAtMost = 8, seed = 1, host }: DnsServerOptions = {}) {
    super();
    this.#sockets = new DnsSockets(host);
    this.#answersAtMost = answersAtMost;
    this.#random = xoroshiro128plus(seed);
  }

  /** Makes a view of its own: the port that a client asks decides what it gets. */
  public view(): DnsView {
    return new DnsView((names) => this.#open([names, this]));
  }

  /** Opens one more port: any free one, or this one. */
  public listen(port?: number): Promise<DnsListener> {
    return this.#open([this], port);
  }

  /** Closes every port and connection. */
  public close(): Promise<void> {
    return this.#sockets.close();
  }

  #open(names: readonly DnsNames[], port?: number): Promise<DnsListener> {
    return this.#sockets.open((message, over) => this.#answer(message, names, over), port);
  }

  #answer(bytes: Buffer, names: readonly DnsNames[], over: 'udp' | 'tcp'): Buffer | undefined {
    const query = readQuery(bytes);
    const reply = query && this.#reply(query, names, over);
    if (!reply) {
      return undefined;
    }
    return writeFitting(query, reply, over);
  }

  #reply({ name }: Query, names: readonly DnsNames[], over: 'udp' | 'tcp'): Reply | undefined {
    const failure = first(names, (each) => each.failureOf(name));
    if (failure === 'silent') {
      return undefined;
    }
    const empty = { aliases: [], addresses: [], ttl: this.ttl, truncated: false };
    if (failure === 'empty') {
      return { ...empty, rcode: RCODES.noerror };
    }
    if (failure !== undefined && failure !== 'truncated') {
      return { ...empty, rcode: RCODES[failure] };
    }
    const aliases = chainFrom(name, names);
    const found = first(names, (each) => each.addressesOf(aliases.at(-1) ?? name)) ?? [];
    const known = typeof found === 'function' ? found() : found;
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
}

/** The bytes of an answer; over UDP, those of a truncated one if it does not fit. */
export function writeFitting(query: Query, reply: Reply, over: 'udp' | 'tcp'): Buffer {
  const answer = writeReply(query, reply);
  return over === 'udp' && answer.length > query.payload ? writeReply(query, { ...reply, truncated: true }) : answer;
}

function first<T>(names: readonly DnsNames[], read: (each: DnsNames) => T | undefined): T | undefined {
  for (const each of names) {
    const found = read(each);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** The names that a name leads to. A circle ends where it closes. */
function chainFrom(name: string, names: readonly DnsNames[]): string[] {
  const targetOf = (from: string) => first(names, (each) => each.targetOf(from));
  const chain: string[] = [];
  let target = targetOf(name);
  while (target !== undefined && !chain.includes(target)) {
    chain.push(target);
    target = targetOf(target);
  }
  return chain;
}
