import { itemsOn } from './keywords/signature';
import { judgeArguments, judgeItems } from './language-args';
import type { Cursor, Judge } from './language-judge';

/** Judges the rest of a line by a signature without grammars. */
export const follow = (judge: Judge, cursor: Cursor, notation: string): boolean =>
  judgeArguments(judge, cursor, notation, {});

/** Judges the next words by a signature without grammars, and leaves what follows. */
export const begin = (judge: Judge, cursor: Cursor, notation: string): boolean =>
  judgeItems(judge, cursor, itemsOn(notation, judge.branch), {});

/** Refuses words that are left over. */
export function noMore(judge: Judge, cursor: Cursor): boolean {
  return cursor.done || judge.error('extra-word', cursor.next, `'${cursor.text}' is one word too many`, 'take it out');
}
