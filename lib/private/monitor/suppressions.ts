import type { Suppression } from '../../contract/registry-record';
import { VERDICTS, type VerdictKind } from '../../contract/verdicts';
import { InputError } from '../../haproxy/errors';
import type { IncidentSuppression } from '../../monitor/suppression';

const MAX_REASON = 200;
/** A date and a time with a zone, as `Date` reads it in every program. No token of the CDK has this form. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** Checks what a proxy does not want to have reported, and writes it as its record has it. */
export function suppressionsOf(given: readonly IncidentSuppression[] | undefined): Suppression[] | undefined {
  return given?.map(checkSuppression);
}

/**
 * Checks one suppression.
 *
 * @throws InputError in one line: what was given, what is allowed
 */
export function checkSuppression({ verdicts, reason, start, end }: IncidentSuppression): Suppression {
  if (verdicts?.length === 0) {
    throw new InputError('verdicts of a suppression is empty: name at least one, or leave it out for all');
  }
  if (typeof reason !== 'string' || !/^[^\p{Cc}]+$/u.test(reason) || reason.length > MAX_REASON) {
    throw new InputError(
      `reason ${JSON.stringify(reason)} of a suppression is not valid: give one line of 1 to ${MAX_REASON} characters`,
    );
  }
  const [from, until] = [start === undefined ? undefined : timeOf('start', start), timeOf('end', end)];
  if (from !== undefined && from >= until) {
    throw new InputError(`end '${end}' of a suppression is not after its start '${start}': give a later time`);
  }
  return { verdicts: verdicts?.map(checkVerdict), reason, from: start, until: end };
}

function checkVerdict(verdict: string): VerdictKind {
  if (!Object.hasOwn(VERDICTS, verdict)) {
    throw new InputError(
      `verdict '${verdict}' of a suppression does not exist: give one of ${Object.keys(VERDICTS).join(', ')}`,
    );
  }
  return verdict as VerdictKind;
}

function timeOf(what: 'start' | 'end', text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InputError(
      `${what} '${text}' of a suppression is not a time: give date, time and zone, such as 2027-01-31T22:00:00Z`,
    );
  }
  return time;
}
