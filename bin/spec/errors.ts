import { closest, distance } from 'fastest-levenshtein';
import { isMap, isScalar, type LineCounter, type parseDocument } from 'yaml';
import type { z } from 'zod';
import { InputError } from '../../lib/haproxy/errors';
import { RENAMED } from '../../lib/private/renamed';
import { specJsonSchema } from './schema';

type Document = ReturnType<typeof parseDocument>;
type Path = readonly (string | number)[];

/** Problems of a key, not of its value. */
const KEY_ISSUES = new Set(['unrecognized_keys', 'invalid_key']);

/** The text of a spec file, for errors that name line and column. */
export class SpecSource {
  public constructor(
    private readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** An error that begins with file, line and column. */
  public errorAt(offset: number, message: string): InputError {
    const { line, col } = this.lines.linePos(offset);
    return new InputError(`${this.file}:${line}:${col}: ${message}`);
  }

  /** An error about the value at a path. */
  public errorOf(path: Path, message: string): InputError {
    return this.errorAt(this.offsetOf(path), message);
  }

  /** A line for each problem that the schema found, in the order of the text. */
  public explainAll(issues: readonly z.core.$ZodIssue[]): InputError[] {
    const root: unknown = this.document.toJS();
    const found: { offset: number; message: string }[] = [];
    // A key with a typing error is not missing as well.
    const meant = new Set<string>();
    for (const issue of issues) {
      const path = issue.path as (string | number)[];
      for (const key of issue.code === 'unrecognized_keys' ? issue.keys : []) {
        const name = suggestion(key, path as string[]);
        meant.add([...path, name].join('.'));
        const where = path.join('.') || 'the file';
        found.push({ offset: this.keyOffsetOf([...path, key]), message: unknownKey(key, path as string[], where) });
      }
    }
    for (const issue of issues) {
      const path = issue.path as (string | number)[];
      const given = valueAt(root, path);
      const missing = issue.code === 'invalid_type' && given === undefined;
      if (issue.code === 'unrecognized_keys' || (missing && meant.has(path.join('.'))) || hasDeeper(issue, issues)) {
        continue;
      }
      const offset = KEY_ISSUES.has(issue.code) ? this.keyOffsetOf(path) : this.offsetOf(path);
      found.push({ offset, message: explain(issue, given) });
    }
    found.sort((a, b) => a.offset - b.offset);
    return found.map(({ offset, message }) => this.errorAt(offset, message));
  }

  /** The place of a key in the text. */
  private keyOffsetOf(path: Path): number {
    const parent = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
    return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : this.offsetOf(path);
  }

  /** The place of a value in the text, or of the nearest value around it when it is missing. */
  private offsetOf(path: Path): number {
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node = this.document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) {
        return node.range[0];
      }
    }
    return 0;
  }
}

/** Whether a check of a whole mapping failed because of a value in it, which has its own line. */
function hasDeeper({ code, path }: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
  const within = (other: z.core.$ZodIssue) =>
    other.path.length > path.length && path.every((key, i) => other.path[i] === key);
  return code === 'custom' && issues.some(within);
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    root,
  );
}

/** A longer value is cut. */
const LONGEST = 100;

const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** What was given and what is allowed. */
function explain(issue: z.core.$ZodIssue, given: unknown): string {
  const where = issue.path.join('.') || 'the file';
  // The value may be the secret itself instead of its ARN.
  const shown = /secretArn$/i.test(where)
    ? 'a value that is not shown here'
    : short(JSON.stringify(given) ?? 'nothing');
  // The messages of our own checks name the allowed values.
  if (given !== undefined && issue.message.startsWith('give ')) {
    return `${where} is ${shown}: ${issue.message}`;
  }
  switch (issue.code) {
    case 'invalid_type':
      return given === undefined
        ? `${where} is missing: give ${article(issue.expected)}`
        : `${where} is ${shown}: give ${article(issue.expected)}${issue.expected === 'string' ? ' in quotes' : ''}`;
    case 'invalid_value':
      return `${where} is ${shown}: allowed are ${issue.values.join(', ')}`;
    case 'too_small':
      return `${where} is ${shown}: give at least ${issue.minimum}${issue.origin === 'array' ? ' item' : ''}`;
    case 'too_big':
      return `${where} is ${shown}: give at most ${issue.maximum}`;
    case 'invalid_key':
      return `${where} is not a valid name: give a letter, then letters, digits and hyphens, at most 63`;
    default:
      return `${where}${/^(is|needs) /.test(issue.message) ? '' : ':'} ${issue.message}`;
  }
}

const NOUNS: Record<string, string> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
};

function article(expected: string): string {
  return NOUNS[expected] ?? `a ${expected}`;
}

function unknownKey(key: string, path: readonly string[], where: string): string {
  if (key === 'clients' && path.at(-1) === 'networkLoadBalancer') {
    return `key 'clients' in ${where} has another place: write it beside 'ingress'`;
  }
  const name = Object.hasOwn(RENAMED, key) ? RENAMED[key] : undefined;
  return name !== undefined && namesOf(schemaAt(path)).includes(name)
    ? `key '${key}' in ${where} has a new name: write '${name}'`
    : `unknown key '${key}' in ${where}: ${suggest(key, path)}`;
}

/** A key with at most this share of wrong letters counts as a typing error. */
const TYPING_ERROR = 0.5;

/** The nearest key here or one level below; all keys that are allowed where none is near. */
function suggest(key: string, path: readonly string[]): string {
  const name = suggestion(key, path);
  return name === undefined ? `allowed are ${namesOf(schemaAt(path)).join(', ')}` : `did you mean '${name}'?`;
}

/** The nearest key: here, then below, level by level. */
function suggestion(key: string, path: readonly string[]): string | undefined {
  let level: [name: string, node: SchemaNode][] = [['', schemaAt(path)]];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const names = level.flatMap(([before, node]) => namesOf(node).map((name) => `${before}${name}`));
    const found = nearest(key, names);
    if (found !== undefined) {
      return found;
    }
    level = level.flatMap(([before, { properties = {}, additionalProperties, items }]) => [
      ...Object.entries(properties).map(([name, node]): [string, SchemaNode] => [`${before}${name}.`, node]),
      ...(additionalProperties?.properties ? [[`${before}NAME.`, additionalProperties] as [string, SchemaNode]] : []),
      ...(items?.properties ? [[before, items] as [string, SchemaNode]] : []),
    ]);
  }
  return undefined;
}

/** Levels of keys below the place of a mistake in which a key is looked for. */
const DEEPEST = 5;

function nearest(key: string, candidates: readonly string[]): string | undefined {
  const last = (name: string) => name.split('.').at(-1)!.toLowerCase();
  const found = closest(key.toLowerCase(), candidates.map(last));
  const isNear = candidates.length > 0 && distance(key.toLowerCase(), found) <= TYPING_ERROR * key.length;
  return isNear ? candidates.find((name) => last(name) === found) : undefined;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
  readonly items?: SchemaNode;
}

function schemaAt(path: readonly string[]): SchemaNode {
  return path.reduce<SchemaNode>(
    (at, key) =>
      (Object.hasOwn(at.properties ?? {}, key) ? at.properties?.[key] : undefined) ??
      at.items ??
      at.additionalProperties ??
      {},
    specJsonSchema() as SchemaNode,
  );
}

/** The keys that the schema allows. */
function namesOf({ properties = {} }: SchemaNode): string[] {
  return Object.keys(properties);
}
