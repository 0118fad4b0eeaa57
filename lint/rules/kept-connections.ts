import { CAPABILITIES } from '../../lib/haproxy/version/capabilities';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { hasOneAddress, slotsOf } from './lookups';

/** Options that end the connection to the server with the answer. */
const CLOSING: ReadonlySet<string> = new Set(['option http-server-close', 'option httpclose', 'option forceclose']);

/** From this branch on an HTTP/2 connection leaves an address that DNS takes away. */
const HTTP2_LEAVES_SINCE = CAPABILITIES.http2Upstream.since;

export const keptConnections: Rule = {
  id: 'kept-connections',
  severity: 'warning',
  why: 'Up to 2.9 a server that gets a new address keeps its connections to the old one, and uses them as long as that one answers. A client that keeps its own connection stays on the old address.',
  help: "add 'option http-server-close', or run 3.0 or later",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4-option%20http-server-close',
  find,
};

/** With several slots an address that is dropped leaves its slot empty; with one the next address takes its place. */
function find({ sections }: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const closes = sections.some(({ directives }) => directives.some(({ keyword }) => CLOSING.has(keyword)));
  if (version._capabilities.leavesInPlace) {
    return hits;
  }
  const pairs = sections
    .filter(({ mode }) => mode === 'http')
    .flatMap((section) => section.servers.map((server) => ({ section, server })));
  for (const { section, server } of pairs) {
    const { line, address, named, options } = server;
    // Those options do not close a connection of HTTP/2.
    const http2 = speaksHttp2(server);
    if (closes && !http2) {
      continue;
    }
    // From 2.4 on a connection of a server with a relative port is found by its address too.
    if (version._capabilities.reusesRightly && /^[+-]/.test(address.port ?? '')) {
      continue;
    }
    const stays = slotsOf(section, server) === 1 || (http2 && !version.isAtLeast(HTTP2_LEAVES_SINCE));
    const follows = named === true && options.has('resolvers') && stays;
    if (follows && !hasOneAddress(address) && options.value('pool-max-conn') !== '0') {
      const message = `clients that keep their connection stay on the old address of '${address.host}' as long as it answers`;
      hits.push({ line, word: address.word, message, ...(http2 && { help: 'run 3.0 or later' }) });
    }
  }
  return hits;
}

const speaksHttp2 = ({ options }: Server): boolean =>
  options.value('proto') === 'h2' || (options.value('alpn') ?? '').split(',').includes('h2');
