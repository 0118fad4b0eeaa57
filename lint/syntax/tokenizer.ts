import type { Word } from '../model';

/** An error in the quoting of a line. */
interface Fault {
  readonly column: number;
  readonly message: string;
}

/** A line in words. */
interface Line {
  readonly words: readonly Word[];
  readonly fault?: Fault;
  /** A variable expands to several words: their number is known only when HAProxy starts. */
  readonly spread: boolean;
}

const NAME = /[A-Za-z0-9_]/;

/**
 * Splits a line as HAProxy 1.6 and later do: blanks separate, quotes and backslashes protect, `#` begins a comment, and
 * within double quotes `$` begins a variable. Empty words are kept.
 *
 * @param environment the variables whose values are known
 */
export function readLine(line: string, environment: ReadonlyMap<string, string> = new Map()): Line {
  const words: Word[] = [];
  let spread = false;
  let text = '';
  let begin = -1;
  let unresolvedVariable = false;
  let quote = '';
  let quoteAt = 0;
  const end = (at: number) => {
    if (begin >= 0) {
      words.push({ text, column: begin + 1, source: line.slice(begin, at), unresolvedVariable });
    }
    text = '';
    begin = -1;
    unresolvedVariable = false;
  };
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i]!;
    if (quote === '' && (char === ' ' || char === '\t' || char === '\r')) {
      end(i);
      continue;
    }
    if (quote === '' && char === '#') {
      end(i);
      break;
    }
    begin = begin < 0 ? i : begin;
    if (char === '\\' && quote === '' && line[i + 1] === 'x') {
      const code = line.slice(i + 2, i + 4);
      if (!/^[0-9a-f]{2}$/i.test(code)) {
        return { words, spread, fault: { column: i + 1, message: "'\\x' is not followed by two hexadecimal digits" } };
      }
      text += String.fromCharCode(Number.parseInt(code, 16));
      i += 3;
    } else if (char === '\\' && quote !== "'" && i + 1 < line.length) {
      i += 1;
      text += escaped(line[i]!, quote);
    } else if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      quoteAt = i;
    } else if (char === '$' && quote === '"') {
      const length = variableLength(line, i);
      if (length === 0) {
        return {
          words,
          spread,
          fault: { column: i + 1, message: "'$' within double quotes begins a variable, and no name follows" },
        };
      }
      const variable = line.slice(i, i + length + 1);
      const known = environment.get(variable.replace(/[${}]/g, ''));
      unresolvedVariable ||= known === undefined;
      spread ||= variable.endsWith('[*]}');
      text += known ?? variable;
      i += length;
    } else {
      text += char;
    }
  }
  if (quote !== '') {
    return { words, spread, fault: { column: quoteAt + 1, message: `the quote ${quote} is not closed on its line` } };
  }
  end(line.length);
  return { words, spread };
}

const CONTROL: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Outside quotes some letters stand for control characters; inside, a backslash protects only characters that would end
 * or change them.
 */
function escaped(char: string, quote: string): string {
  if (quote === '') {
    return CONTROL[char] ?? char;
  }
  return quote === '"' && !'"\\$'.includes(char) ? `\\${char}` : char;
}

/** How many characters after the `$` belong to a variable. */
function variableLength(line: string, at: number): number {
  let i = at + 1;
  if (line[i] === '{') {
    const close = line.indexOf('}', i);
    return close < 0 ? 0 : close - at;
  }
  while (i < line.length && NAME.test(line[i]!)) {
    i += 1;
  }
  return i - at - 1;
}
