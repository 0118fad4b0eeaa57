import type { RegistryRecord, RegistryUpstream } from '../../lib/private/contract';
import { advance, type DnsWindow, type Incident, type IncidentEvent, type ProxyState } from './incidents';
import { judge, type Verdict } from './judge';
import { liveUpstream, remember, type UpstreamReading } from './live';
import type { Reading, RuntimeReading, Task, TaskReading } from './reading';

/** Everything that a check asks the world. Each of them settles in bounded time. */
export interface Senses {
  /** What an upstream of the record has now. Never rejects: what could not be read is in the reading. */
  readonly upstream: (upstream: RegistryUpstream, record: RegistryRecord) => Promise<UpstreamReading>;
  /** The running processes. Rejects when they cannot be listed. */
  readonly tasks: (record: RegistryRecord) => Promise<readonly Task[]>;
  /** One process. Rejects with one line when it cannot be read. */
  readonly runtime: (endpoint: string) => Promise<RuntimeReading>;
}

/** What one check of one proxy found. */
export interface ProxyReport {
  readonly reading: Reading;
  readonly verdicts: readonly Verdict[];
  readonly events: readonly IncidentEvent[];
  readonly open: readonly Incident[];
  readonly state: ProxyState;
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
  const [seen, tasks] = await Promise.all([
    Promise.all(record.upstreams.map((upstream) => senses.upstream(upstream, record))),
    senses.tasks(record),
  ]);
  const dns: Record<string, DnsWindow> = {};
  for (const [i, { dnsName }] of record.upstreams.entries()) {
    dns[dnsName] = remember(state.dns[dnsName] ?? {}, seen[i]!.answers, record.dnsWindowSeconds, now);
  }
  const reading: Reading = {
    record,
    upstreams: record.upstreams.map((upstream, i) => liveUpstream(upstream, seen[i]!, dns[upstream.dnsName]!)),
    tasks: await Promise.all(tasks.map((task) => readTask(task, senses))),
  };
  const verdicts = judge(reading);
  const { watched, events, open } = advance(state, reading, verdicts, now);
  return { reading, verdicts, events, open, state: { ...state, dns, watched } };
}

/** The report on a proxy that could not be looked at: what was open stays open. Pure. */
export function notChecked(record: RegistryRecord, state: ProxyState, why: string, now: number): ProxyReport {
  const reading: Reading = { record, upstreams: [], tasks: [], unchecked: why };
  const verdicts = judge(reading);
  const { watched, events, open } = advance(state, reading, verdicts, now);
  return { reading, verdicts, events, open, state: { ...state, watched } };
}

async function readTask(task: Task, senses: Senses): Promise<TaskReading> {
  if (task.endpoint === undefined) {
    return { task, unreachable: NO_ENDPOINT };
  }
  try {
    return { task, runtime: await senses.runtime(task.endpoint) };
  } catch (error) {
    return { task, unreachable: error instanceof Error ? error.message : String(error) };
  }
}
