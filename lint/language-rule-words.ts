import { itemsOn } from './keywords/signature';
import { judgeItems } from './language-args';
import { noMore } from './language-follow';
import type { Cursor, Judge } from './language-judge';

/** The rule sets whose name has a second word. */
export const TWO_WORDS = new Set(['tcp-request', 'tcp-response']);

/** Puts the rule set into the signature, so that samples and conditions know where they stand. */
export const placed = (args: string, set: string): string =>
  args.replace(/\b(fmt|expr|cond!?)(?!\()(?=[\s\]]|$)/g, `$1(${set})`);

/** The rule set of the line, such as `tcp-request/content`. */
export const place = (judge: Judge): string => {
  const [first, second] = judge.words;
  return TWO_WORDS.has(first!.text) ? `${first!.text}/${second!.text}` : first!.text;
};

/** Judges the next words by a signature, at the place of the rule set. */
export const follow = (judge: Judge, cursor: Cursor, notation: string): boolean =>
  judgeItems(judge, cursor, itemsOn(placed(notation, place(judge)), judge.branch), {});

/** Judges the condition at the end of a rule. */
export const finish = (judge: Judge, cursor: Cursor): boolean => follow(judge, cursor, 'cond') && noMore(judge, cursor);
