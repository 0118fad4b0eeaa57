import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';

/** From this branch on HAProxy sends the Host header of a request as server name. */
const SNI_AUTO_SINCE = '3.3';

export const verifiedName: Rule = {
  id: 'verified-name',
  severity: 'warning',
  why: "From 3.3 on HAProxy sends the request's Host header as server name, and verifies the certificate against it: 'verifyhost' counts only without a server name. A Host header that the certificate does not have ends in a 503.",
  help: "add 'sni str(NAME)', or 'no-sni-auto'",
  link: 'https://docs.haproxy.org/3.3/configuration.html#5.2-sni-auto',
  find,
};

function find({ sections }: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const optional = sections.some(
    (section) => section.kind === 'global' && section.last('ssl-server-verify')?.value?.text === 'none',
  );
  if (!version.isAtLeast(SNI_AUTO_SINCE)) {
    return hits;
  }
  for (const { line, address, options } of sections.filter(({ mode }) => mode === 'http').flatMap((s) => s.servers)) {
    const verify = options.value('verify') ?? (optional ? 'none' : 'required');
    if (!options.has('ssl') || verify === 'none' || options.has('sni') || options.has('no-sni-auto')) {
      continue;
    }
    const name = options.value('verifyhost') ?? address.host ?? 'NAME';
    hits.push({
      line,
      word: address.word,
      message: `the certificate of '${address.host ?? address.word.text}' is verified against the Host header of each request`,
      help: `add 'sni str(${name})', or 'no-sni-auto'`,
    });
  }
  return hits;
}
