import { takeAll, takeEnd } from '../engine/arguments';
import type { Context, Grammar, Grammars } from '../engine/context';
import { INSPECT_DELAY } from '../engine/proxy';
import type { Sample } from '../engine/state';
import { keywordOf } from '../keywords';
import { checkpointsOf, isAvailable } from '../keywords/checkpoints';
import { FORMS } from '../keywords/forms';
import type { Word } from '../model';
import type { Cursor } from '../syntax/cursor';
import { readTime } from '../syntax/time';
import { readSample, variableWrong } from './expression';
import { DENY_GRAMMARS } from './reply';
import { finish, placed, placeOf, TWO_WORDS, takeInRule } from './rule-place';

/** Checks a rule: `http-request ACTION …`, `tcp-request content ACTION …` and the like. */
const rule: Grammar = (context, cursor) => {
  const { kind, proxy, report, words } = context;
  const [first, second] = words;
  const deep = TWO_WORDS.has(first!.text);
  const set = placeOf(context);
  const title = set.replace('/', ' ');
  cursor.at = deep ? 2 : 1;
  if (title === INSPECT_DELAY || title === 'tcp-response inspect-delay') {
    proxy?.has.set(INSPECT_DELAY, { line: report.line, words });
    return takeInRule(context, cursor, 'time cond') && takeEnd(context, cursor);
  }
  if (deep && !/^tcp-(request\/(connection|session|content)|response\/content)$/.test(set)) {
    return report.invalid(second ?? first, `a rule set of '${first!.text}'`, "use 'content'", second?.text ?? '');
  }
  if (set === 'tcp-request/session' && !context.from('1.7')) {
    return report.tooNew(second, title, '1.7');
  }
  if (kind === 'backend' && /connection|session/.test(set)) {
    return report.wrongSection(first, title, kind, 'move it to a frontend');
  }
  return action(context, cursor, set, title);
};

/** An action may have an argument in brackets, or only a name. */
const actionOf = (name: string, branch?: string, set?: string) =>
  keywordOf('rule', [`${name}(`], branch, set) ?? keywordOf('rule', [name], branch, set);

