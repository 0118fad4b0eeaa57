import type { Slot } from '../../lib/haproxy/runtime-parse';
import { type RegistryUpstream, type Severity, VERDICTS, type VerdictKind } from '../../lib/private/contract';
import type { LiveUpstream, Reading, RuntimeReading, Task } from './reading';

/** What a reading means. An incident is known by its proxy and by all that stands here before `slots`. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly severity: Severity;
  /** Which upstream, as `nameOf` says it; nothing when the verdict is about a process or the proxy as a whole. */
  readonly upstream?: string;
  /** Task id; nothing when the verdict is about the proxy as a whole. */
  readonly task?: string;
  /** The held address. */
  readonly address?: string;
  /** Where a verdict is on the load balancer itself and not on its name. */
  readonly cause?: 'balancer';
  /** `backend/slot` for each slot concerned. */
  readonly slots?: readonly string[];
  /** One line for people. */
  readonly message: string;
}

/** What tells the upstreams of a record apart: the backend, or the DNS name where the record names no backend. */
export function nameOf({ backend, dnsName }: RegistryUpstream): string {
  return backend ?? dnsName;
}

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
  if (reading.unchecked !== undefined) {
    return [verdict('unchecked', { message: `${record.proxy} was not checked: ${reading.unchecked}` })];
  }
  const verdicts = tasks.flatMap((taskReading) =>
    'runtime' in taskReading
      ? judgeRuntime(reading, taskReading.task, taskReading.runtime)
      : 'unreachable' in taskReading
        ? [
            verdict('unreachable-task', {
              task: taskReading.task.id,
              message: `the runtime API of ${taskReading.task.id} does not answer: ${taskReading.unreachable}`,
            }),
          ]
        : [],
  );
  if (tasks.length === 0) {
    verdicts.push(verdict('no-running-task', { message: `${record.proxy} has no running task` }));
  }
  verdicts.push(...reading.upstreams.flatMap(unknownUpstream));
  return verdicts.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What tells two verdicts on one proxy apart. */
export function keyOf({
  kind,
  upstream,
  task,
  address,
  cause,
}: Pick<Verdict, 'kind' | 'upstream' | 'task' | 'address' | 'cause'>): string {
  return [kind, upstream, task, address, cause].map((part) => part ?? '').join('|');
}

function verdict(kind: VerdictKind, more: Omit<Verdict, 'kind' | 'severity'>): Verdict {
  return { kind, severity: VERDICTS[kind], ...more };
}

function unknownUpstream({ upstream, live, balancer, problems }: LiveUpstream): Verdict[] {
  const why = [...problems, ...(live.length === 0 ? ['no address is known'] : [])];
  // An incident of the load balancer itself ends only when its API says so, one of its name when the name resolves.
  const cause = balancer === 'unusable' ? 'balancer' : undefined;
  const message = `${upstream.dnsName}: ${why.join('; ')}`;
  return why.length === 0 ? [] : [verdict('unknown-upstream', { upstream: nameOf(upstream), cause, message })];
}

function judgeRuntime(reading: Reading, task: Task, runtime: RuntimeReading): Verdict[] {
  const perUpstream = reading.upstreams.map((upstream): [LiveUpstream, readonly Slot[]] => [
    upstream,
    slotsOf(reading, upstream.upstream, runtime),
  ]);
  const missing = perUpstream.filter(([, slots]) => slots.length === 0).map(([{ upstream }]) => upstream);
  if (missing.length > 0) {
    return missing.map((upstream) => {
      const what = upstream.backend === undefined ? 'no backend' : `no backend '${upstream.backend}'`;
      const message = `${task.id} has ${what} with a server in it`;
      return verdict('unreachable-task', { upstream: nameOf(upstream), task: task.id, message });
    });
  }
  const slots = [...new Set(perUpstream.flatMap(([, own]) => own))];
  return [
    ...perUpstream.flatMap(([upstream, own]) => judgeSlots(upstream, task, own)),
    ...silentResolver(reading, task, { ...runtime, slots }),
    ...versionMismatch(reading, task, runtime),
  ];
}

function judgeSlots(upstream: LiveUpstream, task: Task, slots: readonly Slot[]): Verdict[] {
  const held = new Map<string, string[]>();
  for (const { address, backend, name } of slots) {
    if (address !== undefined) {
      held.set(address, [...(held.get(address) ?? []), `${backend}/${name}`].sort());
    }
  }
  const noAddress = verdict('no-address', {
    upstream: nameOf(upstream.upstream),
    task: task.id,
    message: `no slot of ${task.id} has an address: it answers 503`,
  });
  return [...staleAddresses(upstream, task, held), ...(held.size === 0 ? [noAddress] : [])];
}

/** The slots of an upstream; see `RegistryUpstream.backend`. */
function slotsOf(
  { record }: Reading,
  { backend, dnsName }: RegistryUpstream,
  { slots }: RuntimeReading,
): readonly Slot[] {
  if (backend !== undefined) {
    return slots.filter((slot) => slot.backend === backend);
  }
  const following = slots.filter(({ fqdn }) => fqdn?.toLowerCase() === dnsName.toLowerCase());
  return following.length > 0 || record.upstreams.length > 1 ? following : slots;
}

function staleAddresses({ live, upstream }: LiveUpstream, task: Task, held: Map<string, string[]>): Verdict[] {
  return live.length === 0
    ? []
    : [...held]
        .filter(([address]) => !live.includes(address))
        .map(([address, slots]) =>
          verdict('stale-address', {
            upstream: nameOf(upstream),
            task: task.id,
            address,
            slots,
            message: `${task.id} sends to ${address} (${slots.join(', ')}), which ${upstream.dnsName} no longer has`,
          }),
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
    return unchecked.length === 0 ? [] : [verdict('silent-resolver', { task: task.id, slots: unchecked, message })];
  }
  const periods = uptimeSeconds / record.resolutionSeconds;
  const silent = periods >= PERIODS_BEFORE_SILENT && queriesSent < periods * SILENT_SHARE;
  const message = `${task.id} has sent ${queriesSent} DNS queries in ${uptimeSeconds} s: it will not follow the next change`;
  return silent ? [verdict('silent-resolver', { task: task.id, message })] : [];
}

function versionMismatch({ record }: Reading, task: Task, { version }: RuntimeReading): Verdict[] {
  const branchOf = (release: string) => release.split('.').slice(0, 2).join('.');
  const wanted = record.haproxyVersion === undefined ? undefined : branchOf(record.haproxyVersion);
  const branch = branchOf(version);
  return wanted === undefined || wanted === branch
    ? []
    : [
        verdict('version-mismatch', {
          task: task.id,
          message: `${task.id} runs HAProxy ${version}, its configuration was made for ${wanted}`,
        }),
      ];
}
