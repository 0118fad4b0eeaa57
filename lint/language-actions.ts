import { isAvailable, momentsOf } from './keywords/checkpoints';
import { itemsOn } from './keywords/signature';
import { type Grammar, judgeItems } from './language-args';
import { noMore } from './language-follow';
import type { Judge } from './language-judge';
import { judgeDeny, judgeReply } from './language-reply';
import { finish, follow, place } from './language-rule-words';
import { readTime } from './time';

/** Judges a redirection, as a rule or as a directive of its own. */
export const judgeRedirect: Grammar = (judge, cursor) => {
  const kinds: string[] = [];
  while (!cursor.done && !['if', 'unless'].includes(cursor.text)) {
    const word = cursor.next!;
    if (cursor.takes('location', 'prefix', 'scheme')) {
      kinds.push(word.text);
      if (judge.words[0]!.text === 'http-response' && word.text !== 'location') {
        return judge.error('bad-value', word, `a response cannot be redirected by '${word.text}'`, "write 'location'");
      }
      const plain = judge.words[0]!.text === 'redirect' && !judge.from('1.6');
      if (!(plain ? follow(judge, cursor, 'word') : follow(judge, cursor, `fmt(${redirectPlace(judge)})`))) {
        return false;
      }
    } else if (
      !follow(
        judge,
        cursor,
        '{code int(301..308), set-cookie word, set-cookie-fmt@3.1 fmt, clear-cookie word, drop-query, append-slash, ignore-empty@2.5, keep-query@3.1}',
      )
    ) {
      return false;
    } else if (cursor.next === word) {
      return judge.error(
        'bad-value',
        word,
        `'${word.text}' is no word of a redirect`,
        "write 'location', 'prefix' or 'scheme' and its options",
      );
    } else if (word.text === 'code' && !['301', '302', '303', '307', '308'].includes(cursor.last!.text)) {
      return judge.error(
        'bad-value',
        cursor.last,
        `'${cursor.last!.text}' is no status of a redirect`,
        'write 301, 302, 303, 307 or 308',
      );
    }
  }
  if (kinds.length === 0) {
    return judge.error(
      'missing-value',
      cursor.last,
      "a redirect needs 'location', 'prefix' or 'scheme'",
      'write one of them',
    );
  }
  return judgeItems(judge, cursor, itemsOn(`cond(${redirectPlace(judge)})`, judge.branch), {}) && noMore(judge, cursor);
};

const redirectPlace = (judge: Judge): string => (judge.words[0]!.text === 'redirect' ? 'http-request' : place(judge));

const judgeCapture: Grammar = (judge, cursor) => {
  if (!follow(judge, cursor, 'expr')) {
    return false;
  }
  const response = judge.words[0]!.text !== 'http-request' && judge.words[0]!.text !== 'tcp-request';
  const how = cursor.next;
  if (cursor.takes('id') && place(judge) !== 'tcp-request/content') {
    const id = cursor.next;
    if (!follow(judge, cursor, 'num(0..)')) {
      return false;
    }
    judge.proxy?.captures.used.push({ word: id!, line: judge.line, response });
    return finish(judge, cursor);
  }
  if (response || !cursor.takes('len')) {
    return judge.error(
      'missing-value',
      how ?? cursor.last,
      response ? "'capture' needs 'id' here" : "'capture' needs 'len' or 'id'",
      'add it',
    );
  }
  if (judge.kind === 'backend') {
    return judge.error(
      'wrong-section',
      how,
      "'capture … len' does not stand in a 'backend' section",
      "declare the capture in the frontend, and write 'id'",
    );
  }
  if (!follow(judge, cursor, 'num(1..)')) {
    return false;
  }
  if (judge.proxy !== undefined) {
    judge.proxy.captures.request += 1;
  }
  noteContent(judge, false);
  return finish(judge, cursor);
};

/** Notes a rule about content, which has to wait for it, or need not wait. */
function noteContent(judge: Judge, tracks: boolean): void {
  if (place(judge) === 'tcp-request/content') {
    const early = isAvailable(judge.sample.origins, momentsOf('tcp-request/session', 'frontend', judge.branch)!);
    const always = !judge.words.some(({ text }) => text === 'if' || text === 'unless');
    judge.proxy?.contents.push({ line: judge.line, word: judge.words[2]!, early, tracks: tracks && always });
  }
}

const judgeTrack: Grammar = (judge, cursor) => {
  if (!follow(judge, cursor, 'expr')) {
    return false;
  }
  const key = judge.sample.type;
  noteContent(judge, true);
  if (cursor.takes('table')) {
    const name = cursor.next;
    if (!follow(judge, cursor, 'word')) {
      return false;
    }
    judge.refer('table', name!, name!.text, key);
  } else {
    judge.refer('table', judge.words[0]!, '', key);
  }
  return finish(judge, cursor);
};

