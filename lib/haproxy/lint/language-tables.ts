import type { Grammar } from './language-args';
import { begin, follow } from './language-follow';
import type { Judge } from './language-judge';
import { lookup } from './lookup';

const stick: Grammar = (judge, cursor) => {
  const place = judge.words[1]!.text === 'store-response' ? 'store' : 'stick';
  if (!begin(judge, cursor, `expr(${place})`)) {
    return false;
  }
  if (cursor.takes('table')) {
    const name = cursor.next;
    if (!begin(judge, cursor, 'word')) {
      return false;
    }
    judge.refer('table', name!);
  } else {
    judge.refer('table', judge.words[0]!, '');
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

const stickTable: Grammar = (judge, cursor) => {
  const typed = judge.words.some(({ text }) => text === 'type');
  const sized = judge.words.some(({ text }) => text === 'size');
  while (!cursor.done) {
    const word = cursor.take()!;
    const value = cursor.next;
    switch (word.text) {
      case 'type':
        if (!begin(judge, cursor, 'ip|ipv6|integer|string|binary [len num(1..)]')) {
          return false;
        }
        break;
      case 'size':
        if (!begin(judge, cursor, 'size')) {
          return false;
        }
        break;
      case 'expire':
        if (!begin(judge, cursor, 'time')) {
          return false;
        }
        break;
      case 'nopurge':
        break;
      case 'recv-only':
        if (!judge.from('3.2')) {
          return judge.error(
            'too-new',
            word,
            `'recv-only' exists from HAProxy 3.2 on, and this is for ${judge.branch}`,
            'take it out',
          );
        }
        break;
      case 'peers':
        if (!begin(judge, cursor, 'word')) {
          return false;
        }
        judge.refer('peers', value!);
        break;
      case 'store':
        if (!begin(judge, cursor, 'word') || !judgeStores(judge, value!)) {
          return false;
        }
        break;
      case 'srvkey':
      case 'write-to':
      case 'brates-factor':
        cursor.take();
        judge.unsure();
        break;
      default:
        return judge.error('bad-value', word, `'${word.text}' is no word of a stick-table`, 'take it out');
    }
  }
  if (!typed || !sized) {
    return judge.error('missing-value', judge.words[0], "a stick-table needs 'type' and 'size'", 'add them');
  }
  return true;
};

function judgeStores(judge: Judge, word: { text: string; column: number; open: boolean }): boolean {
  let rest = word.text;
  while (rest !== '') {
    const [all, name = '', period] = /^([a-z0-9_]+)(?:\(([^)]*)\))?,?/.exec(rest) ?? [''];
    const since = STORES[name];
    if (since === undefined || !judge.from(since)) {
      return judge.error(
        'bad-value',
        word,
        `'${name === '' ? rest : name}' is nothing that a stick-table of HAProxy ${judge.branch} stores`,
        'take it out',
      );
    }
    if (name.endsWith('_rate') && !/^\d+(us|ms|s|m|h|d)?$/.test(period ?? '') && !/^gpc_rate$/.test(name)) {
      return judge.error('bad-value', word, `'${name}' needs a period in brackets`, `write '${name}(10s)'`);
    }
    if (/^(gpt|gpc|gpc_rate)$/.test(name)) {
      judge.unsure();
    }
    rest = rest.slice(all.length);
  }
  return true;
}

/** The grammars of stick-tables, for the tables. */
export const TABLE_GRAMMARS: Readonly<Record<string, Grammar>> = { stick, 'stick-table': stickTable };
