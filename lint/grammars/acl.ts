import { isIP } from 'node:net';
import type { Context } from '../engine/context';
import type { Acl } from '../engine/state';
import { keywordOf } from '../keywords';
import { checkpointsOf, isAvailable } from '../keywords/checkpoints';
import type { Word } from '../model';
import { Cursor } from '../syntax/cursor';
import { readExpression, takeExpression } from './expression';

/** Checks `if …` or `unless …` at the end of a line. */
export function checkCondition(context: Context, cursor: Cursor, place: string | undefined, needed: boolean): boolean {
  const { report } = context;
  if (cursor.done) {
    return !needed || report.missing(cursor.last, "a condition: 'if' or 'unless' and ACLs");
  }
  const begin = cursor.next;
  if (!cursor.takes('if', 'unless')) {
    const message = `expected 'if' or 'unless' instead of '${begin?.text}'`;
    return report.error('extra-word', begin, message, 'remove it');
  }
  while (!cursor.done) {
    if (!cursor.takes('or', '||', 'OR', 'Or', 'oR') && !checkTerm(context, cursor, place)) {
      return false;
    }
  }
  return true;
}

function checkTerm(context: Context, cursor: Cursor, place: string | undefined): boolean {
  const { proxy, report } = context;
  while (cursor.takes('!')) {
    // Each `!` negates the term.
  }
  const word = cursor.take();
  if (word === undefined) {
    return true;
  }
  const name = word.text.replace(/^!+/, '');
  if (name === '{') {
    const from = cursor.at;
    const close = cursor.words.findIndex(({ text }, i) => i >= from && text === '}');
    if (close < 0) {
      const message = "'{' is not closed: '}' must be a separate word";
      return report.error('bad-line', word, message, "add '}' with a blank before it");
    }
    const acl = readCriterion(context, new Cursor(cursor.words.slice(0, close), from));
    cursor.at = close + 1;
    return acl !== undefined && warnAtCheckpoint(context, word, 'this ACL', acl.origins, place);
  }
  if (word.unresolvedVariable) {
    return report.indeterminate();
  }
  const own = proxy?.acls.get(name);
  if (own !== undefined) {
    return warnAtCheckpoint(context, word, `'${name}'`, own.origins, place);
  }
  const predefined = keywordOf('predefined-acl', [name]);
  if (predefined !== undefined && context.from(predefined.since)) {
    return warnAtCheckpoint(context, word, `'${name}'`, [predefined.places], place);
  }
  if (proxy === undefined) {
    return report.indeterminate();
  }
  return report.error(
    'unknown-reference',
    word,
    `the ACL '${name}' is not declared above this line`,
    `declare '${name}' with an 'acl' line`,
  );
}

/** Warns about an ACL that never matches, because its sample is not available. Records those about raw bytes. */
function warnAtCheckpoint(
  { branch, kind, proxy, report }: Context,
  word: Word,
  name: string,
  origins: Acl['origins'],
  place: string | undefined,
): true {
  if (origins.flat().some((origin) => origin.startsWith('raw-'))) {
    proxy?.rawSamples.push({ line: report.line, word });
  }
  const checkpoints = checkpointsOf(place, kind, branch) ?? [];
  if (checkpoints.length > 0 && origins.some((each) => !isAvailable(each, checkpoints))) {
    const message = `${name} never matches here: its sample is not available at this point`;
    report.warn('bad-value', word, message, 'use a sample that is available there');
  }
  return true;
}

/** Checks an `acl` line after its name, and keeps the ACL for the conditions below it. */
export function checkAcl(context: Context, cursor: Cursor): boolean {
  const { proxy, report } = context;
  const name = cursor.take();
  if (name === undefined || cursor.done) {
    return report.missing(cursor.last, 'a name and a criterion', 'acl');
  }
  if (name.text === 'or' && context.from('2.2')) {
    return report.error('bad-value', name, "an ACL cannot have the name 'or'", 'give it another name');
  }
  if (!/^[A-Za-z0-9_.:-]+$/.test(name.text)) {
    return report.badName(name, 'an ACL');
  }
  const acl = readCriterion(context, cursor);
  const before = proxy?.acls.get(name.text)?.origins ?? [];
  if (acl !== undefined) {
    proxy?.acls.set(name.text, { origins: [...before, ...acl.origins] });
  }
  return acl !== undefined;
}

