import { InputError } from '../../lib/haproxy/errors';

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Checks that a value is one of a list. */
export function oneOf<T extends string>(value: string, allowed: readonly T[], flag: string): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) {
    throw new InputError(`${flag} '${value}' is not valid: allowed are ${allowed.join(', ')}`);
  }
  return found;
}
