import { isAddress } from '../lib/haproxy/address';
import { type Fact, factOf, lifeOn } from './keywords';
import type { Cursor, Judge } from './language-judge';
import { lookup } from './lookup';
import type { Word } from './words';

/** What an expression comes to. */
export interface Expression {
  /** The fetch or criterion that it begins with. */
  readonly fact?: Fact;
  /** `str`, `sint`, `ip`, `bool`, `bin`, `any`, … */
  readonly type: string;
  /** Where its sample comes from, by the names of `checkpoints.ts`. */
  readonly origins: readonly string[];
  /** Why HAProxy refuses it. */
  readonly wrong?: string;
  /** The branch to name in the advice, when it is too new. */
  readonly newer?: boolean;
  /** The text after the expression. */
  readonly rest: string;
  /** It cannot be judged. */
  readonly unsure?: boolean;
}

/** A keyword with its arguments, cut from the front of a text. */
interface Call {
  readonly name: string;
  readonly args?: readonly string[];
  readonly rest: string;
  readonly open: boolean;
}

/** Cuts `name(args)` off a text. */
export function cutCall(text: string): Call {
  const [name = ''] = /^[^,(\])]*/.exec(text)!;
  if (text[name.length] !== '(') {
    return { name, rest: text.slice(name.length), open: false };
  }
  let depth = 1;
  let quote = '';
  const args: string[] = [];
  let from = name.length + 1;
  for (let i = from; i < text.length; i += 1) {
    const char = text[i]!;
    if (char === '\\') {
      i += 1;
    } else if (quote !== '') {
      quote = char === quote ? '' : quote;
    } else if (char === "'" || char === '"') {
      quote = char;
    } else if (char === '(') {
      depth += 1;
    } else if (char === ')' || char === ',') {
      depth -= char === ')' ? 1 : 0;
      if (depth === 0 || (char === ',' && depth === 1)) {
        args.push(text.slice(from, i));
        from = i + 1;
      }
      if (depth === 0) {
        return { name, args: args.length === 1 && args[0] === '' ? [] : args, rest: text.slice(i + 1), open: false };
      }
    }
  }
  return { name, args, rest: '', open: true };
}

/** The text of an expression: converters may stand behind it as words of their own. */
export function takeExpression(judge: Judge, cursor: Cursor, word: Word): string {
  let text = word.text;
  for (;;) {
    const fact = factOf('converter', [cutCall(cursor.text).name], judge.branch);
    if (fact === undefined || lifeOn(fact, judge.branch) === 'too-new') {
      return text;
    }
    text = `${text},${cursor.take()!.text}`;
  }
}

const NOTHING = { type: 'any', origins: [], rest: '' } as const;

/**
 * Reads a sample expression from the front of a word: a fetch, and converters behind commas.
 *
 * @param criterion also takes the names that only ACLs have
 */
export function readExpression(judge: Judge, word: Word, text = word.text, criterion = false): Expression {
  const call = cutCall(text);
  if (word.open || call.name.startsWith('lua.')) {
    return { ...NOTHING, unsure: true };
  }
  if (call.open) {
    return { ...NOTHING, wrong: `')' is missing after '${call.name}('` };
  }
  const named = criterion ? factOf('criterion', [call.name], judge.branch) : undefined;
  const fact = factOf('fetch', [named?.places[0] ?? call.name], judge.branch);
  if (fact === undefined || call.name.startsWith('51d') || call.name.startsWith('wurfl')) {
    return /^(51d|wurfl|da-csv)/.test(call.name)
      ? { ...NOTHING, unsure: true }
      : { ...NOTHING, wrong: `'${call.name}' is no sample fetch` };
  }
  const wrong = dated(judge, fact, call.name, 'sample fetch') ?? countWrong(judge, fact, call, word);
  if (wrong !== undefined) {
    return { ...NOTHING, fact, wrong };
  }
  return convert(judge, word, call.rest, {
    fact: named ?? fact,
    type: fact.result ?? 'any',
    origins: fact.places,
    rest: '',
  });
}

