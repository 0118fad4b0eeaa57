import { type Grammar, judgeUnit } from './language-args';
import { begin, follow } from './language-follow';
import type { Judge } from './language-judge';
import { lookup } from './lookup';
import { readTime } from './time';
import type { Word } from './words';

const stick: Grammar = (judge, cursor) => {
  const place = judge.words[1]!.text === 'store-response' ? 'store' : 'stick';
  if (!begin(judge, cursor, `expr(${place})`)) {
    return false;
  }
  const key = judge.sample.type;
  if (cursor.takes('table')) {
    const name = cursor.next;
    if (!begin(judge, cursor, 'word')) {
      return false;
    }
    judge.refer('table', name!, name!.text, key);
  } else {
    judge.refer('table', judge.words[0]!, '', key);
  }
  return follow(judge, cursor, `cond(${place})`);
};

/** What a stick-table can store, with the branch that has it. Source: `stktable_data_types`. */
const STORES = lookup<string>({
  server_id: '1.6',
  gpt0: '1.6',
  gpc0: '1.6',
  gpc0_rate: '1.6',
  conn_cnt: '1.6',
  conn_rate: '1.6',
  conn_cur: '1.6',
  sess_cnt: '1.6',
  sess_rate: '1.6',
  http_req_cnt: '1.6',
  http_req_rate: '1.6',
  http_err_cnt: '1.6',
  http_err_rate: '1.6',
  bytes_in_cnt: '1.6',
  bytes_in_rate: '1.6',
  bytes_out_cnt: '1.6',
  bytes_out_rate: '1.6',
  gpc1: '1.9',
  gpc1_rate: '1.9',
  server_key: '2.0',
  http_fail_cnt: '2.4',
  http_fail_rate: '2.4',
  gpt: '2.5',
  gpc: '2.5',
  gpc_rate: '2.5',
  glitch_cnt: '3.0',
  glitch_rate: '3.0',
});

/** The words of a stick-table, with the branch that has each and what follows it. Source: `parse_stick_table`. */
const WORDS = lookup<readonly [since: string, args: string]>({
  type: ['1.6', 'ip|ipv4@3.2|ipv6|integer|string|binary [len num(1..)]'],
  size: ['1.6', 'size(1..)'],
  expire: ['1.6', 'time'],
  nopurge: ['1.6', ''],
  peers: ['1.6', 'word'],
  store: ['1.6', 'word'],
  srvkey: ['2.4', 'addr|name'],
  'write-to': ['2.9', 'word'],
  'brates-factor': ['3.1', 'num(1..1024)'],
  'recv-only': ['3.2', ''],
});

const stickTable: Grammar = (judge, cursor) => {
  const first = judge.proxy?.has.get('stick-table');
  if (first !== undefined) {
    const message = `this section has a 'stick-table' in ${judge.called(first.line)} already`;
    return judge.error('duplicate-name', judge.words[0], message, 'take one of them out');
  }
  const stored = new Set<string>();
  const seen = new Set<string>();
  while (!cursor.done) {
    const word = cursor.take()!;
    const value = cursor.next;
    const [since, args] = WORDS[word.text] ?? [];
    if (since === undefined) {
      return judge.error('bad-value', word, `'${word.text}' is no word of a stick-table`, 'take it out');
    }
    if (!judge.from(since)) {
      const message = `'${word.text}' exists from HAProxy ${since} on, and this is for ${judge.branch}`;
      return judge.error('too-new', word, message, 'take it out');
    }
    if (!begin(judge, cursor, args!)) {
      return false;
    }
    seen.add(word.text);
    if (word.text === 'peers') {
      judge.refer('peers', value!);
    } else if (word.text === 'write-to') {
      judge.refer('table', value!);
    } else if (word.text === 'store' && !judgeStores(judge, value!, stored)) {
      return false;
    }
  }
  if (!seen.has('type') || !seen.has('size')) {
    return judge.error('missing-value', judge.words[0], "a stick-table needs 'type' and 'size'", 'add them');
  }
  return true;
};

/** Arrays of counters, and what they take the place of. */
const ARRAYS = lookup({ gpt: /^gpt0$/, gpc: /^gpc[01]$/, gpc_rate: /^gpc[01]_rate$/ });

function judgeStores(judge: Judge, word: Word, stored: Set<string>): boolean {
  const wrong = (message: string, mend: string) => judge.error('bad-value', word, message, mend);
  let rest = word.text;
  while (rest !== '') {
    const [all, name = '', inside = ''] = /^([a-z0-9_]+)(?:\(([^)]*)\))?,?/.exec(rest) ?? [''];
    const since = STORES[name];
    if (since === undefined || !judge.from(since)) {
      const what = name === '' ? rest : name;
      return wrong(`'${what}' is nothing that a stick-table of HAProxy ${judge.branch} stores`, 'take it out');
    }
    const [count = '', period = ''] = ARRAYS[name] === undefined ? ['1', inside] : inside.split(',');
    if (!/^\d+$/.test(count) || Number(count) < 1 || Number(count) > 100) {
      return wrong(`'${name}' needs a number of 1 to 100 in brackets`, `write '${name}(2…)'`);
    }
    const time = readTime(period);
    if (name.endsWith('_rate') && time === undefined) {
      return wrong(`'${name}' needs a period in brackets`, `write '${name}(${ARRAYS[name] ? '2,' : ''}10s)'`);
    }
    if (time !== undefined) {
      judgeUnit(judge, word, time);
    }
    if (stored.has(name)) {
      judge.warn('bad-value', word, `'${name}' is stored already`, 'take it out');
    }
    stored.add(name);
    rest = rest.slice(all.length);
  }
  const array = Object.keys(ARRAYS).find(
    (name) => stored.has(name) && [...stored].some((one) => ARRAYS[name]!.test(one)),
  );
  return (
    array === undefined ||
    wrong(`'${array}' takes the place of '${array.replace(/^(gp.)/, '$10')}'`, 'take one of them out')
  );
}

/** A table of a `peers` section: its name, and what follows as on a `stick-table` line. */
const peerTable: Grammar = (judge, cursor) => begin(judge, cursor, 'word') && stickTable(judge, cursor);

/** The grammars of stick-tables, for the tables. */
export const TABLE_GRAMMARS: Readonly<Record<string, Grammar>> = {
  stick,
  'stick-table': stickTable,
  'peer-table': peerTable,
};
