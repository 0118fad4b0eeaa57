import { take, takeEnd } from '../engine/arguments';
import type { Context } from '../engine/context';
import type { Cursor } from '../syntax/cursor';

/** The rule sets whose name has a second word. */
export const TWO_WORDS = new Set(['tcp-request', 'tcp-response']);

/** The rule set of the line, such as `tcp-request/content`. */
export const placeOf = ({ words: [first, second] }: Context): string =>
  TWO_WORDS.has(first!.text) ? `${first!.text}/${second?.text ?? ''}` : first!.text;

const known = new Map<string, string>();

/** Puts the place of a rule into a signature, for its samples and conditions. */
export function placed(notation: string, place: string): string {
  const key = `${place} ${notation}`;
  const found = known.get(key) ?? notation.replace(/\b(fmt|expr|cond!?)(?!\()(?=[\s\],}]|$)/g, `$1(${place})`);
  known.set(key, found);
  return found;
}

/** Checks the next words against a signature whose samples and conditions belong to the rule set. */
export const takeInRule = (context: Context, cursor: Cursor, notation: string, place = placeOf(context)): boolean =>
  take(context, cursor, placed(notation, place));

/** Checks the condition at the end of a rule. */
export const finish = (context: Context, cursor: Cursor): boolean =>
  takeInRule(context, cursor, 'cond') && takeEnd(context, cursor);
