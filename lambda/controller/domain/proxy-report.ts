import { type Slot, slotName } from '../../../lib/contract/probe';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { isKnown, isReplaced, nextSamples } from './activity';
import { distinct, normalizedName } from './addresses';
import { evaluate, evidenceOf } from './evaluate';
import { gapsOf } from './gaps';
import { nextHistory } from './history';
import type { Incident, IncidentEvent } from './incident';
import { track } from './incidents';
import { mergeSeen, remember } from './name-memory';
import type { Observation } from './observation';
import type { ObservedTask, RawObservation } from './raw-observation';
import { failedRepairs, remainingRepairs } from './repair-plan';
import { sessionsOf, shareOf } from './slots';
import type { NameMemory, ProxyState, ReplacedProcess } from './state';
import { isFamilyKnown, truthOf } from './truth';
import { lookupOf } from './undecided';
import { withUnsent } from './unsent-events';
import type { Evidence } from './verdicts/definition';
import type { Verdict } from './verdicts/verdict';

/** What one check of one proxy found. */
export interface ProxyReport {
  readonly observation: Observation;
  readonly verdicts: readonly Verdict[];
  /** Incidents that are open now, suppressed ones included: those have `suppressed`. */
  readonly open: readonly Incident[];
  /** What opened, changed or closed in this check. `state.unsent` has these events, too. */
  readonly events: readonly IncidentEvent[];
  /** Verdicts that would be part of an incident, and why they are not reported. */
  readonly suppressed: readonly { readonly verdict: Verdict; readonly reason: string }[];
  /** Percent of the current sessions of all tasks that are on stale addresses. @default - sessions are not known */
  readonly staleSessionShare?: number;
  /**
   * Held addresses that the truth lacks, sorted: where the account can say whose they are, the caller evaluates the same
   * observation once more with `owners`.
   */
  readonly unexplained: readonly string[];
  /** The state for the next check. */
  readonly state: ProxyState;
}

/** Settings of the monitor. */
export interface ReportSettings {
  /** Seconds for which a proxy may be unchecked before that is critical. @default 900 */
  readonly blindAfterSeconds?: number;
  /** Seconds between two runs. @default 60 */
  readonly intervalSeconds?: number;
}

const BLIND_AFTER_SECONDS = 900;
const INTERVAL_SECONDS = 60;
/** An old process is assumed to live for this long after another one took its endpoint. */
const REPLACED_MILLIS = 3600 * 1000;
/** Lists of more tasks are not remembered: a state is written in each check, and DynamoDB charges for its size. */
const MAX_LISTED = 200;
/** More addresses than this are not looked up. */
const MAX_UNEXPLAINED = 200;

/**
 * The report on a proxy that was observed: pure.
 *
 * @param now milliseconds since 1970
 */
export function reportOn(
  record: RegistryRecord,
  state: ProxyState,
  raw: RawObservation,
  now: number,
  settings: ReportSettings = {},
): ProxyReport {
  const names = namesOf(record, state, raw, now);
  const upstreams = record.upstreams.map((upstream, i) =>
    truthOf(upstream, raw.upstreams[i]!, names.get(normalizedName(upstream.dnsName))!, record, now),
  );
  const tasks = raw.remembered ? raw.tasks.map((task) => ifUnchanged(task, state, now)) : raw.tasks;
  const observation: Observation = {
    record,
    at: now,
    // Two ports of a load balancer that one backend serves are the same servers.
    upstreams: upstreams.filter(({ name }, i) => upstreams.findIndex((one) => one.name === name) === i),
    tasks,
    ...((raw.deploying ?? raw.remembered) !== undefined && { deploying: raw.deploying || raw.remembered === true }),
    ...(raw.remembered && { remembered: true }),
    ...(raw.desiredCount !== undefined && { desiredCount: raw.desiredCount }),
    owners: new Map(Object.entries(raw.owners ?? {})),
  };
  return report(observation, state, settings, {
    names: [...names.values()],
    samples: nextSamples(state.samples, observation),
    replaced: replacedBy(observation, state),
    listing: listingFor(raw, tasks),
  });
}

/** The listing for the next check. It stays usable where a task did not answer: the probe may be the cause. */
function listingFor({ listing, remembered }: RawObservation, tasks: readonly ObservedTask[]): ProxyState['listing'] {
  if (listing === undefined || listing.tasks.length > MAX_LISTED) {
    return undefined;
  }
  const { outdated: _, ...usable } = listing;
  return remembered && tasks.some((task) => 'unchecked' in task) ? { ...usable, outdated: true } : usable;
}

/**
 * A remembered task, if the same process answers behind its endpoint as before. If not, it is not known whether it still
 * runs: AWS gives its address to another task. A task that no check has read, or none for long, has nothing to compare with.
 */
