import { createHash } from 'node:crypto';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { type Counters, isComparisonYoung } from './counters';
import { FULL_ANSWER, isFamilyKnown, isSilent } from './live-addresses';
import type { LiveUpstream, Observation } from './observation';
import type { ProxyState, WatchedVerdict } from './state';
import { DEFINITIONS } from './verdicts';
import type { Requirement } from './verdicts/definition';
import { keyOf, type Verdict } from './verdicts/verdict';

/** An incident: a verdict that lasted longer than its grace time. */
export interface Incident extends Verdict {
  /** The same in every check and in every instance of the function. */
  readonly id: string;
  readonly proxy: string;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Id of the OpsItem that was opened for it. */
  readonly opsItem?: string;
  /** Seconds since it was first seen. */
  readonly ageSeconds: number;
}

/** An incident that opened, changed or was resolved. */
export interface IncidentEvent {
  readonly event: 'incident-opened' | 'incident-updated' | 'incident-resolved';
  readonly incident: Incident;
}

/** What a check changed. */
export interface Tracked {
  readonly watched: Record<string, WatchedVerdict>;
  /** What opened, changed or was resolved by this check. */
  readonly events: IncidentEvent[];
  /** All incidents that are open now. */
  readonly open: Incident[];
}

/**
 * Updates the watched verdicts with one check: pure.
 *
 * A verdict is an incident when two consecutive checks reach it and the grace time lies between them. A check that
 * cannot decide on a verdict (the task did not answer, the upstream is not known) neither resolves it nor makes it an
 * incident: it stays as it was.
 */
export function track(state: ProxyState, observation: Observation, verdicts: readonly Verdict[]): Tracked {
  const { record, at } = observation;
  const watched: Record<string, WatchedVerdict> = {};
  const events: IncidentEvent[] = [];
  const open: Incident[] = [];
  const emit = (event: IncidentEvent['event'], incident: Incident) => events.push({ event, incident });

  for (const found of verdicts) {
    const key = keyOf(found);
    const before = state.watched[key];
    const firstSeen = before?.firstSeen ?? at;
    const lasted = before !== undefined && at - firstSeen >= graceMillis(found, record);
    const openedAt = before?.openedAt ?? (lasted ? at : undefined);
    const lastReportedDigest = digestOf(found, observation);
    const { message: _, sessionShare: __, ...identity } = found;
    watched[key] = { ...identity, firstSeen, openedAt, lastReportedDigest, opsItem: before?.opsItem };
    if (openedAt === undefined) {
      continue;
    }
    const incident = incidentOf(record.proxy, key, { ...found, opsItem: before?.opsItem }, firstSeen, openedAt, at);
    open.push(incident);
    if (before?.openedAt === undefined) {
      emit('incident-opened', incident);
    } else if (before.lastReportedDigest !== undefined && before.lastReportedDigest !== lastReportedDigest) {
      emit('incident-updated', incident);
    }
  }

  for (const [key, before] of Object.entries(state.watched)) {
    if (key in watched) {
      continue;
    }
    const { firstSeen, openedAt, lastReportedDigest: _, ...identity } = before;
    const incidentWith = (message: string) =>
      incidentOf(record.proxy, key, { ...identity, message }, firstSeen, openedAt ?? at, at);
    const runs =
      observation.unchecked !== undefined ||
      before.task === undefined ||
      observation.tasks.some(({ task }) => task.id === before.task);
    if (runs && isUndecided(before, observation, verdicts, state.counters)) {
      watched[key] = before;
      if (openedAt !== undefined) {
        open.push(incidentWith('not checked this time'));
      }
    } else if (openedAt !== undefined) {
      emit('incident-resolved', incidentWith(runs ? 'resolved' : `resolved: ${before.task} no longer runs`));
    }
  }
  return { watched, events, open };
}

/**
 * Resolves all incidents of a proxy that is no longer in the registry: pure.
 *
 * @param now milliseconds since 1970
 */
