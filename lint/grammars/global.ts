import { take, takeAll, takeUnchecked } from '../engine/arguments';
import type { Grammar, Grammars } from '../engine/context';

/** Statuses and ranges of statuses, with `+` or `-` before them. */
const codes: Grammar = ({ report, words }, cursor) => {
  if (cursor.done) {
    return report.missing(words[0], "statuses such as '500-599'");
  }
  for (const { text } of cursor.words.slice(cursor.at)) {
    const ranges = text.split(',').map((part) => /^[+-]?(\d{3})(?:-(\d{3}))?$/.exec(part));
    if (ranges.some((range) => range === null || Number(range[1]) < 100 || Number(range[2] ?? range[1]) > 599)) {
      return report.indeterminate();
    }
  }
  return true;
};

/** Accounts by number; 1.7 and later warn about other values. */
const id: Grammar = (context, cursor) => {
  const word = cursor.next;
  if (!takeAll(context, cursor, 'word')) {
    return false;
  }
  if (!/^-?\d+$/.test(word!.text) && context.from('1.7')) {
    context.report.warn('bad-value', word, `'${word!.text}' is not a number`, "use a number, or 'user' and 'group'");
  }
  return true;
};

/** Up to 3.0 HAProxy only warns about a value that is not a number. */
const reloads: Grammar = ({ report, words }, cursor) => {
  if (words.length !== 2 || (Number.parseInt(cursor.text, 10) || 0) < 0) {
    report.warn(
      'bad-value',
      cursor.next ?? words[0],
      "'mworker-max-reloads' needs a number of 0 or more",
      'add the number',
    );
  }
  cursor.at = words.length;
  return true;
};

/** More threads than processors make 2.9 and later warn, and the machine is not in the file. */
const threads: Grammar = (context, cursor) =>
  takeAll(context, cursor, 'num(1..64) /3.1 num(1..1024)') &&
  (!context.from('2.9') || Number(cursor.last!.text) <= 2 || context.report.indeterminate());

/** A file that is missing makes some branches warn. */
const stateFile: Grammar = (context, cursor) =>
  take(context, cursor, 'word') && (context.from('2.9') || context.report.indeterminate());

/** What a set of processors comes to depends on the machine; the warning about it is of 2.9. */
const cpuMap: Grammar = (context, cursor) => {
  const { report, words } = context;
  const word = cursor.next;
  if (words.length < 3) {
    return report.missing(words[0], 'threads and processors');
  }
  if (cursor.text.startsWith('auto:') && !context.from('1.8')) {
    return report.tooNew(word, 'auto:', '1.8');
  }
  return /^[a-z0-9:/-]+$/.test(cursor.text)
    ? takeUnchecked(context, cursor)
    : report.invalid(word, 'a set of threads', "use a number, a range, 'all', 'odd' or 'even'");
};

/** The grammars of the global section. */
export const GLOBAL_GRAMMARS: Grammars = { codes, 'cpu-map': cpuMap, id, reloads, threads, 'state-file': stateFile };
