import { InputError } from '../errors';

/** Milliseconds. */
export const HOUR = 3_600_000;
/** Milliseconds. */
export const DAY = 24 * HOUR;

/** A whole number within bounds. */
export function range(value: number, min: number, max: number, what: string): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InputError(`${what} '${value}' is out of range: give a whole number from ${min} to ${max}`);
  }
  return value;
}

/** A text that becomes one word of a line. A line break in it would begin a line of its own. */
export function word(text: string, what: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to keep out.
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) {
    throw new InputError(
      `${what} ${JSON.stringify(text)} is not usable: give a text without control characters, not empty`,
    );
  }
  return text;
}

/** A time of at least 100 ms and at most a day, in milliseconds. */
export function duration(value: number | undefined, fallback: number, what: string): number {
  return range(value ?? fallback, 100, DAY, `${what} (ms)`);
}
