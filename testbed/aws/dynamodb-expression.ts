import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AwsError } from './aws-error';
import type { Item } from './dynamodb-size';

/** Names and values that an expression refers to. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

type Operand = (item: Item) => AttributeValue | undefined;
type Condition = (item: Item) => boolean;

/** A name, a placeholder, an operator, a parenthesis or a comma. */
const TOKEN = /\s*([A-Za-z_]\w*|[#:]\w+|<>|<=|>=|[=<>(),+-])/y;

/**
 * The expressions of DynamoDB over attributes of the first level: comparisons, AND, OR, NOT, BETWEEN and functions in
 * conditions; SET with `+`, `-` and `if_not_exists`, and REMOVE in updates.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 *
 * @throws AwsError ValidationException for all that it does not read, and for placeholders that are not given
 */
class Expression {
  readonly #tokens: string[] = [];
  #next = 0;

  public constructor(
    private readonly text: string,
    private readonly kind: string,
    private readonly placeholders: Placeholders,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex;
      const [, token] = TOKEN.exec(text) ?? [];
      if (token === undefined) {
        throw this.#invalid(`Syntax error; token: "${text.slice(at).trim().slice(0, 10)}"`);
      }
      this.#tokens.push(token);
    }
  }

  public condition(): Condition {
    const condition = this.#or();
    this.#end();
    return condition;
  }

  public update(): (item: Item) => Item {
    const steps: ((item: Item, before: Item) => void)[] = [];
    while (this.#next < this.#tokens.length) {
      if (this.#takes('SET')) {
        do {
          const name = this.#name();
          this.#expect('=');
          const value = this.#sum();
          steps.push((item, before) => Object.assign(item, { [name]: value(before) }));
        } while (this.#takes(','));
      } else {
        this.#expect('REMOVE');
        do {
          const name = this.#name();
          steps.push((item) => delete (item as Record<string, unknown>)[name]);
        } while (this.#takes(','));
      }
    }
    return (before) => {
      const item = { ...before };
      for (const step of steps) {
        step(item, before);
      }
      return item;
    };
  }

  #or(): Condition {
    const sides = [this.#and()];
    while (this.#takes('OR')) sides.push(this.#and());
    return (item) => sides.some((side) => side(item));
  }

  #and(): Condition {
    const sides = [this.#not()];
    while (this.#takes('AND')) sides.push(this.#not());
    return (item) => sides.every((side) => side(item));
  }

  #not(): Condition {
    if (this.#takes('NOT')) {
      const inner = this.#not();
      return (item) => !inner(item);
    }
    if (this.#takes('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    return FUNCTIONS[this.#peek()] !== undefined && this.#tokens[this.#next + 1] === '('
      ? this.#function()
      : this.#comparison();
  }

  #function(): Condition {
    const holds = FUNCTIONS[this.#take()]!;
    const args: Operand[] = [];
    this.#expect('(');
    do args.push(this.#operand());
    while (this.#takes(','));
    this.#expect(')');
    return (item) => holds(...args.map((arg) => arg(item)));
  }

  #comparison(): Condition {
    const left = this.#operand();
    if (this.#takes('BETWEEN')) {
      const low = this.#operand();
      this.#expect('AND');
      const high = this.#operand();
      return (item) => {
        const value = left(item);
        return (compare(value, low(item)) ?? -1) >= 0 && (compare(value, high(item)) ?? 1) <= 0;
      };
    }
    const operator = this.#take();
    const holds = COMPARISONS[operator];
    if (holds === undefined) {
      throw this.#invalid(`Syntax error; token: "${operator}"`);
    }
    const right = this.#operand();
    return (item) => holds(left(item), right(item));
  }

  /** One or more operands with a sign between them. */
  #sum(): Operand {
    let sum = this.#operand();
    while (['+', '-'].includes(this.#peek())) {
      const sign = this.#take() === '+' ? 1 : -1;
      const [left, right] = [sum, this.#operand()];
      sum = (item) => ({ N: String(numberOf(left(item)) + sign * numberOf(right(item))) });
    }
    return sum;
  }

  #operand(): Operand {
    if (this.#peek() === 'if_not_exists') {
      this.#take();
      this.#expect('(');
      const name = this.#name();
      this.#expect(',');
      const otherwise = this.#operand();
      this.#expect(')');
      return (item) => item[name] ?? otherwise(item);
    }
    if (this.#peek().startsWith(':')) {
      const token = this.#take();
      const value = this.placeholders.ExpressionAttributeValues?.[token];
      if (value === undefined) {
        throw this.#invalid(
          `An expression attribute value used in expression is not defined; attribute value: ${token}`,
        );
      }
      return () => value;
    }
    const name = this.#name();
    return (item) => item[name];
  }

  #name(): string {
    const token = this.#take();
    if (!/^[#A-Za-z_]/.test(token)) {
      throw this.#invalid(`Syntax error; token: "${token}"`);
    }
    if (!token.startsWith('#')) {
      return token;
    }
    const name = this.placeholders.ExpressionAttributeNames?.[token];
    if (name === undefined) {
      throw this.#invalid(
        `An expression attribute name used in the document path is not defined; attribute name: ${token}`,
      );
    }
    return name;
  }

  #peek(): string {
    return this.#tokens[this.#next] ?? '<EOF>';
  }

  #take(): string {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #takes(token: string): boolean {
    const there = this.#peek().toUpperCase() === token;
    this.#next += there ? 1 : 0;
    return there;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) {
      throw this.#invalid(`Syntax error; token: "${this.#peek()}", near: "${this.text.slice(0, 30)}"`);
    }
  }

  #end(): void {
    if (this.#next < this.#tokens.length) {
      throw this.#invalid(`Syntax error; token: "${this.#peek()}", near: "${this.text.slice(0, 30)}"`);
    }
  }

  #invalid(reason: string): AwsError {
    return new AwsError('ValidationException', `Invalid ${this.kind}: ${reason}`);
  }
}

