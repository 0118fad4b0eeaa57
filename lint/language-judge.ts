import { branchOrder } from '../lib/haproxy/version/branches';
import type { HaproxyVersion } from '../lib/haproxy/version/version';
import { type Fact, lifeOn } from './keywords/fact';
import type { SectionModel } from './language-model';
import type { ProxyState, Seen } from './language-proxy';
import type { Word } from './words';

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

/** Where on a line something is. */
export type Place = Pick<Word, 'column'> & Partial<Pick<Word, 'source' | 'open'>>;

/** What a branch says about a line. */
export interface LanguageFinding {
  readonly rule: LanguageRule;
  /** `error` when `haproxy -c` of the branch refuses the file for it, `warning` when it warns. */
  readonly severity: 'error' | 'warning';
  /** From 1, counted on from file to file. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How many characters of the line it is about, from 1. */
  readonly length: number;
  /** One line: what, and since when. */
  readonly message: string;
  /** One line: what to do about it. */
  readonly help: string;
}

/** What is known of a sample. */
export interface Sample {
  /** `str`, `sint`, `ipv4`, … or `any` where it is not known. */
  readonly type: string;
  /** Where it comes from, by the names of `checkpoints.ts`. */
  readonly origins: readonly string[];
}

/** A name that a line uses and that has to exist somewhere in the file. */
export interface Reference {
  readonly kind:
    | 'backend'
    | 'table'
    | 'userlist'
    | 'resolvers'
    | 'peers'
    | 'mailers'
    | 'cache'
    | 'http-errors'
    | 'server'
    | 'fcgi-app'
    | 'ring'
    | 'frontend'
    | 'profile'
    | 'healthcheck';
  readonly name: string;
  readonly line: number;
  readonly word: Word;
  readonly proxy?: ProxyState;
  /** Of tables: the type of the sample that is its key. */
  readonly key?: string;
}

/** A section that is no proxy, while it is read. */
export interface SectionState {
  /** The first line of each directive, by the words of the table. */
  readonly has: Map<string, Seen>;
  /** All lines that are taken. */
  readonly lines: Seen[];
  /** Refuses a name that the section has already. */
  once(judge: Judge, word: Word, what: string): boolean;
}

/** Collects what is found, and knows where in the file the work stands. */
export class Judge {
  public readonly findings: LanguageFinding[] = [];
  public readonly unknown: { line: number; words: string[] }[] = [];
  public readonly references: Reference[] = [];
  /** The lines of `unknown`. */
  private readonly open = new Set<number>();
  /** Lines about which nothing can be claimed. */
  private readonly doubtful = new Set<number>();
  private readonly files: { name: string; from: number }[] = [];
  /** Counts on from file to file. */
  public line = 0;
  public words: readonly Word[] = [];
  /** The kind of the section that the line belongs to. */
  public kind = '';
  public proxy?: ProxyState;
  /** The section that the line stands in, for the rules of meaning. */
  public model?: SectionModel;
  /** The section that the line stands in, when it is no proxy. */
  public section?: SectionState;
  /** The sample that an expression gave last. */
  public sample: Sample = { type: 'any', origins: [] };
  /** How many entries of tables a connection can have tracked, as `tune.stick-counters` says. */
  public counters = 3;
  /** The global section has said `expose-experimental-directives`. */
  public experimental = false;
  /** How many experimental directives there are. */
  public experiments = 0;
  public readonly branch: string;
  private readonly rank: number;

  public constructor(public readonly version: HaproxyVersion) {
    this.branch = version.branch;
    this.rank = branchOrder(version.branch);
  }

  /** Whether the branch is at least this one. */
  public from(branch: string): boolean {
    return this.rank >= branchOrder(branch);
  }

  /** Adds what makes HAProxy refuse the file. Always `false`, for a line that ends there. */
  public error(rule: LanguageRule, at: Place | undefined, message: string, help: string, line = this.line): false {
    this.add(at, { rule, severity: 'error', line, message, help });
    return false;
  }

  /** Adds what makes HAProxy warn. */
  public warn(rule: LanguageRule, at: Place | undefined, message: string, help: string, line = this.line): void {
    this.add(at, { rule, severity: 'warning', line, message, help });
  }

