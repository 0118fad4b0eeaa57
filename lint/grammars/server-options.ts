import type { Context, Grammar, Grammars } from '../engine/context';
import { modeOf } from '../engine/proxy';
import type { Word } from '../model';
import { checkAddress } from './address';

const resolvers: Grammar = (context, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return context.branch === '1.8' || context.report.missing(cursor.last, 'the name of a section');
  }
  // On a 'default-server' line it counts from 1.8 on, and must exist from 1.9 on.
  if (context.words[0]!.text !== 'default-server' || context.from('1.9')) {
    context.refer('resolvers', word);
  }
  return true;
};

const caFile: Grammar = (context, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return context.report.missing(cursor.last, 'a file');
  }
  return word.text !== '@system-ca' || context.from('2.6') || context.report.tooNew(word, word.text, '2.6');
};

/** `source ADDRESS`, then `usesrc …` and `interface NAME` in any order: the same on proxies and servers. */
export const checkSource: Grammar = ({ report }, cursor) => {
  for (;;) {
    const option = cursor.next;
    if (option === undefined || !/^(usesrc|interface)$/.test(option.text)) {
      return true;
    }
    cursor.take();
    const value = cursor.take();
    if (value === undefined) {
      return report.missing(option, option.text === 'usesrc' ? "'client', 'clientip' or an address" : 'a name');
    }
    if (option.text === 'usesrc' && !/^client(ip)?$/.test(value.text)) {
      report.indeterminate();
    }
  }
};

/** An address with a range of ports, to take one of for each connection. */
const serverSource: Grammar = (context, cursor) => {
  const word = cursor.take();
  return word === undefined
    ? context.report.missing(cursor.last, 'an address')
    : checkAddress(context, word, { port: 'range', resolves: 'at start' }) && checkSource(context, cursor);
};

const proto: Grammar = (context, cursor) => {
  const { branch, proxy, report, words } = context;
  const word = cursor.take();
  if (word === undefined) {
    return report.missing(cursor.last, 'a protocol');
  }
  if (!context.hasWord('protocol', word.text)) {
    const message = `'${word.text}' is not a protocol of connections on HAProxy ${branch}`;
    return report.error('bad-value', word, message, "use 'h2', or 'h1' (2.4)");
  }
  // Whether it fits depends on the mode, which a later line may set.
  const fits = words[0]!.text === 'bind' ? /^h[12]$/ : /^(h[12]|fcgi)$/;
  return (context.from('2.0') && modeOf(proxy) === 'http' && fits.test(word.text)) || report.indeterminate();
};

/** A set of processes, and of threads behind a slash, where there is only one process. */
const ONE_PROCESS = /^(all|odd|even|1|1-1)(\/.*)?$/;

/** From 2.5 on there is only one process. */
export const checkProcesses = (context: Context, word: Word): boolean =>
  !context.from('2.5') ||
  ONE_PROCESS.test(word.text) ||
  context.report.error('bad-value', word, `'${word.text}': HAProxy 2.5 and later run one process`, 'remove it');

/** Sets of threads or processes; the valid ones depend on the rest of the file and on the machine. */
const threads: Grammar = (context, cursor) => {
  const { report } = context;
  const after = cursor.last!;
  const word = cursor.take();
  if (word === undefined) {
    return context.from('2.8') || report.missing(after, 'a set');
  }
  if (after.text === 'process' && !checkProcesses(context, word)) {
    return false;
  }
  if (!/^(all|odd|even|\d+(-\d*)?)?(\/(all|odd|even|\d+(-\d*)?))?(,[\d/-]+)*$/.test(word.text)) {
    return report.invalid(word, 'a set', "use 'all', 'odd', 'even', a number or a range");
  }
  return /^(1|all|1\/1|1\/all)$/.test(word.text) || report.indeterminate();
};

/** The grammars of single words of server and bind lines. */
export const WORD_GRAMMARS: Grammars = {
  resolvers,
  'ca-file': caFile,
  'server-source': serverSource,
  'ignore-err': (context, cursor) => /^(all|[\w,]+)$/.test(cursor.take()?.text ?? '') || context.report.indeterminate(),
  proto,
  process: threads,
  thread: threads,
};
