/** A word of a line, unquoted and unescaped, with the column (from 1) at which it begins. */
export interface Word {
  readonly text: string;
  readonly column: number;
}

/** A line that is neither empty nor a comment. */
export interface Directive {
  readonly line: number;
  readonly words: readonly Word[];
}

/** A section: its opening line and what stands below it. */
export interface Section {
  /** `global`, `defaults`, `frontend`, `backend`, `listen`, `resolvers`, … */
  readonly kind: string;
  readonly name: string;
  /** The `defaults` section that it names with `from` (2.4). */
  readonly from?: string;
  /** Line of the opening word, from 1. */
  readonly line: number;
  readonly directives: readonly Directive[];
}

/** A whole configuration. */
export type Config = readonly Section[];

/** Words that open a section, on any branch. Anything else belongs to the section above it. */
export const SECTION_KINDS: ReadonlySet<string> = new Set([
  'global',
  'defaults',
  'frontend',
  'backend',
  'listen',
  'resolvers',
  'peers',
  'userlist',
  'mailers',
  'cache',
  'program',
  'http-errors',
  'ring',
  'log-forward',
  'log-profile',
  'fcgi-app',
  'crt-store',
  'acme',
  'traces',
  'healthcheck',
]);

/** Splits a configuration into sections. Lines before the first section are passed over, as they are no use to HAProxy. */
export function parseConfig(text: string): Config {
  const sections: (Section & { directives: Directive[] })[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const words = splitWords(raw);
    const [first, second, third, fourth] = words;
    if (first === undefined) {
      continue;
    }
    if (SECTION_KINDS.has(first.text)) {
      sections.push({
        kind: first.text,
        name: second?.text ?? '',
        from: third?.text === 'from' ? fourth?.text : undefined,
        line: i + 1,
        directives: [],
      });
    } else {
      sections.at(-1)?.directives.push({ line: i + 1, words });
    }
  }
  return sections;
}

/** Splits a line as HAProxy 1.6 and later do: blanks separate, quotes and backslashes protect, `#` begins a comment. */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  let text = '';
  let begin = -1;
  let quote = '';
  const end = () => {
    if (begin >= 0) {
      words.push({ text, column: begin + 1 });
    }
    text = '';
    begin = -1;
  };
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i]!;
    if (quote === '' && (char === ' ' || char === '\t')) {
      end();
      continue;
    }
    if (quote === '' && char === '#') {
      break;
    }
    begin = begin < 0 ? i : begin;
    if (char === '\\' && quote !== "'" && i + 1 < line.length) {
      i += 1;
      text += line[i];
    } else if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else {
      text += char;
    }
  }
  end();
  return words;
}