function action(context: Context, cursor: Cursor, set: string, title: string): boolean {
  const { branch, proxy, report, symbols } = context;
  const word = cursor.take();
  if (word === undefined) {
    return report.missing(cursor.last, 'an action', title);
  }
  const [name] = /^[^(]*/.exec(word.text)!;
  const track = /^track-sc(\d+)$/.exec(name)?.[1];
  const base = track === undefined ? name : 'track-sc';
  const brackets = word.text.includes('(');
  const keyword = actionOf(base, branch, set);
  if (keyword === undefined) {
    const elsewhere = actionOf(base) !== undefined;
    const message = `'${name}' is not an action of '${title}' rules`;
    return report.error(elsewhere ? 'wrong-section' : 'unknown-directive', word, message, 'use another action');
  }
  if (!context.checkAvailability(keyword, word, `${title} ${name}`)) {
    return false;
  }
  if (keyword.words.endsWith('(') !== brackets) {
    return brackets
      ? report.error('bad-value', word, `'${name}' takes no argument in brackets`, 'remove the brackets')
      : report.missing(word, 'an argument in brackets');
  }
  if (brackets && !checkBrackets(context, word, name)) {
    return false;
  }
  if (name === 'switch-mode' && proxy !== undefined) {
    proxy.upgrades = true;
  }
  if (track !== undefined && Number(track) >= symbols.trackers) {
    const message = `'${name}' does not exist: this process has track-sc0 to track-sc${symbols.trackers - 1}`;
    const last = `use track-sc${symbols.trackers - 1} at most`;
    const help = context.from('2.8') ? `${last}, or raise 'tune.stick-counters'` : last;
    return report.error('bad-value', word, message, help);
  }
  return takeAll(context, cursor, placed(keyword.args, set));
}

function checkBrackets(context: Context, word: Word, name: string): boolean {
  const { report } = context;
  const { text } = word;
  if (!text.endsWith(')')) {
    return report.error('bad-value', word, `')' is missing after '${text}'`, `write '${text})'`);
  }
  const inside = text.slice(name.length + 1, -1);
  if (/^(un)?set-var/.test(name)) {
    const [variable = '', ...conditions] = inside.split(',');
    const wrong = variableWrong(variable, context);
    if (wrong !== undefined) {
      return report.error('bad-value', word, wrong, "begin it with 'txn.', 'req.', 'res.' or 'sess.'");
    }
    if (conditions.every((one) => name.startsWith('set') && context.hasWord('set-var-condition', one))) {
      return true;
    }
    const help = context.from('2.6') ? "use 'ifexists', 'ifempty', 'ifset' or another" : 'remove it';
    return report.invalid(word, `a condition of '${name}'`, help, conditions.join(','));
  }
  if (name === 'do-resolve') {
    const [, section, family = 'ipv4'] = inside.split(',').map((part) => part.trim());
    if (section === undefined) {
      return report.missing(word, 'a variable and a resolvers section in the brackets', name);
    }
    context.refer('resolvers', word, section);
    return /^ipv[46]$/.test(family) || report.invalid(word, "'ipv4' or 'ipv6'", undefined, family);
  }
  return name.startsWith('sc-') ? inside !== '' : report.indeterminate();
}

/** The place of samples in a redirect, which may be a separate directive. */
const redirectPlace = (context: Context): string =>
  context.words[0]!.text === 'redirect' ? 'http-request' : placeOf(context);

const REDIRECT =
  '{code 301|302|303|307|308, set-cookie word, set-cookie-fmt@3.1 fmt, clear-cookie word, drop-query, append-slash, ignore-empty@2.5, keep-query@3.1}';

/** Checks a redirection, as a rule or as a separate directive. */
const redirect: Grammar = (context, cursor) => {
  const { report, words } = context;
  const place = redirectPlace(context);
  let targets = 0;
  while (!cursor.done && !['if', 'unless'].includes(cursor.text)) {
    const word = cursor.next!;
    if (cursor.takes('location', 'prefix', 'scheme')) {
      targets += 1;
      if (words[0]!.text === 'http-response' && word.text !== 'location') {
        return report.invalid(word, 'a way to redirect a response', "use 'location'");
      }
      if (!takeInRule(context, cursor, 'fmt', place)) {
        return false;
      }
    } else if (!takeInRule(context, cursor, REDIRECT, place)) {
      return false;
    } else if (cursor.next === word) {
      return report.invalid(word, 'an option of a redirect', "use 'location', 'prefix' or 'scheme' and its options");
    }
  }
  if (targets === 0) {
    return report.missing(cursor.last, "'location', 'prefix' or 'scheme'", 'redirect');
  }
  return takeInRule(context, cursor, 'cond', place) && takeEnd(context, cursor);
};

const capture: Grammar = (context, cursor) => {
  const { kind, proxy, report, words } = context;
  const place = placeOf(context);
  const sample = readSample(context, cursor, place);
  if (sample === undefined) {
    return false;
  }
  const response = !/^(http|tcp)-request$/.test(words[0]!.text);
  const how = cursor.next;
  if (cursor.takes('id') && place !== 'tcp-request/content') {
    const id = cursor.next;
    if (!takeInRule(context, cursor, 'num(0..)')) {
      return false;
    }
    proxy?.captures.used.push({ word: id!, line: report.line, response });
    return finish(context, cursor);
  }
  if (response || !cursor.takes('len')) {
    return report.missing(how ?? cursor.last, response ? "'id' here" : "'len' or 'id'", 'capture');
  }
  if (kind === 'backend') {
    return report.wrongSection(how, 'capture … len', kind, "declare the capture in the frontend, and use 'id'");
  }
  if (!takeInRule(context, cursor, 'num(1..)')) {
    return false;
  }
  if (proxy !== undefined) {
    proxy.captures.request += 1;
  }
  noteContent(context, sample, false);
  return finish(context, cursor);
};

/** Records a rule about content, and whether it must wait for the content. */
function noteContent(context: Context, { origins }: Sample, tracks: boolean): void {
  const { branch, proxy, report, words } = context;
  if (placeOf(context) === 'tcp-request/content' && origins !== undefined) {
    const early = isAvailable(origins, checkpointsOf('tcp-request/session', 'frontend', branch)!);
    const always = !words.some(({ text }) => text === 'if' || text === 'unless');
    proxy?.contents.push({ line: report.line, word: words[2]!, early, tracks: tracks && always });
  }
}

const track: Grammar = (context, cursor) => {
  const key = readSample(context, cursor, placeOf(context));
  if (key === undefined) {
    return false;
  }
  noteContent(context, key, true);
  return takeTable(context, cursor, key) && finish(context, cursor);
};

/** Takes `table NAME`; without it the table is that of the section. */
export function takeTable(context: Context, cursor: Cursor, key: Sample): boolean {
  if (!cursor.takes('table')) {
    context.refer('table', context.words[0]!, '', key.type);
    return true;
  }
  const name = cursor.take();
  if (name === undefined) {
    return context.report.missing(cursor.last, 'a name');
  }
  context.refer('table', name, name.text, key.type);
  return true;
}

/** A constant; from a certain branch on also a sample. */
const constantOrSample =
  (isConstant: (text: string) => boolean, notation: string, samplesFrom = '1.6'): Grammar =>
  (context, cursor) =>
    takeInRule(context, cursor, isConstant(cursor.text) || !context.from(samplesFrom) ? notation : 'expr') &&
    finish(context, cursor);

const pause = constantOrSample((text) => readTime(text)?.more === '', 'time');

/** The timeouts of clients are a frontend's; those of servers a backend's. */
const timeout: Grammar = (context, cursor) => {
  const which = cursor.next;
  if (!takeInRule(context, cursor, 'client@2.9|server|tunnel|connect@3.3|queue@3.3|tarpit@3.3')) {
    return false;
  }
  const [needed, other] = which?.text === 'client' ? ['frontend', 'backend'] : ['backend', 'frontend'];
  if (which?.text !== 'tarpit' && context.kind === other) {
    return context.report.wrongSection(which, `set-timeout ${which?.text}`, other, `move it to a ${needed}`);
  }
  return pause(context, cursor);
};

const wait: Grammar = (context, cursor) =>
  takeInRule(context, cursor, '{time time, at-least size, use-large-buffer@3.4}') &&
  (context.words.some(({ text }) => text === 'time') ||
    context.report.missing(cursor.last, "'time'", 'wait-for-body')) &&
  finish(context, cursor);

/** A limit or a period: a constant from 2.8 on, else a sample. */
const bandwidth: Grammar = (context, cursor) => {
  if (!takeInRule(context, cursor, 'word')) {
    return false;
  }
  while (cursor.takes('limit', 'period')) {
    const constant = cursor.last!.text === 'limit' ? 'size' : 'time';
    if (!takeInRule(context, cursor, context.from('2.8') && /^\d/.test(cursor.text) ? constant : 'expr')) {
      return false;
    }
  }
  return finish(context, cursor);
};

const retries: Grammar = (context, cursor) =>
  context.kind === 'frontend'
    ? context.report.wrongSection(context.words[1], 'set-retries', context.kind, 'move it to a backend')
    : constantOrSample((text) => /^\d/.test(text), 'num')(context, cursor);

/** Services come with the build (the Prometheus exporter) or from Lua. */
const service: Grammar = (context, cursor) => {
  const { report } = context;
  const name = cursor.take();
  if (name === undefined) {
    return report.missing(cursor.last, 'a name');
  }
  if (name.text === 'prometheus-exporter' && !context.from('2.0')) {
    return report.tooNew(name, name.text, '2.0');
  }
  report.indeterminate();
  return finish(context, cursor);
};

/** The grammars of rules and their actions. */
export const RULE_GRAMMARS: Grammars = {
  ...DENY_GRAMMARS,
  rule: (context, cursor) => (context.words[0]!.text === 'redirect' ? redirect : rule)(context, cursor),
  redirect,
  capture,
  track,
  mark: constantOrSample(FORMS.number!.is, 'match(number)', '3.0'),
  count: (context, cursor) => cursor.done || constantOrSample((text) => /^\d+$/.test(text), 'word')(context, cursor),
  timeout,
  wait,
  pause,
  bandwidth,
  retries,
  service,
};
