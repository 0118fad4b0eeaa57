import type { Rule } from '../finding';
import type { LanguageRule } from '../language-judge';
import { RULES } from '.';

/** What is told of a rule besides its findings. */
export type About = Pick<Rule, 'severity' | 'why' | 'link'>;

const MANUAL = 'https://docs.haproxy.org/3.2/configuration.html';

const said = (why: string, link = MANUAL, severity: About['severity'] = 'error'): About => ({ severity, why, link });

/** What the branch itself says about the language: `haproxy -c` refuses the file, or warns. */
const LANGUAGE: Readonly<Record<LanguageRule, About>> = {
  'unknown-directive': said('HAProxy refuses a file with a word that it does not know, and does not start.'),
  'too-new': said('The word came with a later branch: this one refuses the file, and does not start.'),
  'removed-directive': said(
    'The word was taken out: from that branch on HAProxy refuses the file, and does not start.',
  ),
  'deprecated-directive': said('The word still works, and a later branch will refuse it.', MANUAL, 'warning'),
  'wrong-section': said('The word has no meaning in this kind of section: HAProxy refuses the file.', `${MANUAL}#4.1`),
  'ignored-directive': said('HAProxy takes the line and does nothing with it.', `${MANUAL}#4.1`, 'warning'),
  'bad-value': said('HAProxy takes no such value, or takes it and does something else.'),
  'missing-value': said('The line is not complete: HAProxy refuses the file.'),
  'extra-word': said('HAProxy refuses a line with words that mean nothing to it.'),
  'unknown-reference': said('The line names something that is nowhere in the configuration: HAProxy refuses it.'),
  'duplicate-name': said('Two things of one name cannot be told apart: HAProxy refuses them, or uses one alone.'),
  incomplete: said('Something that belongs to it is missing, in the files that were given.', MANUAL, 'warning'),
  'bad-line': said('The line cannot be read as it stands.', `${MANUAL}#2.2`),
};

const VERSION: Readonly<Record<string, About>> = {
  'end-of-life': said('A branch at its end of life gets no security fixes.', 'https://www.haproxy.org/', 'warning'),
  'faulty-release': said(
    'This release has a known fault that touches the following of DNS.',
    'https://www.haproxy.org/bugs/',
    'warning',
  ),
};

/** Every rule, by id: those about meaning, those about the version, and those of the language. */
export const ABOUT: Readonly<Record<string, About>> = { ...RULES, ...VERSION, ...LANGUAGE };

/** What is told of a rule. */
export function aboutRule(id: string): Pick<About, 'why' | 'link'> {
  const { why, link } = ABOUT[id]!;
  return { why, link };
}
