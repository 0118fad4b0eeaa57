import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { isLoadBalancer, namedServers } from './lookups';

/** From this branch on a setting of the process can decide. */
const ACCEPT_FAMILY_SINCE = '3.2';

/**
 * From this branch on a process asks for IPv6 addresses only where the machine has a route to public ones (commit
 * 54d36f3e6), which is not yet a route to the load balancer.
 */
const AUTO_SINCE = '3.3';

export const addressFamily: Rule = {
  id: 'address-family',
  severity: 'warning',
  why: 'HAProxy asks for IPv6 addresses first (from 3.3 on where the machine has an IPv6 route). Where they do not reach the load balancer, every slot of a dual-stack name is down.',
  help: "add 'resolve-prefer ipv4'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-resolve-prefer',
  find,
};

/** AWS gives the second name to every dual-stack load balancer. */
function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!acceptsBoth(document)) {
    return hits;
  }
  const more = version.isAtLeast(ACCEPT_FAMILY_SINCE) ? ", or 'dns-accept-family ipv4' to the global section" : '';
  for (const { line, address, options } of namedServers(document)) {
    const dual = isLoadBalancer(address) && /^dualstack\./i.test(address.host ?? '');
    if (!dual || options.has('resolve-prefer') || !options.has('resolvers')) {
      continue;
    }
    hits.push({
      line,
      word: address.word,
      message: `'${address.host}' has IPv4 and IPv6 addresses, and HAProxy takes IPv6${version.isAtLeast(AUTO_SINCE) ? ' where the machine has a route' : ''}`,
      help: `add 'resolve-prefer ipv4'${more}`,
    });
  }
  return hits;
}

/** Whether nothing says which families a process asks for. */
function acceptsBoth({ sections }: Document): boolean {
  const line = sections.map((section) => section.last('dns-accept-family')).findLast((found) => found !== undefined);
  return line?.value === undefined || /^(ipv4,ipv6|ipv6,ipv4)$/.test(line.value.text);
}
