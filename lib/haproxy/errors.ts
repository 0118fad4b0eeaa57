/** Characters that would break a line, or a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A private key in a place where none belongs, up to the quote that ends what was given. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^'"]*/g;

/**
 * Input that cannot be used, told in one line: what was given, what is allowed, what to change.
 *
 * Everything else that is thrown is a fault of ours and keeps its stack.
 */
export class InputError extends Error {
  public override readonly name = 'InputError';

  /**
   * Control characters of what was given are shown as escapes, so that the message stays one line. A private key is not
   * shown at all: messages end up in logs.
   */
  public constructor(message: string) {
    super(message.replace(PRIVATE_KEY, '(a private key)').replace(CONTROL, escapeOf));
  }
}

/** `\n` and the like; those that JSON leaves as they are get their number. */
function escapeOf(char: string): string {
  const escaped = JSON.stringify(char).slice(1, -1);
  return escaped === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
}
