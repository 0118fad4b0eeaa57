import type { HaproxyVersion } from '../lib/haproxy/version/version';
import type { Document, Word } from './model';

/** Severity of a finding. Only an error fails a lint. */
type FindingSeverity = 'error' | 'warning';

/**
 * An edit that removes a finding without other effects. Lines and columns count from 1. An empty `old`
 * inserts.
 */
export type Fix =
  | { readonly line: number; readonly insertBelow: string }
  | { readonly line: number; readonly column: number; readonly old: string; readonly by: string };

/** A finding at a place of a configuration. */
export interface Finding {
  /** Stable, for suppressions and links. */
  readonly rule: string;
  readonly severity: FindingSeverity;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Number of characters concerned, at least 1. */
  readonly length: number;
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  /** Set if the edit is safe without confirmation. */
  readonly fix?: Fix;
}

/** A finding of a rule. */
export interface Hit {
  /** Counted across all files. */
  readonly line: number;
  readonly word: Pick<Word, 'column' | 'source'>;
  /** @default - that of the rule */
  readonly severity?: FindingSeverity;
  readonly message: string;
  /** @default - that of the rule */
  readonly help?: string;
  readonly fix?: Fix;
}

/** Description of a rule. */
export interface RuleInfo {
  /** Stable, for suppressions and links. */
  readonly id: string;
  readonly severity: FindingSeverity;
  /** Why it matters, in one or two sentences. */
  readonly why: string;
  /** What to do about it. A finding may have a more exact text. */
  readonly help: string;
  /** A page with more: of HAProxy's or AWS's documentation, or an issue. */
  readonly link: string;
  /**
   * Whether some findings have an edit that is safe without confirmation.
   *
   * @default false
   */
  readonly fixable?: boolean;
}

/** A rule: pure, one pass over the configuration. */
export interface Rule extends RuleInfo {
  readonly find: (document: Document, version: HaproxyVersion) => Hit[];
}
