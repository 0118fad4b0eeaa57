import { formatDuration } from '../duration';
import { InputError } from '../errors';
import { formatSize } from '../size';

/** Milliseconds. */
export const HOUR = 3_600_000;
/** Milliseconds. */
export const DAY = 24 * HOUR;

interface Described {
  /** One sentence for editors of a spec file and for the help of the command line. */
  readonly about: string;
  /** The behaviour without a value, in words, if there is no `default`. */
  readonly otherwise?: string;
}

interface FlagOption extends Described {
  readonly kind: 'flag';
  readonly default: boolean;
}

/** A whole number. */
interface CountOption extends Described {
  readonly kind: 'count';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** A time. Its bounds and its default are milliseconds. */
interface TimeOption extends Described {
  readonly kind: 'time';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** A size. Its bounds and its default are bytes. Its name ends in `Size`. */
interface SizeOption extends Described {
  readonly kind: 'size';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** A member of an enum. */
interface ChoiceOption extends Described {
  readonly kind: 'choice';
  readonly of: Readonly<Record<string, string>>;
  readonly default: string;
}

/** Returns the text as HAProxy takes it, or throws. `what` is the name of the option, for the error. */
type TextCheck = (text: string, what: string) => string;

interface TextOption extends Described {
  readonly kind: 'text';
  readonly check: TextCheck;
  readonly default?: string;
}

interface ListOption extends Described {
  readonly kind: 'list';
  /** For each item. */
  readonly check: TextCheck;
  /** For editors: one item. */
  readonly item: string;
  readonly default: readonly string[];
}

/**
 * An option that is one value: its kind, its bounds and its default, from which every check and every help text comes.
 */
export type Option = FlagOption | CountOption | TimeOption | SizeOption | ChoiceOption | TextOption | ListOption;
/** Options by name. */
export type Options = Readonly<Record<string, Option>>;

/** Anything with a length in milliseconds: a `Duration` of the CDK, a time of a spec file. */
export interface Time {
  toMilliseconds(): number;
}

/** Anything with a size in bytes: a `Size` of the CDK, a size of a spec file. */
export interface Bytes {
  toBytes(): number;
}

/** The value of an option; a time is milliseconds, a size is bytes. */
type ValueOf<O> = O extends FlagOption
  ? boolean
  : O extends CountOption | TimeOption | SizeOption
    ? number
    : O extends ChoiceOption
      ? O['of'][keyof O['of']]
      : O extends TextOption
        ? string
        : readonly string[];

/** The name of a value: times end in `Millis`, sizes in `Bytes`. */
type NameOf<K, O> = O extends TimeOption
  ? `${K & string}Millis`
  : O extends SizeOption
    ? K extends `${infer Of}Size`
      ? `${Of}Bytes`
      : never
    : K;

/**
 * The values of options as the configuration model has them: `interval`, a time, is
 * `intervalMillis`, and `payloadSize` is `payloadBytes`.
 */
export type Values<T extends Options> = { readonly [K in keyof T as NameOf<K, T[K]>]?: ValueOf<T[K]> };

/** The same with every value that has a default. */
export type Complete<T extends Options> = {
  readonly [K in keyof T as NameOf<K, T[K]>]:
    | ValueOf<T[K]>
    | (T[K] extends { default: Exclude<Option['default'], undefined> } ? never : undefined);
};

/** Options as in a struct of the constructs or in a spec file. */
export type Given<T extends Options> = {
  readonly [K in keyof T]?: T[K] extends TimeOption ? Time : T[K] extends SizeOption ? Bytes : ValueOf<T[K]>;
};

/** The options of a table that a struct does not have. The compiler takes no struct without one of them. */
type Missing<T extends Options, G> = { readonly [K in Exclude<keyof T, keyof G>]: never };

/** Takes the values of a table's options out of a struct, its times in milliseconds and its sizes in bytes. */
export function valuesOf<T extends Options, G extends Given<T>>(
  table: T,
  given: (G & Missing<T, G>) | undefined,
): Values<T> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(table)) {
    const value: unknown = given?.[name as keyof G];
    if (value !== undefined) {
      values[nameOf(name, table[name]!)] = inUnits(value);
    }
  }
  return values as Values<T>;
}

/**
 * Fills in the defaults and checks every value.
 *
 * @param where the text before the option's name in an error, such as `healthCheck.`
 * @throws InputError with the name of the option, the value given and the values allowed
 */
export function complete<T extends Options>(table: T, given: Values<T>, where = ''): Complete<T> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option>(table)) {
    const key = nameOf(name, option);
    const value: unknown = (given as Record<string, unknown>)[key] ?? option.default;
    values[key] = value === undefined ? undefined : checked(option, value, `${where}${name}`);
  }
  return values as Complete<T>;
}

/** Description and default of an option, in one line. */
export function describe(option: Option): string {
  const without = defaultOf(option);
  return without === undefined ? option.about : `${option.about} Default: ${without}.`;
}

/** The default in words. */
export function defaultOf(option: Option): string | undefined {
  const { otherwise, kind, default: value } = option;
  if (otherwise !== undefined || value === undefined) {
    return otherwise;
  }
  switch (kind) {
    case 'time':
      return formatDuration(value);
    case 'size':
      return formatSize(value);
    default:
      return String(value);
  }
}

