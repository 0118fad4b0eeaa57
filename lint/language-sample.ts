import { factOf, lifeOn } from './keywords';
import { type Checkpoint, isAvailable, momentsOf } from './keywords/checkpoints';
import { readExpression, takeExpression } from './language-expression';
import type { Cursor, Judge } from './language-judge';
import { lookup } from './lookup';
import type { Word } from './words';

export { judgeAcl, judgeCondition } from './language-condition';

/** Judges the sample expression of one or more words that comes next. */
export function judgeExpression(judge: Judge, cursor: Cursor, place: string | undefined): boolean {
  const word = cursor.take();
  if (word === undefined) {
    return judge.error('missing-value', cursor.last, `'${cursor.last?.text}' needs a sample expression`, 'write one');
  }
  const read = readExpression(judge, word, takeExpression(judge, cursor, word));
  if (read.unsure) {
    return judge.unsure();
  }
  const wrong = read.wrong ?? (read.rest === '' ? undefined : `'${read.rest}' after the expression means nothing`);
  if (wrong !== undefined) {
    return judge.error('bad-value', word, wrong, 'write a sample expression that this branch has');
  }
  judge.sample = { type: read.type, origins: read.origins };
  return judgeMoment(judge, word, read.fact?.words ?? '', read.origins, momentsOf(place, judge.kind, judge.branch));
}

function judgeMoment(
  judge: Judge,
  word: Word,
  name: string,
  origins: readonly string[],
  moments: readonly Checkpoint[] | undefined,
  log = false,
): boolean {
  if (moments === undefined || moments.length === 0 || isAvailable(origins, moments)) {
    return true;
  }
  return refuse(
    judge,
    word,
    `'${name}' is not there yet, or no more, at this point`,
    'take a sample that is there',
    log,
  );
}

/** What is wrong in a log format is refused; 1.6 only warns. */
function refuse(judge: Judge, word: Word, message: string, mend: string, log: boolean): boolean {
  if (!log || judge.from('1.7')) {
    return judge.error('bad-value', word, message, mend);
  }
  judge.warn('bad-value', word, message, mend);
  return true;
}

/** Judges a log format: its variables and its `%[…]`. */
export function judgeFormat(judge: Judge, word: Word, place: string | undefined): boolean {
  const text = word.text;
  let at = text.indexOf('%');
  while (at >= 0) {
    const after = text[at + 1];
    if (after === undefined) {
      return refuse(
        judge,
        word,
        "'%' at the end begins a variable, and no name follows",
        "write '%%' for the character",
        true,
      );
    }
    if (after === '%') {
      at = text.indexOf('%', at + 2);
      continue;
    }
    const [all, , flags] = /^%(\([^)]*\))?(\{[^}]*\})?/.exec(text.slice(at))!;
    // Up to 2.9 what stands in these brackets is passed over; since then it is the name of a field.
    if (judge.from('3.0') && /^%\([^)]*[^\w:)-]/.test(all)) {
      const message = `'${all}' has a character that the name of a field cannot have`;
      return judge.error('bad-value', word, message, 'use letters, digits and _');
    }
    if (flags !== undefined && !judgeFlags(judge, flags)) {
      return false;
    }
    const begin = at + all.length;
    const end = text[begin] === '[' ? judgeInside(judge, word, begin, place) : judgeAlias(judge, word, begin);
    if (end === undefined) {
      return false;
    }
    at = text.indexOf('%', end);
  }
  return true;
}

const FLAGS = lookup<string>({
  Q: '1.6',
  X: '1.6',
  E: '1.6',
  M: '1.6',
  bin: '3.0',
  json: '3.0',
  cbor: '3.0',
});

function judgeFlags(judge: Judge, flags: string): boolean {
  const names = flags
    .slice(1, -1)
    .split(',')
    .filter((flag) => flag !== '');
  return names.every((name) => {
    const since = FLAGS[name.replace(/^[+-]|:.*$/g, '')];
    return since !== undefined && judge.from(since) ? true : judge.unsure();
  });
}

/** The end of `%[…]`, or nothing when it is refused. */
function judgeInside(judge: Judge, word: Word, begin: number, place: string | undefined): number | undefined {
  const inside = word.text.slice(begin + 1);
  const read = readExpression(judge, word, inside.trimStart());
  if (read.unsure) {
    judge.unsure();
    return word.text.length;
  }
  const rest = read.rest.trimStart();
  const wrong = read.wrong ?? (rest.startsWith(']') ? undefined : "']' is missing");
  if (wrong !== undefined) {
    return refuse(judge, word, wrong, 'write a sample expression that this branch has', true)
      ? word.text.length
      : undefined;
  }
  if (read.origins.some((origin) => origin.startsWith('raw-')) && place?.startsWith('http-') && judge.from('2.4')) {
    judge.warn(
      'bad-value',
      word,
      `'${read.fact?.words}' is about raw bytes, and is ignored in HTTP rules`,
      'take a sample of HTTP',
    );
  }
  const fine = judgeMoment(
    judge,
    word,
    read.fact?.words ?? '',
    read.origins,
    momentsOf(place, judge.kind, judge.branch),
    true,
  );
  return fine ? word.text.length - rest.length + 1 : undefined;
}

/** The end of a variable such as `%ci`, or nothing when it is refused. */
function judgeAlias(judge: Judge, word: Word, begin: number): number | undefined {
  const [name] = /^[A-Za-z]*/.exec(word.text.slice(begin))!;
  // Variables end where no letter follows: HAProxy takes the whole run of letters.
  const fact = factOf('log-alias', [name]);
  if (name === '' || fact === undefined) {
    const message = `'%${name}' is no variable of a log format`;
    return refuse(judge, word, message, "write one that exists, or '%%' for the character", true)
      ? word.text.length
      : undefined;
  }
  if (lifeOn(fact, judge.branch) === 'too-new') {
    const message = `'%${name}' exists from HAProxy ${fact.since} on, and this is for ${judge.branch}`;
    return refuse(judge, word, message, `take it out, or run HAProxy ${fact.since} or later`, true)
      ? word.text.length
      : undefined;
  }
  if (!judge.alive(fact, word, `%${name}`)) {
    return undefined;
  }
  if (fact.places[0] === 'http' && !judge.from('3.1') && judge.proxy !== undefined && judge.proxy.kind !== 'defaults') {
    // The mode may stand below this line: judged at the end.
    judge.proxy.httpFormats.push({ line: judge.line, word, name });
  }
  return begin + name.length;
}
