import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { isOn } from './lookups';

/** A port of TLS, where the port of the server line is not a number. */
const TLS_PORT = '443';
/** Lines that say themselves what a check speaks. */
const EXPLICIT = ['http-check connect', 'tcp-check connect', 'option ssl-hello-chk', 'option external-check'];

export const clearCheck: Rule = {
  id: 'clear-check',
  severity: 'warning',
  why: "With 'port' or 'addr' a health check does not take 'ssl' from its server line. In clear text it fails with 'option httpchk', so that HAProxy answers 503; without, it also passes where TLS is broken.",
  help: "add 'check-ssl'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-check-ssl',
  find,
};

function find(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const section of document.sections.filter(({ mode }) => mode !== undefined)) {
    const explicit = EXPLICIT.some((keyword) => isOn(document, section, keyword));
    for (const server of explicit ? [] : section.servers.filter(checksInClear)) {
      const { line, address } = server;
      const message = `the health check of '${address.host ?? address.word.text}' goes to a port of TLS in clear text`;
      hits.push({ line, word: address.word, message });
    }
  }
  return hits;
}

/** A check of another port than that of the server may be meant to be in clear text. */
function checksInClear({ address, options }: Server): boolean {
  const own = options.has('port') || options.has('addr');
  const said = ['check-ssl', 'no-check-ssl', 'healthcheck'].some((name) => options.has(name));
  if (!options.has('ssl') || !options.has('check') || !own || said || options.incomplete) {
    return false;
  }
  const known = /^\d+$/.test(address.port ?? '') ? address.port : TLS_PORT;
  const port = options.value('port') ?? options.value('addr')?.match(/:(\d+)$/)?.[1] ?? known;
  return port === known;
}
