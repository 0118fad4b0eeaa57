import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { namedServers } from './lookups';

export const singleSlot: Rule = {
  id: 'single-slot',
  severity: 'warning',
  why: 'A single server line uses one address of the load balancer, even while that node is down and the others work.',
  help: "use 'server-template PREFIX 16' instead of 'server NAME'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4-server-template',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version._capabilities.serverTemplate) {
    return hits;
  }
  for (const { line, address, slots, options } of namedServers(document)) {
    if (slots === 1 && options.has('resolvers')) {
      hits.push({ line, word: address.word, message: `one slot for all addresses of '${address.host}'` });
    }
  }
  return hits;
}
