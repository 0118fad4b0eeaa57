import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { statsSockets } from './lookups';

const TLS_OPTIONS: ReadonlySet<string> = new Set(['ssl', 'crt', 'ca-file', 'verify']);

export const socketTls: Rule = {
  id: 'socket-tls',
  severity: 'error',
  why: "HAProxy accepts TLS options on a 'stats socket' line and ignores them: the socket speaks clear text.",
  help: "keep the socket local, and put a 'listen' section in TCP mode with TLS in front of it",
  link: 'https://docs.haproxy.org/3.2/configuration.html#stats%20socket',
  find,
};

function find(document: Document): Hit[] {
  const hits: Hit[] = [];
  for (const { line, options } of statsSockets(document)) {
    const option = options.all.find(({ word }) => TLS_OPTIONS.has(word.text));
    if (option !== undefined) {
      const message = `'${option.word.text}' on a 'stats socket' line is ignored: the socket speaks clear text`;
      hits.push({ line, word: option.word, message });
    }
  }
  return hits;
}
