import type { Severity, VerdictKind } from '../../lib/contract/verdicts';
import type { Environment } from './environment';
import type { HaproxyTask } from './tasks';

/** An incident that opened, or changed, as a person is told of it. Times are seconds since the start. */
export interface Notice {
  readonly id: string;
  readonly kind: VerdictKind;
  readonly severity: Severity;
  readonly address?: string;
  readonly tasks: readonly string[];
  readonly since: number;
  readonly at: number;
}

/**
 * What the truth says about an incident:
 *
 * - `right`: something is wrong with one of its tasks, and it is this.
 * - `harmless`: a task does not follow, but the address in the incident still belongs to the load balancer.
 * - `false`: nothing is wrong, or something else.
 */
export type Classification = 'right' | 'harmless' | 'false';

/** What one check met, besides the environment itself. */
interface Circumstances {
  /** Tasks that could not be read. */
  readonly unreachable: ReadonlySet<string>;
}

type Rule = (
  notice: Notice,
  task: HaproxyTask,
  environment: Environment,
  circumstances: Circumstances,
) => Classification;

const rightIf = (right: boolean): Classification => (right ? 'right' : 'false');

/** A fault of the task, or a DNS outage, at any time since the incident was first seen. */
const followsNot = ({ since, at }: Notice, task: HaproxyTask, environment: Environment): boolean => {
  const fault = task.faultAt(at);
  return (fault !== undefined && fault.kind !== 'stuck') || hasFailed(since, at, environment);
};

const hasFailed = (since: number, at: number, { failures, options }: Environment): boolean =>
  failures.some(({ from, to }) => from < at && to + options.period >= since);

/** Whether the name servers no longer name an address. Caches may still have it: a task with a fault does not ask them. */
const isUnnamed = (address: string, at: number, { history }: Environment): boolean =>
  !history.isNamedSince(address, at, at);

const staleAddress: Rule = (notice, task, environment) => {
  const { address = '', at } = notice;
  const life = environment.history.lifeOf(address);
  const isDead = life !== undefined && life.interfaces.to <= at;
  const stuck = task.faultAt(at)?.kind === 'stuck';
  if (!task.heldAt(at).includes(address) || !task.sends(address, at)) {
    return 'false';
  }
  if (stuck) {
    return rightIf(isDead && task.keptAddresses.includes(address));
  }
  if (!followsNot(notice, task, environment)) {
    return 'false';
  }
  return isDead || (life !== undefined && isUnnamed(address, at, environment)) ? 'right' : 'harmless';
};

const uncoveredAddress: Rule = (notice, task, environment) => {
  const { address = '', at } = notice;
  const { history, options } = environment;
  const holds = task.heldAt(at).includes(address);
  const settled = options.ttl + options.period;
  // A name may lead to another load balancer in the view of a task.
  const named = history.lifeOf(address) === undefined || history.isNamedSince(address, at - settled, at);
  const faulty = task.faultAt(at) !== undefined || hasFailed(notice.since, at, environment);
  const short = task.heldAt(at).every((one) => one !== undefined);
  return rightIf(named && !holds && (faulty || short));
};

/** When an incident about a task is right. A verdict that is not here is never right: nothing in the environment causes it. */
const RULES: Partial<Record<VerdictKind, Rule>> = {
  'stale-address': staleAddress,
  'leaving-address': (notice, task, environment) => {
    const { address = '', at } = notice;
    const kept = task.faultAt(at) !== undefined && task.keptAddresses.includes(address);
    if (!kept && !hasFailed(notice.since, at, environment)) {
      return 'false';
    }
    return isUnnamed(address, at, environment) ? 'right' : 'harmless';
  },
  'uncovered-address': uncoveredAddress,
  'foreign-address': ({ address = '', at }, task, { history }) => {
    const life = history.lifeOf(address);
    const isTaken = life?.nextOwner !== undefined && life.interfaces.to <= at;
    return rightIf(isTaken && task.heldAt(at).includes(address));
  },
  pinned: ({ at }, task) => rightIf(task.faultAt(at)?.kind === 'pinned'),
  'silent-resolver': ({ at }, task) => rightIf(['pinned', 'silent'].includes(task.faultAt(at)?.kind ?? '')),
  'failing-resolver': ({ since, at }, _, environment) => rightIf(hasFailed(since, at, environment)),
  'no-address': ({ at }, task) => rightIf(task.heldAt(at).every((address) => address === undefined)),
  'unreachable-task': (_, task, __, { unreachable }) => rightIf(unreachable.has(task.id)),
};

/** Compares an incident with the truth. It is right if it is right about one of its tasks. */
export function classify(notice: Notice, environment: Environment, circumstances: Circumstances): Classification {
  const { kind, at, since, tasks } = notice;
  if (kind === 'no-running-task') {
    return rightIf(environment.service.runningAt(at).length === 0 && !environment.isPausedAt(at));
  }
  if (kind === 'unknown-upstream') {
    // The checker's own DNS does not answer for the name, and nothing else is known of the load balancer.
    return rightIf(environment.options.completeness === 'unknown');
  }
  if (kind === 'unchecked') {
    return rightIf(environment.options.throttled + environment.options.unreachable > 0 && since <= at);
  }
  const rule = RULES[kind];
  const classifications = environment.service
    .runningAt(at)
    .filter(({ id }) => tasks.includes(id))
    .map((task) => rule?.(notice, task, environment, circumstances) ?? 'false');
  return (['right', 'harmless'] as const).find((one) => classifications.includes(one)) ?? 'false';
}
