import { type Fact, factOf, lifeOn, PROXIES } from './keywords';
import { judgeArguments } from './language-args';
import { Conditionals } from './language-conditionals';
import { factOfLine, judgeDirective, judgeNegation } from './language-directive';
import { judgeWhole } from './language-finish';
import { GRAMMARS } from './language-grammars';
import { Cursor, type Judge } from './language-judge';
import { SectionModel } from './language-model';
import { modeOf, newProxy, type ProxyState } from './language-proxy';
import { newSection, type SectionSeen } from './language-section';
import { isName, noteUnread } from './language-server';
import type { Directive, Document } from './model';
import { readTime } from './time';
import { readLine, type Word } from './words';

/** A line of HAProxy has at most this many words. */
const MOST_WORDS = 64;
/** As characters and, where each byte of the file is one, as bytes. */
const BYTE_ORDER_MARK = /^(?:\uFEFF|\xEF\xBB\xBF)/;

/** The section that a line opens. A `userlist` without a name opens none. */
function sectionOf([first, ...rest]: readonly Word[], branch: string): Fact | undefined {
  return first!.text === 'userlist' && rest.length === 0 ? undefined : factOf('section', [first!.text], branch);
}

/** A line for the model. */
function directiveOf(line: number, words: readonly Word[], fact: Fact | undefined): Directive {
  const keyword = fact?.words ?? words[0]!.text;
  const value = words[fact === undefined ? 1 : fact.words.split(' ').length];
  const millis = fact?.args.startsWith('time') ? readTime(value?.text ?? '')?.millis : undefined;
  return { line, words, keyword, value, millis };
}

/**
 * Reads line after line, and knows the section that a line stands in. What is read once serves both: the language is
 * judged, and the sections are kept for the rules about what they mean.
 */
export class Reader {
  /** All sections that are read, or may be. */
  private readonly models: SectionModel[] = [];
  private readonly proxies: ProxyState[] = [];
  private readonly sections: SectionSeen[] = [];
  /** A section began under a condition that is not known: whose the lines behind its block are, is not known either. */
  private doubtful = false;
  private readonly conditionals: Conditionals;
  private defaults?: ProxyState;
  private readonly named = new Map<string, ProxyState>();
  /** Lines are passed over, as the section that they belong to is refused or not known. */
  private passing = false;
  private section?: SectionSeen;
  /** What `setenv` has set for certain: it is in force from the next line on. */
  private readonly environment = new Map<string, string>();

  public constructor(private readonly judge: Judge) {
    this.conditionals = new Conditionals(judge);
  }

  /** A file begins: with a section of its own, or with nothing that counts. */
  public begin(name: string): void {
    const { judge } = this;
    judge.begin(name);
    judge.kind = '';
    judge.proxy = undefined;
    judge.section = undefined;
    this.passing = false;
    this.doubtful = false;
  }

  public read(text: string, first: boolean): void {
    const { judge } = this;
    if (first && BYTE_ORDER_MARK.test(text)) {
      judge.words = [];
      judge.error('bad-line', undefined, 'the file begins with a byte order mark', 'save it as UTF-8 without one');
      return;
    }
    const { words, fault, spread } = readLine(text, this.environment);
    judge.words = words;
    if (fault !== undefined) {
      judge.error('bad-line', fault, fault.message, 'correct the quoting');
      return;
    }
    const fallback = words.find(({ open, source }) => open && /\$\{\w+-/.test(source));
    if (fallback !== undefined && !judge.from('2.5')) {
      const message = `a value for when the variable is not set exists from HAProxy 2.5 on, and this is for ${judge.branch}`;
      judge.error('too-new', { ...fallback, open: false }, message, 'take it out, or run HAProxy 2.5 or later');
      return;
    }
    const reading = words.length === 0 ? 'passed' : this.conditionals.takes(words);
    if (reading === 'passed') {
      return;
    }
    if (words.length > MOST_WORDS) {
      judge.error('bad-line', words[MOST_WORDS], `a line has at most ${MOST_WORDS} words`, 'make several lines of it');
      return;
    }
    const section = sectionOf(words, judge.branch);
    this.doubtful = section === undefined ? this.doubtful : reading === 'perhaps';
    if (reading === 'perhaps' || this.doubtful) {
      judge.doubt();
    }
    this.judgeLine(words, section, spread);
    this.follow(words, reading === 'perhaps' || this.doubtful);
  }

  private follow([first, ...rest]: readonly Word[], doubtful: boolean): void {
    const { environment } = this;
    if (!/^(un|re|pre)?setenv$/.test(first!.text)) {
      return;
    }
    const [name, value] = rest;
    if (first!.text === 'setenv' && /^\w+$/.test(name?.text ?? '') && value?.open === false && !doubtful) {
      environment.set(name!.text, value.text);
    } else if (first!.text !== 'presetenv' || doubtful) {
      // What another program has set, or what is set under a condition, is known when HAProxy starts.
      environment.clear();
    }
  }

  /** Judges what only the end of a file shows. */
  public endOfFile(): void {
    this.conditionals.end();
  }

  /** Judges what only the whole configuration shows, and returns the model of it. */
  public end(): Document {
    judgeWhole(this.judge, this.proxies, this.sections);
    for (const proxy of this.proxies) {
      proxy.model.mode = modeOf(proxy);
    }
    return { sections: this.models };
  }

  private judgeLine(all: readonly Word[], section: Fact | undefined, spread: boolean): void {
    const { judge } = this;
    const words = this.cutAtEmpty(all);
    if (words === undefined || words.length === 0) {
      return;
    }
    judge.words = words;
    if (section !== undefined) {
      this.open(section, words);
      return;
    }
    if (this.passing) {
      return;
    }
    const first = words[0]!;
    if (judge.kind === '') {
      judge.error(
        'bad-line',
        first,
        `'${first.text}' stands before the first section`,
        "begin with 'global' or another section",
      );
      return;
    }
    const fact = factOfLine(judge, words);
    judge.model?.directives.push(directiveOf(judge.line, words, fact));
    if (spread) {
      judge.unsure();
    } else if (first.text === 'no' || first.text === 'default') {
      judgeNegation(judge, words);
    } else {
      judgeDirective(judge, words, fact);
    }
    noteUnread(judge, words);
  }

  /** An empty word ends a line; later branches say so. */
  private cutAtEmpty(words: readonly Word[]): readonly Word[] | undefined {
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

  private open(fact: Fact, words: readonly Word[]): void {
    const { judge } = this;
    const [first, name] = words;
    const model = new SectionModel(first!.text, name?.text ?? '', judge.line, first!);
    this.models.push(model);
    judge.kind = model.kind;
    judge.proxy = undefined;
    judge.section = undefined;
    judge.model = model;
    this.passing = false;
    this.section = undefined;
    if (lifeOn(fact, judge.branch) === 'too-new' || lifeOn(fact, judge.branch) === 'removed') {
      judge.alive(fact, first, `section ${first!.text}`);
      this.passing = true;
      return;
    }
    judge.alive(fact, first, `section ${first!.text}`);
    if (PROXIES.has(judge.kind)) {
      this.openProxy(model, words);
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

  private openProxy(model: SectionModel, words: readonly Word[]): void {
    const { judge } = this;
    const { kind } = model;
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
    const proxy = newProxy(model, name, parent);
    if (parent !== undefined) {
      model.inherit(parent.model);
    }
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
