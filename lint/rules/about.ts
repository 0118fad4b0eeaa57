import type { LanguageRule } from '../engine/diagnostics';
import type { Rule } from '../finding';
import { RULES } from '.';

/** What is told of a rule besides its findings. */
export type About = Omit<Rule, 'find'>;

const MANUAL = 'https://docs.haproxy.org/3.2/configuration.html';

const said = (why: string, mend: string, link = MANUAL, severity: About['severity'] = 'error'): About => ({
  severity,
  why,
  mend,
  link,
});

/** What the branch itself says about the language: `haproxy -c` refuses the file, or warns. */
export const LANGUAGE: Readonly<Record<LanguageRule, About>> = {
  'unknown-directive': said(
    'HAProxy refuses a file with a word that it does not know, and does not start.',
    'correct the word, or take it out',
  ),
  'too-new': said(
    'The word came with a later branch: this one refuses the file, and does not start.',
    'run the branch that has it, or take it out',
  ),
  'removed-directive': said(
    'The word was taken out: from that branch on HAProxy refuses the file, and does not start.',
    'write what came in its place, or take it out',
  ),
  'deprecated-directive': said(
    'The word still works, and a later branch will refuse it.',
    'write what came in its place, or take it out',
    MANUAL,
    'warning',
  ),
  'wrong-section': said(
    'The word has no meaning in this kind of section: HAProxy refuses the file.',
    'move the line to a section that takes it',
    `${MANUAL}#4.1`,
  ),
  'ignored-directive': said(
    'HAProxy takes the line and does nothing with it.',
    'take the line out, or move it to where it has a meaning',
    `${MANUAL}#4.1`,
    'warning',
  ),
  'bad-value': said(
    'HAProxy takes no such value, or takes it and does something else.',
    'give a value that the message names',
  ),
  'missing-value': said('The line is not complete: HAProxy refuses the file.', 'add what the message names'),
  'extra-word': said('HAProxy refuses a line with words that mean nothing to it.', 'take the word out'),
  'unknown-reference': said(
    'The line names something that is nowhere in the configuration: HAProxy refuses it.',
    'correct the name, or give all files of the configuration',
  ),
  'duplicate-name': said(
    'Two things of one name cannot be told apart: HAProxy refuses them, or uses one alone.',
    'give one of them another name',
  ),
  incomplete: said(
    'Something that belongs to it is missing, in the files that were given.',
    'add it, or give all files of the configuration',
    MANUAL,
    'warning',
  ),
  'bad-line': said(
    'The line cannot be read as it stands.',
    'close what is open, and protect what is not meant',
    `${MANUAL}#2.2`,
  ),
};

/** What is known of the version that reads the file. */
export const VERSION: Readonly<Record<string, About>> = {
  'end-of-life': said(
    'A branch at its end of life gets no security fixes.',
    'run a branch with long-term support',
    'https://www.haproxy.org/',
    'warning',
  ),
  'faulty-release': said(
    'This release has a known fault that touches the following of DNS.',
    'run a later release of the branch',
    'https://www.haproxy.org/bugs/',
    'warning',
  ),
};

/** Every rule, by id: those about meaning, those about the version, and those of the language. */
export const ABOUT: Readonly<Record<string, About>> = { ...RULES, ...VERSION, ...LANGUAGE };

/** What is told of a rule. */
export function aboutRule(id: string): About {
  return ABOUT[id]!;
}
