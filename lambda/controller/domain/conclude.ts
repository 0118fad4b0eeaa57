import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { Slot } from '../../../lib/haproxy/runtime-api/parse';
import type { ProxyState } from '../state/state';
import { nextCounters } from './counters';
import { advance, type Incident, type IncidentEvent } from './incidents';
import { judge } from './judge';
import { type DnsMemory, liveUpstream, NO_DNS, remember, type UpstreamReading } from './live-addresses';
import type { Reading, TaskReading } from './observation';
import { sessionShare, slotName, slotsOf } from './slots';
import type { Verdict } from './verdicts/verdict';

/** What the senses and the control plane saw of a proxy. */
export interface Seen {
  /** In the order of the record. */
  readonly upstreams: readonly UpstreamReading[];
  readonly tasks: readonly TaskReading[];
  /** Whether the service is being deployed. */
  readonly deploying?: boolean;
}

/** What one check of one proxy found. */
export interface ProxyReport {
  readonly reading: Reading;
  readonly verdicts: readonly Verdict[];
  readonly events: readonly IncidentEvent[];
  readonly open: readonly Incident[];
  /** Percent of the current sessions of all tasks that are on stale addresses; nothing when sessions are not known. */
  readonly staleSessionShare?: number;
  readonly state: ProxyState;
}

/**
 * What follows from what was seen: pure.
 *
 * @param now milliseconds since 1970
 */
export function conclude(record: RegistryRecord, state: ProxyState, seen: Seen, now: number): ProxyReport {
  const { tasks, deploying } = seen;
  const dns: Record<string, DnsMemory> = {};
  for (const { dnsName } of record.upstreams) {
    const lookups = seen.upstreams.filter((_, i) => record.upstreams[i]!.dnsName === dnsName);
    dns[dnsName] = remember(state.dns[dnsName] ?? NO_DNS, together(lookups), record.dnsWindowSeconds, now);
  }
  const upstreams = record.upstreams.map((upstream, i) =>
    liveUpstream(upstream, seen.upstreams[i]!, dns[upstream.dnsName]!, record, now),
  );
  // Two ports of a load balancer that one backend serves are the same servers.
  const distinct = upstreams.filter(({ name }, i) => upstreams.findIndex((one) => one.name === name) === i);
  const reading: Reading = { record, at: now, upstreams: distinct, tasks, deploying };
  return reportOn(reading, state, { ...state, dns, counters: nextCounters(state.counters, reading) });
}

/** What several lookups of one name came to: each may have had another part of the answer. */
function together(lookups: readonly UpstreamReading[]): Pick<UpstreamReading, 'answers' | 'unanswered'> {
  const [{ unanswered = [] } = {}, ...others] = lookups;
  return {
    answers: [...new Set(lookups.flatMap(({ answers }) => answers))].sort(),
    unanswered: unanswered.filter((type) => others.every((other) => other.unanswered?.includes(type))),
  };
}

/**
 * The report on a proxy that could not be looked at: what was open stays open. Pure.
 *
 * @param why one line
 * @param now milliseconds since 1970
 */
export function notChecked(record: RegistryRecord, state: ProxyState, why: string, now: number): ProxyReport {
  return reportOn({ record, at: now, upstreams: [], tasks: [], unchecked: why }, state, state);
}

function reportOn(reading: Reading, before: ProxyState, after: ProxyState): ProxyReport {
  const verdicts = judge(reading, before.counters);
  const { watched, events, open } = advance(before, reading, verdicts);
  const staleSessionShare = shareOf(reading, verdicts);
  return { reading, verdicts, events, open, staleSessionShare, state: { ...after, watched, truncated: undefined } };
}

function shareOf({ tasks, upstreams }: Reading, verdicts: readonly Verdict[]): number | undefined {
  const stale = new Set(
    verdicts.flatMap(({ kind, task, slots = [] }) =>
      kind === 'stale-address' ? slots.map((slot) => `${task}|${slot}`) : [],
    ),
  );
  const onStale = new Set<Slot>();
  const all = tasks.flatMap((read) => {
    const slots = 'runtime' in read ? upstreams.flatMap((upstream) => slotsOf(read.runtime, upstream)) : [];
    for (const slot of stale.size > 0 ? slots : []) {
      if (stale.has(`${read.task.id}|${slotName(slot)}`)) {
        onStale.add(slot);
      }
    }
    return slots;
  });
  return sessionShare(all, (slot) => onStale.has(slot));
}
