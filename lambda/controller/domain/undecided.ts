import type { LiveUpstream, Observation } from './observation';
import type { ProxyState, WatchedVerdict } from './state';
import { isFamilyKnown, isSilent } from './truth';
import { DEFINITIONS } from './verdicts';
import type { Evidence, Holding, Process, Requirement } from './verdicts/definition';

/** Looks things up by task, for one check. */
export interface Lookup {
  readonly observation: Observation;
  readonly missingBefore: ReadonlySet<string>;
  readonly upstreams: ReadonlyMap<string, LiveUpstream>;
  readonly reads: ReadonlyMap<string, Observation['tasks'][number]>;
  readonly processes: ReadonlyMap<string, Process>;
  readonly holding: (task: string, upstream: string | undefined) => Holding | undefined;
}

/** Prepares the look-ups of a check. */
export function lookupOf({ observation, processes, holdings }: Evidence, state: ProxyState): Lookup {
  const held = new Map(holdings.map((holding) => [`${holding.upstream.name}\n${holding.task.id}`, holding]));
  return {
    observation,
    missingBefore: new Set(state.missingTasks),
    upstreams: new Map(observation.upstreams.map((one) => [one.name, one])),
    reads: new Map(observation.tasks.map((one) => [one.task.id, one])),
    processes: new Map(processes.map((process) => [process.task.id, process])),
    holding: (task, upstream) => held.get(`${upstream ?? ''}\n${task}`),
  };
}

/** A task that has a watched verdict; `task` is empty for one about the proxy. */
interface Subject {
  readonly watched: WatchedVerdict;
  readonly task: string;
  readonly lookup: Lookup;
}

/** When what a verdict requires is missing. */
const IS_MISSING: Readonly<Record<Requirement, (subject: Subject, upstream: LiveUpstream | undefined) => boolean>> = {
  live: ({ watched: { address } }, upstream) => {
    if (upstream === undefined) {
      return false;
    }
    return address === undefined ? upstream.live.length === 0 : !isFamilyKnown(upstream, address);
  },
  // An incident of the load balancer itself does not depend on DNS.
  answers: ({ watched: { cause } }, upstream) => cause === undefined && upstream !== undefined && isSilent(upstream),
  // Slots that have nothing to follow need no history.
  history: ({ watched: { upstream }, task, lookup }) => {
    const basis = lookup.processes.get(task)?.activity.basis;
    return upstream === undefined && (basis === 'young' || basis === 'start');
  },
};

/** Whether a check that did not find a watched verdict on a task cannot decide that it is over. */
export function isUndecided(subject: Subject): boolean {
  const { watched, task, lookup } = subject;
  const { observation, reads } = lookup;
  const { kind, cause } = watched;
  if (observation.unchecked !== undefined) {
    return kind !== 'unchecked';
  }
  const { requires, whileDeploying, isOpenQuestion } = DEFINITIONS[kind];
  const undecidedWhileDeploying =
    whileDeploying === 'undecided' || (whileDeploying === 'undecided-for-upstreams' && watched.upstream !== undefined);
  if (task !== '') {
    const read = reads.get(task);
    if (read === undefined) {
      // A listing of ECS may leave a task out once.
      return !lookup.missingBefore.has(task);
    }
    if (!('runtime' in read)) {
      return true;
    }
  }
  const upstream = lookup.upstreams.get(watched.upstream ?? '');
  const lost = task !== '' && upstream !== undefined && lookup.holding(task, upstream.name) === undefined;
  const holding = lookup.holding(task, watched.upstream);
  return (
    (lost && kind !== 'unreachable-task') ||
    (observation.deploying === true && undecidedWhileDeploying) ||
    requires.some((requirement) => IS_MISSING[requirement](subject, upstream)) ||
    (cause === 'balancer' && upstream?.balancer === 'unread') ||
    (holding !== undefined && isOpenQuestion(holding, watched.address))
  );
}
