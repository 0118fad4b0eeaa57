import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Directive, Document, Word } from '../model';

/** What HAProxy has where no line says otherwise. */
const DEFAULTS = { 'tune.bufsize': 16_384, 'tune.maxrewrite': 1024 };
const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** The parts of an answer that take other than one word. */
const WORDS_AFTER: Readonly<Record<string, number>> = { 'default-errorfiles': 0, hdr: 2 };
const ACTIONS: ReadonlySet<string> = new Set(['return', 'deny', 'tarpit']);

export const largePage: Rule = {
  id: 'large-page',
  severity: 'warning',
  why: 'A response of HAProxy itself must fit into its buffer, headers included. A larger one becomes an empty body or a 500, and the start succeeds.',
  help: "shorten the text, or raise 'tune.bufsize', which costs memory for each connection",
  link: 'https://docs.haproxy.org/3.2/configuration.html#3.2-tune.bufsize',
  find,
};

/** Running processes of 2.2 to 3.4: 15,360 bytes pass, 16,300 get a 500 and 17,000 an empty body. */
function find({ sections }: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version._capabilities.httpRequestReturn) {
    return hits;
  }
  const size = (keyword: keyof typeof DEFAULTS): number => {
    const lines = sections.filter(({ kind }) => kind === 'global').flatMap((section) => section.last(keyword) ?? []);
    const [line] = lines.slice(-1);
    return line === undefined ? DEFAULTS[keyword] : bytesOf(line.value);
  };
  const buffer = size('tune.bufsize');
  const reserve = Math.min(size('tune.maxrewrite'), buffer / 2);
  for (const directive of sections.flatMap(({ directives }) => directives)) {
    const word = bodyOf(directive);
    const bytes = Buffer.byteLength(word?.text ?? '');
    if (word !== undefined && bytes > buffer - reserve) {
      const message = `the body has ${bytes} bytes, and HAProxy's buffer has room for ${buffer - reserve} beside its headers`;
      hits.push({ line: directive.line, word, message });
    }
  }
  return hits;
}

/** Not a number where a variable decides. */
function bytesOf(value: Word | undefined): number {
  const [, count, unit = ''] = /^(\d+)([kmg]?)$/i.exec(value?.text ?? '') ?? [];
  return Number(count) * (UNITS[unit.toLowerCase()] ?? 1);
}

/** The text of an answer, where the line has it and it is the same for each request. */
function bodyOf({ keyword, words }: Directive): Word | undefined {
  const rule = ['http-request', 'http-response'].includes(keyword) && ACTIONS.has(words[1]?.text ?? '');
  if (!rule && keyword !== 'http-error') {
    return undefined;
  }
  for (let i = rule ? 2 : 1; i < words.length - 1; ) {
    const { text } = words[i]!;
    if (text === 'if' || text === 'unless') {
      return undefined;
    }
    const body = words[i + 1]!;
    if (text === 'string' || text === 'lf-string') {
      const fixed = !body.unresolvedVariable && !(text === 'lf-string' && body.text.includes('%'));
      return fixed ? body : undefined;
    }
    i += 1 + (WORDS_AFTER[text] ?? 1);
  }
  return undefined;
}
