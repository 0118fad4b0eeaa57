import { InputError } from './errors';

/** Units as in `Size` of the CDK, largest first, in bytes. */
const UNITS = { GiB: 1_073_741_824, MiB: 1_048_576, KiB: 1024, B: 1 } as const;

/** Reads a size such as `64KiB` or `1MiB`, in bytes. */
export function parseSize(text: string, what: string): number {
  const [, count, unit] = /^(\d{1,12})(B|KiB|MiB|GiB)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InputError(
      `${what} '${text}' is not a size: give a whole number and a unit (B, KiB, MiB, GiB), such as 64KiB`,
    );
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Writes bytes in the largest exact unit. */
export function formatSize(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => bytes > 0 && bytes % size === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}
