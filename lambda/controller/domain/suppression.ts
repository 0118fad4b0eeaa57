import type { Suppression } from '../../../lib/contract/registry-record';
import type { VerdictKind } from '../../../lib/contract/verdicts';

/**
 * Why a verdict is not reported now; undefined if it is.
 *
 * @param now milliseconds since 1970
 */
export function suppressionOf(
  kind: VerdictKind,
  suppressions: readonly Suppression[] | undefined,
  now: number,
): string | undefined {
  return suppressions?.find(
    ({ verdicts, from, until }) =>
      (verdicts === undefined || verdicts.includes(kind)) &&
      (from === undefined || Date.parse(from) <= now) &&
      now < Date.parse(until),
  )?.reason;
}
