import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkWhole } from '../checks';
import { GRAMMARS } from '../grammars';
import { isName, noteUnread } from '../grammars/server';
import { availabilityOn, type Keyword, keywordOf, PROXIES } from '../keywords';
import type { Directive, Document, Word } from '../model';
import { Conditionals } from '../syntax/conditionals';
import { Cursor } from '../syntax/cursor';
import { readTime } from '../syntax/time';
import { readLine } from '../syntax/tokenizer';
import { takeAll } from './arguments';
import { Context } from './context';
import type { LanguageFinding } from './diagnostics';
import { checkDirective, checkNegation, keywordOfLine } from './directive';
import { SectionModel } from './document';
import { modeOf, newProxy } from './proxy';
import type { ProxyState, SectionState } from './state';

/** A file of a configuration. */
export interface Source {
  /** Its path, for messages. */
  readonly name: string;
  readonly text: string;
}

/** The verdict of a branch on a configuration. Lines are counted across all files. */
interface LanguageVerdict {
  /** In the order of the text. */
  readonly findings: LanguageFinding[];
  /** Lines without a verdict: it depends on something outside the file, or is not in the tables. */
  readonly unknown: { line: number; words: string[] }[];
  /** The sections that the branch reads, or may read. */
  readonly document: Document;
}

/**
 * The result of `haproxy -c` of a branch for the language of a configuration: an error where it refuses the file, a
 * warning where it warns. Assumes that names resolve and that files exist. If a verdict depends on anything else
 * outside the file, there is none. One pass, linear in the length of the text.
 *
 * @param sources the files of one configuration, in the order in which HAProxy reads them
 * @param version the HAProxy version that reads it; its branch decides
 */
export function checkLanguage(sources: readonly Source[], version: HaproxyVersion): LanguageVerdict {
  const context = new Context(version, GRAMMARS);
  const { findings, unknown } = context.report;
  const validator = new Validator(context);
  for (const { name, text } of sources) {
    validator.begin(name);
    const lines = text.split('\n');
    for (const [i, line] of lines.entries()) {
      context.report.line += 1;
      validator.read(line, i === 0);
    }
    checkLastLine(context, lines.at(-1)!);
    validator.endOfFile();
  }
  const document = validator.end();
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  unknown.sort((a, b) => a.line - b.line);
  return { findings, unknown, document };
}

/** The last line must end with a newline. Source: 2.2 warns, 2.3 refuses (manual, 2.1). */
function checkLastLine(context: Context, last: string): void {
  if (last !== '' && context.from('2.2')) {
    const message = 'the last line does not end with a newline, and HAProxy assumes that the file is truncated';
    context.report.add(context.severity('2.3'), 'bad-line', undefined, message, 'end the file with a newline');
  }
}

/** A line of HAProxy has at most this many words. */
const MOST_WORDS = 64;
/** As characters, or as bytes if each character is one byte of the file. */
const BYTE_ORDER_MARK = /^(?:\uFEFF|\xEF\xBB\xBF)/;

/** The section that a line opens. A `userlist` without a name opens none. */
function sectionOf([first, ...rest]: readonly Word[], branch: string): Keyword | undefined {
  return first!.text === 'userlist' && rest.length === 0 ? undefined : keywordOf('section', [first!.text], branch);
}

/** A line for the model. */
function directiveOf(line: number, words: readonly Word[], keyword: Keyword | undefined): Directive {
  const value = words[keyword === undefined ? 1 : keyword.words.split(' ').length];
  const millis = keyword?.args.startsWith('time') ? readTime(value?.text ?? '')?.millis : undefined;
  return { line, words, keyword: keyword?.words ?? words[0]!.text, value, millis };
}

/**
 * Reads line after line, and tracks the section of each line. One pass serves both purposes: it checks the language,
 * and it keeps the sections for the rules of meaning.
 */
class Validator {
  /** All sections that are read, or may be. */
  private readonly models: SectionModel[] = [];
  private readonly proxies: ProxyState[] = [];
  private readonly sections: SectionState[] = [];
  /** A section began under an unknown condition: the section of the lines after its block is unknown too. */
  private uncertain = false;
  private readonly conditionals: Conditionals;
  private defaults?: ProxyState;
  private readonly named = new Map<string, ProxyState>();
  /** Lines are skipped, because their section is refused or unknown. */
  private passing = false;
  /** Variables that `setenv` certainly sets; they are valid from the next line on. */
  private readonly environment = new Map<string, string>();

