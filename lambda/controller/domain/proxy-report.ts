import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { Slot } from '../../../lib/haproxy/runtime-api/parse';
import { nextCounters } from './counters';
import { evaluate } from './evaluate';
import { type Incident, type IncidentEvent, track } from './incidents';
import { type DnsMemory, liveUpstream, NO_DNS, remember } from './live-addresses';
import type { Observation, ObservedUpstream, RawObservation } from './observation';
import { sessionShare, slotName, slotsOf } from './slots';
import type { ProxyState } from './state';
import type { Verdict } from './verdicts/verdict';

/** What one check of one proxy found. */
export interface ProxyReport {
  readonly observation: Observation;
  readonly verdicts: readonly Verdict[];
  readonly events: readonly IncidentEvent[];
  readonly open: readonly Incident[];
  /** Percent of the current sessions of all tasks that are on stale addresses. @default - sessions are not known */
  readonly staleSessionShare?: number;
  /** The state for the next check. */
  readonly state: ProxyState;
}

/**
 * The report on a proxy that was observed: pure.
 *
 * @param now milliseconds since 1970
 */
export function reportOn(record: RegistryRecord, state: ProxyState, raw: RawObservation, now: number): ProxyReport {
  const { tasks, deploying } = raw;
  const dns: Record<string, DnsMemory> = {};
  for (const { dnsName } of record.upstreams) {
    const lookups = raw.upstreams.filter((_, i) => record.upstreams[i]!.dnsName === dnsName);
    dns[dnsName] = remember(state.dns[dnsName] ?? NO_DNS, mergeLookups(lookups), record.dnsWindowSeconds, now);
  }
  const upstreams = record.upstreams.map((upstream, i) =>
    liveUpstream(upstream, raw.upstreams[i]!, dns[upstream.dnsName]!, record, now),
  );
  // Two ports of a load balancer that one backend serves are the same servers.
  const distinct = upstreams.filter(({ name }, i) => upstreams.findIndex((one) => one.name === name) === i);
  const observation: Observation = { record, at: now, upstreams: distinct, tasks, deploying };
  return evaluateAndTrack(observation, state, {
    ...state,
    dns,
    counters: nextCounters(state.counters, observation),
  });
}

/**
 * The report on a proxy that could not be observed: open incidents stay open. Pure.
 *
 * @param why one line
 * @param now milliseconds since 1970
 */
export function reportUnchecked(record: RegistryRecord, state: ProxyState, why: string, now: number): ProxyReport {
  return evaluateAndTrack({ record, at: now, upstreams: [], tasks: [], unchecked: why }, state, state);
}

function evaluateAndTrack(observation: Observation, before: ProxyState, after: ProxyState): ProxyReport {
  const verdicts = evaluate(observation, before.counters);
  const { watched, events, open } = track(before, observation, verdicts);
  const staleSessionShare = staleShareOf(observation, verdicts);
  return { observation, verdicts, events, open, staleSessionShare, state: { ...after, watched, truncated: undefined } };
}

/** Merges several lookups of one name: each may have another part of the answer. */
function mergeLookups(lookups: readonly ObservedUpstream[]): Pick<ObservedUpstream, 'answers' | 'unanswered'> {
  const [{ unanswered = [] } = {}, ...others] = lookups;
  return {
    answers: [...new Set(lookups.flatMap(({ answers }) => answers))].sort(),
    unanswered: unanswered.filter((type) => others.every((other) => other.unanswered?.includes(type))),
  };
}

function staleShareOf({ tasks, upstreams }: Observation, verdicts: readonly Verdict[]): number | undefined {
  const stale = new Set<string>();
  for (const { kind, task, slots = [] } of verdicts) {
    for (const slot of kind === 'stale-address' ? slots : []) {
      stale.add(`${task}|${slot}`);
    }
  }
  const all: Slot[] = [];
  const onStale = new Set<Slot>();
  for (const read of tasks) {
    if (!('runtime' in read)) {
      continue;
    }
    const slots = upstreams.flatMap((upstream) => slotsOf(read.runtime, upstream));
    all.push(...slots);
    for (const slot of slots) {
      if (stale.has(`${read.task.id}|${slotName(slot)}`)) {
        onStale.add(slot);
      }
    }
  }
  return sessionShare(all, (slot) => onStale.has(slot));
}
