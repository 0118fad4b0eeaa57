import { compareBranches } from '../branches';
import { cutCall } from './language-expression';
import type { Judge } from './language-judge';
import type { LanguageWord } from './language-words';

/** The words of the preprocessor. Source: 2.4, manual 2.4. */
const WORDS: ReadonlySet<string> = new Set([
  '.if',
  '.elif',
  '.else',
  '.endif',
  '.diag',
  '.notice',
  '.warning',
  '.alert',
]);

/** A block between `.if` and `.endif`. Open: whether its condition holds is not known. */
interface Block {
  readonly line: number;
  state: 'taken' | 'passed' | 'done' | 'open';
  readonly outer: boolean;
  otherwise: boolean;
}

/** Follows `.if … .elif … .else … .endif`, and says which lines HAProxy reads. */
export class Conditionals {
  private readonly blocks: Block[] = [];

  public constructor(private readonly judge: Judge) {}

  /** Whether a line belongs to a condition, or is passed over because of one. */
  public takes(words: readonly LanguageWord[]): boolean {
    const first = words[0]!;
    const { judge } = this;
    if (!WORDS.has(first.text) || !judge.from('2.4')) {
      const reading = this.reading();
      if (!reading && this.blocks.some(({ state }) => state === 'open')) {
        judge.unsure();
      }
      return !reading;
    }
    this.follow(first, words.slice(1));
    return true;
  }

  /** Every `.if` needs an `.endif`. */
  public end(): void {
    const block = this.blocks.at(-1);
    if (block !== undefined) {
      this.judge.error('bad-line', undefined, "'.if' has no '.endif'", 'add it', block.line);
    }
  }

  private reading(): boolean {
    return this.blocks.every(({ state }) => state === 'taken');
  }

  private follow(first: LanguageWord, words: readonly LanguageWord[]): void {
    const { judge } = this;
    const block = this.blocks.at(-1);
    if (first.text === '.if') {
      const outer = this.reading();
      this.blocks.push({ line: judge.line, state: outer ? this.test(first, words) : 'done', outer, otherwise: false });
    } else if (first.text === '.diag' || first.text === '.notice') {
      return;
    } else if (first.text === '.warning' || first.text === '.alert') {
      if (this.reading()) {
        const message = `'${first.text}' is here to be seen`;
        if (first.text === '.alert') {
          judge.error('bad-line', first, message, 'do what it says');
        } else {
          judge.warn('bad-line', first, message, 'do what it says');
        }
      }
    } else if (block === undefined || (block.otherwise && first.text !== '.endif')) {
      judge.error('bad-line', first, `'${first.text}' belongs to no '.if'`, 'take it out');
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

  private test(first: LanguageWord, words: readonly LanguageWord[]): Block['state'] {
    const { judge } = this;
    const result = words.some(({ open }) => open)
      ? undefined
      : evaluate(words.map(({ text }) => text).join(' '), judge.branch);
    if (result === 'wrong') {
      judge.error('bad-line', first, `'${words.map(({ text }) => text).join(' ')}' is no condition`, 'write one');
      return 'done';
    }
    if (result === undefined) {
      judge.unsure();
      return 'open';
    }
    return result ? 'taken' : 'passed';
  }
}

/** What a condition comes to, as far as the file and the branch tell. */
function evaluate(text: string, branch: string): boolean | 'wrong' | undefined {
  if (text === '') {
    return false;
  }
  if (/^[+-]?\d+$/.test(text)) {
    return Number(text) !== 0;
  }
  const call = cutCall(text);
  if (call.rest !== '' || call.args === undefined) {
    return undefined;
  }
  const [a = '', b = ''] = call.args.map((arg) => arg.trim());
  switch (call.name) {
    case 'version_atleast':
    case 'version_before': {
      const [, asked] = /^(\d+\.\d+)(?:\.0)?$/.exec(a) ?? [];
      if (asked === undefined) {
        return undefined;
      }
      const atLeast = compareBranches(branch, asked) >= 0;
      return call.name === 'version_atleast' ? atLeast : !atLeast;
    }
    case 'streq':
      return a === b;
    case 'strneq':
      return a !== b;
    case 'defined':
    case 'feature':
    case 'enabled':
    case 'awk':
    case 'strstr':
    case 'openssl_version_atleast':
    case 'openssl_version_before':
    case 'ssllib_name_startswith':
      return undefined;
    default:
      return 'wrong';
  }
}
