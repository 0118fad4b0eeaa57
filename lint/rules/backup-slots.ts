import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { isOn, proxiesOf } from './lookups';

export const backupSlots: Rule = {
  id: 'backup-slots',
  severity: 'warning',
  why: "Without 'option allbackups' HAProxy uses the first backup server that works and no other: all traffic goes to one node of the load balancer.",
  help: "add 'option allbackups' to the section",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4-option%20allbackups',
  find,
};

function find(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const section of proxiesOf(document)) {
    const template = section.servers.find(
      ({ named, slots, options }) => named === true && slots > 1 && options.has('backup'),
    );
    if (template === undefined || isOn(document, section, 'option allbackups')) {
      continue;
    }
    const { line, address, slots } = template;
    const message = `the ${slots} backup slots of '${address.host}' never serve together`;
    hits.push({ line, word: address.word, message });
  }
  return hits;
}
