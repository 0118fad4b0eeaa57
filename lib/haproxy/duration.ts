import { InputError } from './errors';

/** Units as HAProxy writes them, largest first, in milliseconds. */
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Reads a time such as `10s`, `500ms` or `1m`, in milliseconds. */
export function parseDuration(text: string, what: string): number {
  const [, count, unit] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InputError(
      `${what} '${text}' is not a time: give a whole number and a unit (ms, s, m, h, d), such as 10s`,
    );
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Writes milliseconds as HAProxy reads them, in the largest exact unit. */
export function formatDuration(millis: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => millis > 0 && millis % size === 0) ?? ['ms', 1];
  return `${millis / size}${unit}`;
}
