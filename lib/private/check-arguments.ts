import { Tokenization } from 'aws-cdk-lib';
import { InputError } from '../haproxy/errors';
import { CALLS, ENUMS, STRUCTS, type TypeNotation } from './public-types';
import { RENAMED } from './renamed';

/**
 * Checks the arguments of a public call, for callers without a compiler: first the types of all that is given, then
 * names of properties that look like a typing error, then that nothing required is missing.
 *
 * Other unknown properties are accepted: an object may have more properties than its type.
 */
export function checkArguments(call: keyof typeof CALLS, ...values: readonly unknown[]): void {
  const given = Object.entries(CALLS[call]).map(([what, type], i): Given => {
    const isStruct = Object.hasOwn(STRUCTS, nameOf(type));
    return {
      what,
      prefix: isStruct ? '' : undefined,
      type,
      value: values[i] === undefined && isStruct ? {} : values[i],
    };
  });
  for (const check of [checkType, checkNames, checkRequired]) {
    given.forEach(check);
  }
}

/** A value, with its place in the arguments and its type. */
interface Given {
  readonly what: string;
  /** What the names of its properties begin with. @default - `what` */
  readonly prefix?: string;
  readonly type: TypeNotation;
  readonly value: unknown;
}

/** The notation of a type without the mark of what is required. */
const nameOf = (type: TypeNotation) => type.replace(/!$/, '');

/** Only CloudFormation knows the value of a token. */
const isChecked = ({ value }: Given) => value !== undefined && !Tokenization.isResolvable(value);

/** The properties of a struct, the elements of a list, the entries of a map. */
function partsOf({ what, prefix = `${what}.`, type, value }: Given): Given[] {
  const name = nameOf(type);
  const [, element] = /^(.*)(?:\[\]|\{\})$/.exec(name) ?? [];
  if (element !== undefined) {
    const place = (key: string) => (Array.isArray(value) ? `${what}[${key}]` : prefix + key);
    return Object.entries(value as object).map(([key, one]) => ({ what: place(key), type: `${element}!`, value: one }));
  }
  return Object.entries(STRUCTS[name] ?? {}).map(([key, of]) => ({
    what: prefix + key,
    type: of,
    value: (value as Record<string, unknown>)[key],
  }));
}

function checkType(given: Given): void {
  const { what, type, value } = given;
  if (!isChecked(given)) {
    return;
  }
  if (!isOf(nameOf(type), value)) {
    throw new InputError(`${what} ${describe(value)}: give ${wanted(type)}`);
  }
  partsOf(given).forEach(checkType);
}

/** What a type is called in an error. */
const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

function isOf(name: string, value: unknown): boolean {
  if (name.endsWith('[]')) {
    return Array.isArray(value);
  }
  if (name in ENUMS) {
    return ENUMS[name]!.includes(value as string);
  }
  if (name in PRIMITIVES) {
    return typeof value === name;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return false;
  }
  // An object literal is no instance of a class.
  return isMapping(name) || /^I[A-Z]/.test(name) || Object.getPrototypeOf(value) !== Object.prototype;
}

const isMapping = (name: string) => name in STRUCTS || name.endsWith('{}') || name === 'object';

function wanted(type: TypeNotation): string {
  const name = nameOf(type);
  if (name.endsWith('[]')) {
    return 'a list';
  }
  if (name in ENUMS) {
    return ENUMS[name]!.map((value) => `'${value}'`).join(' or ');
  }
  return PRIMITIVES[name] ?? (isMapping(name) ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`);
}

function describe(value: unknown): string {
  if (value === null || Array.isArray(value)) {
    return value === null ? 'is null' : 'is a list';
  }
  if (typeof value === 'boolean') {
    return `'${value}' is a boolean`;
  }
  return PRIMITIVES[typeof value] === undefined ? 'is an object' : `'${value}' is ${PRIMITIVES[typeof value]}`;
}

function checkNames(given: Given): void {
  if (!isChecked(given)) {
    return;
  }
  const { what, prefix = `${what}.`, type } = given;
  const value = given.value as Record<string, unknown>;
  const names = Object.keys(STRUCTS[nameOf(type)] ?? {});
  const missing = names.filter((name) => value[name] === undefined);
  for (const key of names.length === 0 ? [] : Object.keys(value)) {
    if (names.includes(key)) {
      continue;
    }
    if (Object.hasOwn(RENAMED, key) && missing.includes(RENAMED[key]!)) {
      throw new InputError(`${prefix}${key} has a new name: give ${RENAMED[key]}`);
    }
    const near = missing.find((name) => isNear(key.toLowerCase(), name.toLowerCase()));
    if (near !== undefined) {
      throw new InputError(`${prefix}${key} is not a property: did you mean ${near}?`);
    }
  }
  partsOf(given).forEach(checkNames);
}

/** Whether a text becomes another one by a change of one letter, of two where it is long, or by another order. */
function isNear(text: string, other: string): boolean {
  if ([...text].sort().join('') === [...other].sort().join('')) {
    return true;
  }
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...text].entries()) {
    const next = [i + 1];
    for (const [j, against] of [...other].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === against ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)! <= (text.length < 8 ? 1 : 2);
}

function checkRequired(given: Given): void {
  if (given.value === undefined) {
    if (given.type.endsWith('!')) {
      throw new InputError(`${given.what} is missing: give ${wanted(given.type)}`);
    }
    return;
  }
  if (isChecked(given)) {
    partsOf(given).forEach(checkRequired);
  }
}
