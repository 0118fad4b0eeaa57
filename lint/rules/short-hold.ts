import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { resolversInUse } from './lookups';

/** The holds of failed queries, and the failure of each. */
const HOLDS: readonly (readonly [keyword: string, failure: string])[] = [
  ['hold timeout', 'that no name server answers'],
  ['hold refused', 'that a name server refuses'],
  ['hold other', 'that fails'],
  ['hold nx', 'whose answer says that the name does not exist'],
];

/** Shorter than the time between two queries of any setting, milliseconds. */
const SHORT_MILLIS = 1000;

export const shortHold: Rule = {
  id: 'short-hold',
  severity: 'warning',
  why: 'HAProxy drops the address of every slot when a failed query has lasted for its hold. With a hold of 0 a single lost answer empties the backend, and every client gets a 503.',
  help: "write 30s, which is HAProxy's default, or more",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.3',
  fixable: true,
  find,
};

/** Running processes of 2.2 to 3.4 empty their slots for each of the four. */
function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version._capabilities.holdErrors) {
    return hits;
  }
  for (const section of resolversInUse(document)) {
    for (const [keyword, failure] of HOLDS) {
      const hold = section.last(keyword);
      if (hold?.value === undefined || hold.millis === undefined || hold.millis >= SHORT_MILLIS) {
        continue;
      }
      const { line, words, value } = hold;
      const message = `'${keyword} ${value.text}' drops every address at the first query ${failure}`;
      const fix = { line, column: value.column, old: value.source, by: '30s' };
      hits.push({ line, word: words[0]!, message, fix });
    }
  }
  return hits;
}
