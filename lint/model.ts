/** A word of a configuration line, unquoted and unescaped. */
export interface Word {
  /** A variable with an unknown value stays as written. */
  readonly text: string;
  /** Column at which it begins, with its quote, from 1. */
  readonly column: number;
  /** As written in the file, with quotes and backslashes. */
  readonly source: string;
  /** It contains an environment variable that no line above has set: its text is known only when HAProxy starts. */
  readonly unresolvedVariable: boolean;
}

/** A configuration: all its files, in the order in which HAProxy reads them. */
export interface Document {
  /** The sections that the version reads, or may read. */
  readonly sections: readonly Section[];
}

/** A section: its opening line and the lines below it. */
export interface Section {
  /** `global`, `defaults`, `frontend`, `backend`, `listen`, `resolvers`, … */
  readonly kind: string;
  /** Empty where it has none. */
  readonly name: string;
  /** Line of the opening word, from 1, counted across all files. */
  readonly line: number;
  /** The opening word. */
  readonly word: Word;
  /**
   * `http`, `tcp`, …, its own or that of its `defaults`; empty where a variable decides. Sections that are no proxy
   * have none.
   */
  readonly mode?: string;
  readonly directives: readonly Directive[];
  /** The `server` and `server-template` lines, also those that the branch refuses. */
  readonly servers: readonly Server[];
  /** The options of the `default-server` lines. */
  readonly serverDefaults: readonly ServerDefaults[];
  /** The `bind` lines; in `global` the `stats socket` lines. Also those that the branch refuses. */
  readonly binds: readonly Bind[];
  /** The last line of a keyword, such as `hold obsolete`. Lines with `no` or `default` in front do not count. */
  last(keyword: string): Directive | undefined;
}

/** A line that is neither empty nor a comment, and that the version reads or may read. */
export interface Directive {
  /** From 1, counted across all files. */
  readonly line: number;
  /**
   * The words that make the directive, such as `timeout connect`; the first one where the branches have no such line.
   */
  readonly keyword: string;
  /** All words, those of the keyword included. */
  readonly words: readonly Word[];
  /** The word after the keyword. */
  readonly value?: Word;
  /** Of a time: the value in milliseconds. */
  readonly millis?: number;
}

/** An option of a line, such as `inter 5s`. */
export interface Option {
  readonly word: Word;
  readonly values: readonly Word[];
  /** The branch takes the line, and no variable before the option can make something else of it. */
  readonly certain: boolean;
  /** Of a time: its value in milliseconds. */
  readonly millis?: number;
}

/** The options of a line. A value is never an option. */
export interface Options {
  /** In the order in which they are given, also those that a later one takes back. */
  readonly all: readonly Option[];
  /** A variable may bring further options. */
  readonly incomplete: boolean;
  /** Whether an option is on: given, and not taken back by a later `no-…`. */
  has(name: string): boolean;
  /** An option that is on, as it was given last. */
  get(name: string): Option | undefined;
  /** The first value of an option. */
  value(name: string): string | undefined;
}

/** An address as it is written. */
export interface Address {
  readonly word: Word;
  /** The part before `@`, such as `ipv4` or `unix`. */
  readonly family?: string;
  /** A name or an IP address without brackets; empty or `*` for every address. A path has none. */
  readonly host?: string;
  /** As it is written: a number, an offset or a range. @default - none is written */
  readonly port?: string;
}

/** A `default-server` line. */
export interface ServerDefaults {
  /** From 1, counted across all files. */
  readonly line: number;
  readonly own: Options;
}

/** A `bind` or `stats socket` line. */
export interface Bind {
  /** From 1, counted across all files. */
  readonly line: number;
  /** The word with the addresses. */
  readonly word: Word;
  readonly addresses: readonly Address[];
  readonly options: Options;
}

/** A `server` or `server-template` line with all of its options. */
export interface Server {
  /** From 1, counted across all files. */
  readonly line: number;
  readonly name: Word;
  readonly address: Address;
  /** Whether the host is a name, which has to be resolved; `perhaps` where a variable decides. */
  readonly named: boolean | 'perhaps';
  /** How many slots the line makes; not a number where it is not known. */
  readonly slots: number;
  /** The words after the address, in the order of the line. */
  readonly own: Options;
  /** The options of the line and those that `default-server` lines above give on this branch. */
  readonly options: Options;
}