function convert(judge: Judge, word: Word, text: string, so: Expression): Expression {
  let rest = text;
  let type = so.type;
  while (rest.startsWith(',')) {
    rest = rest.replace(/^,+/, '');
    if (rest === '' || rest.startsWith(']')) {
      break;
    }
    const call = cutCall(rest);
    if (call.name.startsWith('lua.')) {
      return { ...so, unsure: true, rest: call.rest };
    }
    const fact = factOf('converter', [call.name], judge.branch);
    const wrong =
      fact === undefined
        ? /^(51d|da-csv)/.test(call.name)
          ? undefined
          : `'${call.name}' is no converter`
        : call.open
          ? `')' is missing after '${call.name}('`
          : (dated(judge, fact, call.name, 'converter') ?? countWrong(judge, fact, call, word));
    if (wrong !== undefined) {
      return { ...so, wrong, rest: call.rest };
    }
    if (fact === undefined) {
      judge.unsure();
    } else if (!fits(judge, type, fact.places[0] ?? 'any')) {
      return { ...so, wrong: `'${call.name}' cannot be applied to what is before it`, rest: call.rest };
    }
    type = fact?.result === undefined || fact.result === 'same' ? type : fact.result;
    rest = call.rest;
  }
  return { ...so, type, rest };
}

function dated(judge: Judge, fact: Fact, name: string, what: string): string | undefined {
  if (!judge.from(fact.since)) {
    return `the ${what} '${name}' exists from HAProxy ${fact.since} on, and this is for ${judge.branch}`;
  }
  return fact.removed !== undefined && judge.from(fact.removed)
    ? `the ${what} '${name}' is refused from HAProxy ${fact.removed} on, and this is for ${judge.branch}`
    : undefined;
}

/** What each type of sample can be turned into, up to 2.8. Source: `sample_casts` of `src/sample.c`. */
const CASTS: Readonly<Record<string, string>> = {
  any: 'any bool sint addr ipv4 ipv6 str bin meth',
  bool: 'any bool sint str',
  sint: 'any bool sint addr ipv4 ipv6 str bin',
  addr: 'any',
  ipv4: 'any sint addr ipv4 ipv6 str bin',
  ipv6: 'any addr ipv4 ipv6 str bin',
  str: 'any bool sint addr ipv4 ipv6 str bin meth',
  bin: 'any str bin meth',
  meth: 'any str bin meth',
};

/** What changed since. */
const LATER: readonly (readonly [since: string, type: string, more: string])[] = [
  ['2.6', 'bool', 'bin'],
  ['2.9', 'addr', 'addr ipv4 ipv6 str bin'],
];

/** Whether a sample of one type can be turned into another. */
export function fits(judge: Judge, from: string, to: string): boolean {
  const more = LATER.filter(([since, type]) => type === from && judge.from(since)).map(([, , types]) => types);
  return CASTS[from] === undefined || [CASTS[from], ...more].join(' ').split(' ').includes(to);
}

/** The scopes of a variable, with the branch that has them. */
const SCOPES = lookup<string>({
  proc: '1.7',
  sess: '1.6',
  txn: '1.6',
  req: '1.6',
  res: '1.6',
  check: '2.2',
});

/** Why a variable is refused. */
export function variableWrong(name: string, judge: Judge): string | undefined {
  const since = SCOPES[name.split('.')[0] ?? ''];
  return name.includes('.') && since !== undefined && judge.from(since)
    ? undefined
    : `'${name}' has no scope that HAProxy ${judge.branch} has`;
}

const numberOrVariable = (text: string, judge: Judge): string | undefined =>
  /^([-+]?\d+)?$/.test(text) ? undefined : variableWrong(text, judge);

/** From 2.9 on an offset may be a variable, and may not be negative. */
const offsetWrong = (text: string, judge: Judge): string | undefined => {
  const fine = judge.from('2.9') ? !/^-\d/.test(text) : /^([-+]?\d+)?$/.test(text);
  return fine ? numberOrVariable(text, judge) : `'${text}' is no offset that HAProxy ${judge.branch} takes`;
};

const nonZeroWrong = (text: string): string | undefined =>
  (Number.parseInt(text, 10) || 0) !== 0 ? undefined : `'${text}' is no number other than 0`;

