import { isIP } from 'node:net';
import { factOf } from './keywords';
import { type Checkpoint, isAvailable, momentsOf } from './keywords/checkpoints';
import { readExpression, takeExpression } from './language-expression';
import { type Cursor, type Judge, Cursor as Reader } from './language-judge';
import { lookup } from './lookup';
import type { Word } from './words';

/** ACLs that every section has without declaring them. Source: `default_acl_list` of `src/acl.c`. */
const DECLARED = lookup<readonly [since: string, origin: string]>({
  TRUE: ['1.6', 'always'],
  FALSE: ['1.6', 'always'],
  LOCALHOST: ['1.6', 'client'],
  HTTP: ['1.6', 'request'],
  'HTTP_1.0': ['1.6', 'kept-request'],
  'HTTP_1.1': ['1.6', 'kept-request'],
  'HTTP_2.0': ['2.4', 'kept-request'],
  'HTTP_3.0': ['2.9', 'kept-request'],
  METH_CONNECT: ['1.6', 'kept-request'],
  METH_DELETE: ['1.6', 'kept-request'],
  METH_GET: ['1.6', 'kept-request'],
  METH_HEAD: ['1.6', 'kept-request'],
  METH_OPTIONS: ['1.6', 'kept-request'],
  METH_POST: ['1.6', 'kept-request'],
  METH_PUT: ['1.6', 'kept-request'],
  METH_TRACE: ['1.6', 'kept-request'],
  HTTP_URL_ABS: ['1.6', 'request'],
  HTTP_URL_SLASH: ['1.6', 'request'],
  HTTP_URL_STAR: ['1.6', 'request'],
  HTTP_CONTENT: ['1.6', 'request'],
  RDP_COOKIE: ['1.6', 'raw-request'],
  REQ_CONTENT: ['1.6', 'raw-request'],
  WAIT_END: ['1.6', 'always'],
});

/** What an ACL asks for. */
export interface Acl {
  /** Of each expression, where its sample comes from. */
  readonly origins: readonly (readonly string[])[];
}

/** Judges `if …` or `unless …` at the end of a line. */
export function judgeCondition(judge: Judge, cursor: Cursor, place: string | undefined, needed: boolean): boolean {
  if (cursor.done) {
    return needed
      ? judge.error(
          'missing-value',
          cursor.last,
          `'${cursor.last?.text}' needs a condition`,
          "add 'if' or 'unless' and ACLs",
        )
      : true;
  }
  const begin = cursor.next;
  if (!cursor.takes('if', 'unless')) {
    return judge.error(
      'extra-word',
      begin,
      `'${begin?.text}' stands where only 'if' or 'unless' can follow`,
      'take it out',
    );
  }
  while (!cursor.done) {
    if (!cursor.takes('or', '||', 'OR', 'Or', 'oR') && !judgeTerm(judge, cursor, place)) {
      return false;
    }
  }
  return true;
}

function judgeTerm(judge: Judge, cursor: Cursor, place: string | undefined): boolean {
  while (cursor.takes('!')) {
    // Each turns the sense of the term.
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
      return judge.error(
        'bad-line',
        word,
        "'{' is not closed: '}' has to be a word of its own",
        "add '}' with a blank before it",
      );
    }
    const acl = judgeCriterion(judge, new Reader(cursor.words.slice(0, close), from));
    cursor.at = close + 1;
    return acl !== undefined && conflicts(judge, word, 'this ACL', acl.origins, place);
  }
  if (word.open) {
    return judge.unsure();
  }
  const own = judge.proxy?.acls.get(name);
  if (own !== undefined) {
    return conflicts(judge, word, `'${name}'`, own.origins, place);
  }
  const [since, origin] = DECLARED[name] ?? [];
  if (since !== undefined && judge.from(since)) {
    return conflicts(judge, word, `'${name}'`, [[origin!]], place);
  }
  if (judge.proxy === undefined) {
    return judge.unsure();
  }
  return judge.error(
    'unknown-reference',
    word,
    `no ACL '${name}' is declared above this line`,
    'declare it in this section',
  );
}

/** Only warns: the condition is never true, or HAProxy cannot tell. */
function conflicts(judge: Judge, word: Word, name: string, origins: Acl['origins'], place: string | undefined): true {
  if (origins.flat().some((origin) => origin.startsWith('raw-'))) {
    judge.proxy?.rawSamples.push({ line: judge.line, word });
  }
  const moments: readonly Checkpoint[] | undefined = momentsOf(place, judge.kind, judge.branch);
  if (moments !== undefined && moments.length > 0 && origins.some((each) => !isAvailable(each, moments))) {
    judge.warn(
      'bad-value',
      word,
      `${name} never matches here: what it asks for is not there at this point`,
      'take a sample that is there',
    );
  }
  return true;
}

/** Types that have a way to match when none is given. */
const MATCHES = new Set(['bool', 'sint', 'ipv4', 'ipv6', 'addr', 'str']);

const METHODS = lookup<string>({
  found: '1.6',
  bool: '1.6',
  int: '1.6',
  ip: '1.6',
  bin: '1.6',
  len: '1.6',
  str: '1.6',
  beg: '1.6',
  sub: '1.6',
  dir: '1.6',
  dom: '1.6',
  end: '1.6',
  reg: '1.6',
});

