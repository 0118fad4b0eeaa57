import { type Fact, factOf, lifeOn } from '../knowledge';
import { judgeArguments } from './language-args';
import { Conditionals } from './language-conditionals';
import { judgeDirective, judgeNegation, PROXIES } from './language-directive';
import { judgeWhole, newSection, type SectionSeen } from './language-finish';
import { GRAMMARS } from './language-grammars';
import { Cursor, type Judge } from './language-judge';
import { newProxy, type ProxyState } from './language-proxy';
import { isName } from './language-server';
import { type LanguageWord, readLine } from './language-words';

/** A line of HAProxy has at most this many words. */
const MOST_WORDS = 64;

/** Reads line after line, and knows the section that a line stands in. */
export class Reader {
  private readonly proxies: ProxyState[] = [];
  private readonly sections: SectionSeen[] = [];
  private readonly conditionals: Conditionals;
  private defaults?: ProxyState;
  private readonly named = new Map<string, ProxyState>();
  /** Lines are passed over, as the section that they belong to is refused or not known. */
  private passing = false;
  private section?: SectionSeen;

  public constructor(private readonly judge: Judge) {
    this.conditionals = new Conditionals(judge);
  }

  public read(text: string): void {
    const { judge } = this;
    if (judge.line === 1 && text.startsWith('\uFEFF')) {
      judge.words = [];
      judge.error('bad-line', undefined, 'the file begins with a byte order mark', 'save it as UTF-8 without one');
      return;
    }
    const { words, fault } = readLine(text);
    judge.words = words;
    if (fault !== undefined) {
      judge.error('bad-line', { text: '', column: fault.column, open: false }, fault.message, 'correct the quoting');
      return;
    }
    if (words.length === 0 || this.conditionals.takes(words)) {
      return;
    }
    if (words.length > MOST_WORDS) {
      judge.error('bad-line', words[MOST_WORDS], `a line has at most ${MOST_WORDS} words`, 'make several lines of it');
      return;
    }
    this.judgeLine(words);
  }

  /** What only the whole file tells. */
  public end(): void {
    this.conditionals.end();
    judgeWhole(this.judge, this.proxies, this.sections);
  }

  private judgeLine(all: readonly LanguageWord[]): void {
    const { judge } = this;
    const words = this.cutAtEmpty(all);
    if (words === undefined || words.length === 0) {
      return;
    }
    judge.words = words;
    const first = words[0]!;
    const section = factOf('section', [first.text], judge.branch);
    if (section !== undefined && !(first.text === 'userlist' && words.length === 1)) {
      this.open(section, words);
      return;
    }
    if (this.passing) {
      return;
    }
    if (judge.kind === '') {
      judge.error(
        'bad-line',
        first,
        `'${first.text}' stands before the first section`,
        "begin with 'global' or another section",
      );
      return;
    }
    if (first.text === 'no' || first.text === 'default') {
      judgeNegation(judge, words);
      return;
    }
    judgeDirective(judge, words);
  }

  /** An empty word ends a line; later branches say so. */
  private cutAtEmpty(words: readonly LanguageWord[]): readonly LanguageWord[] | undefined {
    const { judge } = this;
    const at = words.findIndex(({ text, open }) => text === '' && !open);
    if (at < 0) {
      return words;
    }
    if (/^(default-)?server|^bind$/.test(words[0]!.text) || at === words.length - 1) {
      judge.unsure();
      return words;
    }
    const message = 'an empty word ends the line, and the words after it are not read';
    if (judge.from('3.3')) {
      judge.error('bad-line', words[at], message, 'take it out');
      return undefined;
    }
    if (judge.from('3.2')) {
      judge.warn('bad-line', words[at], message, 'take it out');
    }
    return words.slice(0, at);
  }

  private open(fact: Fact, words: readonly LanguageWord[]): void {
    const { judge } = this;
    const [first, name] = words;
    judge.kind = first!.text;
    judge.proxy = undefined;
    judge.section = undefined;
    this.passing = false;
    this.section = undefined;
    if (lifeOn(fact, judge.branch) === 'too-new' || lifeOn(fact, judge.branch) === 'removed') {
      judge.alive(fact, first, `section ${first!.text}`);
      this.passing = true;
      return;
    }
    judge.alive(fact, first, `section ${first!.text}`);
    if (PROXIES.has(judge.kind)) {
      this.openProxy(judge.kind, words);
      return;
    }
    if (name !== undefined && judge.kind !== 'global' && !isName(name.text) && !name.open) {
      judge.error(
        'bad-value',
        name,
        `'${name.text}' has a character that the name of a section cannot have`,
        'use letters, digits, . : _ and -',
      );
    }
    this.section = newSection(judge.kind, name, judge.line);
    judge.section = this.section;
    this.sections.push(this.section);
    judgeArguments(judge, new Cursor(words, 1), fact.args, GRAMMARS);
  }

  private openProxy(kind: string, words: readonly LanguageWord[]): void {
    const { judge } = this;
    const unnamed = kind === 'defaults' && (words.length === 1 || words[1]!.text === 'from');
    const name = unnamed ? undefined : words[1];
    let next = unnamed ? 1 : 2;
    let parent = kind === 'defaults' ? undefined : this.defaults;
    if (name === undefined && kind !== 'defaults') {
      judge.error('missing-value', words[0], `'${kind}' needs a name`, 'write one');
    } else if (name !== undefined && !isName(name.text) && !name.open && !judge.from('3.4')) {
      judge.error(
        'bad-value',
        name,
        `'${name.text}' has a character that the name of a section cannot have`,
        'use letters, digits, . : _ and -',
      );
    }
    const from = words[next];
    if (from?.text === 'from') {
      const source = words[next + 1];
      parent = this.named.get(source?.text ?? '');
      if (!judge.from('2.4')) {
        judge.error(
          'too-new',
          from,
          `'from' exists from HAProxy 2.4 on, and this is for ${judge.branch}`,
          'take it out, or run HAProxy 2.4 or later',
        );
      } else if (parent === undefined) {
        judge.error(
          'unknown-reference',
          source ?? from,
          `no 'defaults' section is called '${source?.text ?? ''}'`,
          'write one above',
        );
      }
      next += 2;
    }
    if (words[next] !== undefined && !(kind === 'defaults' && !judge.from('2.4'))) {
      judge.error(
        'extra-word',
        words[next],
        `'${words[next]!.text}' is one word too many after '${kind}'`,
        kind === 'listen' ? "write the address on a 'bind' line" : 'take it out',
      );
    }
    const proxy = newProxy(kind, name, judge.line, parent);
    judge.proxy = proxy;
    this.proxies.push(proxy);
    if (kind === 'defaults') {
      this.defaults = proxy;
      if (name !== undefined) {
        this.named.set(name.text, proxy);
      }
    }
  }
}