/** Why the first argument is refused, for keywords that look at it closely. Others with such a look are left open. */
const VALIDATORS: Readonly<Record<string, (text: string, judge: Judge) => string | undefined>> = {
  bool: (text) => (/^(true|false|0|1)$/i.test(text) ? undefined : `'${text}' is neither 'true' nor 'false'`),
  bin: (text) => (/^([0-9a-f]{2})+$/i.test(text) ? undefined : `'${text}' is not made of pairs of hexadecimal digits`),
  var: variableWrong,
  json: (text) => (/^(ascii|utf8(s|p|ps)?)?$/.test(text) ? undefined : `'${text}' is no encoding that 'json' knows`),
  url_enc: (text) => (/^(query)?$/.test(text) ? undefined : `'${text}' is no encoding that 'url_enc' knows`),
  bytes: offsetWrong,
  field: nonZeroWrong,
  word: nonZeroWrong,
  // What is wrong with these shows only when they run.
  regsub: () => undefined,
  be2hex: () => undefined,
  param: () => undefined,
  concat: () => undefined,
  debug: () => undefined,
  'set-var': variableWrong,
  'unset-var': variableWrong,
  strcmp: variableWrong,
  secure_memcmp: variableWrong,
  ...Object.fromEntries(
    ['add', 'sub', 'mul', 'div', 'mod', 'and', 'or', 'xor'].map((name) => [name, numberOrVariable]),
  ),
};

/** The kinds of argument that name something else in the file. */
const REFERENCES = { tab: 'table', be: 'backend', usr: 'userlist', fe: 'frontend', srv: 'server' } as const;

/** Of these, the ones that are the section itself when they are missing. Source: `smp_resolve_args`. */
const OWN: ReadonlySet<string> = new Set(['tab', 'be', 'fe']);

/** From 2.2 on a text that a converter needs may be missing with its brackets: it is then empty. */
function emptyFor(judge: Judge, fact: Fact): boolean {
  const known = VALIDATORS[fact.words] !== undefined || !fact.args.includes('!');
  return fact.table === 'converter' && known && judge.from('2.2');
}

/** Why the first argument is refused by a keyword that looks at it; open where nobody here knows how it looks. */
function valueWrong(judge: Judge, fact: Fact, name: string, text: string): string | undefined {
  if (!fact.args.includes('!')) {
    return undefined;
  }
  const validate = VALIDATORS[name];
  return validate === undefined ? void judge.unsure() : validate(text, judge);
}

function countWrong(judge: Judge, fact: Fact, call: Call, word: Word): string | undefined {
  const { name, args = [] } = call;
  const [range = '0', ...all] = fact.args.split(' ');
  const types = all.filter((type) => type !== '!');
  const [low = 0, high = low] = range.split('..').map(Number);
  if (args.length === 0 && low === 1 && types[0] === 'str' && (call.args !== undefined || emptyFor(judge, fact))) {
    return valueWrong(judge, fact, name, '');
  }
  const own = types[0] ?? '';
  const bare = fact.table === 'converter' && call.args === undefined && !judge.from('2.2');
  if (args.length === 0 && low === 1 && OWN.has(own) && !bare) {
    judge.refer(REFERENCES[own as keyof typeof REFERENCES], word, '');
  } else if (args.length < low) {
    return low === high
      ? `'${name}' needs ${low} argument${low === 1 ? '' : 's'}`
      : `'${name}' needs at least ${low} arguments`;
  }
  if (args.length > high) {
    return high === 0
      ? `'${name}' takes no argument`
      : `'${name}' takes at most ${high} argument${high === 1 ? '' : 's'}`;
  }
  if (args.length > 0 && all.includes('!')) {
    const wrong = valueWrong(judge, fact, name, args[0]!.trim());
    if (wrong !== undefined || VALIDATORS[name] === undefined) {
      return wrong;
    }
  }
  for (const [i, arg] of args.entries()) {
    const type = types[i] ?? types.at(-1) ?? '';
    if (/^ipv[46]$/.test(type) && !isAddress(arg.trim())) {
      return `'${arg}' in '${name}(…)' is no address`;
    }
    if (type === 'sint' && !/^[-+]?\d+$/.test(arg.trim()) && arg.trim() !== '') {
      return judge.from('2.5') && /^[a-z]+\./.test(arg) ? undefined : `'${arg}' in '${name}(…)' is not a whole number`;
    }
    if (type in REFERENCES && arg !== '') {
      judge.refer(REFERENCES[type as keyof typeof REFERENCES], word, arg.trim());
    }
  }
  return undefined;
}
