import type { LanguageRule } from '../engine/diagnostics';
import type { RuleInfo } from '../finding';

const MANUAL = 'https://docs.haproxy.org/3.2/configuration.html';

/** The rules of the branch's language: `haproxy -c` refuses the file, or warns. The validator finds them. */
const BY_ID: Readonly<Record<LanguageRule, Pick<RuleInfo, 'why' | 'help'> & Partial<RuleInfo>>> = {
  'unknown-directive': {
    why: 'HAProxy refuses a file with an unknown word, and does not start.',
    help: 'correct the word, or remove it',
  },
  'too-new': {
    why: 'The word exists only in later branches: this branch refuses the file, and does not start.',
    help: 'run a branch that has the word, or remove it',
  },
  'removed-directive': {
    why: 'The word was removed: from that branch on HAProxy refuses the file, and does not start.',
    help: 'write its replacement, or remove it',
  },
  'deprecated-directive': {
    severity: 'warning',
    why: 'The word still works, and a later branch will refuse it.',
    help: 'write its replacement, or remove it',
  },
  'wrong-section': {
    why: 'The word has no meaning in this kind of section: HAProxy refuses the file.',
    help: 'move the line to a section that accepts it',
    link: `${MANUAL}#4.1`,
  },
  'ignored-directive': {
    severity: 'warning',
    why: 'HAProxy accepts the line and ignores it.',
    help: 'remove the line, or move it to a section where it has a meaning',
    link: `${MANUAL}#4.1`,
  },
  'bad-value': {
    why: 'HAProxy refuses the value, or accepts it with another meaning.',
    help: 'use a value that the message names',
  },
  'missing-value': {
    why: 'The line is not complete: HAProxy refuses the file.',
    help: 'add what the message names',
  },
  'extra-word': {
    why: 'HAProxy refuses a line with words that have no meaning there.',
    help: 'remove the word',
  },
  'unknown-reference': {
    why: 'The line names something that the configuration does not have: HAProxy refuses it.',
    help: 'correct the name, or give all files of the configuration',
  },
  'duplicate-name': {
    why: 'HAProxy cannot distinguish two things with the same name: it refuses them, or uses only one.',
    help: 'give one of them another name',
  },
  incomplete: {
    severity: 'warning',
    why: 'A setting that this line or section needs is missing in the given files.',
    help: 'add what the message names, or give all files of the configuration',
  },
  'bad-line': {
    why: 'HAProxy cannot read the line.',
    help: 'close quotes and blocks, and quote or escape special characters',
    link: `${MANUAL}#2.2`,
  },
};

export const LANGUAGE_RULES: readonly RuleInfo[] = Object.entries(BY_ID).map(([id, info]) => ({
  id,
  severity: 'error',
  link: MANUAL,
  ...info,
}));
