/** The program of a `NodeProcess`: nodes of a load balancer that the parent process gives orders to. */
import type { IncomingMessage } from 'node:http';
import {
  type AddressUse,
  BACKLOG,
  CLIENT_HEADER,
  type NodeOrder,
  type NodeReply,
  type NodeReport,
} from './node-process';
import { LocalNodes } from './node-server';

const addresses: Record<string, Record<string, AddressUse>> = {};
const lastAt: Record<string, number> = {};
const pauses: Record<string, number> = {};

const nodes = new LocalNodes({
  // As real requests do, each takes a while: some are in progress whenever something happens.
  delayMillis: 30,
  // The default of an Application Load Balancer.
  keepAliveMillis: 60_000,
  backlog: BACKLOG,
  onRequest: count,
});

function count({ headers: { [CLIENT_HEADER]: client } }: IncomingMessage, address: string): void {
  if (typeof client !== 'string') {
    return;
  }
  const now = Date.now();
  addresses[client] ??= {};
  const { first = now, count = 0 } = addresses[client][address] ?? {};
  addresses[client][address] = { first, last: now, count: count + 1 };
  pauses[client] = Math.max(pauses[client] ?? 0, now - (lastAt[client] ?? now));
  lastAt[client] = now;
}

function reportUntil(endedAt: number): NodeReport {
  return Object.fromEntries(
    Object.keys(addresses).map((client) => [
      client,
      { addresses: addresses[client]!, longestPause: Math.max(pauses[client]!, endedAt - lastAt[client]!) },
    ]),
  );
}

async function carryOut(order: NodeOrder): Promise<NodeReply> {
  if ('start' in order) {
    return { port: await nodes.start(order.start, order.address, order.port) };
  }
  if ('endedAt' in order) {
    return { report: reportUntil(order.endedAt) };
  }
  // The other connections of a node that retires end later.
  await ('retire' in order ? nodes.retire(order.retire) : nodes.kill(order.kill));
  return {};
}

process.on('message', (order: NodeOrder) => {
  carryOut(order).then(
    (reply) => process.send?.(reply),
    ({ code, message }: NodeJS.ErrnoException) => process.send?.({ error: { code, message } } satisfies NodeReply),
  );
});

// It ends with its parent.
process.on('disconnect', () => process.exit());
