import type { NetConnectOpts } from 'node:net';

/** Where something listens: `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
export function addressOf(endpoint: string): NetConnectOpts {
  if (endpoint.startsWith('unix:')) {
    return { path: endpoint.slice('unix:'.length) };
  }
  const at = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(at + 1)) };
}
