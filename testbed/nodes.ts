/** A process that plays nodes of a load balancer. The one that started it says what happens to them. */
import { createServer, type Server } from 'node:http';

/** What the other side may say. */
export type NodeOrder =
  | { readonly listen: string; readonly port: number }
  /** No new connections; those without a request end now, the others when they have their answer. */
  | { readonly retire: string }
  /** Every connection is reset, and every new one refused. */
  | { readonly kill: string }
  | { readonly endedAt: number };

/** When a client was first and last answered by an address, ms since 1970; and how often. */
export interface Seen {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** What a client did. */
export interface ClientReport {
  readonly addresses: Record<string, Seen>;
  /** The longest time without a request, ms. */
  readonly longestPause: number;
}

/** By client. */
export type NodeReport = Record<string, ClientReport>;

/** Who asks says so in this header. */
export const CLIENT_HEADER = 'x-client';

/** Connections that wait to be accepted. As many make a process that is stopped deaf to new ones. */
export const BACKLOG = 32;

const servers = new Map<string, Server>();
const addresses: Record<string, Record<string, Seen>> = {};
const lastAt: Record<string, number> = {};
const pauses: Record<string, number> = {};

/** A request takes a while, as real ones do: some are under way whenever something happens. */
const WORK_MILLIS = 30;

function note(client: string, address: string, now: number): void {
  addresses[client] ??= {};
  const { first = now, count = 0 } = addresses[client][address] ?? {};
  addresses[client][address] = { first, last: now, count: count + 1 };
  pauses[client] = Math.max(pauses[client] ?? 0, now - (lastAt[client] ?? now));
  lastAt[client] = now;
}

/** What has been seen until the moment at which the load ended, ms since 1970. */
function report(endedAt: number): NodeReport {
  return Object.fromEntries(
    Object.keys(addresses).map((client) => [
      client,
      { addresses: addresses[client]!, longestPause: Math.max(pauses[client]!, endedAt - lastAt[client]!) },
    ]),
  );
}

function listen(address: string, port: number): Promise<void> {
  const server = createServer((request, response) => {
    const client = request.headers[CLIENT_HEADER];
    if (typeof client === 'string') {
      note(client, address, Date.now());
    }
    setTimeout(() => response.end('ok\n'), WORK_MILLIS);
  });
  // As an Application Load Balancer does by default.
  server.keepAliveTimeout = 60_000;
  servers.set(address, server);
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, address, BACKLOG, resolve));
}

process.on('message', async (order: NodeOrder) => {
  if ('listen' in order) {
    await listen(order.listen, order.port);
  } else if ('retire' in order) {
    servers.get(order.retire)?.close();
    servers.get(order.retire)?.closeIdleConnections();
  } else if ('kill' in order) {
    servers.get(order.kill)?.close();
    servers.get(order.kill)?.closeAllConnections();
  }
  process.send?.('endedAt' in order ? report(order.endedAt) : {});
});

// The end of the other side is the end of this one.
process.on('disconnect', () => process.exit());