export function resolveAll(proxy: string, { watched }: ProxyState, now: number): IncidentEvent[] {
  const events: IncidentEvent[] = [];
  for (const [key, { firstSeen, openedAt, lastReportedDigest: _, ...identity }] of Object.entries(watched)) {
    if (openedAt === undefined) {
      continue;
    }
    const verdict = { ...identity, message: `resolved: ${proxy} is no longer in the registry` };
    events.push({ event: 'incident-resolved', incident: incidentOf(proxy, key, verdict, firstSeen, openedAt, now) });
  }
  return events;
}

/** How long a verdict must last. */
function graceMillis({ kind }: Verdict, { graceSeconds, dnsWindowSeconds }: RegistryRecord): number {
  return 1000 * (graceSeconds + DEFINITIONS[kind].graceWindows * dnsWindowSeconds);
}

/** The data about the subject of a watched verdict. */
interface Subject {
  readonly watched: WatchedVerdict;
  readonly upstream: LiveUpstream | undefined;
  readonly observation: Observation;
  readonly counters: Counters | undefined;
}

/** When what a verdict requires is missing. */
const IS_MISSING: Readonly<Record<Requirement, (subject: Subject) => boolean>> = {
  live: ({ watched: { address }, upstream }) => {
    if (address === undefined) {
      return upstream?.live.length === 0;
    }
    return upstream !== undefined && !isFamilyKnown(upstream, address);
  },
  // An incident of the load balancer itself does not depend on DNS.
  answers: ({ watched: { cause }, upstream }) => cause === undefined && upstream !== undefined && isSilent(upstream),
  history: ({ watched: { task }, observation: { record, at }, counters }) =>
    task !== undefined && isComparisonYoung(task, counters, record, at),
};

/** Whether this check, which did not find a watched verdict, cannot decide that the verdict is over. */
function isUndecided(
  watched: WatchedVerdict,
  observation: Observation,
  verdicts: readonly Verdict[],
  counters?: Counters,
): boolean {
  const { kind, task, cause } = watched;
  const { requires, whileDeploying } = DEFINITIONS[kind];
  const upstream = observation.upstreams.find(({ name }) => name === watched.upstream);
  const read = observation.tasks.find((one) => one.task.id === task);
  const lacksUpstream = verdicts.some(
    (one) => one.kind === 'unreachable-task' && one.task === task && one.upstream === watched.upstream,
  );
  const undecidedWhileDeploying =
    whileDeploying === 'undecided' || (whileDeploying === 'undecided-for-upstreams' && watched.upstream !== undefined);
  return (
    (observation.unchecked !== undefined && kind !== 'unchecked') ||
    (read !== undefined && !('runtime' in read)) ||
    (task !== undefined && lacksUpstream) ||
    (observation.deploying === true && undecidedWhileDeploying) ||
    requires.some((requirement) => IS_MISSING[requirement]({ watched, upstream, observation, counters })) ||
    (cause === 'balancer' && upstream?.balancer === 'unread')
  );
}

/**
 * The changes that an update of an incident reports: the slots concerned, and the live addresses of the upstream. The
 * live addresses of a large ELB do not count: DNS shows others in each check.
 */
function digestOf({ upstream, slots }: Verdict, observation: Observation): string {
  const live = observation.upstreams.find((one) => one.name === upstream)?.live ?? [];
  return createHash('sha256')
    .update(JSON.stringify([slots, live.length < FULL_ANSWER ? live : 'many']))
    .digest('base64url')
    .slice(0, 6);
}

function incidentOf(
  proxy: string,
  key: string,
  verdict: Verdict & Pick<Incident, 'opsItem'>,
  firstSeen: number,
  openedAt: number,
  now: number,
): Incident {
  const id = createHash('sha256').update(`${proxy}\n${key}\n${firstSeen}`).digest('hex').slice(0, 16);
  return { ...verdict, id, proxy, firstSeen, openedAt, ageSeconds: Math.round((now - firstSeen) / 1000) };
}
