import type { Grammar } from './language-args';
import { begin, follow } from './language-follow';
import { seen } from './language-proxy';

const httpchk: Grammar = (judge, cursor) => {
  const [, , , , version, more] = judge.words;
  const at = judge.words[0]!.text === 'option' ? 2 : 3;
  const count = judge.words.length - at;
  if (count === 3 && /\\r\\n|\r\n/.test(version?.text ?? '')) {
    const message = 'headers after the version of a health check';
    if (judge.from('2.7')) {
      return judge.error(
        'removed-directive',
        version,
        `${message} are refused from HAProxy 2.7 on, and this is for ${judge.branch}`,
        "write them with 'http-check send hdr'",
      );
    }
    if (judge.from('2.2')) {
      judge.warn(
        'deprecated-directive',
        version,
        `HAProxy 2.2 and later warn about ${message}`,
        "write them with 'http-check send hdr'",
      );
    }
  }
  cursor.at = judge.words.length;
  if (count > 4 || (count === 4 && !judge.from('3.1'))) {
    return judge.error(
      'extra-word',
      more ?? judge.words.at(-1),
      `'${judge.words.at(-1)!.text}' is one word too many for a health check`,
      "write headers with 'http-check send hdr'",
    );
  }
  return true;
};

const CHECK_CONNECT =
  '[default] {port word, addr@2.2 addr, send-proxy, via-socks4@2.2, ssl, sni@2.2 word, alpn@2.2 word, proto@2.2 ?, linger@2.2, comment word}';

const checkConnect: Grammar = (judge, cursor) => {
  if (/^[^:]*:\d+$/.test(cursor.text) && judge.from('2.2')) {
    judge.unsure();
    cursor.take();
  }
  return follow(judge, cursor, CHECK_CONNECT);
};

const checkSend: Grammar = (judge, cursor) =>
  begin(
    judge,
    cursor,
    '{meth word, uri word, uri-lf fmt, ver word, hdr word fmt, body word, body-lf fmt, comment word}',
  ) &&
  (cursor.done ||
    judge.error(
      'bad-value',
      cursor.next,
      `'${cursor.text}' is no part of a request`,
      "write 'meth', 'uri', 'ver', 'hdr' or 'body'",
    ));

const checkData: Grammar = (judge, cursor) => {
  const text = judge.words[1]!.text;
  const word = cursor.next;
  if (!begin(judge, cursor, text.endsWith('lf') ? 'fmt' : 'word')) {
    return false;
  }
  if (text === 'send-binary' && !/^([0-9a-fA-F]{2})+$/.test(word!.text)) {
    return judge.error(
      'bad-value',
      word,
      `'${word!.text}' is not made of pairs of hexadecimal digits`,
      'write such pairs',
    );
  }
  return follow(judge, cursor, '[comment word]');
};

const EXPECT_STATUS = 'L7OK|L7OKC|L6OK|L4OK|L7RSP|L7STS|L6RSP|L4CON|L7TOUT|L6TOUT|L4TOUT';

const checkExpect: Grammar = (judge, cursor) => {
  const http = judge.words[0]!.text === 'http-check';
  const first = http && !judge.from('2.2') ? seen(judge.proxy, 'http-check expect') : undefined;
  if (first !== undefined) {
    const message = `before HAProxy 2.2 there is one 'http-check expect', and ${judge.called(first.line)} has it`;
    return judge.error('duplicate-name', judge.words[0], message, 'take one of them out');
  }
  const options = `{comment word, min-recv@2.2 num, ok-status@2.2 ${EXPECT_STATUS}, error-status@2.2 ${EXPECT_STATUS}, tout-status@2.2 ${EXPECT_STATUS}, on-success@2.2 fmt, on-error@2.2 fmt, status-code@2.2 expr}`;
  if (judge.from('2.2') && !begin(judge, cursor, options)) {
    return false;
  }
  while (cursor.takes('!')) {
    // Turns the sense of what follows.
  }
  const kind = cursor.next;
  const kinds = http
    ? 'status|rstatus|string|rstring|hdr@2.2|fhdr@2.2|string-lf@2.2|custom@2.2'
    : 'string|rstring|binary|rbinary@2.0|string-lf@2.2|binary-lf@2.2|custom@2.2';
  if (!begin(judge, cursor, kinds)) {
    return false;
  }
  if (/hdr|custom/.test(kind!.text)) {
    cursor.at = cursor.words.length;
    return judge.unsure();
  }
  const value = cursor.next;
  if (!begin(judge, cursor, 'word')) {
    return false;
  }
  if (kind!.text === 'status' && judge.from('2.2') && !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(value!.text)) {
    return judge.error(
      'bad-value',
      value,
      `'${value!.text}' is no list of statuses`,
      "write numbers and ranges such as '200-399'",
    );
  }
  if (kind!.text === 'binary' && !/^([0-9a-fA-F]{2})+$/.test(value!.text)) {
    return judge.error(
      'bad-value',
      value,
      `'${value!.text}' is not made of pairs of hexadecimal digits`,
      'write such pairs',
    );
  }
  return judge.from('2.2') ? follow(judge, cursor, options) : cursor.done || judge.unsure();
};

/** The grammars of health checks, for the tables. */
export const CHECK_GRAMMARS: Readonly<Record<string, Grammar>> = {
  'check-connect': checkConnect,
  'check-data': checkData,
  'check-expect': checkExpect,
  'check-send': checkSend,
  httpchk,
};