/** A value of an option, or an error. */
export function checked(option: Option, value: unknown, what: string): unknown {
  switch (option.kind) {
    case 'count':
      return range(Number(value), option.min, option.max, what);
    case 'time':
      return measureRange(Number(value), option, what, formatDuration, 'milliseconds');
    case 'size':
      return measureRange(Number(value), option, what, formatSize, 'bytes');
    case 'text':
      return option.check(String(value), what);
    case 'list':
      return (value as readonly string[]).map((item) => option.check(item, what));
    default:
      // The types of a flag and a choice allow nothing else.
      return value;
  }
}

function nameOf(name: string, { kind }: Option): string {
  switch (kind) {
    case 'time':
      return `${name}Millis`;
    case 'size':
      return name.replace(/Size$/, 'Bytes');
    default:
      return name;
  }
}

/** A time in milliseconds, a size in bytes, and any other value as it is. */
function inUnits(value: unknown): unknown {
  const { toMilliseconds, toBytes } = value as Partial<Time & Bytes>;
  if (typeof toMilliseconds === 'function') {
    return (value as Time).toMilliseconds();
  }
  return typeof toBytes === 'function' ? (value as Bytes).toBytes() : value;
}

/** A whole number within bounds. */
function range(value: number, min: number, max: number, what: string): number {
  if (!isWithin(value, min, max)) {
    throw new InputError(`${what} '${value}' is out of range: give a whole number from ${min} to ${max}`);
  }
  return value;
}

/** A whole number of a unit within bounds. */
function measureRange(
  value: number,
  { min, max }: TimeOption | SizeOption,
  what: string,
  format: (value: number) => string,
  unit: string,
): number {
  if (!isWithin(value, min, max)) {
    throw new InputError(
      `${what} '${format(value)}' is out of range: give ${format(min)} to ${format(max)}, in whole ${unit}`,
    );
  }
  return value;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** A text that becomes one word of a line. A line break in it would start a new line. */
export function word(text: string, what: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to keep out.
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) {
    throw new InputError(
      `${what} ${JSON.stringify(text)} is not valid: give a text that is not empty and has no control characters`,
    );
  }
  return text;
}

/** A text that HAProxy sends as it is. A NUL would end a line of the configuration. */
export function checkBody(text: string, what: string): string {
  if (text.includes('\0') || /\p{Surrogate}/u.test(text)) {
    throw new InputError(`${what} has a NUL or half of a surrogate pair, which is no text: leave it out`);
  }
  return text;
}

/** The value of Content-Type. */
export function checkMediaType(text: string, what: string): string {
  if (!/^[\w.+-]+\/[\w.+-]+(;[ -~]*)?$/.test(text) || text.length > 100) {
    throw new InputError(
      `${what} ${JSON.stringify(text)} is not a media type: give one such as text/html; charset=utf-8, at most 100 characters`,
    );
  }
  return text;
}

/** A request line has room for it in HAProxy's buffer and in that of a load balancer. */
const MAX_PATH = 2000;

/** The path of a URL. */
export function checkPath(path: string, what: string): string {
  if (path.length > MAX_PATH) {
    throw new InputError(`${what} has ${path.length} characters: give at most ${MAX_PATH}`);
  }
  if (!/^\/[A-Za-z0-9._~:@!&*+,;=%/?-]*$/.test(path)) {
    throw new InputError(`${what} ${JSON.stringify(path)} is not a path: give a URL-encoded path that begins with /`);
  }
  return path;
}

/** The characters of a header's name (RFC 9110, "token"). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The name of a header. */
export function checkHeaderName(name: string, what: string, allowed = HEADER_NAME): string {
  if (!allowed.test(name)) {
    throw new InputError(`${what} ${JSON.stringify(name)} is not a header name: use letters, digits and '-'`);
  }
  return name;
}

/** The name of a header as the argument of a fetch, where quotes and the like have a meaning. */
export function checkFetchedHeader(name: string, what: string): string {
  return checkHeaderName(name, what, /^[A-Za-z0-9._-]+$/);
}

/** The name of a header of a health check, where `-m` is a flag. */
export function checkProofHeader(name: string, what: string): string {
  return checkHeaderName(name, what, /^[A-Za-z0-9._][A-Za-z0-9._-]*$/);
}

/** The name of a header that HAProxy removes from requests in any spelling: `-` and `_` stand between its words. */
export function checkCertificateHeader(name: string, what: string): string {
  return checkHeaderName(name, what, /^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/);
}

/** The name of a cookie as the argument of a fetch. */
export function checkCookieName(name: string, what: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    throw new InputError(`${what} ${JSON.stringify(name)} is not a cookie name: use letters, digits, '.', '_' and '-'`);
  }
  return name;
}

/** A text that only the load balancer returns. A short one is in many pages. */
export function checkProof(text: string, what: string): string {
  if (text.length < 8 || text.length > 200 || /[^\x20-\x7e]/.test(text) || text !== text.trim()) {
    throw new InputError(
      `${what} ${JSON.stringify(text)} proves nothing: give 8 to 200 characters of ASCII that only the load balancer returns, without a blank at an end`,
    );
  }
  return text;
}