/** Numbers by value, texts by their bytes; nothing for values of different types. */
function compare(left?: AttributeValue, right?: AttributeValue): number | undefined {
  if (left?.N !== undefined && right?.N !== undefined) return Number(left.N) - Number(right.N);
  if (left?.S !== undefined && right?.S !== undefined) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  return undefined;
}

const COMPARISONS: Readonly<Record<string, (left?: AttributeValue, right?: AttributeValue) => boolean>> = {
  '=': (left, right) => left !== undefined && (compare(left, right) === 0 || isDeepStrictEqual(left, right)),
  '<>': (left, right) => !(compare(left, right) === 0 || isDeepStrictEqual(left, right)),
  '<': (left, right) => (compare(left, right) ?? 0) < 0,
  '<=': (left, right) => (compare(left, right) ?? 1) <= 0,
  '>': (left, right) => (compare(left, right) ?? 0) > 0,
  '>=': (left, right) => (compare(left, right) ?? -1) >= 0,
};

const FUNCTIONS: Readonly<Record<string, (...args: (AttributeValue | undefined)[]) => boolean>> = {
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  begins_with: (value, start) => value?.S?.startsWith(start?.S ?? '\0') ?? false,
  contains: (value, part) => (value?.S?.includes(part?.S ?? '\0') || value?.SS?.includes(part?.S ?? '')) ?? false,
};

function numberOf(value: AttributeValue | undefined): number {
  if (value?.N === undefined) {
    throw new AwsError('ValidationException', 'An operand in the update expression has an incorrect data type');
  }
  return Number(value.N);
}

/** Reads a condition; without a text it holds for every item. */
export function conditionOf(text: string | undefined, kind: string, placeholders: Placeholders): Condition {
  return text === undefined ? () => true : new Expression(text, kind, placeholders).condition();
}

/** Reads an update. */
export function updateOf(text: string, placeholders: Placeholders): (item: Item) => Item {
  return new Expression(text, 'UpdateExpression', placeholders).update();
}