  public constructor(private readonly context: Context) {
    this.conditionals = new Conditionals(context);
  }

  /** A file begins: its lines need a new section. */
  public begin(name: string): void {
    this.context.report.beginFile(name);
    this.leave('');
    this.uncertain = false;
  }

  /** Leaves the current section. */
  private leave(kind: string, model?: SectionModel): void {
    const { context } = this;
    context.kind = kind;
    context.proxy = undefined;
    context.section = undefined;
    context.model = model;
    this.passing = false;
  }

  public read(text: string, first: boolean): void {
    const { branch, report } = this.context;
    report.words = [];
    if (first && BYTE_ORDER_MARK.test(text)) {
      const message = 'the file begins with a byte order mark';
      report.error('bad-line', undefined, message, 'save it as UTF-8 without a byte order mark');
      return;
    }
    const { words, fault, spread } = readLine(text, this.environment);
    report.words = words;
    if (fault !== undefined) {
      report.error('bad-line', fault, fault.message, 'correct the quoting');
      return;
    }
    const fallback = words.find(({ source, unresolvedVariable }) => unresolvedVariable && /\$\{\w+-/.test(source));
    if (fallback !== undefined && !this.context.from('2.5')) {
      report.tooNew({ ...fallback, unresolvedVariable: false }, fallback.source, '2.5');
      return;
    }
    const reading = words.length === 0 ? 'passed' : this.conditionals.takes(words);
    if (reading === 'passed') {
      return;
    }
    if (words.length > MOST_WORDS) {
      const message = `a line has at most ${MOST_WORDS} words`;
      report.error('bad-line', words[MOST_WORDS], message, 'split it into several lines');
      return;
    }
    const section = sectionOf(words, branch);
    this.uncertain = section === undefined ? this.uncertain : reading === 'perhaps';
    const uncertain = this.uncertain || reading === 'perhaps';
    if (uncertain) {
      report.uncertain();
    }
    this.checkLine(words, section, spread);
    this.followEnvironment(words, uncertain);
  }

  private followEnvironment([first, name, value]: readonly Word[], uncertain: boolean): void {
    const { environment } = this;
    if (!/^(un|re|pre)?setenv$/.test(first!.text)) {
      return;
    }
    if (
      first!.text === 'setenv' &&
      /^\w+$/.test(name?.text ?? '') &&
      value?.unresolvedVariable === false &&
      !uncertain
    ) {
      environment.set(name!.text, value.text);
    } else if (first!.text !== 'presetenv' || uncertain) {
      // A variable from another program, or one set under a condition, is known only when HAProxy starts.
      environment.clear();
    }
  }

  /** Checks at the end of a file. */
  public endOfFile(): void {
    this.conditionals.end();
  }

  /** Checks that need the whole configuration. Returns its model. */
  public end(): Document {
    checkWhole(this.context, this.proxies, this.sections);
    for (const proxy of this.proxies) {
      proxy.model.mode = modeOf(proxy);
    }
    return { sections: this.models };
  }

  private checkLine(all: readonly Word[], section: Keyword | undefined, spread: boolean): void {
    const { context } = this;
    const { report } = context;
    const words = this.cutAtEmpty(all);
    const first = words?.[0];
    if (words === undefined || first === undefined) {
      return;
    }
    report.words = words;
    if (section !== undefined) {
      this.openSection(section, words);
    } else if (this.passing) {
      return;
    } else if (context.kind === '') {
      const message = `'${first.text}' is before the first section`;
      report.error('bad-line', first, message, "begin the file with 'global' or another section");
    } else {
      const keyword = keywordOfLine(context, words);
      context.model?.directives.push(directiveOf(report.line, words, keyword));
      if (spread) {
        report.indeterminate();
      } else if (first.text === 'no' || first.text === 'default') {
        checkNegation(context, words);
      } else {
        checkDirective(context, words, keyword);
      }
      noteUnread(context, words);
    }
  }

  /** An empty word ends a line; later branches warn about it or refuse it. */
  private cutAtEmpty(words: readonly Word[]): readonly Word[] | undefined {
    const { context } = this;
    const at = words.findIndex(({ text, unresolvedVariable }) => text === '' && !unresolvedVariable);
    if (at < 0) {
      return words;
    }
    if (/^(default-)?server|^bind$/.test(words[0]!.text) || at === words.length - 1) {
      context.report.indeterminate();
      return words;
    }
    if (context.from('3.2')) {
      const message = 'an empty word ends the line, and the words after it are not read';
      context.report.add(context.severity('3.3'), 'bad-line', words[at], message, 'remove it');
    }
    return context.from('3.3') ? undefined : words.slice(0, at);
  }

  private openSection(keyword: Keyword, words: readonly Word[]): void {
    const { context } = this;
    const [first, name] = words;
    const kind = first!.text;
    const model = new SectionModel(kind, name?.text ?? '', context.report.line, first!);
    this.models.push(model);
    this.leave(kind, model);
    const life = availabilityOn(keyword, context.version);
    context.checkAvailability(keyword, first, `section ${kind}`);
    if (life === 'too-new' || life === 'removed') {
      this.passing = true;
      return;
    }
    if (PROXIES.has(kind)) {
      this.openProxy(model, words);
      return;
    }
    if (name !== undefined && kind !== 'global' && !isName(name.text) && !name.unresolvedVariable) {
      context.report.badName(name, 'a section');
    }
    context.section = { kind, name, line: context.report.line, has: new Map(), lines: [], names: new Map() };
    this.sections.push(context.section);
    takeAll(context, new Cursor(words, 1), keyword.args);
  }

  private openProxy(model: SectionModel, words: readonly Word[]): void {
    const { context } = this;
    const { kind } = model;
    const { report } = context;
    const isDefaults = kind === 'defaults';
    const unnamed = isDefaults && (words.length === 1 || words[1]!.text === 'from');
    const name = unnamed ? undefined : words[1];
    if (name === undefined && !isDefaults) {
      report.missing(words[0], 'a name');
    } else if (name !== undefined && !isName(name.text) && !name.unresolvedVariable && !context.from('3.4')) {
      report.badName(name, 'a section');
    }
    const next = unnamed ? 1 : 2;
    const from = words[next]?.text === 'from' ? words[next] : undefined;
    const parent = from === undefined ? (isDefaults ? undefined : this.defaults) : this.parent(from, words[next + 1]);
    const extra = words[from === undefined ? next : next + 2];
    if (extra !== undefined && ignoresExtraWords(context, kind, from !== undefined)) {
      const help = 'write it on a line of its own, or remove it';
      report.warn('ignored-directive', extra, `'${extra.text}' after '${kind} ${name?.text ?? ''}' is ignored`, help);
    } else if (extra !== undefined) {
      const help = kind === 'listen' ? "write the address on a 'bind' line" : 'remove it';
      report.error('extra-word', extra, `unexpected '${extra.text}' after '${kind}'`, help);
    }
    const proxy = newProxy(model, name, parent);
    if (parent !== undefined) {
      model.inherit(parent.model);
    }
    context.proxy = proxy;
    this.proxies.push(proxy);
    if (isDefaults) {
      this.defaults = proxy;
      if (name !== undefined) {
        this.named.set(name.text, proxy);
      }
    }
  }

  /** The `defaults` section that a section names with `from`. */
  private parent(from: Word, source: Word | undefined): ProxyState | undefined {
    const { context } = this;
    const parent = this.named.get(source?.text ?? '');
    if (!context.from('2.4')) {
      context.report.tooNew(from, 'from', '2.4');
    } else if (parent === undefined) {
      const message = `the 'defaults' section '${source?.text ?? ''}' does not exist`;
      context.report.error(
        'unknown-reference',
        source ?? from,
        message,
        `add 'defaults ${source?.text ?? 'NAME'}' above`,
      );
    }
    return parent;
  }
}

/** Whether a branch reads a section whose name has more words behind it, without a warning. Seen on real binaries. */
function ignoresExtraWords(context: Context, kind: string, hasParent: boolean): boolean {
  return context.from('2.4') && (kind === 'defaults' || (kind === 'backend' && !hasParent && !context.from('3.2')));
}
