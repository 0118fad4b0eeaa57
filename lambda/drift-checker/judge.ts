import type { Slot } from '../../lib/haproxy/runtime-parse';
import { type Severity, VERDICTS, type VerdictKind } from '../../lib/private/contract';
import type { Reading, RuntimeReading, Task } from './reading';

/** What a reading means. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly severity: Severity;
  /** What the verdict is about, the same in every check: an incident is known by proxy, kind and subject. */
  readonly subject: string;
  /** Task id; nothing when the verdict is about the proxy as a whole. */
  readonly task?: string;
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  /** The held address. */
  readonly address?: string;
  /** One line for people. */
  readonly message: string;
}

/** Subject of a verdict on the load balancer and not on its name. */
export const BALANCER = 'balancer';

/** A process must have had the time for this many periods before its silence means anything. */
const PERIODS_BEFORE_SILENT = 3;
/** A process that follows DNS sends a query each period. One that sends fewer than a tenth does not follow. */
const SILENT_SHARE = 0.1;

/**
 * What a reading means: pure, and the same for any order of tasks, slots and addresses.
 *
 * Nothing is called stale while no live address is known at all.
 */
export function judge(reading: Reading): Verdict[] {
  const { record, tasks } = reading;
  const verdicts = tasks.flatMap((taskReading) =>
    'runtime' in taskReading
      ? judgeRuntime(reading, taskReading.task, taskReading.runtime)
      : [
          verdict(
            'unreachable-task',
            taskReading.task,
            `the runtime API of ${taskReading.task.id} does not answer: ${taskReading.unreachable}`,
          ),
        ],
  );
  if (tasks.length === 0) {
    verdicts.push(verdict('no-running-task', undefined, `${record.proxy} has no running task`));
  }
  if (reading.live.length === 0 || reading.problems.length > 0) {
    const why = [...reading.problems, ...(reading.live.length === 0 ? ['no address is known'] : [])].join('; ');
    // An incident of the load balancer itself ends only when its API says so, one of its name when the name resolves.
    const subject = reading.balancer === 'unusable' ? BALANCER : '';
    verdicts.push(verdict('unknown-upstream', undefined, `${record.upstream.dnsName}: ${why}`, { subject }));
  }
  return verdicts.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What tells two verdicts on one proxy apart. */
export function keyOf({ kind, subject }: Pick<Verdict, 'kind' | 'subject'>): string {
  return `${kind}/${subject}`;
}

function verdict(kind: VerdictKind, task: Task | undefined, message: string, more: Partial<Verdict> = {}): Verdict {
  return { kind, severity: VERDICTS[kind], subject: task?.id ?? '', task: task?.id, message, ...more };
}

function judgeRuntime(reading: Reading, task: Task, runtime: RuntimeReading): Verdict[] {
  const { record } = reading;
  const slots = slotsOf(record, runtime);
  if (slots.length === 0) {
    const what = record.backend === undefined ? 'no backend' : `no backend '${record.backend}'`;
    return [verdict('unreachable-task', task, `${task.id} has ${what} with a server in it`)];
  }
  const held = new Map<string, string[]>();
  for (const { address, backend, name } of slots) {
    if (address !== undefined) {
      held.set(address, [...(held.get(address) ?? []), `${backend}/${name}`].sort());
    }
  }
  return [
    ...staleAddresses(reading, task, held),
    ...(held.size === 0 ? [verdict('no-address', task, `no slot of ${task.id} has an address: it answers 503`)] : []),
    ...silentResolver(reading, task, { ...runtime, slots }),
    ...versionMismatch(reading, task, runtime),
  ];
}

/** The slots of the record's backend; without one, those that follow the upstream's name where the branch tells names. */
function slotsOf({ backend, upstream }: Reading['record'], { slots }: RuntimeReading): readonly Slot[] {
  if (backend !== undefined) {
    return slots.filter((slot) => slot.backend === backend);
  }
  const following = slots.filter(({ fqdn }) => fqdn?.toLowerCase() === upstream.dnsName.toLowerCase());
  return following.length > 0 ? following : slots;
}

function staleAddresses({ live, record }: Reading, task: Task, held: Map<string, string[]>): Verdict[] {
  return live.length === 0
    ? []
    : [...held]
        .filter(([address]) => !live.includes(address))
        .map(([address, slots]) =>
          verdict(
            'stale-address',
            task,
            `${task.id} sends to ${address} (${slots.join(', ')}), which ${record.upstream.dnsName} no longer has`,
            { subject: `${task.id}/${address}`, address, slots },
          ),
        );
}

/** Whether the process has stopped, or never begun, to ask DNS: it will not follow the next change. */
function silentResolver({ record }: Reading, task: Task, runtime: RuntimeReading): Verdict[] {
  const { queriesSent, uptimeSeconds, slots } = runtime;
  if (queriesSent === undefined) {
    const unchecked = slots
      .filter((slot) => !slot.checked && slot.address !== undefined)
      .map((slot) => `${slot.backend}/${slot.name}`)
      .sort();
    const message = `${unchecked.join(', ')} of ${task.id} has no health check: HAProxy ${runtime.version} never looks its name up again`;
    return unchecked.length === 0 ? [] : [verdict('silent-resolver', task, message, { slots: unchecked })];
  }
  const periods = uptimeSeconds / record.resolutionSeconds;
  const silent = periods >= PERIODS_BEFORE_SILENT && queriesSent < periods * SILENT_SHARE;
  const message = `${task.id} has sent ${queriesSent} DNS queries in ${uptimeSeconds} s: it will not follow the next change`;
  return silent ? [verdict('silent-resolver', task, message)] : [];
}

function versionMismatch({ record }: Reading, task: Task, { version }: RuntimeReading): Verdict[] {
  const branchOf = (release: string) => release.split('.').slice(0, 2).join('.');
  const wanted = record.haproxyVersion === undefined ? undefined : branchOf(record.haproxyVersion);
  const branch = branchOf(version);
  return wanted === undefined || wanted === branch
    ? []
    : [
        verdict(
          'version-mismatch',
          task,
          `${task.id} runs HAProxy ${version}, its configuration was made for ${wanted}`,
        ),
      ];
}
