import { type Severity, VERDICTS, type VerdictKind } from '../../../../lib/contract/verdicts';
import type { Slot } from '../../../../lib/contract/probe';
import type { Activity } from '../counters';
import type { LiveUpstream, Observation, ObservedRuntime, Task } from '../observation';
import type { Finding } from './verdict';

/** One process that was read. */
export interface Process {
  readonly task: Task;
  readonly runtime: ObservedRuntime;
  /** Slots of all upstreams that are in service. */
  readonly slots: readonly Slot[];
  /** What its resolvers did since an earlier check, or since its start. */
  readonly activity: Activity;
  /** Upstreams without a slot in this process, in service or not. */
  readonly missing: readonly LiveUpstream[];
}

/** The slots of a process for one upstream, and their addresses. */
export interface Holding {
  readonly task: Task;
  readonly upstream: LiveUpstream;
  readonly runtime: ObservedRuntime;
  /** The slots in service. A slot in maintenance takes no traffic and holds no address. */
  readonly slots: readonly Slot[];
  /** Held addresses, and the slots that hold each, as `backend/slot`. */
  readonly held: ReadonlyMap<string, readonly string[]>;
}

/** What verdicts are evaluated on: an observation, and what follows from it for each process. */
export interface Evidence {
  readonly observation: Observation;
  readonly processes: readonly Process[];
  readonly holdings: readonly Holding[];
}

/**
 * What must be known about the subject of a verdict.
 *
 * - `live`: the live addresses of the upstream
 * - `answers`: what DNS names in this check
 * - `history`: what the resolvers of the process did since an earlier check
 */
export type Requirement = 'live' | 'answers' | 'history';

/**
 * All properties of a kind of verdict: for the checker, the deployment gate, the repair, the command line and the docs.
 */
export interface VerdictDefinition<Kind extends VerdictKind = VerdictKind> {
  readonly kind: Kind;
  readonly severity: Severity;
  /** Without all of these, a check neither opens nor resolves an incident of this kind. */
  readonly requires: readonly Requirement[];
  /**
   * Whether a check decides the verdict while tasks of two revisions run side by side. If not, the verdict does not
   * change, because the record describes only one of the revisions.
   *
   * - `decided`: yes
   * - `undecided`: no
   * - `undecided-for-upstreams`: no for verdicts that name an upstream
   */
  readonly whileDeploying: 'decided' | 'undecided' | 'undecided-for-upstreams';
  /** Whether the deployment gate fails a revision for it. */
  readonly blocksDeployment: boolean;
  /** Whether new tasks repair it: they resolve the name when they start. */
  readonly repairedByNewTasks: boolean;
  /** Whether new tasks repair nothing of the proxy while it is open. */
  readonly preventsRepair: boolean;
  /** How many DNS windows of the record are added to its grace time. */
  readonly graceWindows: number;
  /** Whether the verdict means that something could not be checked. */
  readonly blind: boolean;
  /** For `check --explain`, README and docs/troubleshooting.md: Markdown without `|`, no capital and no full stop. */
  readonly explanation: {
    /** What is wrong. */
    readonly what: string;
    /** Likely causes. */
    readonly why: string;
    /** What to do first. */
    readonly remedy: string;
  };
  /** Pure. The order of the findings does not matter. */
  readonly evaluate: (evidence: Evidence) => Finding[];
}

/** The values of most kinds. A definition names only its differences. */
const DEFAULTS = {
  requires: [],
  whileDeploying: 'decided',
  blocksDeployment: false,
  repairedByNewTasks: false,
  preventsRepair: false,
  graceWindows: 0,
  blind: false,
} as const satisfies Partial<VerdictDefinition>;

/** Defines a verdict of the contract's list, which has its severity. Missing members are as in `DEFAULTS`. */
export function defineVerdict<Kind extends VerdictKind>(
  kind: Kind,
  definition: Pick<VerdictDefinition, 'explanation' | 'evaluate'> &
    Partial<Omit<VerdictDefinition, 'kind' | 'severity'>>,
): VerdictDefinition<Kind> {
  return { ...DEFAULTS, kind, severity: VERDICTS[kind], ...definition };
}

/** A finding on what a process holds of an upstream. */
export function ofHolding({ task, upstream: { name } }: Holding, more: Omit<Finding, 'upstream' | 'task'>): Finding {
  return { upstream: name, task: task.id, ...more };
}
