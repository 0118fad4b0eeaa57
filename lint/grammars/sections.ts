import { take, takeAll } from '../engine/arguments';
import type { Context, Grammar, Grammars } from '../engine/context';
import type { Word } from '../model';
import { isName, SERVER_GRAMMARS } from './server';

/** Refuses a name that the section has already defined. 1.6 does not check this. */
function isNew(context: Context, word: Word, what: string): boolean {
  const { report, section } = context;
  const first = section?.names.get(word.text);
  section?.names.set(word.text, report.line);
  if (first === undefined || !context.from('1.7')) {
    return true;
  }
  const message = `${what} '${word.text}' is in ${report.lineName(first)} too`;
  return report.error('duplicate-name', word, message, 'give it another name');
}

/** A peer with an address; further words are those of servers, from 2.0 on. */
const peer: Grammar = (context, cursor) => {
  const { report, words } = context;
  const [, name] = words;
  if (name === undefined) {
    return report.missing(words[0], 'a name and an address');
  }
  if (words.length === 2) {
    return context.from('2.2') ? report.indeterminate() : report.missing(name, 'an address', 'peer');
  }
  return (
    takeAll(context, cursor, 'word addr(port) ? /2.0 word addr(port) {shard@2.7 num} ?') &&
    (!context.from('2.0') || isNew(context, name, 'peer'))
  );
};

/** A peer without an address is this machine; the others are servers. */
const peerServer: Grammar = (context, cursor) => {
  const { report, words } = context;
  if (words.length !== 2) {
    if (!SERVER_GRAMMARS.server!(context, cursor)) {
      return false;
    }
    if (context.model?.servers.at(-1)?.own.has('check')) {
      report.indeterminate();
    }
  }
  return isNew(context, words[1]!, 'peer');
};

/** Name servers: a port is needed from 1.7 on, and each has its own name. */
const nameserver: Grammar = (context, cursor) => {
  const name = cursor.next;
  if (name !== undefined && !name.unresolvedVariable && !isName(name.text)) {
    return context.report.badName(name, 'a name server');
  }
  return (
    take(context, cursor, 'word addr /1.7 word addr(port)') &&
    isNew(context, name!, 'name server') &&
    (cursor.done || context.report.indeterminate())
  );
};

/** HAProxy warns about other values, and accepts them. */
const vary: Grammar = ({ report }, cursor) =>
  cursor.takes('on', 'off') ||
  report.warn(
    'bad-value',
    cursor.take() ?? cursor.last,
    "'process-vary' takes 'on' or 'off'",
    "write 'process-vary on' or 'process-vary off'",
  );

const ringServer: Grammar = (context, cursor) =>
  SERVER_GRAMMARS.server!(context, cursor) &&
  (!/^\w+@|^\//.test(context.words[2]!.text) || context.report.indeterminate());

/** The grammars of sections that are no proxies. */
export const SECTION_GRAMMARS: Grammars = {
  peer,
  'peer-server': peerServer,
  nameserver,
  vary,
  'ring-server': ringServer,
};
