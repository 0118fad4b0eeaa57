import type { HaproxyVersion } from '../lib/haproxy/version/version';
import type { Document, Word } from './model';

/** How bad a finding is. Only an error fails a lint. */
type FindingSeverity = 'error' | 'warning';

/**
 * An edit that removes a finding without changing what else the file does. Lines and columns count from 1. An empty `old`
 * inserts.
 */
export type Fix =
  | { readonly line: number; readonly insertBelow: string }
  | { readonly line: number; readonly column: number; readonly old: string; readonly by: string };

/** What is wrong at a place of a configuration. */
export interface Finding {
  /** Stable, for suppressions and links. */
  readonly rule: string;
  readonly severity: FindingSeverity;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How many characters of the line it is about, from 1. */
  readonly length: number;
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  /** Given where the edit is safe to make without asking. */
  readonly fix?: Fix;
}

/** What a rule finds. */
export interface Hit {
  /** Counted on from file to file. */
  readonly line: number;
  readonly word: Pick<Word, 'column' | 'source'>;
  /** @default - that of the rule */
  readonly severity?: FindingSeverity;
  readonly message: string;
  /** @default - that of the rule */
  readonly help?: string;
  readonly fix?: Fix;
}

/** What there is to know of a rule besides its findings. */
export interface RuleInfo {
  /** Stable, for suppressions and links. */
  readonly id: string;
  readonly severity: FindingSeverity;
  /** Why it matters, in one or two sentences. */
  readonly why: string;
  /** What to do about it: where a finding can say it more exactly, it does. */
  readonly help: string;
  /** A page with more: of HAProxy's or AWS's documentation, or an issue. */
  readonly link: string;
  /**
   * Whether some findings have an edit that is safe to make without asking.
   *
   * @default false
   */
  readonly fixable?: boolean;
}

/** A rule: pure, one pass over the configuration. */
export interface Rule extends RuleInfo {
  readonly find: (document: Document, version: HaproxyVersion) => Hit[];
}
