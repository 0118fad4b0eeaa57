const UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time as HAProxy reads it, in milliseconds; a bare number is milliseconds, and what stands behind a unit is passed over. */
export function millisOf(text: string | undefined): number | undefined {
  const [, count, unit = 'ms'] = /^(\d+)(?:(us|ms|s|m|h|d).*)?$/s.exec(text ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit]!;
}
