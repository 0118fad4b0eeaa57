import type { RegistryRecord, RegistryUpstream } from '../../lib/contract/registry-record';
import { OutOfTime } from '../probe/time-limit';
import type { ObservedRuntime, ObservedTask, ObservedUpstream, Task } from './domain/observation';
import { type ProxyReport, reportOn } from './domain/proxy-report';
import type { ProxyState } from './domain/state';

/** All queries of a check to DNS, the runtime APIs and AWS. Each call settles in bounded time. */
export interface Probes {
  /** The addresses of an upstream now. Never rejects: the result names what could not be read. */
  readonly upstream: (upstream: RegistryUpstream, record: RegistryRecord) => Promise<ObservedUpstream>;
  /** The running processes. Rejects when they cannot be listed. */
  readonly tasks: (record: RegistryRecord) => Promise<readonly Task[]>;
  /**
   * One process of the record. Rejects with one line when it cannot be read, with `OutOfTime` when there was no time.
   */
  readonly runtime: (endpoint: string, record: RegistryRecord) => Promise<ObservedRuntime>;
}

/** Why a task without an endpoint cannot be read. */
const NO_ENDPOINT = 'it does not have its own network interface: only tasks in network mode awsvpc can be checked';

/**
 * Checks one proxy: takes a registry record and the state of the last check, returns a report. It keeps no
 * state, so it runs in the function, in the command line and in tests.
 *
 * @param now milliseconds since 1970
 * @throws when the running tasks cannot be listed
 */
export async function checkProxy(
  record: RegistryRecord,
  state: ProxyState,
  probes: Probes,
  now: number,
): Promise<ProxyReport> {
  const [upstreams, tasks] = await Promise.all([
    Promise.all(record.upstreams.map((upstream) => probes.upstream(upstream, record))),
    probes.tasks(record).then((running) => Promise.all(running.map((task) => readTask(task, record, probes)))),
  ]);
  return reportOn(record, state, { upstreams, tasks, deploying: haveTwoRevisions(tasks) }, now);
}

/** Tasks of two revisions run side by side while a service is being deployed. */
function haveTwoRevisions(tasks: readonly ObservedTask[]): boolean {
  return new Set(tasks.map(({ task }) => task.revision)).size > 1;
}

async function readTask(task: Task, record: RegistryRecord, probes: Probes): Promise<ObservedTask> {
  if (task.endpoint === undefined) {
    return { task, unreachable: NO_ENDPOINT };
  }
  try {
    return { task, runtime: await probes.runtime(task.endpoint, record) };
  } catch (error) {
    if (error instanceof OutOfTime) {
      return { task, unchecked: true };
    }
    return { task, unreachable: error instanceof Error ? error.message : String(error) };
  }
}
