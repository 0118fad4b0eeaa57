import type { CheckerEnvironment } from '../../lib/contract/environment';
import { branchOrder } from '../../lib/haproxy/version/branches';
import { type RegistryEntry, readRegistry } from './aws/registry';
import { desiredCount, listRevisionTasks } from './aws/revisions';
import type { EcsService } from './aws/tasks';
import { checkProxy } from './check';
import type { Reading, Task } from './domain/observation';
import { slotsOf } from './domain/slots';
import type { Verdict } from './domain/verdicts/verdict';
import { sensesOf } from './probes';
import type { Report } from './report';
import type { Invocation } from './run';

/**
 * What ECS sends to a deployment lifecycle hook, as far as it is read here.
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

/** The stage at which the tasks of the new revision run and nobody uses them yet. */
const STAGE = 'POST_SCALE_UP';

/** A task has had its chance to resolve after this many of its periods, and not before so many seconds. */
const PERIODS_TO_SETTLE = 5;
const MIN_SECONDS_TO_SETTLE = 10;

/** A revision for which this is said of a task is not let through. An upstream that is not known is not its fault. */
const FAILING = new Set<Verdict['kind']>([
  'pinned',
  'silent-resolver',
  'failing-resolver',
  'no-address',
  'version-mismatch',
  'unreachable-task',
]);

/**
 * Lets a new revision through when its tasks follow the name of the load balancer, and fails its deployment otherwise.
 *
 * @throws when it stands at another stage, or ECS or the registry cannot be read: ECS then rolls back as well
 */
export async function judgeDeployment(
  { lifecycleStage, executionDetails: { serviceArn, targetServiceRevisionArn } }: GateEvent,
  environment: CheckerEnvironment,
  invocation: Invocation,
  report: Report,
): Promise<GateAnswer> {
  if (lifecycleStage !== STAGE) {
    throw new Error(`the gate stands at stage ${lifecycleStage}: put it at ${STAGE}, where there are tasks to check`);
  }
  const answer = (hookStatus: GateAnswer['hookStatus'], message: string, callBackDelay?: number): GateAnswer => {
    const level = hookStatus === 'FAILED' ? 'error' : 'info';
    report.tell(level, 'gate', message, { hookStatus, serviceArn, revisionArn: targetServiceRevisionArn });
    return { hookStatus, ...(callBackDelay !== undefined && { callBackDelay }) };
  };
  const found = find((await readRegistry(environment.REGISTRY_PATH)).entries, serviceArn);
  if (found === undefined) {
    // The record names the service, so that it comes after the first deployment. That one leads back to nothing anyway.
    return answer('SUCCEEDED', 'the service is not in the registry yet: nothing was checked');
  }
  const { record, state } = found.entry;
  const tasks = await listRevisionTasks(found.service, targetServiceRevisionArn);
  if (tasks.length === 0) {
    return (await desiredCount(found.service)) === 0
      ? answer('SUCCEEDED', 'the service is to have no task: nothing was checked')
      : answer('IN_PROGRESS', 'no task of the revision runs yet', MIN_SECONDS_TO_SETTLE);
  }
  const now = Date.now();
  const wait = secondsToSettle(tasks, record.resolutionSeconds, now);
  if (wait > 0) {
    return answer('IN_PROGRESS', `the youngest task has ${wait} s to resolve`, wait);
  }
  const senses = { ...sensesOf(invocation.invokedFunctionArn), tasks: async () => tasks };
  const { verdicts, reading } = await checkProxy(record, state, senses, now);
  const failing = verdicts.filter((verdict) => FAILING.has(verdict.kind) && !isOutdated(verdict, reading));
  return failing.length === 0
    ? answer('SUCCEEDED', `${tasks.length} tasks of the revision follow their load balancers`)
    : answer('FAILED', failing.map(({ kind, message }) => `${kind}: ${message}`).join('; '));
}

/**
 * Whether a verdict says no more than that the record is that of the former revision: it names the service, so that it
 * is written when the deployment is over. A new revision may run another branch, as its configuration says itself, and
 * may have no backend for a route that is gone.
 */
function isOutdated({ kind, task }: Verdict, { tasks, upstreams }: Reading): boolean {
  const read = tasks.find((one) => one.task.id === task);
  if (read === undefined || !('runtime' in read)) {
    return false;
  }
  const { madeFor, version } = read.runtime;
  return kind === 'version-mismatch'
    ? madeFor !== undefined && branchOrder(madeFor) === branchOrder(version)
    : kind === 'unreachable-task' && upstreams.some((other) => slotsOf(read.runtime, other).length > 0);
}

/** The record of a service, by the names of cluster and service, which is all that records and ARNs have in common. */
function find(
  entries: readonly RegistryEntry[],
  serviceArn: string,
): { entry: RegistryEntry; service: EcsService } | undefined {
  const [service, cluster] = serviceArn.split('/').reverse();
  const nameOf = (arnOrName: string) => arnOrName.split('/').at(-1);
  return entries
    .flatMap((entry) => ('service' in entry.record.tasks ? [{ entry, service: entry.record.tasks }] : []))
    .find(({ service: known }) => nameOf(known.service) === service && nameOf(known.cluster) === cluster);
}

/** How long the youngest task still has; 0 when all have had their time. */
function secondsToSettle(tasks: readonly Task[], resolutionSeconds: number, now: number): number {
  const youngest = Math.max(...tasks.map(({ startedAt = now }) => startedAt));
  const settled = Math.max(MIN_SECONDS_TO_SETTLE, PERIODS_TO_SETTLE * resolutionSeconds);
  return Math.max(0, Math.ceil(settled - (now - youngest) / 1000));
}