function ifUnchanged(read: ObservedTask, { samples }: ProxyState, now: number): ObservedTask {
  return 'runtime' in read && isKnown(read.task, samples) && !isReplaced(read.runtime, read.task, samples, now)
    ? read
    : { task: read.task, unchecked: true };
}

/**
 * The report on a proxy that could not be observed: open incidents stay open. Pure.
 *
 * @param why one line
 * @param now milliseconds since 1970
 */
export function reportUnchecked(
  record: RegistryRecord,
  state: ProxyState,
  why: string,
  now: number,
  settings: ReportSettings = {},
): ProxyReport {
  const observation: Observation = { record, at: now, upstreams: [], tasks: [], owners: new Map(), unchecked: why };
  return report(observation, state, settings, {});
}

function report(
  observation: Observation,
  state: ProxyState,
  { blindAfterSeconds = BLIND_AFTER_SECONDS, intervalSeconds = INTERVAL_SECONDS }: ReportSettings,
  changes: Partial<ProxyState>,
): ProxyReport {
  const { at, record } = observation;
  const wasOpen = state.watched.filter(({ openedAt }) => openedAt !== undefined);
  const evidence = evidenceOf(observation, state, {
    replaced: changes.replaced ?? state.replaced,
    failedRepairs: failedRepairs(state.repairs, wasOpen, at),
    blindAfterSeconds,
  });
  const verdicts = evaluate(evidence);
  const { watched, events, open, suppressed, missingTasks } = track(state, lookupOf(evidence, state), verdicts);
  const next: ProxyState = {
    ...state,
    ...changes,
    proxy: record.proxy,
    checkedAt: at,
    watched,
    missingTasks,
    repairs: remainingRepairs(state.repairs, open, at),
    history: nextHistory(state.history, { at, gaps: gapsOf(observation, open, verdicts), events, intervalSeconds }),
  };
  const staleSessionShare = staleShareOf(evidence, verdicts);
  return {
    observation,
    verdicts,
    open,
    events,
    suppressed,
    ...(staleSessionShare !== undefined && { staleSessionShare }),
    unexplained: unexplainedBy(evidence, verdicts),
    state: withUnsent(next, events),
  };
}

/** The memories of the record's names, with this check, by name as DNS compares it. */
function namesOf(
  { upstreams }: RegistryRecord,
  state: ProxyState,
  raw: RawObservation,
  now: number,
): Map<string, NameMemory> {
  const before = new Map(state.names.map((memory) => [memory.dnsName, memory]));
  const names = new Map<string, NameMemory>();
  for (const { dnsName } of upstreams) {
    const name = normalizedName(dnsName);
    if (!names.has(name)) {
      const seen = mergeSeen(raw.upstreams.filter((_, i) => normalizedName(upstreams[i]!.dnsName) === name));
      names.set(name, remember(before.get(name), name, seen, now));
    }
  }
  return names;
}

/** Processes that no ECS runs may be reloaded. A task of ECS has one process. */
function replacedBy({ record, tasks, at }: Observation, { samples, replaced }: ProxyState): ReplacedProcess[] {
  if ('service' in record.tasks) {
    return [];
  }
  const now = tasks.flatMap((read) =>
    'runtime' in read && isReplaced(read.runtime, read.task, samples, at) ? [read.task.id] : [],
  );
  const before = replaced.filter((one) => at - one.at < REPLACED_MILLIS && !now.includes(one.task));
  return [...before, ...now.map((task) => ({ task, at }))];
}

function unexplainedBy({ holdings }: Evidence, verdicts: readonly Verdict[]): string[] {
  const foreign = verdicts.filter(({ kind }) => kind === 'foreign-address');
  const addresses = holdings.flatMap(({ held, upstream }) => {
    const out = foreign.flatMap((one) => (one.upstream === upstream.name ? one.address! : []));
    return [...held.keys(), ...out].filter(
      (address) => !upstream.present.has(address) && isFamilyKnown(upstream, address),
    );
  });
  return distinct(addresses).slice(0, MAX_UNEXPLAINED);
}

function staleShareOf({ holdings }: Evidence, verdicts: readonly Verdict[]): number | undefined {
  const stale = new Set<string>();
  for (const { kind, task, slots = [] } of verdicts) {
    for (const slot of kind === 'stale-address' ? slots : []) {
      stale.add(`${task}|${slot}`);
    }
  }
  const all = new Set<Slot>();
  const onStale: Slot[] = [];
  for (const { task, slots } of holdings) {
    for (const slot of slots) {
      if (!all.has(slot) && stale.has(`${task.id}|${slotName(slot)}`)) {
        onStale.push(slot);
      }
      all.add(slot);
    }
  }
  const known = sessionsOf([...all]);
  return known === undefined ? undefined : shareOf(sessionsOf(onStale) ?? 0, known);
}
