import { type Fact, factOf, PROXIES } from './keywords';
import { judgeArguments } from './language-args';
import { GRAMMARS } from './language-grammars';
import { Cursor, type Judge } from './language-judge';
import { judgeOrder } from './language-order';
import { LOG_FORMATS, logFormatOf, OPEN_MODE, type ProxyState } from './language-proxy';
import { lookup } from './lookup';
import type { Word } from './words';

/** The directives that `no` can stand before, with the branch that has it. */
const NEGATABLE = lookup<string>({
  option: '1.6',
  log: '1.6',
  'busy-polling': '1.9',
  'set-dumpable': '2.0',
  'strict-limits': '2.1',
  'insecure-fork-wanted': '2.2',
  'numa-cpu-mapping': '2.4',
  anonkey: '2.7',
});

/** Options that `no` cannot take back. Source: `cfg_parse_listen`, the part for `KWM_STD` only. */
const FIRM: ReadonlySet<string> = new Set(
  'httplog tcplog httpslog tcpka httpchk ssl-hello-chk smtpchk pgsql-check redis-check mysql-check ldap-check spop-check tcp-check external-check forwardfor originalto http-restrict-req-hdr-names'.split(
    ' ',
  ),
);

/** Directives of which nothing more is read where they are ignored. Source: `warnifnotcap` and what follows it. */
const UNREAD: ReadonlySet<string> = new Set([
  'log-format',
  'stick match',
  'stick on',
  'stick store-request',
  'stick store-response',
]);

/** Directives that others need: one that is refused is not missing as well. */
const MISSED: ReadonlySet<string> = new Set(['option httpchk', 'nameserver']);

/** Judges `no …` and `default …`. */
export function judgeNegation(judge: Judge, words: readonly Word[]): void {
  const [first, second] = words;
  const since = NEGATABLE[second?.text ?? ''];
  if (since === undefined || !judge.from(since) || (first!.text === 'default' && second!.text !== 'option')) {
    judge.error(
      'bad-value',
      second ?? first,
      `'${first!.text}' cannot stand before '${second?.text ?? ''}'`,
      'take it out',
    );
    return;
  }
  if (second!.text === 'log') {
    if (words.length > 2) {
      judge.error('extra-word', words[2], "'no log' takes nothing more", 'take it out');
    }
    judge.proxy?.off.add('log').add('log global');
    judge.proxy?.has.delete('log');
    judge.proxy?.has.delete('log global');
    return;
  }
  if (first!.text === 'default') {
    judge.unsure();
    return;
  }
  const invalid = judge.from('3.1') && /^accept-invalid-/.test(words[2]?.text ?? '');
  if (second!.text === 'option' && (invalid || FIRM.has(words[2]?.text ?? ''))) {
    judge.error('bad-value', first, `'no' cannot stand before 'option ${words[2]!.text}'`, 'take the line out');
    return;
  }
  const directive = words.slice(1);
  const fact = judgeDirective(judge, directive, factOfLine(judge, directive));
  if (fact?.words === 'option http-use-htx' && judge.from('2.1')) {
    judge.warn('deprecated-directive', first, 'from HAProxy 2.1 on HTX is the only way', 'take the line out');
  }
  if (fact !== undefined && judge.proxy !== undefined) {
    judge.proxy.has.delete(fact.words);
    judge.proxy.off.add(fact.words);
  }
}

