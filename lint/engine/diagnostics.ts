import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Word } from '../model';

/** The rules of the language, by id. */
export type LanguageRule =
  | 'unknown-directive'
  | 'too-new'
  | 'removed-directive'
  | 'deprecated-directive'
  | 'wrong-section'
  | 'ignored-directive'
  | 'bad-value'
  | 'missing-value'
  | 'extra-word'
  | 'unknown-reference'
  | 'duplicate-name'
  | 'incomplete'
  | 'bad-line';

/** A place on a line. */
type Position = Pick<Word, 'column'> & Partial<Pick<Word, 'text' | 'source' | 'unresolvedVariable'>>;

/** The verdict of a branch on a line. */
export interface LanguageFinding {
  readonly rule: LanguageRule;
  /** `error` when `haproxy -c` of the branch refuses the file for it, `warning` when it warns. */
  readonly severity: 'error' | 'warning';
  /** From 1, counted across all files. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Number of characters concerned, at least 1. */
  readonly length: number;
  /** One line: what is wrong, and since which branch. */
  readonly message: string;
  /** One line: what to do about it. */
  readonly help: string;
}

/** Words in quotes, for a message: `'a', 'b'`. */
export const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

/** `remove it` with what to remove: the keyword of the message that the word is a part of, else the word. */
function withObject(help: string, at: Position | undefined, message: string): string {
  if (!/^remove it\b/.test(help)) {
    return help;
  }
  const word = at?.text || at?.source;
  const named = [...message.matchAll(/'([^']*)'/g)].map(([, name = '']) => name);
  const keyword = named.find((name) => name.split(' ').includes(word ?? ''));
  const object = word === undefined ? 'the line' : `'${keyword ?? word}'`;
  return help.replace('remove it', () => `remove ${object}`);
}

/** What a message names, for its help: a list of words is not repeated. */
const short = (what: string): string => (/^one of '[^']*'(, '[^']*')*$/.test(what) ? 'one of these words' : what);

/** Collects findings. A line that HAProxy may not read gets none. */
export class Diagnostics {
  public readonly findings: LanguageFinding[] = [];
  /** Lines without a verdict. */
  public readonly unknown: { line: number; words: string[] }[] = [];
  /** The current line, counted across all files, and its words. */
  public line = 0;
  public words: readonly Word[] = [];
  private readonly indeterminateLines = new Set<number>();
  private readonly uncertainLines = new Set<number>();
  private readonly files: { name: string; from: number }[] = [];

  private readonly branch: string;

  public constructor(private readonly version: HaproxyVersion) {
    this.branch = version.branch;
  }

  /** Adds a finding. */
  public add(
    severity: LanguageFinding['severity'],
    rule: LanguageRule,
    at: Position | undefined,
    message: string,
    help: string,
    line = this.line,
  ): void {
    if (at?.unresolvedVariable) {
      this.uncertain(line);
    }
    if (!this.uncertainLines.has(line)) {
      const { column = 1, source } = at ?? {};
      this.findings.push({
        rule,
        severity,
        line,
        column,
        length: source?.length ?? 1,
        message,
        help: withObject(help, at, message),
      });
    }
  }

  /** Adds a finding that makes HAProxy refuse the file. Always returns `false`: the line ends there. */
  public error(rule: LanguageRule, at: Position | undefined, message: string, help: string, line?: number): false {
    this.add('error', rule, at, message, help, line);
    return false;
  }

  /** Adds a finding that makes HAProxy warn. Always returns `true`: HAProxy accepts the line. */
  public warn(rule: LanguageRule, at: Position | undefined, message: string, help: string, line?: number): true {
    this.add('warning', rule, at, message, help, line);
    return true;
  }

  /** The branch does not have the word yet. */
  public tooNew(at: Position | undefined, name: string, since: string, rule: LanguageRule = 'too-new'): false {
    return this.error(rule, at, this.existsFrom(name, since), `remove it, or run HAProxy ${since} or later`);
  }

  /** The first branch with a word that this branch does not have yet. */
  public existsFrom(name: string, since: string): string {
    const running = since.startsWith(`${this.branch}.`) ? this.version : this.branch;
    return `'${name}' exists from HAProxy ${since} on, and this is for ${running}`;
  }

  /** The branch no longer has the word. */
  public removed(at: Position | undefined, name: string, from: string, help = 'remove it'): false {
    return this.error('removed-directive', at, this.refusedFrom(name, from), help);
  }

  /** The first branch that refuses a word. */
  public refusedFrom(name: string, from: string): string {
    return `'${name}' is refused from HAProxy ${from} on, and this is for ${this.branch}`;
  }

  /** The value of a word is missing. */
  public missing(after: Word | undefined, what: string, name = after?.text, help = `add ${short(what)}`): false {
    return this.error('missing-value', after, `'${name}' needs ${what}`, help);
  }

  /** A text does not have the required form. */
  public invalid(at: Word | undefined, what: string, help = `use ${short(what)}`, text = at?.text ?? ''): false {
    return this.error('bad-value', at, `'${text}' is not ${what}`, help);
  }

  /** A word is not in the list of this branch. */
  public notOneOf(at: Word | undefined, what: string, words: readonly string[], text = at?.text ?? ''): false {
    const help = `use one of ${quoted(words)}`;
    return this.error('bad-value', at, `'${text}' is not a valid ${what} for HAProxy ${this.branch}`, help);
  }

  /** A name has a character that it cannot have. */
  public badName(at: Word, what: string): false {
    const message = `'${at.text}' has a character that the name of ${what} cannot have`;
    return this.error('bad-value', at, message, 'use letters, digits, . : _ and -');
  }

  /** An unexpected word at the end of the line. */
  public extra(at: Word | undefined, after?: string): false {
    const where = after === undefined ? '' : ` after '${after}'`;
    return this.error('extra-word', at, `unexpected '${at?.text}'${where}`, 'remove it');
  }

  /** A word is not allowed in a kind of section. */
  public wrongSection(at: Position | undefined, name: string, kind: string, help: string): false {
    return this.error('wrong-section', at, `'${name}' is not allowed in a '${kind}' section`, help);
  }

  /** Marks a line without a verdict. Always returns `true`: the line is not refused. */
  public indeterminate(line = this.line, words: readonly Word[] = this.words): true {
    if (!this.indeterminateLines.has(line)) {
      this.indeterminateLines.add(line);
      this.unknown.push({ line, words: words.map(({ text }) => text) });
    }
    return true;
  }

  /** Takes back `indeterminate` of this line: it is refused in any case. */
  public determinate(): void {
    if (this.unknown.at(-1)?.line === this.line && this.isCertain()) {
      this.unknown.pop();
      this.indeterminateLines.delete(this.line);
    }
  }

  /** Marks a line without any claim: only the start of HAProxy decides whether it reads the line, or its content. */
  public uncertain(line = this.line): void {
    this.uncertainLines.add(line);
    this.indeterminate(line);
  }

  /** Whether HAProxy certainly reads the line. */
  public isCertain(): boolean {
    return !this.uncertainLines.has(this.line);
  }

  /** A file begins after the last line. */
  public beginFile(name: string): void {
    this.files.push({ name, from: this.line });
  }

  /** The name of another line in a message about this one. */
  public lineName(line: number): string {
    const { from, name } = this.fileOf(line);
    return this.fileOf(this.line).name === name ? `line ${line - from}` : `line ${line - from} of ${name}`;
  }

  /** The file of a line, and the number of lines before it. */
  private fileOf(line: number): { name: string; from: number } {
    return this.files.findLast(({ from }) => from < line) ?? { name: '', from: 0 };
  }
}
