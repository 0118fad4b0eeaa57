import { take, takeAll } from '../engine/arguments';
import type { Grammar, Grammars } from '../engine/context';
import { seen } from '../engine/proxy';
import { Cursor } from '../syntax/cursor';

const HEADERS = "write headers with 'http-check send hdr'";

const httpchk: Grammar = (context, cursor) => {
  const { report, words } = context;
  const count = words.length - cursor.at;
  const version = words[4];
  if (count === 3 && /\\r\\n|\r\n/.test(version?.text ?? '')) {
    const what = 'headers after the version of a health check';
    if (context.from('2.7')) {
      const message = `${what} are refused from HAProxy 2.7 on, and this is for ${context.branch}`;
      return report.error('removed-directive', version, message, HEADERS);
    }
    if (context.from('2.2')) {
      report.warn('deprecated-directive', version, `HAProxy 2.2 and later warn about ${what}`, HEADERS);
    }
  }
  cursor.at = words.length;
  if (count > 4 || (count === 4 && !context.from('3.1'))) {
    const last = words.at(-1)!;
    const message = `unexpected '${last.text}' after the version of a health check`;
    return report.error('extra-word', words[5] ?? last, message, HEADERS);
  }
  return true;
};

const checkConnect: Grammar = (context, cursor) => {
  if (/^[^:]*:\d+$/.test(cursor.text) && context.from('2.2')) {
    context.report.indeterminate();
    cursor.take();
  }
  return takeAll(
    context,
    cursor,
    '[default] {port word, addr@2.2 addr, send-proxy, via-socks4@2.2, ssl, sni@2.2 word, alpn@2.2 word, proto@2.2 ?, linger@2.2, comment word}',
  );
};

const STATUS = 'L7OK|L7OKC|L6OK|L4OK|L7RSP|L7STS|L6RSP|L4CON|L7TOUT|L6TOUT|L4TOUT';
const EXPECT_OPTIONS = `{comment word, min-recv@2.2 num, ok-status@2.2 ${STATUS}, error-status@2.2 ${STATUS}, tout-status@2.2 ${STATUS}, on-success@2.2 fmt, on-error@2.2 fmt, status-code@2.2 expr}`;

const HTTP_EXPECT = 'status|rstatus|string|rstring|hdr@2.2|fhdr@2.2|string-lf@2.2|custom@2.2';
const TCP_EXPECT = 'string|rstring|binary|rbinary@2.0|string-lf@2.2|binary-lf@2.2|custom@2.2';

/** What follows each kind of expectation, where it is more than a text. */
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['status', 'word /2.2 match(statuses)'],
  ['binary', 'match(hex)'],
  ['hdr', '?'],
  ['fhdr', '?'],
  ['custom', '?'],
]);

const checkExpect: Grammar = (context, whole) => {
  let cursor = whole;
  const { proxy, report, words } = context;
  const http = words[0]!.text === 'http-check';
  const first = http && !context.from('2.2') ? seen(proxy, 'http-check expect') : undefined;
  if (first !== undefined) {
    const message = `HAProxy before 2.2 takes one 'http-check expect', and ${report.lineName(first.line)} has it`;
    return report.error('duplicate-name', words[0], message, 'remove one of them');
  }
  if (context.from('2.2') && !take(context, cursor, EXPECT_OPTIONS)) {
    return false;
  }
  while (cursor.takes('!')) {
    // Turns the sense of what follows.
  }
  // The sign may also be part of the word.
  const [, kind = ''] = /^!*(.*)$/s.exec(cursor.text)!;
  if (kind !== cursor.text && kind !== '') {
    const rest = cursor.words.slice(cursor.at + 1);
    const word = { ...cursor.next!, text: kind };
    cursor = new Cursor([...cursor.words.slice(0, cursor.at), word, ...rest], cursor.at);
  }
  return (
    take(context, cursor, http ? HTTP_EXPECT : TCP_EXPECT) &&
    take(context, cursor, EXPECTED.get(kind) ?? 'word') &&
    takeAll(context, cursor, `? /2.2 ${EXPECT_OPTIONS}`)
  );
};

/** The grammars of health checks. */
export const CHECK_GRAMMARS: Grammars = {
  'check-connect': checkConnect,
  'check-expect': checkExpect,
  httpchk,
};