/** Judges a line by the fact about its first words, and gives the fact when the line is taken. */
export function judgeDirective(judge: Judge, words: readonly Word[], fact: Fact | undefined): Fact | undefined {
  const first = words[0]!;
  judge.words = words;
  if (first.open) {
    judge.unsure();
    return undefined;
  }
  if (fact === undefined) {
    unknown(judge, words);
    if (first.text === 'mode' && words[1]?.open) {
      judge.proxy?.has.set(OPEN_MODE, { line: judge.line, words });
    }
    return undefined;
  }
  const count = fact.words.split(' ').length;
  const at = words[count - 1]!;
  if (!judge.alive(fact, at) || (PROXIES.has(judge.kind) && !stands(judge, fact, first))) {
    return undefined;
  }
  const taken = judgeArguments(judge, new Cursor(words, count), fact.args, GRAMMARS);
  if (!taken) {
    judge.sure();
    if (MISSED.has(fact.words)) {
      (judge.section ?? judge.proxy)?.has.set(fact.words, { line: judge.line, words });
    }
    return undefined;
  }
  if (fact.words === 'tune.stick-counters') {
    judge.counters = Number(words[1]!.text);
  }
  judge.experimental ||= fact.words === 'expose-experimental-directives';
  const seen = { line: judge.line, words };
  if (judge.proxy !== undefined) {
    judgeOrder(judge, judge.proxy, words);
    judgeOverride(judge, judge.proxy, fact);
    countCaptures(judge, judge.proxy, fact);
  }
  (judge.section ?? judge.proxy)?.has.set(fact.words, seen);
  judge.section?.lines.push(seen);
  return fact;
}

/** A second log format in `defaults`: HAProxy warns that the first is lost. */
function judgeOverride(judge: Judge, proxy: ProxyState, { words }: Fact): void {
  const first = LOG_FORMATS.has(words) && proxy.kind === 'defaults' ? logFormatOf(proxy) : undefined;
  if (first !== undefined && judge.from('1.8')) {
    const message = `'${words}' takes the place of the log format of ${judge.called(first.line)}`;
    judge.warn('duplicate-name', judge.words[0], message, 'take one of them out');
  }
}

/** Counts the slots for captured headers. */
function countCaptures(judge: Judge, { captures }: ProxyState, fact: Fact): void {
  const side = fact.words === 'declare capture' ? judge.words[2]!.text : /^capture (\w+) header$/.exec(fact.words)?.[1];
  if (side === 'request' || side === 'response') {
    captures[side] += 1;
  }
}

/** The fact about a line. Something in brackets, as in `http-check set-var(check.x)`, is no part of a directive. */
export function factOfLine(judge: Judge, words: readonly Word[]): Fact | undefined {
  const begin = words.slice(0, 3).map(({ text }) => text);
  if (begin[0] === 'http-check' || begin[0] === 'tcp-check') {
    begin[1] = begin[1]?.replace(/\(.*$/, '') ?? '';
  }
  return factOf(judge.kind, begin, judge.branch);
}

/** Whether a directive of proxies may stand in a section of this kind. */
function stands(judge: Judge, fact: Fact, at: Word): boolean {
  const { kind } = judge;
  const standing = fact.standing.get(kind);
  if (
    standing === 'works' ||
    (standing === 'ignored' && fact.ignoredSince !== undefined && !judge.from(fact.ignoredSince))
  ) {
    return true;
  }
  if (standing === 'ignored' && (fact.strictSince === undefined || !judge.from(fact.strictSince))) {
    judge.warn('ignored-directive', at, `'${fact.words}' in a '${kind}' section is ignored`, 'take it out');
    // The others judge what follows all the same; the warning is sure, and so is an error in the words.
    return !UNREAD.has(fact.words);
  }
  if (
    standing === undefined &&
    kind === 'defaults' &&
    fact.namedDefaultsSince !== undefined &&
    judge.from(fact.namedDefaultsSince)
  ) {
    if (judge.proxy?.name !== undefined) {
      return true;
    }
    return judge.error(
      'wrong-section',
      at,
      `'${fact.words}' stands only in a 'defaults' section that has a name`,
      'give the section a name',
    );
  }
  const since = standing === 'ignored' ? ` from HAProxy ${fact.strictSince} on` : '';
  return judge.error(
    'wrong-section',
    at,
    `'${fact.words}' does not stand in a '${kind}' section${since}`,
    'move it to another section',
  );
}

function unknown(judge: Judge, words: readonly Word[]): void {
  const [first, second] = words;
  const known = ['option', 'timeout', 'stats', 'mode', 'hold', 'filter', 'email-alert', 'compression'].includes(
    first!.text,
  );
  const name = known && second !== undefined ? `${first!.text} ${second.text}` : first!.text;
  judge.error(
    'unknown-directive',
    known ? (second ?? first) : first,
    `'${name}' is not known in a '${judge.kind}' section`,
    'take it out',
  );
}
