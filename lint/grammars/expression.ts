import { isAddress } from '../../lib/haproxy/address';
import type { Context } from '../engine/context';
import type { Sample } from '../engine/state';
import { availabilityOn, firstWith, type Keyword, keywordOf } from '../keywords';
import { checkpointsOf, isAvailable } from '../keywords/checkpoints';
import { FORMS } from '../keywords/forms';
import type { ReferenceKind } from '../keywords/notation';
import type { Word } from '../model';
import { type Call, cutCall, unquote } from '../syntax/call';
import type { Cursor } from '../syntax/cursor';

/** The result of reading an expression. */
interface Expression {
  /** Its first fetch or criterion. */
  readonly keyword?: Keyword;
  /** `str`, `sint`, `ip`, `bool`, `bin`, `any`, … */
  readonly type: string;
  /** Where its sample comes from, by the names of `checkpoints.ts`. */
  readonly origins: readonly string[];
  /** The text after the expression. */
  readonly rest: string;
  /** Why HAProxy refuses it. @default - HAProxy accepts it */
  readonly wrong?: string;
  /** Its verdict is not known. @default false */
  readonly indeterminate?: boolean;
}

/** The help for a refused expression. */
export const EXPRESSION_HELP = 'use a sample expression of this branch';

/** Reads the sample expression of the next words; undefined if HAProxy refuses it. */
export function readSample(context: Context, cursor: Cursor, place: string | undefined): Sample | undefined {
  const { report } = context;
  const word = cursor.take();
  if (word === undefined) {
    report.missing(cursor.last, 'a sample expression');
    return undefined;
  }
  const read = readExpression(context, word, takeExpression(context, cursor, word));
  if (read.indeterminate) {
    report.indeterminate();
    return { type: 'any' };
  }
  const wrong = read.wrong ?? (read.rest === '' ? undefined : `'${read.rest}' after the expression is not valid`);
  if (wrong !== undefined) {
    report.error('bad-value', word, wrong, EXPRESSION_HELP);
    return undefined;
  }
  const checkpoint = checkpointWrong(context, read, place);
  if (checkpoint !== undefined) {
    report.error('bad-value', word, checkpoint, CHECKPOINT_HELP);
    return undefined;
  }
  return { type: read.type, origins: read.origins };
}

/** The help for a sample at the wrong checkpoint. */
export const CHECKPOINT_HELP = 'use a sample that is available here';

/** Why the sample of an expression is not available at a place. */
export function checkpointWrong(
  { kind, branch }: Context,
  { keyword, origins }: Expression,
  place: string | undefined,
): string | undefined {
  const checkpoints = checkpointsOf(place, kind, branch);
  return checkpoints === undefined || checkpoints.length === 0 || isAvailable(origins, checkpoints)
    ? undefined
    : `'${keyword?.words ?? ''}' is not available at this point of the request`;
}

/** The text of an expression: converters may follow as separate words. */
export function takeExpression(context: Context, cursor: Cursor, word: Word): string {
  let text = word.text;
  for (;;) {
    const keyword = keywordOf('converter', [cutCall(cursor.text).name], context.branch);
    if (keyword === undefined || availabilityOn(keyword, context.version) === 'too-new') {
      return text;
    }
    text = `${text},${cursor.take()!.text}`;
  }
}

const NOTHING = { type: 'any', origins: [], rest: '' } as const;

/** Fetches and converters of device detection, from a library that no package has. */
const ADDON = /^(51d|wurfl|da-csv)/;

/**
 * Reads a sample expression from the front of a word: a fetch, and converters behind commas.
 *
 * @param criterion also takes the names that only ACLs have
 */
export function readExpression(context: Context, word: Word, text = word.text, criterion = false): Expression {
  const call = cutCall(text);
  if (word.unresolvedVariable || call.name.startsWith('lua.')) {
    return { ...NOTHING, indeterminate: true };
  }
  if (call.unclosed) {
    return { ...NOTHING, wrong: unclosed(call) };
  }
  if (ADDON.test(call.name)) {
    return { ...NOTHING, indeterminate: true };
  }
  const named = criterion ? keywordOf('criterion', [call.name], context.branch) : undefined;
  const keyword = keywordOf('fetch', [named?.places[0] ?? call.name], context.branch);
  if (keyword === undefined) {
    return { ...NOTHING, wrong: `'${call.name}' is not a sample fetch` };
  }
  const wrong = availabilityWrong(context, keyword, call.name, word) ?? argumentsWrong(context, keyword, call, word);
  if (wrong !== undefined) {
    return { ...NOTHING, keyword, wrong };
  }
  const { result: type = 'any', places: origins } = keyword;
  return convert(context, word, call.rest, { keyword: named ?? keyword, type, origins, rest: '' });
}

