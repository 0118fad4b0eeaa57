import type { Hit, Rule } from '../finding';
import type { Document } from '../model';

export const stateFile: Rule = {
  id: 'state-file',
  severity: 'error',
  why: 'At a reload, a state file restores the addresses of the previous process, also those that the name no longer has.',
  help: "remove 'load-server-state-from-file', and use 'init-addr none' on the server lines",
  link: 'https://github.com/haproxy/haproxy/issues/1650',
  find,
};

function find({ sections }: Document): Hit[] {
  const hits: Hit[] = [];
  if (!sections.some(({ kind }) => kind === 'resolvers')) {
    return hits;
  }
  for (const { line, keyword, words, value } of sections.flatMap(({ directives }) => directives)) {
    if (keyword === 'load-server-state-from-file' && value?.text !== 'none') {
      hits.push({
        line,
        word: words[0]!,
        message: 'a state file together with resolvers: a reload restores old addresses',
      });
    }
  }
  return hits;
}
