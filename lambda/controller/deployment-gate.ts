import type { ControllerEnvironment } from '../../lib/contract/environment';
import type { ServiceSource } from '../../lib/contract/registry-record';
import { branchOrder } from '../../lib/haproxy/version/branches';
import { type RegistryEntry, readRegistry } from './aws/registry';
import { desiredCount, listRevisionTasks } from './aws/revisions';
import { StateTable } from './aws/state-table';
import { TimeLimit } from './aws/time-limit';
import { checkProxy } from './check';
import { isObject } from './domain/guards';
import type { Observation } from './domain/observation';
import type { Task } from './domain/raw-observation';
import { reasonOf } from './domain/reason';
import { slotsOf } from './domain/slots';
import { NO_STATE } from './domain/state';
import { suppressionOf } from './domain/suppression';
import { nameOf } from './domain/task-source';
import { DEFINITIONS } from './domain/verdicts';
import type { Verdict } from './domain/verdicts/verdict';
import { createProbes } from './probes';
import type { Report } from './report';
import type { Invocation } from './run';
import { decodeState } from './state/codec';

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

/** How long before its end the gate stops waiting for others. */
const RESERVE_MILLIS = 3000;
/** How long a probe may take for the tasks of one revision. */
const PROBE_MILLIS = 12_000;

/** Errors of AWS that say nothing about the deployment: it is asked again. Failing would also roll back the cure. */
const COMES_BACK = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
]);
/** Seconds until then. */
const COMES_BACK_SECONDS = 30;

/**
 * Answers a lifecycle hook: a deployment continues when the tasks of the new revision follow the name of the load
 * balancer, and fails otherwise. A verdict that the record suppresses fails none.
 *
 * @throws when it is attached to another stage, or ECS, the registry or the probe cannot be asked: ECS rolls back as well
 */
export async function gateDeployment(
  event: GateEvent,
  environment: ControllerEnvironment,
  invocation: Invocation,
  report: Report,
): Promise<GateAnswer> {
  const { lifecycleStage, executionDetails } = event;
  if (lifecycleStage !== STAGE) {
    throw new Error(
      `the gate is attached to stage ${lifecycleStage}: attach it to ${STAGE}, the stage with tasks to check`,
    );
  }
  const { serviceArn, targetServiceRevisionArn: revisionArn } = executionDetails;
  const time = new TimeLimit(invocation.getRemainingTimeInMillis() - RESERVE_MILLIS);
  let decision: Decision;
  try {
    decision = await time.within(() => decide(serviceArn, revisionArn, environment, invocation, time));
  } catch (error) {
    if (!isObject(error) || !COMES_BACK.has(String(error.name))) {
      throw error;
    }
    decision = ['IN_PROGRESS', `AWS has no answer yet (${reasonOf(error)})`, COMES_BACK_SECONDS];
  } finally {
    time.clear();
  }
  const [hookStatus, message, callBackDelay] = decision;
  report.log(hookStatus === 'FAILED' ? 'error' : 'info', 'gate', message, { hookStatus, serviceArn, revisionArn });
  return { hookStatus, ...(callBackDelay !== undefined && { callBackDelay }) };
}

/** What the gate answers, why, and seconds until it is asked again. */
type Decision = readonly [hookStatus: GateAnswer['hookStatus'], message: string, callBackDelay?: number];

async function decide(
  serviceArn: string,
  revisionArn: string,
  environment: ControllerEnvironment,
  invocation: Invocation,
  time: TimeLimit,
): Promise<Decision> {
  const found = await findEntry(environment.REGISTRY_PATH, serviceArn);
  if (found === undefined) {
    // The record names the service, so it is written after the first deployment, which has nothing to roll back to.
    return ['SUCCEEDED', 'the service is not in the registry yet: nothing was checked'];
  }
  const { record, name } = found.entry;
  const tasks = await listRevisionTasks(found.service, revisionArn, time);
  if (tasks.length === 0) {
    return (await desiredCount(found.service)) === 0
      ? ['SUCCEEDED', 'the desired count of the service is 0: nothing was checked']
      : ['IN_PROGRESS', 'no task of the revision is running yet', MIN_SECONDS_TO_SETTLE];
  }
  const now = Date.now();
  const wait = secondsToSettle(tasks, record.resolutionSeconds, now);
  if (wait > 0) {
    return ['IN_PROGRESS', `the youngest task has ${wait} s left to resolve`, wait];
  }
  const stored = await new StateTable(environment.STATE_TABLE).read(name);
  const state = decodeState(stored?.text ?? '') ?? NO_STATE;
  const probes = {
    ...createProbes(invocation.invokedFunctionArn, time, PROBE_MILLIS),
    tasks: async () => ({ tasks }),
  };
  const { verdicts, observation } = await checkProxy(record, state, probes, now);
  const failing = verdicts.filter(
    (verdict) =>
      DEFINITIONS[verdict.kind].blocksDeployment &&
      !isOutdated(verdict, observation) &&
      suppressionOf(verdict.kind, record.suppressions, now) === undefined,
  );
  return failing.length === 0
    ? ['SUCCEEDED', `${tasks.length} tasks of the revision follow their load balancers`]
    : ['FAILED', failing.map(({ kind, message }) => `${kind}: ${message}`).join('; ')];
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
async function findEntry(
  path: string,
  serviceArn: string,
): Promise<{ entry: RegistryEntry; service: ServiceSource } | undefined> {
  const [service, cluster] = serviceArn.split('/').reverse();
  for await (const entry of readRegistry(path)) {
    if (!('record' in entry)) {
      continue;
    }
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
