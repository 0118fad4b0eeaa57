import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { isLoadBalancer, namedServers } from './lookups';

/** From this branch on a setting of the process can decide. */
const ACCEPT_FAMILY_SINCE = '3.2';

export const addressFamily: Rule = {
  id: 'address-family',
  severity: 'warning',
  why: 'HAProxy asks for IPv6 addresses first. Where no route to them exists, every slot of a dual-stack name is down.',
  help: "add 'resolve-prefer ipv4'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-resolve-prefer',
  find,
};

/** AWS gives the second name to every dual-stack load balancer. */
function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const decided = document.sections.some(({ directives }) =>
    directives.some(({ keyword }) => keyword === 'dns-accept-family'),
  );
  if (decided) {
    return hits;
  }
  const more = version.isAtLeast(ACCEPT_FAMILY_SINCE) ? ", or 'dns-accept-family ipv4' to the global section" : '';
  for (const { line, address, options } of namedServers(document)) {
    const dual = isLoadBalancer(address) && /^dualstack\./i.test(address.host ?? '');
    if (!dual || address.family !== undefined || options.has('resolve-prefer') || !options.has('resolvers')) {
      continue;
    }
    hits.push({
      line,
      word: address.word,
      message: `'${address.host}' has IPv4 and IPv6 addresses, and the line does not say which ones to use`,
      help: `add 'resolve-prefer ipv4'${more}`,
    });
  }
  return hits;
}
