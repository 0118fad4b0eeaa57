import { z } from 'zod';
import { parseDuration } from '../../lib/haproxy/duration';

/** A time of a file. The constructs' own `Duration` tells its milliseconds in the same way. */
export class Span {
  public constructor(private readonly millis: number) {}

  public toMilliseconds(): number {
    return this.millis;
  }
}

/** A text that one of the library's own checks accepts; its error becomes the message. */
export function text(check: (value: string) => unknown, description?: string) {
  return z
    .string()
    .meta({ description })
    .superRefine((value, context) => {
      try {
        check(value);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    });
}

/** A text of a form that is told in words. */
export function form(pattern: RegExp, words: string, description?: string) {
  return z
    .string()
    .regex(pattern, { error: `give ${words}` })
    .meta({ description });
}

/** A time such as `10s`. A number without a unit is shown with one. */
export function duration(what: string, description: string) {
  return z
    .string({ error: ({ input }) => `give a time with its unit, such as ${typeof input === 'number' ? input : 10}s` })
    .meta({ description: `${description} A whole number and a unit, such as 10s.` })
    .transform((value, context) => {
      try {
        return new Span(parseDuration(value, what));
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    });
}

export const port = () => z.int().min(1).max(65535);

export const flag = (description: string) => z.boolean().optional().meta({ description });

export const count = (min: number, max: number, description: string) =>
  z.int().min(min).max(max).optional().meta({ description });

export const list = <T extends z.ZodType>(item: T, description: string) =>
  z.array(item).min(1).optional().meta({ description });

export const secretArn = (description: string) =>
  form(
    /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/,
    'the ARN of a secret, such as arn:aws:secretsmanager:eu-west-1:111111111111:secret:name-AbCdEf',
    description,
  );
