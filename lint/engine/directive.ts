import { checkOrder } from '../checks/rule-order';
import { type Keyword, keywordOf, PROXIES } from '../keywords';
import type { Word } from '../model';
import { Cursor } from '../syntax/cursor';
import { takeAll } from './arguments';
import type { Context } from './context';
import { LOG_FORMATS, logFormatOf, OPEN_MODE } from './proxy';
import type { ProxyState } from './state';

/** Checks `no …` and `default …`. */
export function checkNegation(context: Context, words: readonly Word[]): void {
  const { kind, proxy, report } = context;
  const [first, second, third] = words;
  const isDefault = first!.text === 'default';
  const isOption = second?.text === 'option';
  const since = isOption ? '1.6' : keywordOf(kind, [second?.text ?? ''])?.traits.get('negatable');
  if (since === undefined || !context.from(since) || (isDefault && !isOption)) {
    const message = `'${first!.text}' is not allowed before '${second?.text ?? ''}'`;
    report.error('bad-value', second ?? first, message, 'remove it');
    return;
  }
  if (second!.text === 'log') {
    if (third !== undefined) {
      report.extra(third, 'no log');
    }
    for (const directive of ['log', 'log global']) {
      proxy?.off.add(directive);
      proxy?.has.delete(directive);
    }
    return;
  }
  if (isDefault) {
    report.indeterminate();
    return;
  }
  const refusedFrom = keywordOf(kind, ['option', third?.text ?? ''])?.traits.get('not-negatable');
  if (isOption && refusedFrom !== undefined && context.from(refusedFrom)) {
    report.error('bad-value', first, `'no' is not allowed before 'option ${third!.text}'`, 'remove the line');
    return;
  }
  const directive = words.slice(1);
  const keyword = checkDirective(context, directive, keywordOfLine(context, directive));
  if (keyword?.words === 'option http-use-htx' && context.from('2.1')) {
    report.warn('deprecated-directive', first, 'from HAProxy 2.1 on HTX is always on', 'remove the line');
  }
  if (keyword !== undefined && proxy !== undefined) {
    proxy.has.delete(keyword.words);
    proxy.off.add(keyword.words);
  }
}

/** Checks a line by its keyword, and returns the keyword if HAProxy accepts the line. */
export function checkDirective(
  context: Context,
  words: readonly Word[],
  keyword: Keyword | undefined,
): Keyword | undefined {
  const { kind, proxy, report, section, symbols } = context;
  const first = words[0]!;
  report.words = words;
  if (first.unresolvedVariable) {
    report.indeterminate();
    return undefined;
  }
  if (keyword === undefined) {
    refuseUnknown(context, words);
    if (first.text === 'mode' && words[1]?.unresolvedVariable) {
      proxy?.has.set(OPEN_MODE, { line: report.line, words });
    }
    return undefined;
  }
  const count = keyword.words.split(' ').length;
  if (!context.checkAvailability(keyword, words[count - 1]) || (PROXIES.has(kind) && !fits(context, keyword, first))) {
    return undefined;
  }
  const seen = { line: report.line, words };
  const has = (section ?? proxy)?.has;
  if (!takeAll(context, new Cursor(words, count), keyword.args)) {
    report.determinate();
    if (keyword.traits.has('needed')) {
      has?.set(keyword.words, seen);
    }
    return undefined;
  }
  if (keyword.words === 'tune.stick-counters' && words[1] !== undefined) {
    symbols.trackers = Number(words[1].text);
  }
  symbols.experimental ||= keyword.words === 'expose-experimental-directives';
  if (proxy !== undefined) {
    checkOrder(context, proxy, words);
    checkOverride(context, proxy, keyword);
    countCaptures(proxy, keyword, words);
  }
  has?.set(keyword.words, seen);
  section?.lines.push(seen);
  return keyword;
}

/** A second log format in `defaults`: HAProxy warns that the first is lost. */
function checkOverride(context: Context, proxy: ProxyState, { words }: Keyword): void {
  const first = LOG_FORMATS.has(words) && proxy.kind === 'defaults' ? logFormatOf(proxy) : undefined;
  if (first !== undefined && context.from('1.8')) {
    const message = `'${words}' replaces the log format of ${context.report.lineName(first.line)}`;
    context.report.warn('duplicate-name', context.words[0], message, 'remove one of them');
  }
}

/** Counts the slots for captured headers. */
function countCaptures({ captures }: ProxyState, keyword: Keyword, words: readonly Word[]): void {
  const side = keyword.words === 'declare capture' ? words[2]!.text : /^capture (\w+) header$/.exec(keyword.words)?.[1];
  if (side === 'request' || side === 'response') {
    captures[side] += 1;
  }
}

/** The keyword of a line. Text in brackets, as in `http-check set-var(check.x)`, is not part of the keyword. */
export function keywordOfLine({ branch, kind }: Context, words: readonly Word[]): Keyword | undefined {
  const [first = '', second = '', third = ''] = words.map(({ text }) => text);
  const check = first === 'http-check' || first === 'tcp-check';
  const begin = [first, check ? second.replace(/\(.*$/, '') : second, third];
  return keywordOf(kind, begin.slice(0, words.length), branch);
}

/** Whether a directive of proxies is allowed in a section of this kind. */
function fits(context: Context, keyword: Keyword, at: Word): boolean {
  const { kind, proxy, report } = context;
  const { words, standing, ignoredSince, strictSince, namedDefaultsSince, traits } = keyword;
  const stands = standing.get(kind);
  if (stands === 'works' || (stands === 'ignored' && ignoredSince !== undefined && !context.from(ignoredSince))) {
    return true;
  }
  if (stands === 'ignored' && (strictSince === undefined || !context.from(strictSince))) {
    report.warn('ignored-directive', at, `'${words}' in a '${kind}' section is ignored`, 'remove it');
    // HAProxy checks the rest of the line nevertheless.
    return !traits.has('opaque');
  }
  const named = kind === 'defaults' && namedDefaultsSince !== undefined && context.from(namedDefaultsSince);
  if (stands === undefined && named) {
    const message = `'${words}' is allowed only in a 'defaults' section that has a name`;
    return proxy?.name !== undefined || report.error('wrong-section', at, message, 'give the section a name');
  }
  const since = stands === 'ignored' ? ` from HAProxy ${strictSince} on` : '';
  const message = `'${words}' is not allowed in a '${kind}' section${since}`;
  return report.error('wrong-section', at, message, 'move it to another section');
}

/** Directives whose second word is part of the keyword. */
const FAMILIES: ReadonlySet<string> = new Set(
  'option timeout stats mode hold filter email-alert compression'.split(' '),
);

function refuseUnknown({ kind, report }: Context, [first, second]: readonly Word[]): void {
  const family = FAMILIES.has(first!.text) ? second : undefined;
  const name = family === undefined ? first!.text : `${first!.text} ${family.text}`;
  report.error('unknown-directive', family ?? first, `'${name}' is unknown in a '${kind}' section`, 'remove it');
}
