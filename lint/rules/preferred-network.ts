import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { proxiesOf } from './lookups';

export const preferredNetwork: Rule = {
  id: 'preferred-network',
  severity: 'warning',
  why: 'resolve-net prefers a network and does not exclude the others. A slot without a free address in its network takes one of another zone, and from 2.5 on keeps it as long as DNS names it; a new node of the zone then falls to a backup slot and gets no request.',
  help: 'give these servers a name that has the nodes of the zone alone, or weights by zone, as `locality: zone` of this project does',
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-resolve-net',
  find,
};

/** Running processes of 2.2.9 and 3.2.26: with 4 slots for 2 nodes of the zone, half of the requests leave it. */
function find(document: Document): Hit[] {
  const hits: Hit[] = [];
  for (const { servers } of proxiesOf(document)) {
    for (const { line, named, slots, address, options } of servers) {
      const shared = servers.some((other) => other.address.host === address.host && other.options.has('backup'));
      if (named === true && slots > 1 && options.has('resolve-net') && !options.has('backup') && shared) {
        const message = `the ${slots} slots of '${address.host}' take addresses of other networks too`;
        hits.push({ line, word: address.word, message });
      }
    }
  }
  return hits;
}
