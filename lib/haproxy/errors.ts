/** Characters that break a line or a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A private key in the input, up to the quote that ends the value. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^'"]*/g;

/** Values between quotes. Names have at most 253 characters. */
const QUOTED = /'[^']*'|"[^"]*"/g;
const LONG = 300;
/** Characters of a longer value that are shown. */
const SHOWN = 100;

/**
 * An error of the input, in one line: what was given, what is allowed, what to change.
 *
 * Any other error is a bug of this library and keeps its stack.
 */
export class InputError extends Error {
  public override readonly name = 'InputError';

  /**
   * Control characters are shown as escapes, so that the message stays one line. A private key is not shown, because
   * messages end up in logs. Of a long value the beginning is shown.
   */
  public constructor(message: string) {
    super(message.replace(PRIVATE_KEY, '(a private key)').replace(QUOTED, beginningOf).replace(CONTROL, escapeOf));
  }

  /** Several errors as one, with a line for each that is not repeated. */
  public static all(errors: readonly InputError[]): InputError {
    const all = new InputError('');
    all.message = [...new Set(errors.map(({ message }) => message))].join('\n');
    return all;
  }
}

function beginningOf(quoted: string): string {
  const [quote, length] = [quoted[0], quoted.length - 2];
  return length <= LONG ? quoted : `${quote}${quoted.slice(1, SHOWN + 1)}…${quote} (${length} characters)`;
}

/** An escape such as `\n`; characters that JSON does not escape get their number. */
function escapeOf(char: string): string {
  const escaped = JSON.stringify(char).slice(1, -1);
  return escaped === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
}
