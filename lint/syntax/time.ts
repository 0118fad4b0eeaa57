/** A time as HAProxy reads it. */
export interface Time {
  readonly millis: number;
  /** The number and its unit. */
  readonly written: string;
  /** The text after the unit, which HAProxy ignores, as in `30sec`. */
  readonly more: string;
}

const MILLIS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a time; a number without a unit is in milliseconds. Undefined where the text is not a time. */
export function readTime(text: string): Time | undefined {
  const [, count, unit = '', more = ''] = /^(\d+)(?:(us|ms|s|m|h|d)(.*)|)$/s.exec(text) ?? [];
  return count === undefined
    ? undefined
    : { millis: Number(count) * MILLIS[unit || 'ms']!, written: `${count}${unit}`, more };
}
