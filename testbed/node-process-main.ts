/** The program of a `NodeProcess`: nodes of a load balancer that carry out the calls of the parent process. */
import type { IncomingMessage } from 'node:http';
import {
  type AddressUse,
  BACKLOG,
  CLIENT_HEADER,
  type NodeCall,
  type NodeReply,
  type NodeReport,
} from './node-process';
import { LocalNodes } from './nodes';

const addresses: Record<string, Record<string, AddressUse>> = {};
const lastAt: Record<string, number> = {};
const pauses: Record<string, number> = {};

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

// Each request takes a while, as real ones do: some are in progress whenever something happens. Idle connections stay open
// as long as those of an Application Load Balancer by default.
const nodes = new LocalNodes({ delayMillis: 30, keepAliveMillis: 60_000, backlog: BACKLOG }, count);

async function carryOut(call: NodeCall): Promise<unknown> {
  switch (call[0]) {
    case 'start':
      return nodes.start(call[1], call[2], call[3]);
    case 'report':
      return reportUntil(call[1]);
    default:
      return nodes[call[0]](call[1]);
  }
}

process.on('message', (call: NodeCall) => {
  carryOut(call).then(
    (result) => process.send?.({ result } satisfies NodeReply),
    ({ code, message }: NodeJS.ErrnoException) => process.send?.({ error: { code, message } } satisfies NodeReply),
  );
});

// It ends with its parent.
process.on('disconnect', () => process.exit());
