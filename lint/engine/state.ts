import type { ReferenceKind } from '../keywords/notation';
import type { Word } from '../model';
import type { SectionModel, ServerModel } from './document';

/** A directive of a section, with its line. */
export interface DirectiveLine {
  readonly line: number;
  readonly words: readonly Word[];
}

/** The state of a proxy section while and after its lines are read. */
export interface ProxyState {
  readonly kind: string;
  readonly name: Word | undefined;
  readonly line: number;
  /** The `defaults` section that it takes its settings from. */
  readonly parent?: ProxyState;
  readonly acls: Map<string, Acl>;
  /** The section in the model for the rules of meaning. */
  readonly model: SectionModel;
  /** The servers that the branch takes. */
  readonly servers: ServerModel[];
  /** The lines with a `bind`. */
  readonly binds: number[];
  /** The first line of each directive, by the words of the table; the last of those that set one thing. */
  readonly has: Map<string, DirectiveLine>;
  /** Conditions about raw bytes, ignored in HTTP mode from 2.4 on. */
  readonly rawSamples: { line: number; word: Word }[];
  /** Log variables of HTTP mode: up to 2.9, HAProxy refuses them in other modes. */
  readonly httpFormats: { line: number; word: Word; name: string }[];
  /** How many slots for captured headers are declared, and the rules that name one. */
  readonly captures: {
    request: number;
    response: number;
    readonly used: { line: number; word: Word; response: boolean }[];
  };
  /** Rules about content that need a key or a text, and whether it is always available from the start. */
  readonly contents: { line: number; word: Word; early: boolean; tracks: boolean }[];
  /** A rule lets connections change to HTTP. */
  upgrades: boolean;
  readonly progress: Progress;
  /** Options that `no` took back. */
  readonly off: Set<string>;
}

/** Type and origin of a sample. */
export interface Sample {
  /** `str`, `sint`, `ipv4`, … or `any` if it is not known. */
  readonly type: string;
  /** Where it comes from, by the names of `checkpoints.ts`; undefined if it is not known. */
  readonly origins?: readonly string[];
}

/** A name that a line uses and that must exist somewhere in the file. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly name: string;
  readonly line: number;
  readonly word: Word;
  readonly proxy?: ProxyState;
  /** Of tables: the type of the sample that is its key. */
  readonly key?: string;
}

/** The declarations of the lines so far, for the whole file. */
export interface Symbols {
  readonly references: Reference[];
  /** Number of table entries that a connection can track, from `tune.stick-counters`. */
  trackers: number;
  /** The global section has `expose-experimental-directives`. */
  experimental: boolean;
  /** How many experimental directives there are. */
  experiments: number;
}

/** A section that is not a proxy, while it is read. */
export interface SectionState {
  readonly kind: string;
  readonly name: Word | undefined;
  readonly line: number;
  /** The first line of each directive, by the words of the table. */
  readonly has: Map<string, DirectiveLine>;
  /** All lines that are taken. */
  readonly lines: DirectiveLine[];
  /** The line of each name that the section defines. */
  readonly names: Map<string, number>;
}

/** The settings of the global section. */
export type Globals = ReadonlyMap<string, DirectiveLine>;

/** Warns about a proxy, or about a line of it. */
export type Warn = (message: string, help: string, at?: DirectiveLine) => void;

/** What an ACL asks for. */
export interface Acl {
  /** Of each expression, where its sample comes from. */
  readonly origins: readonly (readonly string[])[];
}

/** How far a section has come in the order of rules. */
export interface Progress {
  /** The last kind, in the order of rules, that the section has so far. */
  furthest?: { readonly order: number; readonly line: number };
  /** The line of the rule that ends a set of rules for good, by the set; removed with the next rule of the set. */
  readonly final: Map<string, number>;
}
