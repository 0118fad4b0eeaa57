import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { periodOf, resolversInUse } from './lookups';

/** How long an answer of an ELB is valid: the TTL of its records, milliseconds. */
const ELB_TTL_MILLIS = 60_000;
/** An address that is kept this long after its name lost it can be another customer's, milliseconds. */
const LONG_MILLIS = 3_600_000;

export const slowResolution: Rule = {
  id: 'slow-resolution',
  severity: 'warning',
  why: 'The records of a load balancer are valid for 60 s. A process that asks less often, or keeps dropped addresses for hours, sends traffic to addresses that may belong to another customer.',
  help: "write 10s for the time between two queries, and at most some minutes for 'hold obsolete' and 'hold nx'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.3',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const section of resolversInUse(document)) {
    const { keyword, line: period, millis } = periodOf(section, version);
    if (period?.value !== undefined && millis > ELB_TTL_MILLIS) {
      hits.push({
        line: period.line,
        word: period.words[0]!,
        message: `HAProxy ${version.branch} asks for each name once in ${period.value.text}: '${keyword}' is the time between two queries`,
        help: `write '${keyword} 10s'`,
      });
    }
    for (const kept of ['hold obsolete', 'hold nx']) {
      const hold = section.last(kept);
      if (hold?.value === undefined || (hold.millis ?? 0) < LONG_MILLIS) {
        continue;
      }
      const message = `'${kept} ${hold.value.text}' keeps addresses for that long after the name lost them`;
      hits.push({ line: hold.line, word: hold.words[0]!, message, help: `write '${kept} 30s', or some minutes` });
    }
  }
  return hits;
}
