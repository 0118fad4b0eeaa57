import { branchOrder } from '../../lib/haproxy/version/branches';
import { FORMS } from './forms';

/**
 * What may follow the words of a directive, read from the notation of the tables:
 *
 * - `word`, `num`, `int`, `time`, `size`, `file`, `status`, `addr`, `regex`, `fmt(where)`, `expr(where)`, `cond`, `cond!`:
 *   one value; `given` is a value that is not checked. `num(1..9)`, `int(0..)`, `time(..65535)`, `size(1..)` have bounds.
 *   `num` is lenient as HAProxy is there: a text that is not a number counts as 0
 * - `on|off`, `fast@2.2|slow@1.6-2.3`: one of these words, from and up to a branch
 * - `infinite|<time>`: one of these words, or else a value
 * - `match(octal)`: a text of a form of `forms.ts`
 * - `list(a@2.1|b|<network>)`: words, or texts of a form, with commas between them; `list!(…)`: without a comma at the end;
 *   `list?(…)`: also an empty word. An empty one of the words, as in `list(a||b)`, may be left out between commas
 * - `ref(backend)`: a name that must exist
 * - `[a b]`: may be missing; `a...`: once or more
 * - `{len int, silent}`: these options in any order; `{a, b}!` at least one of them
 * - `@name`: a grammar in code
 * - `~`: HAProxy ignores further words; `*`: further words belong to it, and any are valid; `?`: not checked from here on
 *
 * `sig /2.9 other` is another signature from a branch on.
 */
export type Item =
  | {
      readonly kind: 'value';
      readonly type: string;
      readonly low?: number;
      readonly high?: number;
      readonly where?: string;
    }
  | { readonly kind: 'choice'; readonly words: readonly Choice[]; readonly other?: Item }
  | { readonly kind: 'list'; readonly words: readonly Choice[]; readonly form?: string; readonly how: '' | '!' | '?' }
  | { readonly kind: 'reference'; readonly to: ReferenceKind }
  | { readonly kind: 'optional'; readonly items: readonly Item[] }
  | { readonly kind: 'repeat'; readonly item: Item }
  | { readonly kind: 'options'; readonly options: readonly Option[]; readonly needed: boolean }
  | { readonly kind: 'grammar'; readonly name: string }
  | { readonly kind: 'rest'; readonly how: '~' | '*' | '?' };

/** Things that a line can refer to and that must exist elsewhere in the configuration. */
const REFERENCES = [
  'backend',
  'cache',
  'fcgi-app',
  'frontend',
  'healthcheck',
  'http-errors',
  'mailers',
  'peers',
  'resolvers',
  'ring',
  'server',
  'table',
  'userlist',
] as const;

/** The kind of thing that a name refers to. */
export type ReferenceKind = (typeof REFERENCES)[number];

/** A word of a choice, with the branches that have it. */
export interface Choice {
  readonly word: string;
  readonly since?: string;
  readonly removed?: string;
}

/** A word of a set of options, and what follows it. */
export interface Option extends Choice {
  readonly items: readonly Item[];
}

/** A signature and the branch from which it holds. */
interface Edition {
  readonly since: string;
  readonly items: readonly Item[];
}

/** The signatures that were read. */
const read = new Map<string, readonly Edition[]>();

/** Cache of the items of each signature, by branch. */
const onBranch = new Map<string, Map<string, readonly Item[]>>();

/** What may follow on a branch. */
export function itemsOn(notation: string, branch: string): readonly Item[] {
  const known = onBranch.get(branch) ?? new Map<string, readonly Item[]>();
  onBranch.set(branch, known);
  let found = known.get(notation);
  if (found === undefined) {
    const editions = editionsOf(notation).filter(({ since }) => branchOrder(branch) >= branchOrder(since));
    found = editions.at(-1)?.items ?? [];
    known.set(notation, found);
  }
  return found;
}

/**
 * The editions of a signature, oldest first.
 *
 * @throws when the notation cannot be read, or names a form or a kind of reference that does not exist
 */
export function editionsOf(notation: string): readonly Edition[] {
  let found = read.get(notation);
  if (found === undefined) {
    const [first = '', ...later] = notation.split(/ ?\/(?=\d+\.\d)/);
    found = [{ since: '1.6', items: itemsOf(first) }, ...later.map(editionOf)];
    read.set(notation, found);
  }
  return found;
}

function editionOf(text: string): Edition {
  const [, since = '', signature = ''] = /^(\d+\.\d+)(.*)$/.exec(text)!;
  return { since, items: itemsOf(signature) };
}