const NUMBER = /^(0x[0-9a-fA-F]+|\d+)$/;

const judgeMark: Grammar = (judge, cursor) =>
  NUMBER.test(cursor.text)
    ? cursor.take() !== undefined && finish(judge, cursor)
    : judge.from('3.0')
      ? follow(judge, cursor, 'expr') && finish(judge, cursor)
      : judge.error('bad-value', cursor.next ?? cursor.last, `'${cursor.text}' is not a number`, 'write one');

const judgeCount: Grammar = (judge, cursor) =>
  cursor.done ||
  ((/^\d+$/.test(cursor.text) ? cursor.take() !== undefined : follow(judge, cursor, 'expr')) && finish(judge, cursor));

/** The timeouts of clients are a frontend's; those of servers a backend's. */
const judgeTimeout: Grammar = (judge, cursor) => {
  const which = cursor.next;
  if (!follow(judge, cursor, 'client@2.9|server|tunnel|connect@3.3|queue@3.3|tarpit@3.3')) {
    return false;
  }
  const needed = which?.text === 'client' ? 'frontend' : 'backend';
  const other = needed === 'frontend' ? 'backend' : 'frontend';
  if (which?.text !== 'tarpit' && judge.kind === other) {
    return judge.error(
      'wrong-section',
      which,
      `'set-timeout ${which?.text}' does not stand in a '${other}' section`,
      `move it to a ${needed}`,
    );
  }
  return follow(judge, cursor, readTime(cursor.text)?.more === '' ? 'time' : 'expr') && finish(judge, cursor);
};

const judgeWait: Grammar = (judge, cursor) =>
  follow(judge, cursor, '{time time, at-least size, use-large-buffer@3.4}') &&
  (judge.words.some(({ text }) => text === 'time') ||
    judge.error('missing-value', cursor.last, "'wait-for-body' needs 'time'", 'add it')) &&
  finish(judge, cursor);

/** A limit or a period: a constant from 2.8 on, else a sample. */
const judgeBandwidth: Grammar = (judge, cursor) => {
  if (!follow(judge, cursor, 'word')) {
    return false;
  }
  while (cursor.takes('limit', 'period')) {
    const constant = cursor.last!.text === 'limit' ? 'size' : 'time';
    if (!follow(judge, cursor, judge.from('2.8') && /^\d/.test(cursor.text) ? constant : 'expr')) {
      return false;
    }
  }
  return finish(judge, cursor);
};

const judgeRetries: Grammar = (judge, cursor) =>
  judge.kind === 'frontend'
    ? judge.error(
        'wrong-section',
        judge.words[1],
        "'set-retries' does not stand in a 'frontend' section",
        'move it to a backend',
      )
    : follow(judge, cursor, /^\d/.test(cursor.text) ? 'num' : 'expr') && finish(judge, cursor);

const judgePause: Grammar = (judge, cursor) =>
  follow(judge, cursor, readTime(cursor.text)?.more === '' ? 'time' : 'expr') && finish(judge, cursor);

const judgeCache: Grammar = (judge, cursor) => {
  const name = cursor.next;
  if (!follow(judge, cursor, 'word')) {
    return false;
  }
  judge.refer('cache', name!);
  return finish(judge, cursor);
};

/** Services come with the build (the Prometheus exporter) or from Lua. */
const judgeService: Grammar = (judge, cursor) => {
  const name = cursor.take();
  if (name === undefined) {
    return judge.error('missing-value', cursor.last, "'use-service' needs a name", 'write one');
  }
  if (name.text === 'prometheus-exporter' && !judge.from('2.0')) {
    return judge.error(
      'too-new',
      name,
      `'prometheus-exporter' exists from HAProxy 2.0 on, and this is for ${judge.branch}`,
      'take it out, or run HAProxy 2.0 or later',
    );
  }
  judge.unsure();
  return finish(judge, cursor);
};

/** Judges `stats http-request`. */
export const judgeStatsRule: Grammar = (judge, cursor) =>
  follow(judge, cursor, 'allow|deny|auth') &&
  judgeItems(judge, cursor, itemsOn('[realm word] cond(http-request)', judge.branch), {}) &&
  noMore(judge, cursor);

/** The grammars of actions, for the table of rules. */
export const ACTION_GRAMMARS: Readonly<Record<string, Grammar>> = {
  deny: judgeDeny,
  return: (judge, cursor) => judgeReply(judge, cursor, false),
  redirect: judgeRedirect,
  capture: judgeCapture,
  track: judgeTrack,
  mark: judgeMark,
  count: judgeCount,
  timeout: judgeTimeout,
  wait: judgeWait,
  pause: judgePause,
  bandwidth: judgeBandwidth,
  retries: judgeRetries,
  cache: judgeCache,
  service: judgeService,
};
