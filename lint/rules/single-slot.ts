import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Section, Server } from '../model';
import { hasOneAddress, proxiesOf, slotsOf } from './lookups';

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
  for (const section of proxiesOf(document)) {
    for (const server of section.servers) {
      const { line, address, named, options } = server;
      const follows = named === true && options.has('resolvers');
      if (!follows || hasOneAddress(address) || slotsOf(section, server) !== 1) {
        continue;
      }
      const message = `one slot for all addresses of '${address.host}'`;
      hits.push({ line, word: address.word, message, help: helpOf(section, server) });
    }
  }
  return hits;
}

/** Each slot of a template has the whole weight: beside other servers the split would change. */
function helpOf({ servers }: Section, { address, options }: Server): string {
  const weight = options.value('weight');
  const serves = (one: Server) => one.options.has('backup') === options.has('backup');
  if (!servers.some((one) => one.address.host !== address.host && serves(one))) {
    return singleSlot.help;
  }
  const share = weight === undefined ? '' : `, here ${weight} in all`;
  return `use 'server-template PREFIX 16', and divide the weight among its slots${share}: each slot counts with the whole weight, so that the same number would change the split`;
}
