import type { SectionState } from './language-judge';
import type { Word } from './model';

/** A section that is no proxy. */
export interface SectionSeen extends SectionState {
  readonly kind: string;
  readonly name: Word | undefined;
  readonly line: number;
}

/** A section that has just begun. */
export function newSection(kind: string, name: Word | undefined, line: number): SectionSeen {
  const names = new Map<string, number>();
  return {
    kind,
    name,
    line,
    has: new Map(),
    lines: [],
    once(judge, word, what) {
      const first = names.get(word.text);
      names.set(word.text, judge.line);
      // 1.6 does not look.
      return (
        first === undefined ||
        !judge.from('1.7') ||
        judge.error(
          'duplicate-name',
          word,
          `${what} '${word.text}' is in ${judge.called(first)} too`,
          'give it another name',
        )
      );
    },
  };
}
