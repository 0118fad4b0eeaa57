import { branchOrder } from '../../lib/haproxy/version/branches';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import { availabilityOn, firstWith, type Keyword, keywordOf } from '../keywords';
import type { ReferenceKind } from '../keywords/notation';
import type { Word } from '../model';
import type { Cursor } from '../syntax/cursor';
import { Diagnostics } from './diagnostics';
import type { SectionModel } from './document';
import type { ProxyState, SectionState, Symbols } from './state';

/** A grammar in code, `@name` in a signature: returns whether HAProxy accepts the words. */
export type Grammar = (context: Context, cursor: Cursor) => boolean;

/** The grammars by name. */
export type Grammars = Readonly<Record<string, Grammar>>;

/** The context of a check: the branch, the line and its section, and the declarations of the lines above. */
export class Context {
  public readonly branch: string;
  public readonly report: Diagnostics;
  public readonly symbols: Symbols = { references: [], trackers: 3, experimental: false, experiments: 0 };
  /** The kind of the section that the line belongs to. */
  public kind = '';
  public proxy?: ProxyState;
  /** The section that the line is in, for the rules of meaning. */
  public model?: SectionModel;
  /** The section that the line is in, when it is not a proxy. */
  public section?: SectionState;
  private readonly order: number;

  public constructor(
    public readonly version: HaproxyVersion,
    public readonly grammars: Grammars,
  ) {
    this.branch = version.branch;
    this.order = branchOrder(version.branch);
    this.report = new Diagnostics(version);
  }

  /** The words of the line. */
  public get words(): readonly Word[] {
    return this.report.words;
  }

  /** Whether the branch is at least this one. */
  public from(branch: string): boolean {
    return this.order >= branchOrder(branch);
  }

  /** The severity of something that HAProxy refuses from a branch on: older branches warn. */
  public severity(errorFrom: string): 'error' | 'warning' {
    return this.from(errorFrom) ? 'error' : 'warning';
  }

  /** Whether the branch has a word of a table. */
  public hasWord(table: string, word: string): boolean {
    const keyword = keywordOf(table, [word]);
    return keyword !== undefined && this.from(keyword.since);
  }

  /** Records a name that must exist. */
  public refer(kind: ReferenceKind, word: Word, name = word.text, key?: string): void {
    this.symbols.references.push({ kind, name, word, line: this.report.line, proxy: this.proxy, key });
  }

  /**
   * Reports a word that this branch does not have, no longer has, or warns about. Returns whether it accepts the word.
   */
  public checkAvailability(keyword: Keyword, at: Word | undefined, name = keyword.words): boolean {
    const { removed, deprecated, instead } = keyword;
    const help = instead === undefined ? 'remove it' : `remove it, or write ${instead}`;
    switch (availabilityOn(keyword, this.version)) {
      case 'too-new':
        return this.report.tooNew(at, name, firstWith(keyword, this.version));
      case 'late':
        this.warnLate(keyword, at, name);
        break;
      case 'removed':
        return this.report.removed(at, name, removed!, help);
      case 'deprecated': {
        const end = removed === undefined ? '' : `, and ${removed} refuses it`;
        this.report.warn(
          'deprecated-directive',
          at,
          `HAProxy ${deprecated} and later warn about '${name}'${end}`,
          help,
        );
      }
    }
    return this.isBuilt(keyword, at, name);
  }

  /** Warns about a word that only later releases of the branch have. */
  public warnLate(keyword: Keyword, at: Word | undefined, name: string): void {
    const { branch, report, version } = this;
    const first = firstWith(keyword, version);
    if (first === keyword.since) {
      const message = `only late releases of HAProxy ${branch} have '${name}', which every release has from ${first} on`;
      report.warn('too-new', at, message, `ask the release with 'haproxy -c', or run HAProxy ${first} or later`);
    } else {
      const message = `HAProxy ${branch} has '${name}' from release ${first} on`;
      report.warn('too-new', at, message, `run ${first} or later, or remove '${name}'`);
    }
  }

  /** Whether a build, or a setting in the global section, has a word. TLS and Lua are in every package and image. */
  private isBuilt({ needs }: Keyword, at: Word | undefined, name: string): boolean {
    if (needs === 'expose-experimental-directives') {
      this.symbols.experiments += 1;
      const message = `'${name}' is experimental: it needs 'expose-experimental-directives' in the global section`;
      const help = 'add that line above, or remove this one';
      return this.symbols.experimental || this.report.error('wrong-section', at, message, help);
    }
    return needs === undefined || needs === 'lua' || this.report.indeterminate();
  }
}