const unclosed = ({ name }: Call): string => `')' is missing after '${name}('`;

function convert(context: Context, word: Word, text: string, sample: Expression): Expression {
  let rest = text;
  let type = sample.type;
  while (rest.startsWith(',')) {
    rest = rest.replace(/^,+/, '');
    if (rest === '' || rest.startsWith(']')) {
      break;
    }
    const call = cutCall(rest);
    rest = call.rest;
    if (call.name.startsWith('lua.')) {
      return { ...sample, indeterminate: true, rest };
    }
    const keyword = keywordOf('converter', [call.name], context.branch);
    if (keyword === undefined && ADDON.test(call.name)) {
      context.report.indeterminate();
      continue;
    }
    const wrong = converterWrong(context, word, call, keyword, type);
    if (wrong !== undefined) {
      return { ...sample, wrong, rest };
    }
    type = keyword?.result === undefined || keyword.result === 'same' ? type : keyword.result;
  }
  return { ...sample, type, rest };
}

function converterWrong(
  context: Context,
  word: Word,
  call: Call,
  keyword: Keyword | undefined,
  type: string,
): string | undefined {
  if (keyword === undefined) {
    return `'${call.name}' is not a converter`;
  }
  if (call.unclosed) {
    return unclosed(call);
  }
  const wrong = availabilityWrong(context, keyword, call.name, word) ?? argumentsWrong(context, keyword, call, word);
  const fits = canCast(context, type, keyword.places[0] ?? 'any');
  return wrong ?? (fits ? undefined : `'${call.name}' cannot be applied to what is before it`);
}

function availabilityWrong(context: Context, keyword: Keyword, name: string, word: Word): string | undefined {
  const { report, version } = context;
  switch (availabilityOn(keyword, version)) {
    case 'too-new':
      return report.existsFrom(name, firstWith(keyword, version));
    case 'late':
      context.warnLate(keyword, word, name);
      return undefined;
    case 'removed':
      return report.refusedFrom(name, keyword.removed!);
    default:
      return undefined;
  }
}

/** The types that each type of sample can be converted to, up to 2.8. Source: `sample_casts` of `src/sample.c`. */
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

/** The changes since then. */
const LATER: readonly (readonly [since: string, type: string, more: string])[] = [
  ['2.6', 'bool', 'bin'],
  ['2.9', 'addr', 'addr ipv4 ipv6 str bin'],
];

/** Whether a sample of one type can be converted to another. */
export function canCast(context: Context, from: string, to: string): boolean {
  const more = LATER.filter(([since, type]) => type === from && context.from(since)).map(([, , types]) => types);
  return CASTS[from] === undefined || [CASTS[from], ...more].join(' ').split(' ').includes(to);
}

/** Why a variable is refused. */
export function variableWrong(name: string, context: Context): string | undefined {
  return name.includes('.') && context.hasWord('variable-scope', name.split('.')[0]!)
    ? undefined
    : `'${name}' does not begin with a scope of variables that HAProxy ${context.branch} has`;
}

const numberOrVariable = (text: string, context: Context): string | undefined =>
  /^([-+]?\d+)?$/.test(text) ? undefined : variableWrong(text, context);

/** From 2.9 on an offset may be a variable, and may not be negative. */
const offsetWrong = (text: string, context: Context): string | undefined => {
  const fine = context.from('2.9') ? !/^-\d/.test(text) : /^([-+]?\d+)?$/.test(text);
  return fine ? numberOrVariable(text, context) : `'${text}' is not a valid offset for HAProxy ${context.branch}`;
};

const nonZeroWrong = (text: string): string | undefined =>
  (Number.parseInt(text, 10) || 0) !== 0 ? undefined : `'${text}' is not a number other than 0`;

const matches = (regex: RegExp, what: string) => (text: string) =>
  regex.test(text) ? undefined : `'${text}' is not ${what}`;

/** Errors show only at run time. */
const anything = () => undefined;

