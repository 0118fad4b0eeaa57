import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
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
    const byName = new Map<string, Server[]>();
    for (const server of servers.filter(({ named }) => named === true)) {
      const name = server.address.host!.toLowerCase().replace(/\.$/, '');
      const slots = byName.get(name) ?? [];
      slots.push(server);
      byName.set(name, slots);
    }
    for (const slots of byName.values()) {
      hits.push(...hitsOf(slots));
    }
  }
  return hits;
}

/** @param slots lines with the same name */
function hitsOf(slots: readonly Server[]): Hit[] {
  const preferred = slots.filter(({ options }) => options.has('resolve-net') && !options.has('backup'));
  const [first] = preferred;
  if (first === undefined || !slots.some((other) => comesAfter(first, other))) {
    return [];
  }
  const count = preferred.reduce((sum, one) => sum + one.slots, 0);
  const message = `the ${count} slots of '${first.address.host}' take addresses of other networks too`;
  return count > 1 ? [{ line: first.line, word: first.address.word, message }] : [];
}

const weightOf = ({ options }: Server): number => Number(options.value('weight') ?? 1);

/** Whether slots are for the addresses that the preferred ones leave. */
const comesAfter = (preferred: Server, other: Server): boolean =>
  other.options.has('backup') || weightOf(other) < weightOf(preferred);
