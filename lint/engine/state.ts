import type { ReferenceKind } from '../keywords/notation';
import type { Word } from '../syntax/tokenizer';
import type { ProxyState, Seen } from './proxy';

/** What is known of a sample. */
export interface Sample {
  /** `str`, `sint`, `ipv4`, … or `any` where it is not known. */
  readonly type: string;
  /** Where it comes from, by the names of `checkpoints.ts`; nothing where it is not known. */
  readonly origins?: readonly string[];
}

/** A name that a line uses and that has to exist somewhere in the file. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly name: string;
  readonly line: number;
  readonly word: Word;
  readonly proxy?: ProxyState;
  /** Of tables: the type of the sample that is its key. */
  readonly key?: string;
}

/** What the lines so far have declared for the whole file. */
export interface Symbols {
  readonly references: Reference[];
  /** How many entries of tables a connection can have tracked, as `tune.stick-counters` says. */
  trackers: number;
  /** The global section has said `expose-experimental-directives`. */
  experimental: boolean;
  /** How many experimental directives there are. */
  experiments: number;
}

/** A section that is no proxy, while it is read. */
export interface SectionState {
  readonly kind: string;
  readonly name: Word | undefined;
  readonly line: number;
  /** The first line of each directive, by the words of the table. */
  readonly has: Map<string, Seen>;
  /** All lines that are taken. */
  readonly lines: Seen[];
  /** The line of each name that the section has given. */
  readonly names: Map<string, number>;
}

/** The settings of the global section. */
export type Globals = ReadonlyMap<string, Seen>;

/** Warns about a proxy, or about a line of it. */
export type Warn = (message: string, help: string, at?: Seen) => void;

/** What an ACL asks for. */
export interface Acl {
  /** Of each expression, where its sample comes from. */
  readonly origins: readonly (readonly string[])[];
}

/** How far a section has come in the order of rules. */
export interface Progress {
  /** The kind that is last in the order, of those that are in the section so far. */
  furthest?: { readonly order: number; readonly line: number };
  /** The line of the rule that ends a set of rules for good, by the set; removed with the next rule of the set. */
  readonly final: Map<string, number>;
}
