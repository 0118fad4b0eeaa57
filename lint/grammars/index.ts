import type { Grammars } from '../engine/context';
import { KEYWORDS } from '../keywords';
import { grammarsOf } from '../keywords/notation';
import { checkAcl } from './acl';
import { GLOBAL_GRAMMARS } from './global';
import { CHECK_GRAMMARS } from './health-check';
import { PROXY_GRAMMARS } from './proxy';
import { RULE_GRAMMARS } from './rule-actions';
import { SECTION_GRAMMARS } from './sections';
import { SERVER_GRAMMARS } from './server';
import { WORD_GRAMMARS } from './server-options';
import { TABLE_GRAMMARS } from './stick-table';

/** The grammars that the tables name with `@`. */
export const GRAMMARS: Grammars = {
  ...CHECK_GRAMMARS,
  ...GLOBAL_GRAMMARS,
  ...RULE_GRAMMARS,
  ...SECTION_GRAMMARS,
  ...SERVER_GRAMMARS,
  ...TABLE_GRAMMARS,
  ...WORD_GRAMMARS,
  ...PROXY_GRAMMARS,
  acl: checkAcl,
};

/**
 * Checks that every grammar exists that a table names.
 *
 * @throws when one does not
 */
export function checkGrammars(keywords: typeof KEYWORDS, grammars: Grammars): void {
  for (const { table, words, args, result } of keywords) {
    if (result !== undefined || !args.includes('@')) {
      continue;
    }
    const missing = grammarsOf(args).find((name) => !Object.hasOwn(grammars, name));
    if (missing !== undefined) {
      throw new Error(`the table '${table}' names a grammar that does not exist: @${missing} at '${words}'`);
    }
  }
}

checkGrammars(KEYWORDS, GRAMMARS);