/** Types with a default match method. */
const MATCHES = new Set(['bool', 'sint', 'ipv4', 'ipv6', 'addr', 'str']);

/** Reads a criterion, its flags and its values; undefined if HAProxy refuses it. */
function readCriterion(context: Context, cursor: Cursor): Acl | undefined {
  const { report } = context;
  const word = cursor.take();
  if (word === undefined) {
    report.missing(cursor.last, 'a criterion');
    return undefined;
  }
  const read = readExpression(context, word, takeExpression(context, cursor, word), true);
  if (read.indeterminate) {
    report.indeterminate();
    return { origins: [['always']] };
  }
  const wrong = read.wrong ?? (read.rest === '' ? undefined : `'${read.rest}' after the criterion is not valid`);
  if (wrong !== undefined) {
    report.error('bad-value', word, wrong, 'use a criterion of this branch');
    return undefined;
  }
  if (cursor.done && read.type !== 'bool') {
    const message = `'${word.text}' never matches: it has no value to compare with`;
    report.warn('incomplete', word, message, "add values, or '-m found', or '--' if this is intended");
  }
  const method = takeFlags(context, cursor);
  if (method === undefined) {
    return undefined;
  }
  const named = keywordOf('criterion', [/^[^(,]*/.exec(word.text)![0]], context.branch);
  if (method === '' && named === undefined && !MATCHES.has(read.type)) {
    const message = `'${word.text}' gives no text, number or address, and needs a match method`;
    report.error('bad-value', word, message, "add '-m str' or another");
    return undefined;
  }
  const converted = word.text.includes('),') || /^[^(]*,/.test(word.text);
  const own = named === undefined || converted ? read.type : named.result!;
  return checkPatterns(context, cursor, method === '' ? own : method) ? { origins: [read.origins] } : undefined;
}

/** Takes the flags of a criterion. Returns the match method, an empty text without one, undefined if refused. */
function takeFlags(context: Context, cursor: Cursor): string | undefined {
  const { report } = context;
  let method = '';
  while (/^-[a-zA-Z-]/.test(cursor.text)) {
    const flag = cursor.take()!;
    if (flag.text === '--') {
      break;
    }
    if (flag.text === '-m') {
      const word = cursor.take();
      if (word === undefined || !context.hasWord('acl-match', word.text)) {
        const help = 'use str, beg, end, sub, reg, found, int, ip or another';
        report.invalid(word ?? flag, "a way to match after '-m'", help, word?.text ?? '');
        return undefined;
      }
      method = word.text;
    } else if (/^-[fuM]$/.test(flag.text)) {
      cursor.take();
      report.indeterminate();
    } else if (!/^-[in]$/.test(flag.text)) {
      report.invalid(flag, 'a flag of an ACL', "use '--' before a value that begins with '-'");
      return undefined;
    }
  }
  return method;
}

/** Whether a network has a number that is too large, or too many of them. */
function isBeyond(text: string): boolean {
  const [, address, bits] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  const dotted = /^\d+(\.\d+){3,}(\/|$)/.test(text) && isIP(text.split('/')[0]!) === 0;
  return dotted || (bits !== undefined && isIP(address!) !== 0 && Number(bits) > (isIP(address!) === 4 ? 32 : 128));
}

/** An operator, a number or a range; of versions such as `3.0-3.1` too. */
const NUMBERS = /^(eq|ge|gt|le|lt|-?\d*[:.]?-?\d*|\d+\.\d+[-:]\d+(\.\d+)?)$/;

function checkPatterns({ report }: Context, cursor: Cursor, how: string): boolean {
  const isNumber = /^(int|sint|len)$/.test(how);
  const isAddress = /^(ip|ipv4|ipv6|addr)$/.test(how);
  for (; !cursor.done; cursor.take()) {
    const word = cursor.next!;
    if (word.unresolvedVariable) {
      report.indeterminate();
    } else if (isNumber && !NUMBERS.test(word.text)) {
      return report.invalid(word, 'a number, a range or an operator');
    } else if (isAddress && isBeyond(word.text)) {
      return report.invalid(word, 'a network', "use one such as '10.0.0.0/8'");
    } else if (isAddress && !/^[0-9a-fA-F.:]+(\/[0-9.]+)?$/.test(word.text)) {
      // A name is looked up.
      report.indeterminate();
    }
  }
  return true;
}
