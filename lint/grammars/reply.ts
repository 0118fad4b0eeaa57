import { takeEnd } from '../engine/arguments';
import type { Context, Grammar, Grammars } from '../engine/context';
import type { Cursor } from '../syntax/cursor';
import { finish, takeInRule } from './rule-place';

const DENY_STATUSES = '200 400 403 405 408 425 429 500 502 503 504';

/** Checks `deny` and `tarpit`. */
const deny: Grammar = (context, cursor) => {
  const { branch, report, words } = context;
  if (context.from('2.2')) {
    return checkReply(context, cursor, cursor.text === 'deny_status');
  }
  if (cursor.text === 'deny_status') {
    const taken = words[0]!.text === 'http-request' && (words[1]!.text !== 'tarpit' || context.from('1.8'));
    if (!taken) {
      const message = `HAProxy ${branch} does not take 'deny_status' here`;
      return report.error('extra-word', cursor.next, message, 'remove it');
    }
    cursor.take();
    const status = cursor.next;
    if (!takeInRule(context, cursor, 'num')) {
      return false;
    }
    if (!DENY_STATUSES.split(' ').includes(status!.text) || !context.hasWord('status', status!.text)) {
      const message = `HAProxy ${branch} has no answer with the status ${status!.text}, and uses another`;
      report.warn('bad-value', status, message, 'use another status');
    }
  }
  return finish(context, cursor);
};

/** The parts of an answer and what follows each. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ['status', 'num(200..599)'],
  ['deny_status', 'num(200..599)'],
  ['content-type', 'word'],
  ['hdr', 'word fmt'],
  ['default-errorfiles', ''],
  ['errorfiles', 'ref(http-errors)'],
  ['errorfile', 'given'],
  ['file', 'given'],
  ['lf-file', 'given'],
  ['string', 'word'],
  ['lf-string', 'fmt'],
]);

const BODY = /file|string/;

/** Checks the parts of an answer. Source: `http_parse_http_reply`. */
function checkReply(context: Context, cursor: Cursor, legacy: boolean): boolean {
  const { branch, report } = context;
  const parts = new Map<string, string>();
  let body = '';
  const fail = (message: string, help: string) => report.error('bad-value', cursor.last, message, help);
  while (!cursor.done && !['if', 'unless'].includes(cursor.text)) {
    const word = cursor.take()!.text;
    const notation = PARTS.get(word);
    if (notation === undefined) {
      return fail(`'${word}' is not a part of an answer`, 'remove it');
    }
    if (BODY.test(word)) {
      if (body !== '') {
        return fail(`'${word}' cannot follow '${body}': an answer has one body`, 'remove one of them');
      }
      body = word;
    }
    if (!takeInRule(context, cursor, notation)) {
      return false;
    }
    parts.set(word.replace('deny_', ''), cursor.last!.text);
  }
  const status = parts.get('status') ?? '';
  const answers = body === '' ? legacy : body.endsWith('errorfiles');
  if (answers && status !== '' && !context.hasWord('status', status)) {
    return fail(`HAProxy ${branch} has no answer with the status ${status}`, 'give it a body');
  }
  if (body.endsWith('string') && !parts.has('content-type')) {
    return fail("a body needs a 'content-type'", "add 'content-type TYPE'");
  }
  if (body.endsWith('string') && ['204', '304'].includes(status)) {
    return fail(`an answer with the status ${status} has no body`, 'remove the body');
  }
  const ignored = (message: string) => report.warn('ignored-directive', cursor.last, message, 'remove it');
  if (parts.has('content-type') && (body === '' || /errorfiles?$/.test(body))) {
    ignored("'content-type' is ignored: the answer does not define a body");
  }
  if (parts.has('hdr') && /errorfiles?$/.test(body)) {
    ignored("'hdr' is ignored: the answer comes from an error file");
  }
  return context.words[0]!.text === 'http-error' ? takeEnd(context, cursor) : finish(context, cursor);
}

/** Checks `http-error`. */
const httpError: Grammar = (context, cursor) => {
  const { branch, report, words } = context;
  const status = words.findIndex(({ text }) => text === 'status');
  const word = status < 0 ? undefined : words[status + 1];
  if (word === undefined || !context.hasWord('status', word.text)) {
    const message = `'http-error' needs a status for which HAProxy ${branch} has an answer`;
    return report.error('bad-value', word ?? words[0], message, "add 'status' and a valid status");
  }
  return checkReply(context, cursor, false);
};

/** The grammars of answers. */
export const DENY_GRAMMARS: Grammars = {
  deny,
  return: (context, cursor) => checkReply(context, cursor, false),
  'http-error': httpError,
};
