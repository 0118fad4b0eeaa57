/** Characters that would break a line, or a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace.
const CONTROL = /[\u0000-\u001f\u007f]/g;

/**
 * Input that cannot be used, told in one line: what was given, what is allowed, what to change.
 *
 * Everything else that is thrown is a fault of ours and keeps its stack.
 */
export class InputError extends Error {
  public override readonly name = 'InputError';

  /** Control characters of what was given are shown as escapes, so that the message stays one line. */
  public constructor(message: string) {
    super(message.replace(CONTROL, (char) => JSON.stringify(char).slice(1, -1)));
  }
}
