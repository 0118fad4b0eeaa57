import { FACTS } from './keywords';
import type { Word } from './words';

/** A line that is neither empty nor a comment, and that the version reads or may read. */
export interface Directive {
  /** From 1, counted on from file to file. */
  readonly line: number;
  readonly words: readonly Word[];
}

/** A section: its opening line and what stands below it. */
export interface Section {
  /** `global`, `defaults`, `frontend`, `backend`, `listen`, `resolvers`, … */
  readonly kind: string;
  readonly name: string;
  /** The `defaults` section that it names with `from` (2.4). */
  readonly from?: string;
  /** Line of the opening word, from 1, counted on from file to file. */
  readonly line: number;
  /** The opening word. */
  readonly word: Word;
  readonly directives: readonly Directive[];
}

/** A whole configuration. */
export type Config = readonly Section[];

/** Words that open a section, on any branch. Anything else belongs to the section above it. */
export const SECTION_KINDS: ReadonlySet<string> = new Set(
  FACTS.filter(({ table }) => table === 'section').map(({ words }) => words),
);
