import { checkCondition } from '../grammars/acl';
import { checkAddress } from '../grammars/address';
import { readSample } from '../grammars/expression';
import { checkFormat } from '../grammars/log-format';
import { FORMS } from '../keywords/forms';
import { type Choice, type Item, itemsOn, type Option } from '../keywords/notation';
import type { Word } from '../model';
import type { Cursor } from '../syntax/cursor';
import { readTime, type Time } from '../syntax/time';
import type { Context } from './context';
import { quoted } from './diagnostics';

/** Checks the remaining words against a signature, and returns whether they match. */
export function takeAll(context: Context, cursor: Cursor, notation: string): boolean {
  const items = itemsOn(notation, context.branch);
  const last = items.at(-1)?.kind;
  return takeItems(context, cursor, items) && (last === 'rest' || last === 'grammar' || takeEnd(context, cursor));
}

/** Checks the next words against a signature, and leaves the words after them. */
export const take = (context: Context, cursor: Cursor, notation: string): boolean =>
  takeItems(context, cursor, itemsOn(notation, context.branch));

/** Refuses remaining words. */
export const takeEnd = ({ report }: Context, cursor: Cursor): boolean =>
  cursor.done || report.extra(cursor.next, cursor.last?.text);

/** Skips the remaining words. */
export function takeUnchecked({ report }: Context, cursor: Cursor): true {
  cursor.at = cursor.words.length;
  return report.indeterminate();
}

const takeItems = (context: Context, cursor: Cursor, items: readonly Item[]): boolean =>
  items.every((item) => takeItem(context, cursor, item));

function takeItem(context: Context, cursor: Cursor, item: Item): boolean {
  switch (item.kind) {
    case 'value':
      return takeValue(context, cursor, item);
    case 'choice':
      return item.other !== undefined && !item.words.some(({ word }) => word === cursor.text)
        ? takeItem(context, cursor, item.other)
        : takeChoice(context, cursor, item.words);
    case 'list':
      return takeList(context, cursor, item);
    case 'reference': {
      const name = cursor.take();
      if (name === undefined) {
        return context.report.missing(cursor.last, 'a value');
      }
      context.refer(item.to, name);
      return true;
    }
    case 'optional':
      return cursor.done || !begins(context, cursor, item.items[0]) || takeItems(context, cursor, item.items);
    case 'repeat':
      do {
        if (!takeItem(context, cursor, item.item)) {
          return false;
        }
      } while (!cursor.done);
      return true;
    case 'options':
      return takeOptions(context, cursor, item.options, item.needed);
    case 'grammar':
      return context.grammars[item.name]!(context, cursor);
    case 'rest':
      return item.how !== '?' || cursor.done || takeUnchecked(context, cursor);
  }
}

/** Takes options up to the first word that is not an option. */
function takeOptions(context: Context, cursor: Cursor, options: readonly Option[], needed: boolean): boolean {
  if (needed && cursor.done) {
    return context.report.missing(cursor.last, 'an option');
  }
  for (let option = find(options, cursor); option !== undefined; option = find(options, cursor)) {
    if (!has(context, option)) {
      return refuseChoice(context, cursor, options, 'too-new');
    }
    cursor.take();
    if (!takeItems(context, cursor, option.items)) {
      return false;
    }
  }
  return true;
}

const find = <T extends Choice>(choices: readonly T[], cursor: Cursor): T | undefined =>
  choices.find(({ word }) => word === cursor.text);

/** Whether an optional part is present: only a choice can be excluded before it is read. */
const begins = (context: Context, cursor: Cursor, first: Item | undefined): boolean =>
  first?.kind !== 'choice' || first.words.some((choice) => choice.word === cursor.text && has(context, choice));

const has = (context: Context, { since, removed }: Choice): boolean =>
  (since === undefined || context.from(since)) && (removed === undefined || !context.from(removed));

/** The words of a choice that the branch has. */
const current = (context: Context, choices: readonly Choice[]): string[] =>
  choices.filter((choice) => has(context, choice)).map(({ word }) => word);

const oneOf = (words: readonly string[]): string => `${words.length > 1 ? 'one of ' : ''}${quoted(words)}`;

function takeChoice(context: Context, cursor: Cursor, choices: readonly Choice[]): boolean {
  const word = cursor.next;
  if (word === undefined) {
    return context.report.missing(cursor.last, oneOf(current(context, choices)));
  }
  if (word.unresolvedVariable) {
    cursor.take();
    return context.report.indeterminate();
  }
  if (!current(context, choices).includes(word.text)) {
    return refuseChoice(context, cursor, choices, 'bad-value');
  }
  cursor.take();
  return true;
}

function refuseChoice(
  context: Context,
  cursor: Cursor,
  choices: readonly Choice[],
  rule: 'too-new' | 'bad-value',
): false {
  const { report } = context;
  const words = current(context, choices);
  const { since, removed } = find(choices, cursor) ?? {};
  if (since !== undefined && !context.from(since)) {
    return report.tooNew(cursor.next, cursor.text, since, rule);
  }
  return removed === undefined
    ? report.invalid(cursor.next, oneOf(words))
    : report.error(rule, cursor.next, report.refusedFrom(cursor.text, removed), 'remove it');
}

