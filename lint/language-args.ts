import { type Choice, type Item, itemsOn, type Option } from './keywords/signature';
import { judgeAddress } from './language-address';
import type { Cursor, Judge } from './language-judge';
import { judgeCondition, judgeExpression, judgeFormat } from './language-sample';
import { readTime, type Time } from './time';
import type { Word } from './words';

/** A grammar of its own, behind `@name` in a signature: whether the line is taken. */
export type Grammar = (judge: Judge, cursor: Cursor) => boolean;

/** What `judgeArguments` needs to know. */
export interface Surroundings {
  readonly grammars: Readonly<Record<string, Grammar>>;
}

/** Judges the words of a line after its directive by a signature; whether all are as they should be. */
export function judgeArguments(
  judge: Judge,
  cursor: Cursor,
  notation: string,
  grammars: Surroundings['grammars'],
): boolean {
  const items = itemsOn(notation, judge.branch);
  return judgeItems(judge, cursor, items, grammars) && judgeEnd(judge, cursor, items.at(-1));
}

/** Words that are left over are refused. */
function judgeEnd(judge: Judge, cursor: Cursor, last: Item | undefined): boolean {
  if (cursor.done || last?.kind === 'rest' || last?.kind === 'grammar') {
    return true;
  }
  return judge.error(
    'extra-word',
    cursor.next,
    `'${cursor.text}' is one word too many after '${cursor.last?.text}'`,
    'take it out',
  );
}

/** Judges words by a part of a signature, and leaves what follows. */
export function judgeItems(
  judge: Judge,
  cursor: Cursor,
  items: readonly Item[],
  grammars: Surroundings['grammars'],
): boolean {
  return items.every((item) => judgeItem(judge, cursor, item, grammars));
}

function judgeItem(judge: Judge, cursor: Cursor, item: Item, grammars: Surroundings['grammars']): boolean {
  switch (item.kind) {
    case 'value':
      return judgeValue(judge, cursor, item);
    case 'choice':
      return item.other !== undefined && !item.words.some(({ word }) => word === cursor.text)
        ? judgeItem(judge, cursor, item.other, grammars)
        : judgeChoice(judge, cursor, item.words);
    case 'optional':
      return cursor.done || !begins(judge, cursor, item.items[0]) || judgeItems(judge, cursor, item.items, grammars);
    case 'repeat':
      do {
        if (!judgeItem(judge, cursor, item.item, grammars)) {
          return false;
        }
      } while (!cursor.done);
      return true;
    case 'options':
      return judgeOptions(judge, cursor, item.options, grammars);
    case 'grammar':
      return (grammars[item.name] ?? unsure)(judge, cursor);
    case 'rest':
      if (item.how === '?' && !cursor.done) {
        judge.unsure();
      }
      cursor.at = item.how === '?' ? cursor.words.length : cursor.at;
      return true;
  }
}

/** Takes options as long as there are any, and leaves what is none. */
function judgeOptions(
  judge: Judge,
  cursor: Cursor,
  options: readonly Option[],
  grammars: Surroundings['grammars'],
): boolean {
  for (let option = options.find(({ word }) => word === cursor.text); option !== undefined; ) {
    if (!has(judge, option)) {
      return judge.error('too-new', cursor.next, said(judge, cursor.text, options), 'take it out');
    }
    cursor.take();
    if (!judgeItems(judge, cursor, option.items, grammars)) {
      return false;
    }
    option = options.find(({ word }) => word === cursor.text);
  }
  return true;
}

function unsure(judge: Judge, cursor: Cursor): boolean {
  cursor.at = cursor.words.length;
  return judge.unsure();
}

/** Whether an optional part is there: only a choice can say no before it is read. */
function begins(judge: Judge, cursor: Cursor, first: Item | undefined): boolean {
  return first?.kind !== 'choice' || first.words.some((word) => word.word === cursor.text && has(judge, word));
}

const has = (judge: Judge, { since, removed }: Choice): boolean =>
  (since === undefined || judge.from(since)) && (removed === undefined || !judge.from(removed));

function said(judge: Judge, text: string, choices: readonly Choice[]): string {
  const dated = choices.find(({ word }) => word === text);
  if (dated?.since !== undefined && !judge.from(dated.since)) {
    return `'${text}' exists from HAProxy ${dated.since} on, and this is for ${judge.branch}`;
  }
  if (dated?.removed !== undefined) {
    return `'${text}' is refused from HAProxy ${dated.removed} on, and this is for ${judge.branch}`;
  }
  const words = choices.filter((c) => has(judge, c)).map(({ word }) => `'${word}'`);
  return `'${text}' is none of ${words.join(', ')}`;
}

function judgeChoice(judge: Judge, cursor: Cursor, choices: readonly Choice[]): boolean {
  const word = cursor.next;
  if (word === undefined) {
    const allowed = choices.filter((c) => has(judge, c)).map((c) => `'${c.word}'`);
    return judge.error(
      'missing-value',
      cursor.last,
      `'${cursor.last?.text}' needs ${allowed.join(' or ')}`,
      'write one of them',
    );
  }
  if (word.open) {
    return unsure(judge, cursor);
  }
  if (!choices.some((c) => c.word === word.text && has(judge, c))) {
    return judge.error('bad-value', word, said(judge, word.text, choices), 'write one that this branch has');
  }
  cursor.take();
  return true;
}

