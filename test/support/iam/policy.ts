/** A statement of a policy, with every reference filled in. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operators, each with its keys, each with its values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A call that IAM is asked about. */
export interface Request {
  readonly action: string;
  /** ARN, or `*` if the action has no resource. */
  readonly resource: string;
  /** Condition keys of the request. */
  readonly context: Readonly<Record<string, string>>;
}

/** Whether IAM would let a request through: one statement allows it, and none denies it. */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const applying = statements.filter((statement) => applies(statement, request));
  return applying.some(({ effect }) => effect === 'Allow') && applying.every(({ effect }) => effect === 'Allow');
}

function applies({ actions, resources, conditions }: Statement, { action, resource, context }: Request): boolean {
  return (
    actions.includes(action) &&
    resources.some((pattern) => matches(pattern, resource)) &&
    Object.entries(conditions).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => values.some((value) => OPERATORS[operator]!(value, context[key]))),
    )
  );
}

/** The operators that the constructs use. Another one makes the test fail, which is right. */
const OPERATORS: Record<string, (pattern: string, value: string | undefined) => boolean> = {
  StringEquals: (pattern, value) => pattern === value,
  // A request here has one value of a key; without one it is true.
  'ForAllValues:StringEquals': (pattern, value) => value === undefined || pattern === value,
  // By the manual both compare ARNs part by part, and both accept wildcards.
  ArnEquals: matchesIfGiven,
  ArnLike: matchesIfGiven,
  Null: (expected, value) => (value === undefined) === (expected === 'true'),
};

function matchesIfGiven(pattern: string, value: string | undefined): boolean {
  return value !== undefined && matches(pattern, value);
}

function matches(pattern: string, value: string): boolean {
  const parts = pattern
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('')}$`).test(value);
}
