import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Word } from '../model';
import { fixedNameOf, resolving } from './do-resolve';
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
  why: "HAProxy asks for IPv6 addresses first (from 3.3 on where the machine has an IPv6 route). Where they do not reach the load balancer, every slot of a dual-stack name is down, and 'do-resolve' finds an address that does not answer.",
  help: "add 'resolve-prefer ipv4', or write do-resolve(VARIABLE,RESOLVERS,ipv4)",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-resolve-prefer',
  find,
};

/** AWS gives the second name to every dual-stack load balancer. */
function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!acceptsBoth(document)) {
    return hits;
  }
  const more = version.isAtLeast(ACCEPT_FAMILY_SINCE) ? ", or add 'dns-accept-family ipv4' to the global section" : '';
  const taken = version.isAtLeast(AUTO_SINCE) ? 'IPv6 where the machine has a route' : 'IPv6';
  const add = (line: number, word: Word, name: string, help: string) =>
    hits.push({
      line,
      word,
      message: `'${name}' has IPv4 and IPv6 addresses, and HAProxy takes ${taken}`,
      help: `${help}${more}`,
    });
  for (const { line, address, options } of namedServers(document)) {
    const dual = isLoadBalancer(address) && isDual(address.host);
    if (dual && !options.has('resolve-prefer') && options.has('resolvers')) {
      add(line, address.word, address.host!, "add 'resolve-prefer ipv4'");
    }
  }
  for (const resolves of resolving(document)) {
    const { word, host } = fixedNameOf(resolves) ?? {};
    if (resolves.family === undefined && isLoadBalancer({ host }) && isDual(host)) {
      add(resolves.directive.line, word!, host!, 'write do-resolve(VARIABLE,RESOLVERS,ipv4)');
    }
  }
  return hits;
}

const isDual = (host = ''): boolean => /^dualstack\./i.test(host);

/** Whether nothing says which families a process asks for. */
function acceptsBoth({ sections }: Document): boolean {
  const line = sections.map((section) => section.last('dns-accept-family')).findLast((found) => found !== undefined);
  return line?.value === undefined || /^(ipv4,ipv6|ipv6,ipv4)$/.test(line.value.text);
}
