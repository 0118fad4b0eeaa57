import { closest, distance } from 'fastest-levenshtein';
import { isMap, isScalar, type LineCounter, type parseDocument } from 'yaml';
import type { z } from 'zod';
import { InputError } from '../../lib/haproxy/errors';
import { specJsonSchema } from './schema';

type Document = ReturnType<typeof parseDocument>;
type Path = readonly (string | number)[];

/** Problems of a key and not of its value. */
const KEY_ISSUES = new Set(['unrecognized_keys', 'invalid_key']);

/** A spec file as its author wrote it: tells where things stand. */
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

  /** An error about what stands at a path. */
  public errorOf(path: Path, message: string): InputError {
    return this.errorAt(this.offsetOf(path), message);
  }

  /** One line for a problem that the schema found. */
  public explain(issue: z.core.$ZodIssue): InputError {
    const path = issue.path as (string | number)[];
    const keyed = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0]!] : path;
    const offset = KEY_ISSUES.has(issue.code) ? this.keyOffsetOf(keyed) : this.offsetOf(path);
    return this.errorAt(offset, explain(issue, valueAt(this.document.toJS(), path)));
  }

  /** Where a key stands in the text. */
  private keyOffsetOf(path: Path): number {
    const parent = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
    return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : this.offsetOf(path);
  }

  /** Where a value stands in the text; where the nearest thing around it stands when it is missing. */
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

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
}

/** What was given, what is allowed. */
function explain(issue: z.core.$ZodIssue, given: unknown): string {
  const where = issue.path.join('.') || 'the file';
  // In the place of a secret's ARN somebody may have put the secret.
  const shown = /secretArn$/i.test(where) ? 'something that is not shown here' : (JSON.stringify(given) ?? 'nothing');
  // A check of ours that says what to give.
  if (given !== undefined && issue.message.startsWith('give ')) {
    return `${where} is ${shown}: ${issue.message}`;
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key '${issue.keys[0]}' in ${where}: ${suggest(issue.keys[0]!, issue.path as string[])}`;
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
      return `${where} is not usable as a name: give a letter, then letters, digits and hyphens, at most 63`;
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

/** A key with at most this share of other letters is taken for a slip. */
const SLIP = 0.5;

/** The key that was meant, here or one level below, where one is near; all that are allowed where none is. */
function suggest(key: string, path: readonly string[]): string {
  const node = schemaAt(path);
  const below = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    keysOf(child).map((inner) => `${name}.${inner}`),
  );
  const name = nearest(key, keysOf(node)) ?? nearest(key, below);
  return name === undefined ? `allowed are ${keysOf(node).join(', ')}` : `did you mean '${name}'?`;
}

function nearest(key: string, candidates: readonly string[]): string | undefined {
  const last = (name: string) => name.split('.').at(-1)!.toLowerCase();
  const found = closest(key.toLowerCase(), candidates.map(last));
  const isSlip = candidates.length > 0 && distance(key.toLowerCase(), found) <= SLIP * key.length;
  return isSlip ? candidates.find((name) => last(name) === found) : undefined;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
  readonly items?: SchemaNode;
}

function schemaAt(path: readonly string[]): SchemaNode {
  return path.reduce<SchemaNode>(
    (at, key) => at.properties?.[key] ?? at.items ?? at.additionalProperties ?? {},
    specJsonSchema() as SchemaNode,
  );
}

/** The keys that the schema allows. */
function keysOf({ properties = {} }: SchemaNode): string[] {
  return Object.keys(properties);
}
