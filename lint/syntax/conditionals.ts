import type { Context } from '../engine/context';
import type { Word } from '../model';
import { evaluate } from './predicate';

/** The words of the preprocessor. Source: 2.4, manual 2.4. */
const WORDS = /^\.(if|elif|else|endif|diag|notice|warning|alert)$/;

/** A block between `.if` and `.endif`. Unknown: its condition is known only when HAProxy starts. */
interface Block {
  readonly line: number;
  state: 'taken' | 'passed' | 'done' | 'unknown';
  otherwise: boolean;
}

/** Follows `.if … .elif … .else … .endif`, and decides which lines HAProxy reads. */
export class Conditionals {
  private readonly blocks: Block[] = [];

  public constructor(private readonly context: Context) {}

  /** Whether HAProxy reads a line, skips it, may read it, or the line is part of a condition. */
  public takes(words: readonly Word[]): 'read' | 'passed' | 'perhaps' {
    const first = words[0]!;
    if (WORDS.test(first.text) && this.context.from('2.4')) {
      this.follow(first, words.slice(1));
      return 'passed';
    }
    if (this.blocks.some(({ state }) => state === 'passed' || state === 'done')) {
      return 'passed';
    }
    return this.reading() ? 'read' : 'perhaps';
  }

  /** Every `.if` needs an `.endif` in its file. */
  public end(): void {
    const block = this.blocks.at(-1);
    this.blocks.length = 0;
    if (block !== undefined) {
      this.context.report.error('bad-line', undefined, "'.if' has no '.endif'", "add '.endif'", block.line);
    }
  }

  private reading(): boolean {
    return this.blocks.every(({ state }) => state === 'taken');
  }

  private follow(first: Word, words: readonly Word[]): void {
    const { context } = this;
    const block = this.blocks.at(-1);
    if (first.text === '.if') {
      const passed = this.blocks.some(({ state }) => state === 'passed' || state === 'done');
      this.blocks.push({
        line: context.report.line,
        state: passed ? 'done' : this.test(first, words),
        otherwise: false,
      });
    } else if (first.text === '.warning' || first.text === '.alert') {
      if (this.reading()) {
        const severity = first.text === '.alert' ? 'error' : 'warning';
        context.report.add(
          severity,
          'bad-line',
          first,
          `the file has a '${first.text}' directive here`,
          'follow its text',
        );
      }
    } else if (first.text === '.diag' || first.text === '.notice') {
      return;
    } else if (block === undefined || (block.otherwise && first.text !== '.endif')) {
      context.report.error('bad-line', first, `'${first.text}' has no '.if'`, 'remove it');
    } else if (first.text === '.endif') {
      this.blocks.pop();
    } else {
      block.otherwise = first.text === '.else';
      if (block.state === 'taken') {
        block.state = 'done';
      } else if (block.state === 'passed') {
        block.state = block.otherwise ? 'taken' : this.test(first, words);
      }
    }
  }

  private test(first: Word, words: readonly Word[]): Block['state'] {
    const { context } = this;
    // 2.4 looks at the first word alone.
    const text = (context.from('2.5') ? words : words.slice(0, 1)).map((word) => word.text).join(' ');
    const result = words.some(({ unresolvedVariable }) => unresolvedVariable)
      ? undefined
      : evaluate(text, context.version);
    if (result === 'wrong') {
      context.report.error('bad-line', first, `'${text}' is not a condition`, 'use a condition of this branch');
      return 'done';
    }
    if (result === undefined) {
      context.report.indeterminate();
      return 'unknown';
    }
    return result ? 'taken' : 'passed';
  }
}