type Value = Extract<Item, { kind: 'value' }>;

function judgeValue(judge: Judge, cursor: Cursor, item: Value): boolean {
  if (item.type === 'cond' || item.type === 'cond!') {
    return judgeCondition(judge, cursor, item.where, item.type === 'cond!');
  }
  const word = cursor.next;
  if (word === undefined || word.text === '') {
    return judge.error('missing-value', cursor.last, `'${cursor.last?.text}' needs a value`, 'write one after it');
  }
  if (item.type === 'expr') {
    return judgeExpression(judge, cursor, item.where);
  }
  if (item.type === 'fmt') {
    cursor.take();
    return judgeFormat(judge, word, item.where);
  }
  cursor.take();
  if (word.open && !['word', 'addr'].includes(item.type)) {
    return judge.unsure();
  }
  switch (item.type) {
    case 'num':
      return within(judge, cursor, Number.parseInt(word.text, 10) || 0, item, 'number');
    case 'int':
      return /^[-+]?\d+$/.test(word.text)
        ? within(judge, cursor, Number(word.text), item, 'number')
        : judge.error('bad-value', word, `'${word.text}' is not a whole number`, 'write one');
    case 'time':
      return judgeTime(judge, cursor, item);
    case 'size':
      return judgeSize(judge, cursor, item);
    case 'status':
      return judgeStatus(judge, cursor);
    case 'given':
      return judge.unsure();
    case 'regex':
      return compiles(word.text) || judge.unsure();
    case 'addr':
      return judgeAddress(judge, word, {
        port: item.where === 'port' ? 'needed' : item.where === 'bare' ? 'refused' : 'allowed',
        resolves: 'at start',
      });
    default:
      return true;
  }
}

function within(judge: Judge, cursor: Cursor, value: number, { low, high }: Value, what: string): boolean {
  if ((low === undefined || value >= low) && (high === undefined || value <= high)) {
    return true;
  }
  const word = cursor.last!;
  const range = low === undefined ? `at most ${high}` : high === undefined ? `at least ${low}` : `${low} to ${high}`;
  return judge.error(
    'bad-value',
    word,
    `'${word.text}' is out of range: a ${what} of ${range}`,
    'write one in the range',
  );
}

/** What stands behind the unit of a time, as in `30sec`, is passed over; before 2.4 only late releases say so. */
export function judgeUnit(judge: Judge, word: Word, { written, more }: Time): void {
  if (more !== '' && judge.from('2.4')) {
    judge.warn('bad-value', word, `'${more}' behind the time '${written}' is passed over`, 'take it out');
  }
}

function judgeTime(judge: Judge, cursor: Cursor, item: Value): boolean {
  const word = cursor.last!;
  const time = readTime(word.text);
  if (time === undefined) {
    const mend = "write a number with 'us', 'ms', 's', 'm', 'h' or 'd'";
    return judge.error('bad-value', word, `'${word.text}' is not a time`, mend);
  }
  judgeUnit(judge, word, time);
  if (judge.from('2.0') && time.millis > 2 ** 31 - 1) {
    return judge.error('bad-value', word, `'${word.text}' is longer than 24 days`, 'write a shorter time');
  }
  return within(judge, cursor, time.millis, item, 'number of milliseconds');
}

const FACTOR: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** A size in bytes; nothing of a number where it is none. */
export function sizeOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  return amount === '' ? Number.NaN : Number(amount) * FACTOR[unit.toLowerCase()]!;
}

function judgeSize(judge: Judge, cursor: Cursor, item: Value): boolean {
  const word = cursor.last!;
  const size = sizeOf(word.text);
  if (!(size <= 2 ** 32 - 1)) {
    return judge.error('bad-value', word, `'${word.text}' is not a size`, "write a number with 'k', 'm' or 'g'");
  }
  return within(judge, cursor, size, item, 'size');
}

/** The HTTP statuses whose answer can be changed, by the branch that added them. Source: `http_err_codes`. */
const STATUSES: readonly (readonly [string, string])[] = [
  ['1.6', '200 400 403 405 408 429 500 502 503 504'],
  ['1.8', '425'],
  ['1.9', '421'],
  ['2.2', '401 404 407 410 413'],
  ['2.4', '501'],
  ['2.6', '422'],
  ['3.1', '414 431'],
];

/** Whether HAProxy has an answer of its own for a status. */
export const hasAnswer = (judge: Judge, status: string): boolean =>
  STATUSES.some(([since, statuses]) => judge.from(since) && statuses.split(' ').includes(status));

function judgeStatus(judge: Judge, cursor: Cursor): boolean {
  const word = cursor.last!;
  if (!hasAnswer(judge, word.text)) {
    const message = `HAProxy ${judge.branch} makes no answer with the status ${word.text}`;
    if (judge.from('2.2')) {
      return judge.error('bad-value', word, message, 'take the line out');
    }
    judge.warn('bad-value', word, message, 'take the line out');
  }
  return true;
}

function compiles(regex: string): boolean {
  try {
    return new RegExp(regex).source !== '';
  } catch {
    return false;
  }
}
