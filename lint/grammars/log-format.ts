import type { Context } from '../engine/context';
import { availabilityOn, keywordOf } from '../keywords';
import type { Word } from '../model';
import { CHECKPOINT_HELP, checkpointWrong, EXPRESSION_HELP, readExpression } from './expression';

/** Checks a log format: its variables and its `%[…]`. */
export function checkFormat(context: Context, word: Word, place: string | undefined): boolean {
  const { report } = context;
  const { text } = word;
  let at = text.indexOf('%');
  while (at >= 0) {
    const after = text[at + 1];
    if (after === undefined) {
      return refuse(context, word, "'%' at the end lacks the name of a variable", PERCENT_HELP);
    }
    if (after === '%') {
      at = text.indexOf('%', at + 2);
      continue;
    }
    const [all, , flags = ''] = /^%(\([^)]*\))?(\{[^}]*\})?/.exec(text.slice(at))!;
    // Up to 2.9 HAProxy ignores the text in these brackets; since then it is the name of a field.
    if (context.from('3.0') && /^%\([^)]*[^\w:)-]/.test(all)) {
      const message = `'${all}' has a character that the name of a field cannot have`;
      return report.error('bad-value', word, message, 'use letters, digits and _');
    }
    checkFlags(context, flags);
    const begin = at + all.length;
    const end = text[begin] === '[' ? endOfSample(context, word, begin, place) : endOfAlias(context, word, begin);
    if (typeof end === 'boolean') {
      return end;
    }
    at = text.indexOf('%', end);
  }
  return true;
}

const PERCENT_HELP = "use a valid variable, or '%%' for the character";

/** HAProxy refuses an error in a log format; 1.6 only warns. */
function refuse(context: Context, word: Word, message: string, help: string): boolean {
  context.report.add(context.severity('1.7'), 'bad-value', word, message, help);
  return !context.from('1.7');
}

function checkFlags(context: Context, flags: string): void {
  const names = flags.slice(1, -1).split(',');
  for (const name of names.map((flag) => flag.replace(/^[+-]|:.*$/g, ''))) {
    if (name !== '' && !context.hasWord('log-flag', name)) {
      context.report.indeterminate();
    }
  }
}

/** The end of `%[…]`, or the verdict on a format that is not read further. */
function endOfSample(context: Context, word: Word, begin: number, place: string | undefined): number | boolean {
  const inside = word.text.slice(begin + 1);
  const read = readExpression(context, word, inside.trimStart());
  if (read.indeterminate) {
    return context.report.indeterminate();
  }
  const rest = read.rest.trimStart();
  const wrong = read.wrong ?? (rest.startsWith(']') ? undefined : "']' is missing");
  if (wrong !== undefined) {
    return refuse(context, word, wrong, EXPRESSION_HELP);
  }
  if (read.origins.some((origin) => origin.startsWith('raw-')) && place?.startsWith('http-') && context.from('2.4')) {
    const message = `'${read.keyword?.words}' reads raw bytes, and is ignored in HTTP rules`;
    context.report.warn('bad-value', word, message, 'use a sample of HTTP');
  }
  const checkpoint = checkpointWrong(context, read, place);
  return checkpoint === undefined || refuse(context, word, checkpoint, CHECKPOINT_HELP)
    ? word.text.length - rest.length + 1
    : false;
}

/** The end of a variable such as `%ci`, or the verdict on a format that is not read further. */
function endOfAlias(context: Context, word: Word, begin: number): number | boolean {
  const { proxy, report, version } = context;
  // HAProxy reads all consecutive letters as the name.
  const [name] = /^[A-Za-z]*/.exec(word.text.slice(begin))!;
  const keyword = keywordOf('log-alias', [name]);
  if (name === '' || keyword === undefined) {
    return refuse(context, word, `'%${name}' is not a variable of a log format`, PERCENT_HELP);
  }
  if (availabilityOn(keyword, version) === 'too-new') {
    return refuse(context, word, report.existsFrom(`%${name}`, keyword.since), PERCENT_HELP);
  }
  if (!context.checkAvailability(keyword, word, `%${name}`)) {
    return false;
  }
  if (keyword.places[0] === 'http' && !context.from('3.0') && proxy !== undefined && proxy.kind !== 'defaults') {
    // A later line may set the mode: checked at the end.
    proxy.httpFormats.push({ line: report.line, word, name });
  }
  return begin + name.length;
}
