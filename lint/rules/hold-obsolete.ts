import { MAX_ANSWER_ADDRESSES } from '../../lib/haproxy/model/options';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Section } from '../model';
import { periodOf, proxiesOf, resolversInUse, slotsOf } from './lookups';

/** A hold that outlasts the gaps of a partial answer, seconds; longer where there are fewer queries. */
const HOLD_SECONDS = 30;
/** The longest time that HAProxy 1.9 and later take, seconds. */
const LONGEST_SECONDS = 24 * 86_400;

export const holdObsolete: Rule = {
  id: 'hold-obsolete',
  severity: 'warning',
  why: 'A DNS answer has at most 8 addresses of a load balancer. Without a hold, HAProxy drops each address that is missing in one answer, and slots change their addresses all the time. A hold that the file has may be short where each name has 2 to 8 slots, so that an answer has all addresses.',
  help: "write 'hold obsolete 30s', or twice the time between two queries if that is longer",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.3',
  fixable: true,
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version._capabilities.holdObsolete) {
    return hits;
  }
  for (const section of resolversInUse(document)) {
    const hold = section.last('hold obsolete');
    const period = periodOf(section, version).millis;
    const seconds = Math.max(HOLD_SECONDS, Math.ceil((2 * period) / 1000));
    const enough = `${Math.min(seconds, LONGEST_SECONDS)}s`;
    const help = `write 'hold obsolete ${enough}'`;
    if (hold === undefined) {
      const { line, word, name } = section;
      const message = `resolvers '${name}' drops an address that is missing in one answer: 'hold obsolete' is 0 by default`;
      hits.push({ line, word, message, help, fix: { line, insertBelow: `    hold obsolete ${enough}` } });
      continue;
    }
    // The rules of the language report a value that is not a time.
    if (hold.value === undefined || hold.millis === undefined || hold.millis > period || isWhole(document, section)) {
      continue;
    }
    const { line, words, value } = hold;
    const message = `'hold obsolete ${value.text}' is not longer than the time between two queries`;
    hits.push({
      line,
      word: words[0]!,
      message,
      help,
      fix: { line, column: value.column, old: value.source, by: enough },
    });
  }
  return hits;
}

/**
 * Whether each answer has all addresses, by what the file says: several slots for each name, and no more than an answer
 * shows. One slot says nothing of the number of addresses.
 */
function isWhole(document: Document, { name }: Section): boolean {
  for (const proxy of proxiesOf(document)) {
    for (const server of proxy.servers) {
      const slots = slotsOf(proxy, server);
      const fits = slots > 1 && slots <= MAX_ANSWER_ADDRESSES;
      if (server.named !== false && server.options.value('resolvers') === name && !fits) {
        return false;
      }
    }
  }
  return true;
}
