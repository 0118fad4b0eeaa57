import fc from 'fast-check';

/** Pieces that have broken parsers of any kind before. */
const NASTY = [
  '',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '"',
  "'",
  '\\',
  '#',
  ':',
  ';',
  ',',
  '.',
  '-',
  '/',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '%',
  '$',
  '&',
  '*',
  '!',
  '|',
  '<<',
  '~',
  '?',
  '@',
  '=',
  '0',
  '-1',
  '1e999',
  '0x7fffffff',
  '4294967296',
  '99999999999999999999',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '\ud800',
  '\u2028',
  '\ufeff',
  '\u00e9',
  '🥚',
  '\x7f',
  '\xff\xfe',
  '::',
  '127.0.0.1',
  '::ffff:1.2.3.4',
  'a'.repeat(300),
  '['.repeat(200),
  '{"a":'.repeat(100),
  '\n'.repeat(200),
  'x '.repeat(100),
];

type Edit = readonly [kind: number, at: number, length: number, word: string];

/** Changes at a place that is a share of the text, so that it stays in place while a counter-example shrinks. */
function apply(text: string, [kind, at, length, word]: Edit): string {
  const from = Math.floor(text.length * at);
  const [head, cut, tail] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
  switch (kind) {
    case 0:
      return head + word + cut + tail;
    case 1:
      return head + tail;
    case 2:
      return head + word + tail;
    case 3:
      return head + cut.repeat(1 + (length % 7)) + tail;
    case 4:
      return head;
    case 5:
      return tail + head + cut;
    case 6:
      return head + String.fromCharCode((cut.charCodeAt(0) || 0) ^ (1 << (length % 8))) + cut.slice(1) + tail;
    default:
      return head + cut.split('').reverse().join('') + tail;
  }
}

/**
 * Genuine inputs with a few changes: a parser accepts them up to the first change.
 *
 * @param words pieces of the language, in addition to the general ones
 */
export function mutated(seeds: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.tuple(
    fc.nat(7),
    fc.nat(999).map((share) => share / 1000),
    fc.nat(40),
    fc.constantFrom(...NASTY, ...words),
  );
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 5 }))
    .map(([seed, edits]) => edits.reduce(apply, seed));
}