function takeList(context: Context, cursor: Cursor, item: Extract<Item, { kind: 'list' }>): boolean {
  const word = cursor.take();
  if (word === undefined) {
    return context.report.missing(cursor.last, 'a value');
  }
  const words = current(context, item.words);
  const form = item.form === undefined ? undefined : FORMS[item.form];
  if (word.text === '' && item.how === '?') {
    return true;
  }
  const parts = (item.how === '!' ? word.text : word.text.replace(/,$/, '')).split(',');
  const wrong = parts.find((part) => !words.includes(part) && !form?.is(part));
  if (wrong === undefined) {
    return true;
  }
  const expected = [
    ...(words.length > 0 ? [oneOf(words.filter((one) => one !== ''))] : []),
    ...(form ? [form.what] : []),
  ];
  const help = form ? `use one such as '${form.example}', with commas between several` : undefined;
  return context.report.invalid(word, expected.join(' or '), help, wrong);
}

type Value = Extract<Item, { kind: 'value' }>;

function takeValue(context: Context, cursor: Cursor, item: Value): boolean {
  const { report } = context;
  if (item.type === 'cond' || item.type === 'cond!') {
    return checkCondition(context, cursor, item.where, item.type === 'cond!');
  }
  const word = cursor.next;
  if (word === undefined || word.text === '') {
    return report.missing(cursor.last, 'a value');
  }
  if (item.type === 'expr') {
    return readSample(context, cursor, item.where) !== undefined;
  }
  cursor.take();
  if (item.type === 'fmt') {
    return checkFormat(context, word, item.where);
  }
  if (word.unresolvedVariable && !['word', 'addr'].includes(item.type)) {
    return report.indeterminate();
  }
  switch (item.type) {
    case 'num':
      return isWithin(context, word, Number.parseInt(word.text, 10) || 0, item, 'a number');
    case 'int':
      return /^[-+]?\d+$/.test(word.text)
        ? isWithin(context, word, Number(word.text), item, 'a number')
        : report.invalid(word, 'a whole number', 'use digits alone');
    case 'time':
      return isTime(context, word, item);
    case 'size':
      return isSize(context, word, item);
    case 'status':
      return isStatus(context, word);
    case 'given':
      return report.indeterminate();
    case 'regex':
      return compiles(word.text) || report.indeterminate();
    case 'match': {
      const { is, what, example } = FORMS[item.where!]!;
      return is(word.text) || report.invalid(word, what, `use one such as '${example}'`);
    }
    case 'addr':
      return checkAddress(context, word, {
        port: item.where === 'port' ? 'needed' : item.where === 'bare' ? 'refused' : 'allowed',
        resolves: 'at start',
      });
    default:
      return true;
  }
}

function isWithin({ report }: Context, word: Word, value: number, { low, high }: Value, what: string): boolean {
  if ((low === undefined || value >= low) && (high === undefined || value <= high)) {
    return true;
  }
  const bounds = `from ${low} to ${high}`;
  const range = low === undefined ? `of at most ${high}` : high === undefined ? `of at least ${low}` : bounds;
  return report.invalid(word, `${what} ${range}`, `use ${what} ${range}`);
}

/** HAProxy ignores text after the unit of a time, as in `30sec`; before 2.4 only late releases warn about it. */
export function checkUnit(context: Context, word: Word, { written, more }: Time): void {
  if (more !== '' && context.from('2.4')) {
    context.report.warn('bad-value', word, `'${more}' after the time '${written}' is ignored`, 'remove it');
  }
}

function isTime(context: Context, word: Word, item: Value): boolean {
  const time = readTime(word.text);
  if (time === undefined) {
    return context.report.invalid(word, 'a time', "use a number with 'us', 'ms', 's', 'm', 'h' or 'd'");
  }
  checkUnit(context, word, time);
  if (context.from('2.0') && time.millis > 2 ** 31 - 1) {
    return context.report.error('bad-value', word, `'${word.text}' is longer than 24 days`, 'use a shorter time');
  }
  return isWithin(context, word, time.millis, item, 'a number of milliseconds');
}

const FACTOR: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** A size in bytes; `NaN` if the text is not a size. */
export function sizeOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  return amount === '' ? Number.NaN : Number(amount) * FACTOR[unit.toLowerCase()]!;
}

function isSize(context: Context, word: Word, item: Value): boolean {
  const size = sizeOf(word.text);
  return size <= 2 ** 32 - 1
    ? isWithin(context, word, size, item, 'a size')
    : context.report.invalid(word, 'a size', "use a number with 'k', 'm' or 'g'");
}

/** HAProxy has its own answer only for some statuses: 2.2 and later refuse others, older branches warn. */
function isStatus(context: Context, word: Word): boolean {
  if (context.hasWord('status', word.text)) {
    return true;
  }
  const message = `HAProxy ${context.branch} has no answer with the status ${word.text}`;
  context.report.add(context.severity('2.2'), 'bad-value', word, message, 'remove the line');
  return !context.from('2.2');
}

function compiles(regex: string): boolean {
  try {
    return new RegExp(regex).source !== '';
  } catch {
    return false;
  }
}
