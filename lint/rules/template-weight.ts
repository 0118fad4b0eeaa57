import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { proxiesOf } from './lookups';

export const templateWeight: Rule = {
  id: 'template-weight',
  severity: 'warning',
  why: 'Each slot with an address counts with the whole weight: the share of a template grows with the number of addresses in DNS.',
  help: 'divide the weight by the number of addresses, or split between two backends',
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-weight',
  find,
};

function find(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const { servers } of proxiesOf(document)) {
    const active = servers.filter(({ options }) => !options.has('backup'));
    const template = active.find(({ named, slots }) => named === true && slots > 1);
    const weighted = active.find(({ options }) => options.has('weight') && options.value('weight') !== '0');
    const others = active.some((server) => server.address.host !== template?.address.host);
    if (template === undefined || weighted === undefined || !others) {
      continue;
    }
    const weight = template.options.value('weight') ?? '1';
    const message = `each slot of '${template.address.host}' with an address has the weight ${weight}, up to ${template.slots} of them`;
    hits.push({ line: template.line, word: template.address.word, message });
  }
  return hits;
}
