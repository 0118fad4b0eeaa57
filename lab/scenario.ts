import type { DnsFailure } from '../testbed/dns-server';
import type { ConfigurationKind } from './contender';
import type { FigureName } from './figures';
import type { WorldOptions } from './world';

/** What can be waited for, of all HAProxys that run. */
export type Milestone =
  /** Each pinned one has been called silent. */
  | 'silence seen'
  /** Each pinned one has been called stale. */
  | 'staleness seen'
  /** Each generated one has reached a new node since the measured step. */
  | 'followed'
  /** No generated one holds an address that DNS does not show. */
  | 'drained'
  /** Each generated one that can hold several addresses holds all that DNS shows. */
  | 'spread'
  /** No incident is open. */
  | 'calm';

/** What a step does to the world. Nodes are counted from 0. */
export interface Change {
  /** DNS shows these nodes from now on, */
  readonly addresses?: readonly number[];
  /** and the load balancer's API these, where they are others. */
  readonly owned?: readonly number[];
  /** DNS fails in this way from now on, or answers again. */
  readonly dns?: DnsFailure | 'answers';
  /** Nodes that stop answering. */
  readonly stop?: readonly number[];
  /** Nodes that answer again. */
  readonly restart?: readonly number[];
  /** The pinned ones are restarted with the generated configuration. */
  readonly mend?: true;
}

/** Something that happens at a time of its own. */
export interface Step extends Change {
  /** Seconds after the step before, or after the start of the last HAProxy. */
  readonly after: number;
  /** Happens earlier, as soon as this is so. */
  readonly orWhen?: Milestone;
  /** What it will be, while it is awaited, */
  readonly soon: string;
  /** one line when it happens; none for what is no event, */
  readonly note?: string;
  /** and a word or three for it on a timeline. */
  readonly mark?: string;
  /** Figures are measured from here, or until here. @default until the pinned ones are mended, else to the end */
  readonly measured?: 'from' | 'until';
}

/** What is expected of a figure. Both bounds are within; `Infinity` is never. */
export interface Expectation {
  readonly of: ConfigurationKind;
  /** Only of those that can hold several addresses. */
  readonly holdsSeveral?: true;
  /** Branches of which it is not expected. */
  readonly notOf?: readonly string[];
  readonly figure: FigureName;
  readonly min?: number;
  readonly max?: number;
}

/** A play of the lab: data only, one runner plays them all. */
export interface Scenario {
  readonly name: string;
  /** One line for `--help` and the head of a page. */
  readonly title: string;
  readonly world: WorldOptions;
  /** Requests to each HAProxy per second, each on a connection of its own. */
  readonly requestsPerSecond: number;
  readonly steps: readonly Step[];
  /** What decides whether a HAProxy has done it, and how that is said. */
  readonly goal: { readonly figure: FigureName; readonly says: string };
  /** What the table shows of the measured time. */
  readonly figures: readonly FigureName[];
  readonly expectations: readonly Expectation[];
  /** What the table means when all is as expected: two sentences. */
  readonly meaning: string;
}
