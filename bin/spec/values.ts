import type { Duration, Size } from 'aws-cdk-lib';
import { z } from 'zod';
import { parseDuration } from '../../lib/haproxy/duration';
import {
  type Bytes,
  checked,
  describe,
  type Given,
  type Option,
  type Options,
  type Time,
} from '../../lib/haproxy/model/option';
import { parseSize } from '../../lib/haproxy/size';

/** A time of a spec file. */
export class SpecDuration implements Time {
  public constructor(private readonly millis: number) {}

  public toMilliseconds(): number {
    return this.millis;
  }
}

/** A size of a spec file. */
export class SpecSize implements Bytes {
  public constructor(private readonly bytes: number) {}

  public toBytes(): number {
    return this.bytes;
  }
}

/** A value of the constructs in a spec file. A nested struct has its own `Shape`. */
type SpecOf<V> = V extends Duration | Time
  ? SpecDuration
  : V extends Size | Bytes
    ? SpecSize
    : V extends string | number | boolean | undefined
      ? V
      : V extends readonly (infer Item)[]
        ? SpecOf<Item>[]
        : unknown;

/**
 * The keys of a struct of the constructs. `satisfies Shape<…>` makes the compiler refuse a schema in which one is
 * missing, has another type, or is not a property.
 *
 * @template Elsewhere properties that a spec file does not have under this name
 * @template Extra keys that only the spec file has
 */
export type Shape<Struct, Elsewhere extends keyof Struct = never, Extra extends string = never> = {
  readonly [K in Exclude<keyof Struct, Elsewhere>]-?: z.ZodType<SpecOf<Struct[K]> | undefined>;
} & { readonly [K in Extra]: z.ZodType };

/** For editors. */
const FORMS: Partial<Record<Option['kind'], string>> = {
  time: 'A whole number and a unit, such as 10s.',
  size: 'A whole number and a unit, such as 64KiB.',
};

type Keys<T extends Options> = {
  readonly [K in keyof T]: z.ZodOptional<z.ZodType<SpecOf<NonNullable<Given<T>[K]>>>>;
};

/** The keys of a table of options, with the bounds and the defaults of the table. */
export function keysOf<T extends Options>(table: T): Keys<T> {
  const keys = Object.entries<Option>(table).map(([name, option]) => [
    name,
    keyOf(name, option)
      .optional()
      .meta({ description: [describe(option), FORMS[option.kind]].filter(Boolean).join(' ') }),
  ]);
  return Object.fromEntries(keys) as Keys<T>;
}

function keyOf(name: string, option: Option): z.ZodType {
  switch (option.kind) {
    case 'flag':
      return z.boolean();
    case 'count':
      return z.int().min(option.min).max(option.max);
    case 'time':
      return time(name, (millis) => checked(option, millis, name));
    case 'size':
      return size(name, (bytes) => checked(option, bytes, name));
    case 'choice':
      return z.enum(option.of);
    case 'text':
      return text((value) => option.check(value, name));
    case 'list':
      return z.array(text((value) => option.check(value, name), option.item)).min(1);
  }
}

/** Reports the error of one of the library's own checks as the issue of a key. */
export function report(context: z.RefinementCtx, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
}

/** A text that one of the library's own checks accepts; its error becomes the message. */
export function text(check: (value: string) => unknown, description?: string) {
  return z
    .string()
    .meta({ description })
    .superRefine((value, context) => report(context, () => check(value)));
}

/** A text of a form. `words` describe the form in errors. */
export function form(pattern: RegExp, words: string, description?: string) {
  return z
    .string()
    .regex(pattern, { error: `give ${words}` })
    .meta({ description });
}

/** A time such as `10s`. An error shows a number without a unit with one. */
function time(name: string, check: (millis: number) => unknown) {
  return z
    .string({ error: ({ input }) => `give a time with its unit, such as ${typeof input === 'number' ? input : 10}s` })
    .superRefine((value, context) => report(context, () => check(parseDuration(value, name))))
    .transform((value) => new SpecDuration(parseDuration(value, name)));
}

/** A size such as `64KiB`. An error shows a number without a unit with one. */
function size(name: string, check: (bytes: number) => unknown) {
  return z
    .string({ error: ({ input }) => `give a size with its unit, such as ${typeof input === 'number' ? input : 512}B` })
    .superRefine((value, context) => report(context, () => check(parseSize(value, name))))
    .transform((value) => new SpecSize(parseSize(value, name)));
}

export const port = () => z.int().min(1).max(65535);

export const flag = (description: string) => z.boolean().optional().meta({ description });

export const list = <T extends z.ZodType>(item: T, description: string) =>
  z.array(item).min(1).optional().meta({ description });

export const secretArn = (description: string) =>
  form(
    /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/,
    'the ARN of a secret, such as arn:aws:secretsmanager:eu-west-1:111111111111:secret:name-AbCdEf',
    description,
  );
