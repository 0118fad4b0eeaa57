import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { namedServers } from './lookups';

/** The first branch without the warning, in its release 2 (issue 2176). */
const QUIET_SINCE = '2.8';

export const zeroWarning: Rule = {
  id: 'zero-warning',
  severity: 'warning',
  why: "HAProxy warns about a name that does not resolve at the start, also where 'init-addr' allows it, and 'zero-warning' makes the warning end the start.",
  help: "write 'init-addr none' alone, or remove 'zero-warning'",
  link: 'https://github.com/haproxy/haproxy/issues/2176',
  find,
};

/** Running 2.2.9 and 2.6.12 refuse the start; 2.8.25 to 3.4.7 do not. */
function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const word = document.sections
    .filter(({ kind }) => kind === 'global')
    .map((section) => section.last('zero-warning'))
    .find((directive) => directive !== undefined);
  if (word === undefined || version.isAtLeast(QUIET_SINCE)) {
    return hits;
  }
  for (const { line, address, options } of namedServers(document)) {
    const methods = options.value('init-addr')?.split(',') ?? [];
    if (methods.includes('libc') && methods.at(-1) === 'none') {
      const message = `HAProxy ${version.branch} does not start while '${address.host}' does not resolve, because of 'zero-warning'`;
      hits.push({ line, word: address.word, message });
    }
  }
  return hits;
}
