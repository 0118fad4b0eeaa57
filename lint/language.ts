import type { HaproxyVersion } from '../lib/haproxy/version/version';
import { Context } from './engine/context';
import type { LanguageFinding } from './engine/diagnostics';
import { Reader } from './engine/validator';
import { GRAMMARS } from './grammars/proxy';
import { factOf } from './keywords';
import type { Document } from './model';

/** Whether a word opens a section on any branch. Anything else belongs to the section above it. */
export const opensSection = (word: string): boolean => factOf('section', [word]) !== undefined;

export type { LanguageFinding, LanguageRule } from './engine/diagnostics';

/** A file of a configuration. */
export interface Source {
  /** Its path, for messages. */
  readonly name: string;
  readonly text: string;
}

/** What a branch says about a configuration. Lines count on from file to file. */
export interface LanguageVerdict {
  /** In the order of the text. */
  readonly findings: LanguageFinding[];
  /** Lines on which nothing is claimed: their verdict depends on what is outside the file, or is not in the tables. */
  readonly unknown: { line: number; words: string[] }[];
  /** The sections that the branch reads, or may read. */
  readonly document: Document;
}

/**
 * What `haproxy -c` of a branch says about the language of a configuration: an error where it refuses the file, a
 * warning where it warns. Names are taken to resolve and files to exist; where a verdict hinges on anything else
 * outside the file, it is left open. One pass, linear in the length of the text.
 *
 * @param sources the files of one configuration, in the order in which HAProxy reads them
 * @param version the HAProxy version that reads it; its branch decides
 */
export function checkLanguage(sources: readonly Source[], version: HaproxyVersion): LanguageVerdict {
  const context = new Context(version, GRAMMARS);
  const { findings, unknown } = context.report;
  const reader = new Reader(context);
  for (const { name, text } of sources) {
    reader.begin(name);
    const lines = text.split('\n');
    for (const [i, line] of lines.entries()) {
      context.report.line += 1;
      reader.read(line, i === 0);
    }
    checkLastLine(context, lines.at(-1)!);
    reader.endOfFile();
  }
  const document = reader.end();
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  unknown.sort((a, b) => a.line - b.line);
  return { findings, unknown, document };
}

/** The last line has to end. Source: 2.2 warns, 2.3 refuses (manual, 2.1). */
function checkLastLine(context: Context, last: string): void {
  if (last !== '' && context.from('2.2')) {
    const message = 'the last line does not end with a newline, and HAProxy takes the file for a part of a longer one';
    context.report.add(context.severity('2.3'), 'bad-line', undefined, message, 'end the file with a newline');
  }
}
