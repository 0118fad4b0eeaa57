import type { VerdictKind } from '../lib/contract/verdicts';
import type { DnsFailure } from '../testbed/dns-server';
import { STRANGER } from '../testbed/identity';
import type { ConfigurationKind } from '../testbed/proxy-under-test';

/** The answers of the load balancer's nodes: of the old ones, and of the new ones. */
export const EGG = '🥚';
export const CHICK = '🐣';
/** The answer of somebody else, at an address that was the load balancer's. */
export const FOX = STRANGER;

/** How the test bed of a scenario is set up. Times are short enough to watch. */
export interface TestbedOptions {
  /** How many nodes answer 🥚, and how many 🐣. @default 1 and 1 */
  readonly nodes?: { readonly old: number; readonly new: number };
  /** The nodes that DNS shows at the start. @default [0] */
  readonly addresses?: readonly number[];
  /** The nodes in the zone of the HAProxys, which the generated configuration prefers. @default - no zone is preferred */
  readonly zone?: readonly number[];
  /** Milliseconds between two queries. @default 2000 */
  readonly holdValidMillis?: number;
  /** Milliseconds for which an address is kept that DNS no longer shows. @default 3000 */
  readonly holdObsoleteMillis?: number;
  /** Whether the generated configuration requires a proof of identity, once a second. @default false */
  readonly identity?: true;
}

/** Conditions that a step can wait for, over all running HAProxys. */
export type Milestone =
  /** The checker has reported each pinned one as silent. */
  | 'silence seen'
  /** The checker has reported each pinned one as stale. */
  | 'staleness seen'
  /** The checker has reported the stranger on each generated one that can hold several addresses. */
  | 'stranger seen'
  /** Each generated one has reached a new node since the measured step. */
  | 'followed'
  /** No generated one holds an address that DNS does not show. */
  | 'drained'
  /** Each generated one that can hold several addresses holds all that DNS shows. */
  | 'spread'
  /** No incident is open. */
  | 'calm';

/** The figures of a HAProxy; `FIGURES` defines how they are measured. */
export type FigureName =
  | 'kept'
  | 'follows'
  | 'settles'
  | 'spreads'
  | 'held'
  | 'lost'
  | 'queries'
  | 'silent'
  | 'leaves'
  | 'foreign'
  | 'stale'
  | 'criticals'
  | 'open';

/** What a step changes. Nodes are counted from 0. */
interface Change {
  /** DNS shows these nodes from now on. */
  readonly addresses?: readonly number[];
  /** The nodes that the load balancer's API names from now on. @default - those that DNS shows */
  readonly owned?: readonly number[];
  /** DNS fails in this way from now on, or answers again. */
  readonly dns?: DnsFailure | 'answers';
  /** Nodes that stop answering. */
  readonly stop?: readonly number[];
  /** Nodes that answer again. */
  readonly restart?: readonly number[];
  /** Nodes that stop, and whose addresses somebody else gets: a 🦊 answers there. */
  readonly takenOver?: readonly number[];
  /** The pinned ones are restarted with the generated configuration. */
  readonly repair?: true;
}

/** An event at its own time. */
export interface Step extends Change {
  /** Seconds after the step before, or after the start of the last HAProxy. */
  readonly after: number;
  /** The step happens earlier, as soon as this is so. @default - it happens at its time */
  readonly orWhen?: Milestone;
  /** What will happen, shown while it is awaited. */
  readonly soon: string;
  /** One line, shown when it happens. @default - the step is no event */
  readonly note?: string;
  /** One to three words for it on a timeline. @default - it is not on the timeline */
  readonly label?: string;
  /** Figures are measured from here, or until here. @default - until the pinned ones are repaired, else to the end */
  readonly measured?: 'from' | 'until';
}

/** What is expected of a figure. Both bounds are inclusive; `Infinity` means never. */
export interface Expectation {
  readonly of: ConfigurationKind;
  /** Only of HAProxys that can hold several addresses. */
  readonly holdsSeveral?: true;
  /** Branches of which it is not expected. */
  readonly notOf?: readonly string[];
  readonly figure: FigureName;
  readonly min?: number;
  readonly max?: number;
}

/** What happens in a demo. It is data only: one runner runs them all. */
export interface Scenario {
  readonly name: string;
  /** One line for `--help` and the head of a page. */
  readonly title: string;
  readonly testbed: TestbedOptions;
  /** Requests to each HAProxy per second, each on its own connection. */
  readonly requestsPerSecond: number;
  readonly steps: readonly Step[];
  /** The figure that decides whether a HAProxy has reached the goal, and the text for it. */
  readonly goal: { readonly figure: FigureName; readonly text: string };
  /** The columns of the table. */
  readonly figures: readonly FigureName[];
  readonly expectations: readonly Expectation[];
  /** Incidents of generated ones that are right; any other is false. @default - none is */
  readonly rightIncidents?: readonly VerdictKind[];
  /** What the table means when all is as expected: two sentences. */
  readonly meaning: string;
}
