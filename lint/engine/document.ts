import type { Address, Bind, Directive, Option, Options, Section, Server, ServerDefaults, Word } from '../model';
import { isHostName, readAddress } from '../syntax/address';

/** The given options, and which of them are on in the end. */
export class OptionSet implements Options {
  private readonly on = new Map<string, Option>();

  public constructor(public readonly all: readonly Option[]) {
    for (const option of all) {
      const name = option.word.text;
      this.on.delete(name.startsWith('no-') ? name.slice(3) : `no-${name}`);
      this.on.set(name, option);
    }
  }

  public get incomplete(): boolean {
    return this.all.some((option) => bringsWords(option.word) || option.values.some(bringsWords) || copies(option));
  }

  /** The options that a claim can rest on. */
  public get certain(): OptionSet {
    return this.all.every(({ certain }) => certain) ? this : new OptionSet(this.all.filter(({ certain }) => certain));
  }

  public has(name: string): boolean {
    return this.on.has(name);
  }

  public get(name: string): Option | undefined {
    return this.on.get(name);
  }

  public value(name: string): string | undefined {
    return this.on.get(name)?.values[0]?.text;
  }
}

/** Whether `from` (3.5) takes settings from another place, which is not followed. */
const copies = ({ word, values }: Option): boolean =>
  word.text === 'from' && !/^(none|be:)$/.test(values[0]?.text ?? '');

/** Whether the settings begin from the documented defaults. */
const beginsAnew = (own: OptionSet): boolean => own.value('from') === 'none';

/** Whether a variable may expand to several words. */
const bringsWords = ({ text, unresolvedVariable }: Word): boolean => unresolvedVariable && text.endsWith('[*]}');

const NOTHING = new OptionSet([]);

/** A server of a section, with data for the validator. */
export interface ServerModel extends Server {
  readonly own: OptionSet;
  readonly options: OptionSet;
  readonly template: boolean;
  /** Its name, or the names that a template makes. */
  readonly names: readonly string[];
}

/** A section while it is read. */
export class SectionModel implements Section {
  public readonly directives: Directive[] = [];
  public readonly servers: ServerModel[] = [];
  public readonly serverDefaults: ServerDefaults[] = [];
  public readonly binds: Bind[] = [];
  public mode?: string;
  /** The last line whose options are noted. */
  public noted = 0;
  /** What `default-server` lines give to the servers below them, those of the `defaults` section included. */
  private inherited: OptionSet = NOTHING;

  public constructor(
    public readonly kind: string,
    public readonly name: string,
    public readonly line: number,
    public readonly word: Word,
  ) {}

  public last(keyword: string): Directive | undefined {
    return this.directives.findLast((directive) => directive.keyword === keyword);
  }

  /** The settings of a `defaults` section count for this one. */
  public inherit({ inherited }: SectionModel): void {
    this.inherited = inherited;
  }

  /** Records the options of a `default-server` line, and the options of lines above that it takes back. */
  public noteDefaults(line: number, own: readonly Option[], lost: ReadonlySet<string> = new Set()): void {
    this.noted = line;
    const given = new OptionSet(own);
    this.serverDefaults.push({ line, own: given });
    const kept = this.inherited.all.filter(({ word }) => !lost.has(word.text));
    // From 3.5 on a set with a name is for those who ask for it.
    if (!given.has('name')) {
      this.inherited = beginsAnew(given) ? given : new OptionSet([...kept, ...own]);
    }
  }

  public noteBind(line: number, word: Word, own: readonly Option[]): Bind {
    this.noted = line;
    const addresses = word.text.split(',').map((text) => readAddress({ ...word, text }));
    const bind = { line, word, addresses, options: new OptionSet(own) };
    this.binds.push(bind);
    return bind;
  }

  /** Records a server with all of its options. */
  public noteServer(line: number, { name, count, address: word }: ServerWords, given: readonly Option[]): ServerModel {
    this.noted = line;
    const own = new OptionSet(given);
    const inherited = beginsAnew(own) ? [] : this.inherited.all;
    const options = inherited.length === 0 ? own : new OptionSet([...inherited, ...given]);
    const address = readAddress(word);
    const [low, high] = count === undefined ? [1, 1] : (rangeOf(count.text) ?? [Number.NaN, Number.NaN]);
    const server = {
      line,
      name,
      address,
      named: isNamed(address, options),
      slots: high - low + 1,
      own,
      options,
      template: count !== undefined,
      names: count === undefined || Number.isNaN(low) ? [name.text] : namesOf(name.text, low, high),
    };
    this.servers.push(server);
    return server;
  }
}

/** The positional words of a server line. */
interface ServerWords {
  readonly name: Word;
  /** Of a `server-template` line. */
  readonly count?: Word;
  readonly address: Word;
}

/** `16` or `1-16`; undefined where the text is not a number of servers. */
export function rangeOf(text: string): [number, number] | undefined {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first === undefined ? undefined : last === undefined ? [1, Number(first)] : [Number(first), Number(last)];
}

/** More names are not compared, so that a large template cannot slow the linter down. */
const MOST_SLOTS = 1000;

const namesOf = (prefix: string, low: number, high: number): string[] =>
  Array.from({ length: Math.max(0, Math.min(high - low + 1, MOST_SLOTS)) }, (_, i) => `${prefix}${low + i}`);

/** With `resolvers` the host is a name. A variable that expands to several words may contain `resolvers`. */
function isNamed({ host, word }: Address, options: Options): boolean | 'perhaps' {
  if (!isHostName(host) || options.incomplete) {
    return false;
  }
  return !word.unresolvedVariable || options.has('resolvers') || 'perhaps';
}