/** Judges an `acl` line after its name, and keeps the ACL for the conditions below it. */
export function judgeAcl(judge: Judge, cursor: Cursor): boolean {
  const name = cursor.take();
  if (name === undefined || cursor.done) {
    return judge.error('missing-value', cursor.last, "'acl' needs a name and a criterion", 'write them');
  }
  if (/^(or|and)$/i.test(name.text) && judge.from('2.2')) {
    if (name.text === 'or') {
      return judge.error('bad-value', name, `an ACL cannot be called '${name.text}'`, 'give it another name');
    }
  }
  if (!/^[A-Za-z0-9_.:-]+$/.test(name.text)) {
    return judge.error(
      'bad-value',
      name,
      `'${name.text}' has a character that the name of an ACL cannot have`,
      'use letters, digits, . : _ and -',
    );
  }
  const acl = judgeCriterion(judge, cursor);
  const before = judge.proxy?.acls.get(name.text);
  if (acl !== undefined) {
    judge.proxy?.acls.set(name.text, before === undefined ? acl : { origins: [...before.origins, ...acl.origins] });
  }
  return acl !== undefined;
}

/** Judges a criterion, its flags and its values; nothing when it is refused. */
function judgeCriterion(judge: Judge, cursor: Cursor): Acl | undefined {
  const word = cursor.take();
  if (word === undefined) {
    judge.error('missing-value', cursor.last, 'a criterion is missing', 'write a sample fetch');
    return undefined;
  }
  const text = takeExpression(judge, cursor, word);
  const read = readExpression(judge, word, text, true);
  if (read.unsure) {
    judge.unsure();
    return { origins: [['always']] };
  }
  const wrong = read.wrong ?? (read.rest === '' ? undefined : `'${read.rest}' after the criterion means nothing`);
  if (wrong !== undefined) {
    judge.error('bad-value', word, wrong, 'write a criterion that this branch has');
    return undefined;
  }
  if (cursor.done && read.type !== 'bool') {
    judge.warn(
      'incomplete',
      word,
      `'${word.text}' never matches: it has nothing to match against`,
      "add values, or '-m found', or '--' if it is meant so",
    );
  }
  const method = judgeFlags(judge, cursor);
  if (method === undefined) {
    return undefined;
  }
  const named = factOf('criterion', [/^[^(,]*/.exec(word.text)![0]], judge.branch);
  const how =
    method === ''
      ? named !== undefined && !word.text.includes('),') && !/^[^(]*,/.test(word.text)
        ? named.result!
        : read.type
      : method;
  if (method === '' && named === undefined && !MATCHES.has(read.type)) {
    judge.error(
      'bad-value',
      word,
      `'${word.text}' needs '-m' and a way to match: it gives no text, number or address`,
      "add '-m str' or another",
    );
    return undefined;
  }
  return judgePatterns(judge, cursor, how) ? { origins: [read.origins] } : undefined;
}

/** Takes the flags of a criterion: the way to match when one is given, else an empty text; nothing when refused. */
function judgeFlags(judge: Judge, cursor: Cursor): string | undefined {
  let method = '';
  while (/^-[a-zA-Z-]/.test(cursor.text)) {
    const flag = cursor.take()!;
    if (flag.text === '--') {
      break;
    }
    if (flag.text === '-m') {
      const word = cursor.take();
      const since = METHODS[word?.text ?? ''];
      if (word === undefined || since === undefined) {
        judge.error(
          'bad-value',
          word ?? flag,
          `'${word?.text ?? ''}' after '-m' is no way to match`,
          'write str, beg, end, sub, reg, found, int, ip or another',
        );
        return undefined;
      }
      method = word.text;
    } else if (flag.text === '-f' || flag.text === '-u' || flag.text === '-M') {
      cursor.take();
      judge.unsure();
    } else if (!['-i', '-n'].includes(flag.text)) {
      judge.error(
        'bad-value',
        flag,
        `'${flag.text}' is no flag of an ACL`,
        "write '--' before a value that begins with '-'",
      );
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

const OPERATORS = new Set(['eq', 'ge', 'gt', 'le', 'lt']);

function judgePatterns(judge: Judge, cursor: Cursor, how: string): boolean {
  for (; !cursor.done; cursor.take()) {
    const word = cursor.next!;
    if (word.open) {
      judge.unsure();
    } else if (
      (how === 'int' || how === 'sint' || how === 'len') &&
      !OPERATORS.has(word.text) &&
      !/^-?\d*[:.]?-?\d*$/.test(word.text)
    ) {
      return judge.error(
        'bad-value',
        word,
        `'${word.text}' is neither a number, a range nor an operator`,
        'write one of them',
      );
    } else if (/^(ip|ipv4|ipv6|addr)$/.test(how) && isBeyond(word.text)) {
      return judge.error('bad-value', word, `'${word.text}' is no network`, "write one such as '10.0.0.0/8'");
    } else if (/^(ip|ipv4|ipv6|addr)$/.test(how) && !/^[0-9a-fA-F.:]+(\/[0-9.]+)?$/.test(word.text)) {
      // A name is looked up.
      judge.unsure();
    }
  }
  return true;
}