  private add(at: Place | undefined, finding: Omit<LanguageFinding, 'column' | 'length'>): void {
    if (at?.open) {
      this.doubt(finding.line);
    }
    if (!this.doubtful.has(finding.line)) {
      this.findings.push({ ...finding, column: at?.column ?? 1, length: at?.source?.length ?? 1 });
    }
  }

  /** Says that nothing is claimed about a line: whether it is read, or what it says, is known when HAProxy starts. */
  public doubt(line = this.line): void {
    this.doubtful.add(line);
    this.unsure(line);
  }

  /** Whether the line is read for certain. */
  public certain(): boolean {
    return !this.doubtful.has(this.line);
  }

  /** How a line is called in a message about another one. */
  public called(line: number): string {
    const { from, name } = this.fileOf(line);
    return this.fileOf(this.line).name === name ? `line ${line - from}` : `line ${line - from} of ${name}`;
  }

  /** A file begins behind the line that was the last. */
  public begin(name: string): void {
    this.files.push({ name, from: this.line });
  }

  /** The file of a line, and the number of lines before it. */
  private fileOf(line: number): { name: string; from: number } {
    return this.files.findLast(({ from }) => from < line) ?? { name: '', from: 0 };
  }

  /** Says that the verdict on this line is not known. Always `true`, for a line that is not refused. */
  public unsure(line = this.line, words = this.words): true {
    if (!this.open.has(line)) {
      this.open.add(line);
      this.unknown.push({ line, words: words.map(({ text }) => text) });
    }
    return true;
  }

  /** Reports a word that this branch has not, or has no more, or warns about; whether the branch takes it. */
  public alive(fact: Fact, at: Word | undefined, name = fact.words): boolean {
    const state = lifeOn(fact, this.branch);
    const instead = fact.instead === undefined ? '' : `, or write ${fact.instead}`;
    if (state === 'too-new') {
      const message = `'${name}' exists from HAProxy ${fact.since} on, and this is for ${this.branch}`;
      return this.error('too-new', at, message, `take it out, or run HAProxy ${fact.since} or later`);
    }
    if (state === 'removed') {
      const message = `'${name}' is refused from HAProxy ${fact.removed} on, and this is for ${this.branch}`;
      return this.error('removed-directive', at, message, `take it out${instead}`);
    }
    if (state === 'deprecated') {
      const message = `HAProxy ${fact.deprecated} and later warn about '${name}'`;
      this.warn('deprecated-directive', at, message, `take it out${instead}`);
    }
    return this.built(fact, at, name);
  }

  /** Whether a build, or a setting in the global section, has a word. TLS and Lua are in every package and image. */
  private built(fact: Fact, at: Word | undefined, name: string): boolean {
    if (fact.needs === 'expose-experimental-directives') {
      this.experiments += 1;
      const message = `'${name}' is experimental: it needs 'expose-experimental-directives' in the global section`;
      return this.experimental || this.error('wrong-section', at, message, 'add it above, or take this out');
    }
    return fact.needs === undefined || fact.needs === 'lua' || this.unsure();
  }

  /** Takes back that a line is not known: it is refused in any case. */
  public sure(): void {
    if (this.unknown.at(-1)?.line === this.line && !this.doubtful.has(this.line)) {
      this.unknown.pop();
      this.open.delete(this.line);
    }
  }

  /** Notes a name that has to exist. */
  public refer(kind: Reference['kind'], word: Word, name = word.text, key?: string): void {
    this.references.push({ kind, name, word, line: this.line, proxy: this.proxy, key });
  }
}

/** Reads the words of a line one after the other. */
export class Cursor {
  public constructor(
    public readonly words: readonly Word[],
    public at = 0,
  ) {}

  /** The next word, which stays. */
  public get next(): Word | undefined {
    return this.words[this.at];
  }

  /** The text of the next word, which stays; empty at the end. */
  public get text(): string {
    return this.words[this.at]?.text ?? '';
  }

  /** Takes the next word. */
  public take(): Word | undefined {
    return this.words[this.at++];
  }

  /** Takes the next word when it is one of these. */
  public takes(...texts: readonly string[]): boolean {
    const found = this.next !== undefined && texts.includes(this.text);
    this.at += found ? 1 : 0;
    return found;
  }

  /** Whether all words are taken. */
  public get done(): boolean {
    return this.at >= this.words.length;
  }

  /** The word before, for what should follow it. */
  public get last(): Word | undefined {
    return this.words[Math.min(this.at, this.words.length) - 1];
  }
}
