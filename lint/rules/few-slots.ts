import { MAX_ANSWER_ADDRESSES } from '../../lib/haproxy/model/options';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { hasOneAddress, isLoadBalancer, proxiesOf, slotsOf } from './lookups';

export const fewSlots: Rule = {
  id: 'few-slots',
  severity: 'warning',
  why: 'An answer has up to 8 addresses of a load balancer, and a template with fewer slots uses some of them only.',
  help: "use 'server-template PREFIX 16'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4-server-template',
  find,
};

function find(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const section of proxiesOf(document)) {
    for (const server of section.servers) {
      const { line, address, named, slots, options } = server;
      const template = named === true && slots > 1 && options.has('resolvers');
      const all = slotsOf(section, server);
      if (!template || !isLoadBalancer(address) || hasOneAddress(address) || all >= MAX_ANSWER_ADDRESSES) {
        continue;
      }
      const message = `${all} slots for '${address.host}', whose answers have up to ${MAX_ANSWER_ADDRESSES} addresses`;
      hits.push({ line, word: address.word, message });
    }
  }
  return hits;
}
