import type { Grammar } from './language-args';
import { begin, follow } from './language-follow';
import { isName, SERVER_GRAMMARS } from './language-server';

/** A peer with an address; further words are those of servers, from 2.0 on. */
const peer: Grammar = (judge, cursor) => {
  const name = cursor.next;
  if (name === undefined) {
    return judge.error('missing-value', judge.words[0], "'peer' needs a name and an address", 'write them');
  }
  if (cursor.words.length === 2) {
    cursor.take();
    return judge.from('2.2')
      ? judge.unsure()
      : judge.error('missing-value', name, "'peer' needs an address", 'write it');
  }
  if (!judge.from('2.0')) {
    return begin(judge, cursor, 'word addr(port)') && (cursor.done || judge.unsure());
  }
  return (
    follow(judge, cursor, 'word addr(port) {shard@2.7 num} ?') && (judge.section?.once(judge, name, 'peer') ?? true)
  );
};

/** A peer without an address is this machine; the others are servers. */
const peerServer: Grammar = (judge, cursor) => {
  const name = cursor.next;
  if (cursor.words.length === 2) {
    cursor.take();
  } else if (!SERVER_GRAMMARS.server!(judge, cursor)) {
    return false;
  } else if (judge.model?.servers.at(-1)?.own.has('check')) {
    judge.unsure();
  }
  return judge.section?.once(judge, name!, 'peer') ?? true;
};

/** Name servers: a port is needed from 1.7 on, and each has a name of its own. */
const nameserver: Grammar = (judge, cursor) => {
  const name = cursor.next;
  if (name !== undefined && !name.open && !isName(name.text)) {
    return judge.error(
      'bad-value',
      name,
      `'${name.text}' has a character that the name of a name server cannot have`,
      'use letters, digits, . : _ and -',
    );
  }
  return (
    begin(judge, cursor, judge.from('1.7') ? 'word addr(port)' : 'word addr') &&
    (judge.section?.once(judge, name!, 'name server') ?? true) &&
    (cursor.done || judge.unsure())
  );
};

/** What is neither only makes a warning. */
const vary: Grammar = (judge, cursor) => {
  if (!cursor.takes('on', 'off')) {
    judge.warn('bad-value', cursor.next ?? cursor.last, "'process-vary' takes 'on' or 'off'", 'write one of them');
    cursor.take();
  }
  return true;
};

/** Where datagrams come in: an address with a port. */
const dgramBind: Grammar = (judge, cursor) =>
  follow(judge, cursor, 'addr(port) {interface word, name word, namespace word, transparent} ?');

const STEPS =
  'accept|any|close|connect|error|request|response|tcp-req-conn|tcp-req-sess|tcp-req-cont|tcp-res-cont|http-req|http-res|http-after-res';

/** What to log at a step, or that nothing is. */
const logOn: Grammar = (judge, cursor) =>
  cursor.words.length === 2
    ? judge.error('missing-value', cursor.next, "'on' needs 'drop', 'format' or 'sd'", 'write what to log')
    : follow(judge, cursor, `${STEPS} {drop, format fmt, sd fmt}`);

/** The grammars of sections that are no proxies, for the tables. */
export const SECTION_GRAMMARS: Readonly<Record<string, Grammar>> = {
  peer,
  'peer-server': peerServer,
  nameserver,
  vary,
  'dgram-bind': dgramBind,
  'log-on': logOn,
  'ring-server': (judge, cursor) =>
    SERVER_GRAMMARS.server!(judge, cursor) && (/^\w+@|^\//.test(judge.words[2]!.text) ? judge.unsure() : true),
};
