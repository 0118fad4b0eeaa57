/** Control characters but tabs and ends of lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would execute these.
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]/g;

/** A text with its control characters written out, such as `\\x1b`. */
export const visible = (text: string): string =>
  text.replace(CONTROL, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
