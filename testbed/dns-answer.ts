import { isIPv4 } from 'node:net';
import { type Answer, decode, encode } from 'dns-packet';

/** The response codes of a name server. */
export const RCODES = { noerror: 0, servfail: 2, nxdomain: 3, refused: 5 } as const;

/** A query that was received. */
export interface Query {
  readonly name: string;
  readonly type: string;
  /** Whether it came with an OPT record. */
  readonly edns: boolean;
  /** How many bytes an answer over UDP may have: 512 unless EDNS allows more. */
  readonly payload: number;
  /** The datagram itself. */
  readonly bytes: Buffer;
}

/** The content of an answer. */
export interface Reply {
  readonly rcode: number;
  /** The names that the question's name leads to, one by one. */
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** Whether the answer is empty and marked as truncated. */
  readonly truncated: boolean;
  /** Whether it is from a cache and not from the name's own server. @default false */
  readonly cached?: true;
}

const HEADER = 12;

/** Reads a query; nothing when the bytes are no query. */
export function readQuery(bytes: Buffer): Query | undefined {
  try {
    const { questions, additionals } = decode(bytes);
    const edns = additionals?.find((record) => record.type === 'OPT');
    const payload = Math.max(512, edns?.udpPayloadSize ?? 512);
    const [question] = questions ?? [];
    return question && { name: question.name, type: question.type, edns: edns !== undefined, payload, bytes };
  } catch {
    return undefined;
  }
}

/**
 * The bytes of an answer. Names in it are pointers to earlier ones, as real servers write them: HAProxy 1.6.0 reads no
 * other form, and dns-packet does not write them.
 */
export function writeReply(query: Query, reply: Reply): Buffer {
  const question = questionOf(query.bytes);
  const records = reply.truncated ? [] : recordsOf(query, reply, HEADER + question.length);
  const header = Buffer.alloc(HEADER);
  query.bytes.copy(header, 0, 0, 2);
  header.writeUInt16BE((reply.cached ? 0x8180 : 0x8580) | (reply.truncated ? 0x0200 : 0) | reply.rcode, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt16BE(query.edns ? 1 : 0, 10);
  return Buffer.concat([header, question, ...records, ...(query.edns ? [OPT] : [])]);
}

/** The chain of aliases, then the addresses of its end; each owner is a pointer to its name. */
function recordsOf({ type }: Query, { aliases, addresses, ttl }: Reply, start: number): Buffer[] {
  const records: Buffer[] = [];
  let owner = HEADER;
  let end = start;
  for (const data of aliases) {
    records.push(record(owner, { type: 'CNAME', name: '.', ttl, data }));
    // The target follows owner, type, class, time to live and length.
    owner = end + 12;
    end += records.at(-1)!.length;
  }
  for (const data of addresses) {
    const family = isIPv4(data) ? 'A' : 'AAAA';
    // 1.6.0 asks for ANY first.
    if (type === family || type === 'ANY') {
      records.push(record(owner, { type: family, name: '.', ttl, data }));
    }
  }
  return records;
}

/** A record whose owner is the name at an offset: what dns-packet writes for the root's one-byte name, without it. */
function record(owner: number, answer: Answer): Buffer {
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | owner);
  return Buffer.concat([pointer, encode({ answers: [answer] }).subarray(HEADER + 1)]);
}

/** An OPT record that offers 4096 bytes, given back to a client that sent one. */
const OPT = Buffer.from([0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]);

/** The question of the query: labels up to the empty one, then type and class. */
function questionOf(query: Buffer): Buffer {
  let end = HEADER;
  while (query[end]) {
    end += query[end]! + 1;
  }
  return query.subarray(HEADER, end + 5);
}
