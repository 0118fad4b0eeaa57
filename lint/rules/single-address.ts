import { takesTurns } from '../../lib/haproxy/version/rotation';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { fixedNameOf, resolving, setsDestination } from './do-resolve';
import { hasOneAddress, isLoadBalancer } from './lookups';

export const singleAddress: Rule = {
  id: 'single-address',
  severity: 'warning',
  why: "This release has a fault: 'do-resolve' always gives the same address of a name. One node of the load balancer gets all requests, and while it is down every request ends in a 503.",
  help: "use 'server-template PREFIX 16' with 'resolvers', or run a later release",
  link: 'https://github.com/haproxy/haproxy/issues/3116',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (takesTurns(version)) {
    return hits;
  }
  for (const resolves of resolving(document)) {
    const { word, host } = fixedNameOf(resolves) ?? {};
    if (isLoadBalancer({ host }) && !hasOneAddress({ host }) && setsDestination(document, resolves)) {
      const message = `'do-resolve' always gives the same address of '${host}'`;
      hits.push({ line: resolves.directive.line, word: word!, message });
    }
  }
  return hits;
}
