import { branchOrder } from '../../lib/haproxy/version/branches';

/**
 * What may follow the words of a directive, read from the notation of the tables:
 *
 * - `word`, `num`, `int`, `time`, `size`, `file`, `status`, `addr`, `regex`, `fmt(where)`, `expr(where)`, `cond`, `cond!`: one value; `given` is one that is not judged;
 *   `num(1..9)`, `int(0..)`, `time(..65535)`, `size(1..)` have bounds. `num` is lenient as HAProxy is there: what is no number counts as 0
 * - `on|off`, `fast@2.2|slow@1.6-2.3`: one of these words, from and up to a branch
 * - `infinite|<time>`: one of these words, or else a value
 * - `[a b]`: may be missing; `a...`: once or more
 * - `{len int, silent}`: these options in any order
 * - `@name`: a grammar of its own, in code
 * - `~`: further words are passed over by HAProxy, `*`: further words belong to it and anything goes, `?`: not judged from here on
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
  | { readonly kind: 'optional'; readonly items: readonly Item[] }
  | { readonly kind: 'repeat'; readonly item: Item }
  | { readonly kind: 'options'; readonly options: readonly Option[] }
  | { readonly kind: 'grammar'; readonly name: string }
  | { readonly kind: 'rest'; readonly how: '~' | '*' | '?' };

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
export interface Edition {
  readonly since: string;
  readonly items: readonly Item[];
}

const cache = new Map<string, readonly Edition[]>();

/** What may follow on a branch. */
export function itemsOn(notation: string, branch: string): readonly Item[] {
  let found: readonly Item[] = [];
  for (const edition of editions(notation)) {
    found = branchOrder(branch) >= branchOrder(edition.since) ? edition.items : found;
  }
  return found;
}

/** The editions of a signature, oldest first. */
function editions(notation: string): readonly Edition[] {
  let found = cache.get(notation);
  if (found === undefined) {
    const [first = '', ...later] = notation.split(/ ?\/(?=\d\.\d)/);
    found = [
      { since: '1.6', items: items(first) },
      ...later.map((part) => ({ since: part.slice(0, 3), items: items(part.slice(3)) })),
    ];
    cache.set(notation, found);
  }
  return found;
}

function items(text: string): Item[] {
  const found: Item[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const closing = rest[0] === '[' ? ']' : rest[0] === '{' ? '}' : '';
    const end = closing === '' ? rest.search(/ |$/) : closingAt(rest, rest[0]!, closing) + 1;
    const part = rest.slice(0, end);
    found.push(closing === '' ? single(part) : closing === ']' ? optional(part) : options(part));
    rest = rest.slice(end).trim();
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

const optional = (part: string): Item => ({ kind: 'optional', items: items(part.slice(1, -1)) });

function options(part: string): Item {
  return {
    kind: 'options',
    options: part
      .slice(1, -1)
      .split(',')
      .map((option) => {
        const [word = '', ...args] = option.trim().split(' ');
        return { ...choice(word), items: items(args.join(' ')) };
      }),
  };
}

function choice(word: string): Choice {
  const [, name = '', since, removed] = /^(.*?)(?:@(\d\.\d)?(?:-(\d\.\d))?)?$/.exec(word)!;
  return { word: name, since, removed };
}

const VALUE = /^(word|given|num|int|time|size|file|status|addr|regex|fmt|expr|cond!|cond)(?:\((.*)\))?$/;

function single(part: string): Item {
  if (part.endsWith('...')) {
    return { kind: 'repeat', item: single(part.slice(0, -3)) };
  }
  if (part === '~' || part === '*' || part === '?') {
    return { kind: 'rest', how: part };
  }
  if (part.startsWith('@')) {
    return { kind: 'grammar', name: part.slice(1) };
  }
  const [, type, inside] = VALUE.exec(part) ?? [];
  if (type === undefined) {
    const parts = part.split('|');
    const value = parts.find((word) => word.startsWith('<'));
    return {
      kind: 'choice',
      words: parts.filter((word) => word !== value).map(choice),
      other: value === undefined ? undefined : single(value.slice(1, -1)),
    };
  }
  const [, low, high] = /^(-?\d*)\.\.(-?\d*)$/.exec(inside ?? '') ?? [];
  return {
    kind: 'value',
    type,
    low: low === undefined || low === '' ? undefined : Number(low),
    high: high === undefined || high === '' ? undefined : Number(high),
    where: low === undefined ? inside : undefined,
  };
}
