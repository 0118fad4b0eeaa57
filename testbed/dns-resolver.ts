import { createSocket, type Socket } from 'node:dgram';
import { decode, encode, type RecordType } from 'dns-packet';
import { type Query, RCODES, type Reply, readQuery } from './dns-answer';
import { type DnsFailure, type DnsListener, writeFitting } from './dns-server';
import { DnsSockets } from './dns-sockets';

/** What {@link DnsResolver} takes. */
interface DnsResolverOptions {
  /** How long it keeps that a name does not exist, seconds. @default 0 - a test need not wait for a name that appears */
  readonly negativeSeconds?: number;
  /** The clock, ms. @default Date.now */
  readonly now?: () => number;
}

/** A kept answer: the time to live counts down from when it was got. */
interface Kept {
  readonly reply: Reply;
  readonly gotAt: number;
  readonly untilMillis: number;
}

/** Longer than the name server of a test takes. */
const AUTHORITY_MILLIS = 1000;

/** OPT record that allows answers of 4096 bytes. */
const OPT = {
  type: 'OPT' as const,
  name: '.',
  udpPayloadSize: 4096,
  flags: 0,
  extendedRcode: 0,
  ednsVersion: 0,
  flag_do: false,
  options: [],
};

/**
 * A resolver that asks a name server and keeps its answers for their time to live, as that of a VPC does: all of its
 * clients get the same part of a large answer until then, and clients of another resolver get another.
 */
export class DnsResolver {
  readonly #sockets = new DnsSockets();
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<Reply>>();
  readonly #negativeMillis: number;
  readonly #now: () => number;
  /** What it does in place of an answer. @default - it answers */
  public failure?: DnsFailure;
  /** How many queries it has sent to the name server. */
  public sent = 0;

  /** @param authority the name server that it asks, `IP:PORT` */
  public constructor(
    private readonly authority: string,
    { negativeSeconds = 0, now = Date.now }: DnsResolverOptions = {},
  ) {
    this.#negativeMillis = negativeSeconds * 1000;
    this.#now = now;
  }

  /** Opens one more port. */
  public listen(): Promise<DnsListener> {
    return this.#sockets.open(async (message, over) => {
      const query = readQuery(message);
      const reply = query && (await this.#reply(query, over));
      return reply && writeFitting(query, reply, over);
    });
  }

  /** Forgets what it keeps. */
  public flush(): void {
    this.#kept.clear();
  }

  /** Closes every port and connection. */
  public close(): Promise<void> {
    return this.#sockets.close();
  }

  async #reply(query: Query, over: 'udp' | 'tcp'): Promise<Reply | undefined> {
    const { failure } = this;
    const nothing = { aliases: [], addresses: [], ttl: 0, truncated: false, cached: true as const };
    if (failure === 'silent') {
      return undefined;
    }
    if (failure !== undefined && failure !== 'truncated') {
      return { ...nothing, rcode: failure === 'empty' ? RCODES.noerror : RCODES[failure] };
    }
    const reply = await this.#lookUp(query).catch(() => ({ ...nothing, rcode: RCODES.servfail }));
    return failure === 'truncated' && over === 'udp' ? { ...reply, truncated: true } : reply;
  }

  async #lookUp({ name, type }: Query): Promise<Reply> {
    const key = `${type} ${name.toLowerCase()}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#now() < kept.untilMillis) {
      // Whole seconds, as in the record: the last one is shown until it ends.
      return { ...kept.reply, ttl: kept.reply.ttl - Math.floor((this.#now() - kept.gotAt) / 1000) };
    }
    const asked = this.#asked.get(key) ?? this.#ask(name, type as RecordType);
    this.#asked.set(key, asked);
    try {
      const reply = await asked;
      const gotAt = this.#now();
      const millis = reply.addresses.length > 0 ? reply.ttl * 1000 : this.#negativeMillis;
      if (reply.rcode !== RCODES.servfail && !this.#isFresh(key)) {
        this.#kept.set(key, { reply, gotAt, untilMillis: gotAt + millis });
      }
      return reply;
    } finally {
      this.#asked.delete(key);
    }
  }

  /** Whether another query of the same moment has kept the answer already. */
  #isFresh(key: string): boolean {
    return this.#now() < (this.#kept.get(key)?.untilMillis ?? 0);
  }

  #ask(name: string, type: RecordType): Promise<Reply> {
    this.sent += 1;
    const [host, port] = this.authority.split(':');
    const id = this.sent & 0xffff;
    const question = encode({ type: 'query', id, questions: [{ type, name }], additionals: [OPT] });
    const socket = createSocket('udp4');
    return new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.authority} does not answer`)), AUTHORITY_MILLIS);
      socket.once('close', () => clearTimeout(timer));
      socket.once('error', reject);
      socket.once('message', (message) => resolve(replyIn(message)));
      socket.send(question, Number(port), host);
    }).finally(() => close(socket));
  }
}

/** The content of an answer. */
function replyIn(message: Buffer): Reply {
  const { answers = [], flags = 0, flag_tc } = decode(message);
  const aliases: string[] = [];
  const addresses: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  for (const answer of answers) {
    if (answer.type !== 'CNAME' && answer.type !== 'A' && answer.type !== 'AAAA') {
      continue;
    }
    (answer.type === 'CNAME' ? aliases : addresses).push(answer.data);
    ttl = Math.min(ttl, answer.ttl ?? 0);
  }
  const rcode = flags & 0xf;
  return { rcode, aliases, addresses, ttl: answers.length > 0 ? ttl : 0, truncated: flag_tc, cached: true };
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It is closed already.
  }
}
