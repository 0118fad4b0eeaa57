import type { RegistryRecord, RegistryUpstream } from '../../lib/contract/registry-record';
import { conclude, type ProxyReport } from './domain/conclude';
import type { UpstreamReading } from './domain/live-addresses';
import type { RuntimeReading, Task, TaskReading } from './domain/observation';
import type { ProxyState } from './state/state';
import { OutOfTime } from './time-limit';

/** Everything that a check asks the world. Each of them settles in bounded time. */
export interface Senses {
  /** What an upstream of the record has now. Never rejects: what could not be read is in the reading. */
  readonly upstream: (upstream: RegistryUpstream, record: RegistryRecord) => Promise<UpstreamReading>;
  /** The running processes. Rejects when they cannot be listed. */
  readonly tasks: (record: RegistryRecord) => Promise<readonly Task[]>;
  /** One process of the record. Rejects with one line when it cannot be read, with `OutOfTime` before it was. */
  readonly runtime: (endpoint: string, record: RegistryRecord) => Promise<RuntimeReading>;
}

/** What is said of a task without an endpoint. */
const NO_ENDPOINT = 'it has no network interface of its own: only tasks in network mode awsvpc can be checked';

/**
 * One proxy's check: a registry record and what was seen before in, a report out. It keeps nothing and shares nothing,
 * so it can run anywhere that its senses reach.
 *
 * @param now milliseconds since 1970
 * @throws when the running tasks cannot be listed
 */
export async function checkProxy(
  record: RegistryRecord,
  state: ProxyState,
  senses: Senses,
  now: number,
): Promise<ProxyReport> {
  const [upstreams, tasks] = await Promise.all([
    Promise.all(record.upstreams.map((upstream) => senses.upstream(upstream, record))),
    senses.tasks(record).then((running) => Promise.all(running.map((task) => readTask(task, record, senses)))),
  ]);
  return conclude(record, state, { upstreams, tasks, deploying: isDeploying(tasks) }, now);
}

/** While a service is being deployed, tasks of two revisions run side by side. */
function isDeploying(tasks: readonly TaskReading[]): boolean {
  return new Set(tasks.map(({ task }) => task.revision)).size > 1;
}

async function readTask(task: Task, record: RegistryRecord, senses: Senses): Promise<TaskReading> {
  if (task.endpoint === undefined) {
    return { task, unreachable: NO_ENDPOINT };
  }
  try {
    return { task, runtime: await senses.runtime(task.endpoint, record) };
  } catch (error) {
    if (error instanceof OutOfTime) {
      return { task, unchecked: true };
    }
    return { task, unreachable: error instanceof Error ? error.message : String(error) };
  }
}