/** The names of the grammars in code that a signature asks for. */
export const grammarsOf = (notation: string): string[] =>
  editionsOf(notation).flatMap(({ items }) => items.flatMap(grammarsIn));

function grammarsIn(item: Item): string[] {
  switch (item.kind) {
    case 'grammar':
      return [item.name];
    case 'optional':
      return item.items.flatMap(grammarsIn);
    case 'options':
      return item.options.flatMap(({ items }) => items.flatMap(grammarsIn));
    case 'repeat':
      return grammarsIn(item.item);
    case 'choice':
      return item.other === undefined ? [] : grammarsIn(item.other);
    default:
      return [];
  }
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

function itemsOf(text: string): Item[] {
  const found: Item[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const closing = CLOSING[rest[0]!];
    const inside = closing === undefined ? '' : rest.slice(1, closingAt(rest, rest[0]!, closing));
    const part = closing === undefined ? rest.slice(0, rest.search(/ |$/)) : rest.slice(0, inside.length + 2);
    const needed = closing === '}' && rest[part.length] === '!';
    found.push(closing === undefined ? itemOf(part) : closing === ']' ? optional(inside) : options(inside, needed));
    rest = rest.slice(part.length + (needed ? 1 : 0)).trim();
  }
  return found;
}

function closingAt(text: string, open: string, close: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    depth += text[i] === open ? 1 : text[i] === close ? -1 : 0;
    if (depth === 0) {
      return i;
    }
  }
  throw new Error(`'${open}' is not closed in the signature '${text}'`);
}

const optional = (inside: string): Item => ({ kind: 'optional', items: itemsOf(inside) });

function options(inside: string, needed: boolean): Item {
  const parts = inside.split(',').map((option) => {
    const [word = '', ...args] = option.trim().split(' ');
    return { ...choiceOf(word), items: itemsOf(args.join(' ')) };
  });
  return { kind: 'options', options: parts, needed };
}

function choiceOf(word: string): Choice {
  const [, name = '', since, removed] = /^(.*?)(?:@(\d+\.\d+)?(?:-(\d+\.\d+))?)?$/.exec(word)!;
  return { word: name, since, removed };
}

/** Words with `|` between them, and the value or form in `<…>` among them. */
function choicesOf(text: string): { words: Choice[]; other?: string } {
  const parts = text.split(/\|(?![^<]*>)/);
  const other = parts.find((part) => part.startsWith('<'));
  return { words: parts.filter((part) => part !== other).map(choiceOf), other: other?.slice(1, -1) };
}

const VALUE =
  /^(word|given|num|int|time|size|file|status|addr|regex|fmt|expr|cond!|cond|match|list!|list\?|list|ref)(?:\((.*)\))?$/;

function itemOf(part: string): Item {
  if (part.endsWith('...')) {
    return { kind: 'repeat', item: itemOf(part.slice(0, -3)) };
  }
  if (part === '~' || part === '*' || part === '?') {
    return { kind: 'rest', how: part };
  }
  if (part.startsWith('@')) {
    return { kind: 'grammar', name: part.slice(1) };
  }
  const [, type, inside = ''] = VALUE.exec(part) ?? [];
  switch (type) {
    case undefined: {
      const { words, other } = choicesOf(part);
      return { kind: 'choice', words, other: other === undefined ? undefined : itemOf(other) };
    }
    case 'ref': {
      const to = REFERENCES.find((kind) => kind === inside);
      if (to === undefined) {
        throw new Error(`'${inside}' in the signature '${part}' is not a kind of reference`);
      }
      return { kind: 'reference', to };
    }
    case 'list':
    case 'list?':
    case 'list!': {
      const { words, other } = choicesOf(inside);
      return {
        kind: 'list',
        words,
        form: other === undefined ? undefined : formOf(other, part),
        how: type === 'list' ? '' : type === 'list!' ? '!' : '?',
      };
    }
    case 'match':
      return { kind: 'value', type, where: formOf(inside, part) };
    default: {
      const [, low, high] = /^(-?\d*)\.\.(-?\d*)$/.exec(inside) ?? [];
      const bound = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));
      const where = low === undefined && inside !== '' ? inside : undefined;
      return { kind: 'value', type, low: bound(low), high: bound(high), where };
    }
  }
}

function formOf(name: string, part: string): string {
  if (!Object.hasOwn(FORMS, name)) {
    throw new Error(`'${name}' in the signature '${part}' is not a form: see forms.ts`);
  }
  return name;
}
