import { factOf } from './keywords';
import { ACTION_GRAMMARS, judgeRedirect, judgeStatsRule } from './language-actions';
import { type Grammar, judgeArguments } from './language-args';
import { variableWrong } from './language-expression';
import type { Cursor, Judge } from './language-judge';
import { INSPECT_DELAY } from './language-proxy';
import { judgeHttpError } from './language-reply';
import { placed, TWO_WORDS } from './language-rule-words';

/** Actions that take something in brackets, and those that only begin with their name. */
const PREFIXES = ['(', ''] as const;

/** Judges a rule: `http-request ACTION …`, `tcp-request content ACTION …` and the like. */
export const judgeRule: Grammar = (judge, cursor) => {
  const [first, second] = judge.words;
  const deep = TWO_WORDS.has(first!.text);
  if (deep && second?.text === 'inspect-delay') {
    cursor.at = 2;
    judge.proxy?.has.set(INSPECT_DELAY, { line: judge.line, words: judge.words });
    return judgeArguments(judge, cursor, 'time cond', ACTION_GRAMMARS);
  }
  const set = deep ? `${first!.text}/${second?.text ?? ''}` : first!.text;
  cursor.at = deep ? 2 : 1;
  if (deep && !/^tcp-(request\/(connection|session|content)|response\/content)$/.test(set)) {
    return judge.error(
      'bad-value',
      second ?? first,
      `'${first!.text}' is not followed by '${second?.text ?? ''}'`,
      "write 'content' or another rule set",
    );
  }
  if (set === 'tcp-request/session' && !judge.from('1.7')) {
    return judge.error(
      'too-new',
      second,
      "'tcp-request session' exists from HAProxy 1.7 on, and this is for 1.6",
      'take it out, or run HAProxy 1.7 or later',
    );
  }
  if (judge.kind === 'backend' && /connection|session/.test(set)) {
    return judge.error(
      'wrong-section',
      first,
      `'${set.replace('/', ' ')}' does not stand in a 'backend' section`,
      'move it to a frontend',
    );
  }
  return judgeAction(judge, cursor, set);
};

function judgeAction(judge: Judge, cursor: Cursor, set: string): boolean {
  const word = cursor.take();
  const title = set.replace('/', ' ');
  if (word === undefined) {
    // Content rules without an action are as old as the keyword.
    return judge.error('missing-value', cursor.last, `'${title}' needs an action`, 'write one');
  }
  const [name] = /^[^(]*/.exec(word.text)!;
  const track = /^track-sc\d+$/.test(name);
  const base = track ? 'track-sc' : name;
  const brackets = word.text.includes('(');
  const fact = PREFIXES.map((end) => factOf('rule', [`${base}${end}`], judge.branch, set)).find((f) => f !== undefined);
  if (fact === undefined) {
    const elsewhere = PREFIXES.some((end) => factOf('rule', [`${base}${end}`]) !== undefined);
    const message = elsewhere ? `'${name}' is no action of '${title}'` : `'${name}' is no action`;
    return elsewhere && fact === undefined
      ? judge.error('wrong-section', word, message, 'use another action')
      : judge.error('unknown-directive', word, message, 'use an action that exists');
  }
  if (!judge.alive(fact, word, `${title} ${name}`)) {
    return false;
  }
  if (fact.words.endsWith('(') !== brackets) {
    return brackets
      ? judge.error('bad-value', word, `'${name}' takes nothing in brackets`, 'take them out')
      : judge.error('missing-value', word, `'${name}' needs something in brackets`, `write '${name}(…)'`);
  }
  if (brackets && !judgeBrackets(judge, word.text, name, set)) {
    return false;
  }
  if (name === 'switch-mode' && judge.proxy !== undefined) {
    judge.proxy.upgrades = true;
  }
  if (track && Number(name.slice(8)) >= judge.counters) {
    const message = `'${name}': there are only track-sc0 to track-sc${judge.counters - 1}`;
    const mend = judge.from('2.8') ? "use one of them, or raise 'tune.stick-counters'" : 'use one of them';
    return judge.error('bad-value', word, message, mend);
  }
  return judgeArguments(judge, cursor, placed(fact.args, set), ACTION_GRAMMARS);
}

/** When a variable is set, from 2.6 on. Source: `vars_parse_cond…`. */
const WHEN: ReadonlySet<string> = new Set(
  'ifexists ifnotexists ifempty ifnotempty ifset ifnotset ifgt iflt'.split(' '),
);

function judgeBrackets(judge: Judge, text: string, name: string, set: string): boolean {
  const word = judge.words.find((w) => w.text === text)!;
  const inside = text.slice(name.length + 1).replace(/\)$/, '');
  if (!text.endsWith(')')) {
    return judge.error('bad-value', word, `')' is missing after '${text}'`, 'add it');
  }
  if (/^(un)?set-var/.test(name)) {
    const [variable = '', ...conditions] = inside.split(',');
    const wrong = variableWrong(variable, judge);
    if (wrong !== undefined) {
      return judge.error('bad-value', word, wrong, "begin it with 'txn.', 'req.', 'res.' or 'sess.'");
    }
    if (conditions.length === 0 || (/^set/.test(name) && judge.from('2.6') && conditions.every((c) => WHEN.has(c)))) {
      return true;
    }
    const mend = judge.from('2.6') ? `write ${[...WHEN].join(', ')}` : 'take it out, or run HAProxy 2.6 or later';
    return judge.error('bad-value', word, `'${conditions.join(',')}' is no condition for '${name}'`, mend);
  }
  if (name === 'do-resolve') {
    const [, section, family] = inside.split(',').map((part) => part.trim());
    if (section !== undefined) {
      judge.refer('resolvers', word, section);
    }
    return family === undefined || /^ipv[46]$/.test(family)
      ? section !== undefined ||
          judge.error(
            'bad-value',
            word,
            "'do-resolve' needs a variable and a resolvers section",
            'write them in the brackets',
          )
      : judge.error('bad-value', word, `'${family}' is neither 'ipv4' nor 'ipv6'`, 'write one of them');
  }
  return set === '' || name.startsWith('sc-') ? inside !== '' : judge.unsure();
}

/** The grammars of rules, for the tables. */
export const RULE_GRAMMARS: Readonly<Record<string, Grammar>> = {
  rule: (judge, cursor) =>
    judge.words[0]!.text === 'redirect' ? judgeRedirect(judge, cursor) : judgeRule(judge, cursor),
  'http-error': judgeHttpError,
  'stats-rule': judgeStatsRule,
};
