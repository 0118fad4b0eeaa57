import { TestbedError } from '../testbed-error';

/** A pattern of EventBridge: the same members as the event, with lists of allowed values or filters. */
export interface EventPattern {
  readonly [member: string]: EventPattern | readonly unknown[];
}

type Filter = (value: unknown, operand: never) => boolean;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const FILTERS: Readonly<Record<string, Filter>> = {
  prefix: (value, start: string) => typeof value === 'string' && value.startsWith(start),
  suffix: (value, end: string) => typeof value === 'string' && value.endsWith(end),
  exists: (value, wanted: boolean) => (value !== undefined) === wanted,
  'equals-ignore-case': (value, text: string) => String(value).toLowerCase() === text.toLowerCase(),
  'anything-but': (value, others: unknown) => value !== undefined && ![others].flat().includes(value),
  numeric: (value, bounds: readonly (string | number)[]) =>
    typeof value === 'number' &&
    bounds.every((sign, i) => i % 2 === 1 || COMPARISONS[String(sign)]!(value, Number(bounds[i + 1]))),
};

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/**
 * Whether an event has what a pattern asks for. A member that is a list passes if one of its elements does.
 *
 * @throws TestbedError for a filter that is not read here
 */
export function matches(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([member, wanted]) => {
    const value = (event as Record<string, unknown> | undefined)?.[member];
    if (!Array.isArray(wanted)) {
      return matches(wanted as EventPattern, value);
    }
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return wanted.some((allowed) => values.some((each) => isAllowed(allowed, each)));
  });
}

function isAllowed(allowed: unknown, value: unknown): boolean {
  if (typeof allowed !== 'object' || allowed === null) {
    return allowed === value;
  }
  return Object.entries(allowed).every(([name, operand]) => {
    const filter = FILTERS[name];
    if (filter === undefined) {
      throw new TestbedError(
        `the event pattern has the filter ${name}; the test bed reads ${Object.keys(FILTERS).join(', ')}`,
      );
    }
    return filter(value, operand as never);
  });
}
