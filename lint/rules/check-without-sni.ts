import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { serversOf } from './lookups';

/** From this branch on a check sends the name of the server by itself. */
const CHECK_SNI_AUTO_SINCE = '3.3';

export const checkWithoutSni: Rule = {
  id: 'check-without-sni',
  severity: 'warning',
  why: 'A TLS check that sends no server name gets the default certificate, and fails when the name is verified.',
  help: "add 'check-sni NAME'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-check-sni',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version._capabilities.checkSni || version.isAtLeast(CHECK_SNI_AUTO_SINCE)) {
    return hits;
  }
  for (const { line, address, options } of serversOf(document)) {
    const checked = options.has('ssl') && options.has('check') && !options.has('addr');
    if (!checked || options.has('check-sni') || options.value('verify') === 'none') {
      continue;
    }
    const name = address.host ?? address.word.text;
    hits.push({
      line,
      word: address.word,
      message: `the TLS check of '${name}' sends no server name`,
      help: `add 'check-sni ${name}'`,
    });
  }
  return hits;
}
