import type { CheckerEnvironment } from '../../lib/contract/environment';
import { branchOrder } from '../../lib/haproxy/version/branches';
import { type RegistryEntry, readRegistry } from './aws/registry';
import { desiredCount, listRevisionTasks } from './aws/revisions';
import type { EcsService } from './aws/tasks';
import { checkProxy } from './check';
import type { Observation, Task } from './domain/observation';
import { slotsOf } from './domain/slots';
import { DEFINITIONS } from './domain/verdicts';
import type { Verdict } from './domain/verdicts/verdict';
import { createProbes } from './probes';
import type { Report } from './report';
import type { Invocation } from './run';

/**
 * What ECS sends to a deployment lifecycle hook, as far as the gate reads it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
 */
export interface GateEvent {
  readonly lifecycleStage: string;
  readonly executionDetails: { readonly serviceArn: string; readonly targetServiceRevisionArn: string };
}

/** What a lifecycle hook answers. */
export interface GateAnswer {
  readonly hookStatus: 'SUCCEEDED' | 'FAILED' | 'IN_PROGRESS';
  /** Seconds until ECS asks again. */
  readonly callBackDelay?: number;
}

/** The stage at which the tasks of the new revision run and get no traffic yet. */
const STAGE = 'POST_SCALE_UP';

/** A task has had enough time to resolve after this many of its periods, and at least this many seconds. */
const PERIODS_TO_SETTLE = 5;
const MIN_SECONDS_TO_SETTLE = 10;

/**
 * Answers a lifecycle hook: a deployment continues when the tasks of the new revision follow the name of the load
 * balancer, and fails otherwise.
 *
 * @throws when it is attached to another stage, or ECS or the registry cannot be read: ECS rolls back as well
 */
export async function gateDeployment(
  { lifecycleStage, executionDetails: { serviceArn, targetServiceRevisionArn } }: GateEvent,
  environment: CheckerEnvironment,
  invocation: Invocation,
  report: Report,
): Promise<GateAnswer> {
  if (lifecycleStage !== STAGE) {
    throw new Error(
      `the gate is attached to stage ${lifecycleStage}: attach it to ${STAGE}, the stage with tasks to check`,
    );
  }
  const answer = (hookStatus: GateAnswer['hookStatus'], message: string, callBackDelay?: number): GateAnswer => {
    const level = hookStatus === 'FAILED' ? 'error' : 'info';
    report.log(level, 'gate', message, { hookStatus, serviceArn, revisionArn: targetServiceRevisionArn });
    return { hookStatus, ...(callBackDelay !== undefined && { callBackDelay }) };
  };
  const found = findEntry((await readRegistry(environment.REGISTRY_PATH)).entries, serviceArn);
  if (found === undefined) {
    // The record names the service, so it is written after the first deployment, which has nothing to roll back to.
    return answer('SUCCEEDED', 'the service is not in the registry yet: nothing was checked');
  }
  const { record, state } = found.entry;
  const tasks = await listRevisionTasks(found.service, targetServiceRevisionArn);
  if (tasks.length === 0) {
    return (await desiredCount(found.service)) === 0
      ? answer('SUCCEEDED', 'the desired count of the service is 0: nothing was checked')
      : answer('IN_PROGRESS', 'no task of the revision is running yet', MIN_SECONDS_TO_SETTLE);
  }
  const now = Date.now();
  const wait = secondsToSettle(tasks, record.resolutionSeconds, now);
  if (wait > 0) {
    return answer('IN_PROGRESS', `the youngest task has ${wait} s left to resolve`, wait);
  }
  const probes = { ...createProbes(invocation.invokedFunctionArn), tasks: async () => tasks };
  const { verdicts, observation } = await checkProxy(record, state, probes, now);
  const failing = verdicts.filter(
    (verdict) => DEFINITIONS[verdict.kind].blocksDeployment && !isOutdated(verdict, observation),
  );
  return failing.length === 0
    ? answer('SUCCEEDED', `${tasks.length} tasks of the revision follow their load balancers`)
    : answer('FAILED', failing.map(({ kind, message }) => `${kind}: ${message}`).join('; '));
}

/**
 * Whether a verdict only means that the record is still that of the former revision. The record is replaced after the
 * deployment. A new revision may run another branch, with a configuration for it, and may lack the backend of a removed
 * route.
 */
function isOutdated({ kind, task }: Verdict, { tasks, upstreams }: Observation): boolean {
  const read = tasks.find((one) => one.task.id === task);
  if (read === undefined || !('runtime' in read)) {
    return false;
  }
  const { runtime } = read;
  if (kind === 'version-mismatch') {
    return runtime.madeFor !== undefined && branchOrder(runtime.madeFor) === branchOrder(runtime.version);
  }
  return kind === 'unreachable-task' && upstreams.some((upstream) => slotsOf(runtime, upstream).length > 0);
}

/** The record of a service, by the names of cluster and service: a record may have names where ECS sends ARNs. */
function findEntry(
  entries: readonly RegistryEntry[],
  serviceArn: string,
): { entry: RegistryEntry; service: EcsService } | undefined {
  const [service, cluster] = serviceArn.split('/').reverse();
  const nameOf = (arnOrName: string) => arnOrName.split('/').at(-1);
  for (const entry of entries) {
    const { tasks } = entry.record;
    if ('service' in tasks && nameOf(tasks.service) === service && nameOf(tasks.cluster) === cluster) {
      return { entry, service: tasks };
    }
  }
  return undefined;
}

/** Seconds that the youngest task still has to resolve; 0 when all tasks have had their time. */
function secondsToSettle(tasks: readonly Task[], resolutionSeconds: number, now: number): number {
  const youngest = Math.max(...tasks.map(({ startedAt = now }) => startedAt));
  const settled = Math.max(MIN_SECONDS_TO_SETTLE, PERIODS_TO_SETTLE * resolutionSeconds);
  return Math.max(0, Math.ceil(settled - (now - youngest) / 1000));
}