/** Why a keyword refuses its first argument, for keywords whose own check is known. */
const VALIDATORS: Readonly<Record<string, (text: string, context: Context) => string | undefined>> = {
  bool: matches(/^(true|false|0|1)$/i, "'true' or 'false'"),
  bin: (text) => (FORMS.hex!.is(text) ? undefined : `'${text}' is not ${FORMS.hex!.what}`),
  json: matches(/^(ascii|utf8(s|p|ps)?)?$/, "an encoding of 'json'"),
  url_enc: matches(/^(query)?$/, "an encoding of 'url_enc'"),
  var: variableWrong,
  'set-var': variableWrong,
  'unset-var': variableWrong,
  strcmp: variableWrong,
  secure_memcmp: variableWrong,
  bytes: offsetWrong,
  field: nonZeroWrong,
  word: nonZeroWrong,
  regsub: anything,
  be2hex: anything,
  param: anything,
  concat: anything,
  debug: anything,
  ...Object.fromEntries(
    ['add', 'sub', 'mul', 'div', 'mod', 'and', 'or', 'xor'].map((name) => [name, numberOrVariable]),
  ),
};

/** The kinds of argument that name something else in the file. */
const NAMES: Readonly<Record<string, ReferenceKind>> = {
  tab: 'table',
  be: 'backend',
  usr: 'userlist',
  fe: 'frontend',
  srv: 'server',
};

/** Kinds of argument whose default is the section itself. Source: `smp_resolve_args`. */
const OWN: ReadonlySet<string> = new Set(['tab', 'be', 'fe']);

/** Why a keyword refuses its first argument; indeterminate where its check is not known. */
function firstWrong(context: Context, { args }: Keyword, name: string, text: string): string | undefined {
  if (!args.includes('!')) {
    return undefined;
  }
  const validate = VALIDATORS[name];
  if (validate === undefined) {
    context.report.indeterminate();
  }
  return validate?.(text, context);
}

const counted = (count: number): string => `${count === 0 ? 'no' : count} argument${count === 1 ? '' : 's'}`;

function argumentsWrong(context: Context, keyword: Keyword, call: Call, word: Word): string | undefined {
  const { name } = call;
  const args = context.from('2.2') ? (call.args ?? []).map(unquote) : (call.args ?? []);
  const [range = '0', ...all] = keyword.args.split(' ');
  const types = all.filter((type) => type !== '!');
  const [low = 0, high = low] = range.split('..').map(Number);
  const own = types[0] ?? '';
  const isConverter = keyword.table === 'converter';
  if (args.length === 0 && low === 1 && own === 'str') {
    // From 2.2 on a text that a converter needs may be missing with its brackets: it is then empty.
    const known = VALIDATORS[keyword.words] !== undefined || !keyword.args.includes('!');
    if (call.args !== undefined || (isConverter && known && context.from('2.2'))) {
      return firstWrong(context, keyword, name, '');
    }
  }
  const bare = isConverter && call.args === undefined && !context.from('2.2');
  if (args.length === 0 && low === 1 && OWN.has(own) && !bare) {
    context.refer(NAMES[own]!, word, '');
  } else if (args.length < low) {
    return `'${name}' needs ${low === high ? '' : 'at least '}${counted(low)}`;
  }
  if (args.length > high) {
    return `'${name}' takes ${high === 0 ? '' : 'at most '}${counted(high)}`;
  }
  if (args.length > 0 && keyword.args.includes('!')) {
    const wrong = firstWrong(context, keyword, name, args[0]!.trim());
    if (wrong !== undefined || VALIDATORS[name] === undefined) {
      return wrong;
    }
  }
  for (const [i, arg] of args.entries()) {
    const type = types[i] ?? types.at(-1) ?? '';
    const text = arg.trim();
    if (/^ipv[46]$/.test(type) && !isAddress(text)) {
      return `'${arg}' in '${name}(…)' is not an address`;
    }
    if (type === 'sint' && !/^([-+]?\d+)?$/.test(text)) {
      return context.from('2.5') && /^[a-z]+\./.test(arg)
        ? undefined
        : `'${arg}' in '${name}(…)' is not a whole number`;
    }
    const reference = NAMES[type];
    if (reference !== undefined && arg !== '') {
      context.refer(reference, word, text);
    }
  }
  return undefined;
}
