import { type Grammar, hasAnswer } from './language-args';
import { noMore } from './language-follow';
import type { Cursor, Judge } from './language-judge';
import { finish, follow } from './language-rule-words';

const DENY_STATUSES = '200 400 403 405 408 425 429 500 502 503 504';

/** Judges `deny` and `tarpit`. */
export const judgeDeny: Grammar = (judge, cursor) => {
  if (judge.from('2.2')) {
    return judgeReply(judge, cursor, cursor.text === 'deny_status');
  }
  if (cursor.text === 'deny_status') {
    const request = judge.words[0]!.text === 'http-request';
    if (!request || (judge.words[1]!.text === 'tarpit' && !judge.from('1.8'))) {
      return judge.error('extra-word', cursor.next, "'deny_status' is not taken here by this branch", 'take it out');
    }
    cursor.take();
    if (!follow(judge, cursor, 'num')) {
      return false;
    }
    if (!DENY_STATUSES.split(' ').includes(cursor.last!.text) || !hasAnswer(judge, cursor.last!.text)) {
      judge.warn(
        'bad-value',
        cursor.last,
        `HAProxy ${judge.branch} makes no answer with the status ${cursor.last!.text}, and uses another`,
        'write one that it has',
      );
    }
  }
  return finish(judge, cursor);
};

/** Judges what an answer is made of. Source: `http_parse_http_reply`. */
export function judgeReply(judge: Judge, cursor: Cursor, legacy: boolean): boolean {
  let body = '';
  let type = false;
  let headers = false;
  let status = '';
  const fail = (message: string, mend: string) => judge.error('bad-value', cursor.last, message, mend);
  while (!cursor.done && !['if', 'unless'].includes(cursor.text)) {
    const word = cursor.take()!.text;
    switch (word) {
      case 'status':
      case 'deny_status':
        if (!follow(judge, cursor, 'num(200..599)')) {
          return false;
        }
        status = cursor.last!.text;
        break;
      case 'content-type':
        type = true;
        if (!follow(judge, cursor, 'word')) {
          return false;
        }
        break;
      case 'default-errorfiles':
      case 'errorfiles':
      case 'errorfile':
      case 'file':
      case 'lf-file':
      case 'string':
      case 'lf-string': {
        if (body !== '') {
          return fail(`'${word}' cannot follow '${body}': an answer has one body`, 'take one of them out');
        }
        body = word;
        const value = cursor.next;
        if (word !== 'default-errorfiles' && !follow(judge, cursor, word === 'lf-string' ? 'fmt' : 'word')) {
          return false;
        }
        if (/file$/.test(word)) {
          judge.unsure();
        }
        if (word === 'errorfiles') {
          judge.refer('http-errors', value!);
        }
        break;
      }
      case 'hdr':
        headers = true;
        if (!follow(judge, cursor, 'word fmt')) {
          return false;
        }
        break;
      default:
        return fail(`'${word}' is no part of an answer`, 'take it out');
    }
  }
  const answers = body === '' ? legacy : body.endsWith('errorfiles');
  if (answers && status !== '' && !hasAnswer(judge, status)) {
    return fail(`HAProxy ${judge.branch} makes no answer with the status ${status}`, 'give it a body');
  }
  if (/^(string|lf-string)$/.test(body) && !type) {
    return fail("a body needs a 'content-type'", 'add one');
  }
  if (/string$/.test(body) && ['204', '304'].includes(status)) {
    return fail(`an answer with the status ${status} has no body`, 'take the body out');
  }
  if (type && (body === '' || /errorfiles?$/.test(body))) {
    judge.warn(
      'ignored-directive',
      cursor.last,
      "'content-type' is ignored: the answer has no body of its own",
      'take it out',
    );
  }
  if (headers && /errorfiles?$/.test(body)) {
    judge.warn(
      'ignored-directive',
      cursor.last,
      "'hdr' is ignored: the answer comes from an error file",
      'take it out',
    );
  }
  return judge.words[0]!.text === 'http-error' ? noMore(judge, cursor) : finish(judge, cursor);
}

/** Judges `http-error`. */
export const judgeHttpError: Grammar = (judge, cursor) => {
  const status = judge.words.findIndex(({ text }) => text === 'status');
  const word = status < 0 ? undefined : judge.words[status + 1];
  if (word === undefined || !hasAnswer(judge, word.text)) {
    return judge.error(
      'bad-value',
      word ?? judge.words[0],
      `'http-error' needs a status that HAProxy ${judge.branch} answers with`,
      "write 'status' and one of them",
    );
  }
  return judgeReply(judge, cursor, false);
};
