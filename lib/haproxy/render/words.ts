/** A line of a section; left out when it is falsy. */
export type Line = string | false | undefined;

/** A section: its opening line and the lines below it. */
export interface Section {
  readonly head: string;
  readonly lines: readonly Line[];
}

/** Joins words with blanks; leaves falsy ones out. */
export function join(...words: Line[]): string {
  return words.filter(Boolean).join(' ');
}

/** A value as one word: within single quotes nothing is expanded (1.6 and later). */
export function quote(value: string): string {
  return /^[A-Za-z0-9_./:,@=+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** A value as one word where HAProxy looks for `%` expressions. */
export function quoteFormat(value: string): string {
  return quote(value.replaceAll('%', '%%'));
}

/** How each control character is written, outside of quotes (1.6 and later). */
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text of any characters as one word: those that would end the line stand between quoted parts. */
export function quoteText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to escape.
      .split(/([\u0000-\u001f\u007f])/)
      .map((part, i) => (i % 2 === 1 ? (ESCAPES[part] ?? hexOf(part)) : part && quote(part)))
      .join('')
  );
}

const hexOf = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** HAProxy takes at most 64 words a line. */
const WORDS_PER_LINE = 32;

/** Lines that give a named ACL its values. */
export function aclLines(name: string, criterion: string, values: readonly string[]): string[] {
  const chunks = Array.from({ length: Math.ceil(values.length / WORDS_PER_LINE) }, (_, i) =>
    values.slice(i * WORDS_PER_LINE, (i + 1) * WORDS_PER_LINE),
  );
  return chunks.map((chunk) => `acl ${name} ${criterion} ${chunk.join(' ')}`);
}
