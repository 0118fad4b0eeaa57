import type { ObservedRuntime, Slot } from '../../../../lib/contract/probe';
import type { TaskSource } from '../../../../lib/contract/registry-record';
import { type Severity, VERDICTS, type VerdictKind } from '../../../../lib/contract/verdicts';
import type { Activity } from '../activity';
import type { Following } from '../following';
import type { LiveUpstream, Observation } from '../observation';
import type { Task } from '../raw-observation';
import type { ReplacedProcess } from '../state';
import type { Finding } from './verdict';

/** One process that was read. */
export interface Process {
  readonly task: Task;
  readonly runtime: ObservedRuntime;
  /** What its resolvers did since an earlier check, or since its start. */
  readonly activity: Activity;
  /** Upstreams without a slot in this process, in service or not. */
  readonly missing: readonly LiveUpstream[];
}

/** An address that a process holds for an upstream. */
export interface Held {
  readonly address: string;
  /** The slots in service that hold it, as `backend/slot`. */
  readonly slots: readonly string[];
  /** Current sessions on these slots. @default - not known */
  readonly sessions?: number;
  readonly following: Following;
}

/** The slots of a process for one upstream, and their addresses. */
export interface Holding {
  readonly task: Task;
  readonly upstream: LiveUpstream;
  readonly runtime: ObservedRuntime;
  readonly activity: Activity;
  /** All slots of the upstream. */
  readonly allSlots: readonly Slot[];
  /** The slots that send traffic. Others hold no address. */
  readonly slots: readonly Slot[];
  /** What the slots that send traffic hold, by address. */
  readonly held: ReadonlyMap<string, Held>;
  /** Current sessions of all slots of the upstream. @default - not known */
  readonly allSessions?: number;
  readonly following: Following;
  /** What the process' own resolver says the upstream has. @default - it does not say it */
  readonly view?: readonly string[];
}

/** What verdicts are evaluated on: an observation, and what follows from it for each process. */
export interface Evidence {
  readonly observation: Observation;
  readonly processes: readonly Process[];
  readonly holdings: readonly Holding[];
  /** Endpoints behind which another process answered lately. */
  readonly replaced: readonly ReplacedProcess[];
  /** What two repairs did not cure. */
  readonly failedRepairs: readonly FailedRepair[];
  /** Seconds for which a proxy may be unchecked before that is critical. */
  readonly blindAfterSeconds: number;
}

/** What repairs of an upstream, or of the proxy, did not cure. */
export interface FailedRepair {
  readonly kinds: readonly VerdictKind[];
  readonly upstream?: string;
  readonly attempts: number;
}

/**
 * What must be known about the subject of a verdict.
 *
 * - `live`: the addresses of the upstream
 * - `answers`: what DNS names in this check
 * - `history`: what the resolvers of the process did since an earlier check
 */
export type Requirement = 'live' | 'answers' | 'history';

/** What an incident is about, for its texts. */
export interface Subject {
  readonly proxy: string;
  /** @default - the record is not known */
  readonly source?: TaskSource;
  readonly dnsName?: string;
  readonly address?: string;
  readonly section?: string;
  /** Ids of the tasks concerned, sorted. */
  readonly tasks: readonly string[];
  /** Whether all running tasks are concerned. */
  readonly allTasks: boolean;
  readonly slots?: readonly string[];
  /** The truth about the upstream in this check. @default - it was not read, or there is none */
  readonly upstream?: LiveUpstream;
}

/**
 * All properties of a kind of verdict: for the checker, the deployment gate, the repair, the command line and the docs.
 */
export interface VerdictDefinition<Kind extends VerdictKind = VerdictKind> {
  readonly kind: Kind;
  readonly severity: Severity;
  /** Without all of these, a check neither opens nor closes an incident of this kind. */
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
  /**
   * Whether a check that did not find it on a process cannot say that it is over.
   *
   * @param holding what the process holds of the upstream of the verdict
   */
  readonly isOpenQuestion: (holding: Holding, address: string | undefined) => boolean;
  /** Whether the deployment gate fails a revision for it. */
  readonly blocksDeployment: boolean;
  /** Whether new tasks repair it: they resolve the name when they start. */
  readonly repairedByNewTasks: boolean;
  /** Whether new tasks repair nothing of the proxy while it is open. */
  readonly preventsRepair: boolean;
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
  /** What to do about an incident: a command, or one line. It names the tasks concerned and no others. */
  readonly remediation: (subject: Subject) => string;
  /** One line when an incident closes: what is over. */
  readonly over: (subject: Subject) => string;
  /** Pure. The order of the findings does not matter. */
  readonly evaluate: (evidence: Evidence) => Finding[];
}

/** The values of most kinds. A definition names only its differences. */
const DEFAULTS = {
  requires: [],
  whileDeploying: 'decided',
  isOpenQuestion: () => false,
  blocksDeployment: false,
  repairedByNewTasks: false,
  preventsRepair: false,
  blind: false,
} as const satisfies Partial<VerdictDefinition>;

/** Defines a verdict of the contract's list, which has its severity. Missing members are as in `DEFAULTS`. */
export function defineVerdict<Kind extends VerdictKind>(
  kind: Kind,
  definition: Pick<VerdictDefinition, 'explanation' | 'evaluate' | 'remediation' | 'over'> &
    Partial<Omit<VerdictDefinition, 'kind' | 'severity'>>,
): VerdictDefinition<Kind> {
  return { ...DEFAULTS, kind, severity: VERDICTS[kind], ...definition };
}

/** A finding on what a process holds of an upstream. */
export function ofHolding({ task, upstream: { name } }: Holding, more: Omit<Finding, 'upstream' | 'task'>): Finding {
  return { upstream: name, task: task.id, ...more };
}
