import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { decode, type Packet } from 'dns-packet';

const TYPE_A = 1;

/** A UDP port of its own for one client, so that its queries can be told from those of others. */
export interface DnsListener {
  /** `127.0.0.1:PORT`, as a `nameserver` line and Node's resolver take it. */
  readonly address: string;
  /** How many queries have come in here. */
  queries: number;
}

/**
 * A DNS server on loopback whose answers can be changed while it runs, as an ELB's do.
 *
 * It answers every name of the zone with all of its addresses. Names in answers are compressed as real servers do:
 * HAProxy 1.6.0 reads no other form.
 */
export class DnsServer {
  readonly #sockets: Socket[] = [];
  readonly #zone = new Map<string, readonly string[]>();
  /** Seconds that an answer may be kept. */
  public ttl = 1;

  /** Sets the IPv4 addresses of a name. None at all means: the name does not exist. */
  public set(name: string, addresses: readonly string[]): void {
    this.#zone.set(name.toLowerCase(), addresses);
  }

  /** Opens one more port. */
  public async listen(): Promise<DnsListener> {
    const socket = createSocket('udp4');
    this.#sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject).bind(0, '127.0.0.1', resolve);
    });
    const listener: DnsListener = { address: `127.0.0.1:${socket.address().port}`, queries: 0 };
    socket.on('message', (query, from) => {
      listener.queries += 1;
      const answer = this.#answer(query);
      if (answer) {
        socket.send(answer, from.port, from.address);
      }
    });
    return listener;
  }

  /** Closes every port. */
  public async close(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #answer(query: Buffer): Buffer | undefined {
    let packet: Packet;
    try {
      packet = decode(query);
    } catch {
      return undefined;
    }
    const question = packet.questions?.[0];
    if (!question) {
      return undefined;
    }
    const addresses = this.#zone.get(question.name.toLowerCase()) ?? [];
    // 1.6.0 asks for ANY first.
    const wanted =
      question.type === 'A' || (question.type as string) === 'ANY' ? addresses.filter((a) => isIPv4(a)) : [];
    const edns = packet.additionals?.some((record) => record.type === 'OPT') ?? false;
    const nxdomain = addresses.length === 0 ? 3 : 0;
    const header = Buffer.alloc(12);
    header.writeUInt16BE(packet.id ?? 0, 0);
    header.writeUInt16BE(0x8580 | nxdomain, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(wanted.length, 6);
    header.writeUInt16BE(edns ? 1 : 0, 10);
    const records = wanted.map((address) => this.#record(address));
    return Buffer.concat([header, questionOf(query), ...records, ...(edns ? [OPT] : [])]);
  }

  /** One A record whose name is a pointer to the question's, at offset 12. */
  #record(address: string): Buffer {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(this.ttl, 6);
    record.writeUInt16BE(4, 10);
    Buffer.from(address.split('.').map(Number)).copy(record, 12);
    return record;
  }
}

/** An OPT record that offers 4096 bytes, given back to a client that sent one. */
const OPT = Buffer.from([0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]);

/** The question as it stands in the query: labels up to the empty one, then type and class. */
function questionOf(query: Buffer): Buffer {
  let end = 12;
  while (query[end]) {
    end += query[end]! + 1;
  }
  return query.subarray(12, end + 5);
}
