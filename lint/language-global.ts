import type { Grammar } from './language-args';
import { begin, follow } from './language-follow';
import type { Cursor, Judge } from './language-judge';
import { SERVER_GRAMMARS } from './language-server';

const stats: Grammar = (judge, cursor) => {
  const second = cursor.take();
  switch (second?.text) {
    case 'socket':
      return SERVER_GRAMMARS.bind!(judge, cursor);
    case 'timeout':
      return begin(judge, cursor, 'time(1..)');
    case 'maxconn':
      return begin(judge, cursor, 'num(1..)');
    case 'bind-process':
      if (judge.from('2.7')) {
        return judge.error(
          'removed-directive',
          second,
          `'stats bind-process' is refused from HAProxy 2.7 on, and this is for ${judge.branch}`,
          'take it out',
        );
      }
      return true;
    case 'calculate-max-counters':
      return judge.from('3.4')
        ? begin(judge, cursor, 'on|off')
        : judge.error(
            'too-new',
            second,
            `'stats calculate-max-counters' exists from HAProxy 3.4 on, and this is for ${judge.branch}`,
            'take it out',
          );
    default:
      return judge.error(
        'bad-value',
        second ?? judge.words[0],
        `'${second?.text ?? ''}' after 'stats' is not known in the global section`,
        "write 'socket', 'timeout' or 'maxconn'",
      );
  }
};

const BIND_OPTIONS =
  '{force-sslv3, force-tlsv10, force-tlsv11, force-tlsv12, force-tlsv13@1.8, no-sslv3, no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13@1.8, no-tls-tickets, tls-tickets@3.2, prefer-client-ciphers@1.8, strict-sni@3.2, no-strict-sni@3.2, ssl-min-ver@1.8 word, ssl-max-ver@1.8 word, allow-0rtt@1.8}';
const SERVER_OPTIONS =
  '{force-sslv3, force-tlsv10, force-tlsv11, force-tlsv12, force-tlsv13@1.8, no-sslv3, no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13@1.8, no-tls-tickets, renegotiate@3.3, no-renegotiate@3.3, ssl-min-ver@1.8 word, ssl-max-ver@1.8 word}';

const some = (judge: Judge, cursor: Cursor, notation: string): boolean =>
  cursor.done
    ? judge.error('missing-value', judge.words[0], `'${judge.words[0]!.text}' needs an option`, 'write one')
    : follow(judge, cursor, notation);

/** Lists of families: `auto`, or any of the two. */
const dnsFamily: Grammar = (judge, cursor) => {
  const word = cursor.take();
  const fine = word !== undefined && (word.text === 'auto' || /^(ipv4|ipv6)(,(ipv4|ipv6))*$/.test(word.text));
  return (
    (fine ||
      judge.error(
        'bad-value',
        word ?? judge.words[0],
        `'${word?.text ?? ''}' is no list of families`,
        "write 'auto', 'ipv4', 'ipv6' or both with a comma",
      )) &&
    follow(judge, cursor, '')
  );
};

/** Statuses and ranges of statuses, with `+` or `-` before them. */
const codes: Grammar = (judge, cursor) => {
  if (cursor.done) {
    return judge.error(
      'missing-value',
      judge.words[0],
      `'${judge.words[0]!.text}' needs statuses`,
      "write a range such as '500-599'",
    );
  }
  for (const { text } of cursor.words.slice(cursor.at)) {
    const ranges = text.split(',').map((part) => /^[+-]?(\d{3})(?:-(\d{3}))?$/.exec(part));
    if (ranges.some((range) => range === null || Number(range[1]) < 100 || Number(range[2] ?? range[1]) > 599)) {
      return judge.unsure();
    }
  }
  return true;
};

/** Accounts by number; what is none makes 1.7 and later warn. */
const id: Grammar = (judge, cursor) => {
  const word = cursor.next;
  if (!follow(judge, cursor, 'word')) {
    return false;
  }
  if (!/^-?\d+$/.test(word!.text) && judge.from('1.7')) {
    judge.warn('bad-value', word, `'${word!.text}' is not a number`, "write one, or use 'user' and 'group'");
  }
  return true;
};

/** Up to 3.0 what is no number of reloads only makes a warning. */
const reloads: Grammar = (judge, cursor) => {
  if (cursor.words.length !== 2 || (Number.parseInt(cursor.text, 10) || 0) < 0) {
    judge.warn(
      'bad-value',
      cursor.next ?? judge.words[0],
      "'mworker-max-reloads' needs a number of 0 or more",
      'write one',
    );
  }
  cursor.at = cursor.words.length;
  return true;
};

/** More threads than processors make 2.9 and later warn, and the machine is not in the file. */
const threads: Grammar = (judge, cursor) =>
  follow(judge, cursor, judge.from('3.1') ? 'num(1..1024)' : 'num(1..64)') &&
  (!judge.from('2.9') || Number(cursor.last!.text) <= 2 || judge.unsure());

/** A file that is missing makes some branches warn. */
const stateFile: Grammar = (judge, cursor) => {
  if (!begin(judge, cursor, 'word')) {
    return false;
  }
  return judge.from('2.9') || judge.unsure();
};

/** What a set of processors comes to depends on the machine; the warning about it is of 2.9. */
const cpuMap: Grammar = (judge, cursor) => {
  if (cursor.words.length < 3) {
    return judge.error('missing-value', judge.words[0], "'cpu-map' needs threads and processors", 'write both');
  }
  if (cursor.text.startsWith('auto:') && !judge.from('1.8')) {
    return judge.error(
      'too-new',
      cursor.next,
      `'auto:' exists from HAProxy 1.8 on, and this is for ${judge.branch}`,
      'take it out',
    );
  }
  const fine = /^(auto:)?(all|odd|even|\d+(-\d+)?)(\/(all|odd|even|\d+(-\d+)?))?$/.test(cursor.text);
  if (!fine && !/^[a-z0-9:/-]+$/.test(cursor.text)) {
    return judge.error(
      'bad-value',
      cursor.next,
      `'${cursor.text}' is no set of threads`,
      "write a number, a range, 'all', 'odd' or 'even'",
    );
  }
  cursor.at = cursor.words.length;
  return judge.unsure();
};

/** The grammars of the global section, for the tables. */
export const GLOBAL_GRAMMARS: Readonly<Record<string, Grammar>> = {
  codes,
  'cpu-map': cpuMap,
  'dns-family': dnsFamily,
  'ssl-bind-options': (judge, cursor) => some(judge, cursor, BIND_OPTIONS),
  'ssl-server-options': (judge, cursor) => some(judge, cursor, SERVER_OPTIONS),
  id,
  reloads,
  threads,
  'state-file': stateFile,
  stats,
};
