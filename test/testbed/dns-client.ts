import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { encode, type Packet, type RecordType, streamDecode } from 'dns-packet';
import type { DnsListener } from '../../testbed/dns-server';

/** A query for a name, with an id that answers must have. */
export const query = (name: string, type: RecordType = 'A', more: Partial<Packet> = {}) =>
  encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ type, name }], ...more });

/** Sends a datagram and waits for the next one that comes back. */
export async function exchange(query: Buffer, to: DnsListener): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    const answer = once(socket, 'message');
    socket.send(query, Number(to.address.split(':')[1]), '127.0.0.1');
    return (await answer)[0];
  } finally {
    socket.close();
  }
}

/** Sends messages over one TCP connection, cut into pieces of some size, and waits for as many answers. */
export async function exchangeOverTcp(queries: Buffer[], piece: number, to: DnsListener): Promise<Packet[]> {
  const socket = connect(Number(to.address.split(':')[1]), '127.0.0.1');
  try {
    const stream = Buffer.concat(
      queries.flatMap((bytes) => [Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]),
    );
    for (let from = 0; from < stream.length; from += piece) {
      socket.write(stream.subarray(from, from + piece));
    }
    const answers: Packet[] = [];
    let received = Buffer.alloc(0);
    while (answers.length < queries.length) {
      received = Buffer.concat([received, (await once(socket, 'data'))[0]]);
      while (received.length > 2 && received.length >= 2 + received.readUInt16BE()) {
        answers.push(streamDecode(received));
        received = received.subarray(2 + received.readUInt16BE());
      }
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

/** As many addresses as are wanted. */
export const manyAddresses = (count: number) => Array.from({ length: count }, (_, i) => `127.0.1.${i}`);

/** The content of an answer. */
export const addressesOf = ({ answers }: Packet) => (answers ?? []).map((answer) => 'data' in answer && answer.data);
