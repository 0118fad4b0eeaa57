import { checkUnit, take, takeAll } from '../engine/arguments';
import type { Context, Grammar, Grammars } from '../engine/context';
import { keywordOf } from '../keywords';
import type { Word } from '../model';
import { readTime } from '../syntax/time';
import { readSample } from './expression';
import { takeTable } from './rule-actions';

const stick: Grammar = (context, cursor) => {
  const place = context.words[1]!.text === 'store-response' ? 'store' : 'stick';
  const key = readSample(context, cursor, place);
  return key !== undefined && takeTable(context, cursor, key) && takeAll(context, cursor, `cond(${place})`);
};

const stickTable: Grammar = (context, cursor) => {
  const { proxy, report, words } = context;
  const first = proxy?.has.get('stick-table');
  if (first !== undefined) {
    const message = `this section has a 'stick-table' in ${report.lineName(first.line)} already`;
    return report.error('duplicate-name', words[0], message, 'remove one of them');
  }
  const stored = new Set<string>();
  const given = new Set<string>();
  while (!cursor.done) {
    const word = cursor.take()!;
    const keyword = keywordOf('stick-table', [word.text]);
    if (keyword === undefined) {
      return report.invalid(word, 'an option of a stick-table', 'remove it');
    }
    const value = cursor.next;
    if (!context.checkAvailability(keyword, word) || !take(context, cursor, keyword.args)) {
      return false;
    }
    given.add(word.text);
    if (word.text === 'store' && !checkStores(context, value!, stored)) {
      return false;
    }
  }
  return (given.has('type') && given.has('size')) || report.missing(words[0], "'type' and 'size'", 'stick-table');
};

/** Arrays of counters, and the counters that they replace. */
const ARRAYS: ReadonlyMap<string, RegExp> = new Map([
  ['gpt', /^gpt0$/],
  ['gpc', /^gpc[01]$/],
  ['gpc_rate', /^gpc[01]_rate$/],
]);

function checkStores(context: Context, word: Word, stored: Set<string>): boolean {
  const { branch, report } = context;
  const wrong = (message: string, help: string) => report.error('bad-value', word, message, help);
  let rest = word.text;
  while (rest !== '') {
    const [all, name = '', inside = ''] = /^([a-z0-9_]+)(?:\(([^)]*)\))?,?/.exec(rest) ?? [''];
    if (!context.hasWord('stick-table-data', name)) {
      return wrong(`a stick-table of HAProxy ${branch} cannot store '${name === '' ? rest : name}'`, 'remove it');
    }
    const [count = '', period = ''] = ARRAYS.has(name) ? inside.split(',') : ['1', inside];
    if (!/^\d+$/.test(count) || Number(count) < 1 || Number(count) > 100) {
      return wrong(`'${name}' needs a number of 1 to 100 in brackets`, `use '${name}(2…)'`);
    }
    const time = readTime(period);
    if (name.endsWith('_rate') && time === undefined) {
      return wrong(`'${name}' needs a period in brackets`, `use '${name}(${ARRAYS.has(name) ? '2,' : ''}10s)'`);
    }
    if (time !== undefined) {
      checkUnit(context, word, time);
    }
    if (stored.has(name)) {
      report.warn('bad-value', word, `'${name}' is stored already`, 'remove it');
    }
    stored.add(name);
    rest = rest.slice(all.length);
  }
  for (const [array, single] of ARRAYS) {
    if (stored.has(array) && [...stored].some((one) => single.test(one))) {
      return wrong(`'${array}' takes the place of '${array.replace(/^(gp.)/, '$10')}'`, 'remove one of them');
    }
  }
  return true;
}

/** The grammars of stick-tables. */
export const TABLE_GRAMMARS: Grammars = {
  stick,
  'stick-table': stickTable,
  // A table of a `peers` section: its name, and what follows as on a `stick-table` line.
  'peer-table': (context, cursor) => take(context, cursor, 'word') && stickTable(context, cursor),
};
