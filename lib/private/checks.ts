import { Duration, Size, Token } from 'aws-cdk-lib';
import { InputError } from '../haproxy/errors';
import { checked } from '../haproxy/model/option';

/**
 * Refuses numbers, times, sizes and lists that are tokens: other values are computed from them, and errors in the
 * configuration must show before the deployment. Texts may be tokens, also those of a list.
 */
export function refuseTokens(what: string, value: unknown): void {
  const unresolved =
    value instanceof Duration || value instanceof Size ? value.isUnresolved() : Token.isUnresolved(value);
  if (unresolved && typeof value !== 'string') {
    throw new InputError(`${what} is a token, known only at deployment: give the value itself`);
  }
  if (Object.getPrototypeOf(value ?? 0) === Object.prototype) {
    for (const [key, one] of Object.entries(value as object)) {
      refuseTokens(`${what}.${key}`, one);
    }
  }
}

/** Refuses a text that is a token, where the text is parsed. */
export function refuseTextToken(what: string, text: string | undefined): void {
  if (Token.isUnresolved(text)) {
    throw new InputError(`${what} is a token, known only at deployment: give the value itself`);
  }
}

/** Checks a number within the bounds of AWS. The number may be a token. */
export function checkCount(
  what: string,
  count: number | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (count === undefined || Token.isUnresolved(count)) {
    return;
  }
  if (!Number.isInteger(count) || count < min || count > max) {
    throw new InputError(`${what} '${count}' is out of range: give a whole number from ${min} to ${max}`);
  }
}

/** Checks a time within bounds of milliseconds, and returns it in these. The time is no token. */
export function checkTime(
  what: string,
  time: Duration,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const millis = time.toMilliseconds({ integral: false });
  checked({ kind: 'time', min, max, about: what }, millis, what);
  return millis;
}

/** Checks a time that AWS takes in whole seconds. The time is no token. */
export function checkWholeSeconds(what: string, time: Duration | undefined): void {
  const seconds = time?.toSeconds({ integral: false }) ?? 0;
  if (!Number.isInteger(seconds)) {
    throw new InputError(`${what} '${seconds} s' is not valid: give whole seconds`);
  }
}

/** Checks the name of a proxy or a monitor: it is a part of the name of a parameter and a dimension of metrics. */
export function checkName(name: string | undefined, what: string = 'proxyName', max = 64): void {
  if (name !== undefined && !Token.isUnresolved(name) && !(/^[A-Za-z0-9._-]+$/.test(name) && name.length <= max)) {
    throw new InputError(`${what} '${name}' is not valid: give 1 to ${max} letters, digits, '.', '-' or '_'`);
  }
}
