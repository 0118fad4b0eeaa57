import pLimit from 'p-limit';
import type { TaskSource } from '../../lib/contract/registry-record';
import { sendEvents } from './aws/events';
import { openOpsItem, resolveOpsItem } from './aws/ops-items';
import { LostWrite, type StateTable, type StoredState } from './aws/state-table';
import type { TimeLimit } from './aws/time-limit';
import type { Incident, IncidentEvent } from './domain/incident';
import { reasonOf } from './domain/reason';
import { NO_STATE, type ProxyState, withOpsItem } from './domain/state';
import { withoutDelivered } from './domain/unsent-events';
import type { Report } from './report';
import { encodeState } from './state/codec';

/** How many states are written at the same time. */
const CONCURRENT_WRITES = 16;

/** An event that could not be delivered for a day is given up: its incident is in the log and, if open, in the metrics. */
const GIVE_UP_MILLIS = 24 * 60 * 60_000;

/** What a run found of a proxy, and what is to be remembered of it. */
export interface Finding {
  /** Name of the proxy, for log lines. */
  readonly proxy: string;
  /** Where its processes run. @default - its record is gone or malformed */
  readonly source?: TaskSource;
  /** What was read of its state. */
  readonly stored: StoredState;
  /** What is to be stored. Undefined: nothing is left to remember, the state is removed. */
  readonly state: ProxyState | undefined;
  readonly open: readonly Incident[];
  /** Whether all of the proxy was read. */
  readonly complete: boolean;
}

/** What became of a finding. */
export interface Settled {
  /**
   * - `saved`: the state is stored, or there was nothing new to store
   * - `lost`: another run was faster, and has stored its own finding
   * - `failed`: it could not be stored
   */
  readonly outcome: 'saved' | 'lost' | 'failed';
  /** Whether something was written. */
  readonly written: boolean;
  /** The state as it is stored now. */
  readonly stored: StoredState;
  readonly state: ProxyState;
  /** Events that wait for the next run, or had no room. */
  readonly undelivered: number;
}

/** What settling needs. */
interface SettleContext {
  readonly table: StateTable;
  readonly report: Report;
  readonly saving: TimeLimit;
  /** @default - no OpsItems are wanted */
  readonly opsItems?: TimeLimit;
}

/**
 * Stores what was found of some proxies, then delivers the events of their incidents: log lines, EventBridge, OpsItems.
 *
 * Events are a part of the state until they are delivered. So a run that is killed at any point loses none: the next
 * one delivers them, under the same ids.
 *
 * @returns what became of each, in the same order; never rejects
 */
export async function settle(findings: readonly Finding[], context: SettleContext): Promise<Settled[]> {
  const limit = pLimit(CONCURRENT_WRITES);
  const saved = await Promise.all(findings.map((finding) => limit(() => save(finding, context))));
  const unsent = saved.flatMap(({ outcome, state }, i): Unsent[] =>
    outcome === 'saved' ? state.unsent.map((event) => ({ event, source: findings[i]!.source })) : [],
  );
  const delivered = await deliverAll(unsent, context);
  return Promise.all(
    saved.map((one, i) => (one.outcome === 'saved' ? limit(() => finish(one, findings[i]!, delivered, context)) : one)),
  );
}

/** Stores the state with its events. */
async function save(finding: Finding, { table, report, saving }: SettleContext): Promise<Settled> {
  const { proxy, stored, complete } = finding;
  const state = finding.state ?? NO_STATE;
  const undelivered = state.unsent.length + (state.droppedEvents ?? 0);
  const unchanged = { written: false, stored, state, undelivered } as const;
  if (finding.state === undefined) {
    return { outcome: 'saved', ...unchanged };
  }
  try {
    const text = encodeState(finding.state);
    if (text === stored.text) {
      return { outcome: 'saved', ...unchanged };
    }
    const now = await saving.within(() => table.write(stored, text, complete ? Date.now() : stored.checkedAt));
    return { ...unchanged, outcome: 'saved', written: true, stored: now };
  } catch (error) {
    const lost = error instanceof LostWrite;
    const message = lost ? error.message : `the state of ${proxy} could not be saved`;
    report.log(lost ? 'warn' : 'error', 'degraded', message, { proxy, ...(!lost && { reasons: [reasonOf(error)] }) });
    return { outcome: lost ? 'lost' : 'failed', ...unchanged };
  }
}

/** An event that is not delivered yet, and where the processes of its proxy run. */
interface Unsent {
  readonly event: IncidentEvent;
  readonly source: TaskSource | undefined;
}

/** Delivers events. @returns the ids of those that need not be delivered again */
async function deliverAll(unsent: readonly Unsent[], context: SettleContext): Promise<ReadonlySet<string>> {
  const { report, saving } = context;
  if (unsent.length === 0) {
    return new Set();
  }
  for (const { event, source } of unsent) {
    report.incident(event, source);
  }
  const { delivered, failures } = await sendEvents(
    unsent.map(({ event, source }) => report.detailOf(event, source)),
    saving,
  );
  const events = unsent.map(({ event }) => event);
  const unresolved = await resolveOpsItems(events, context);
  const tooOld = events.filter(({ eventId, at }) => !delivered.has(eventId) && Date.now() - at > GIVE_UP_MILLIS);
  if (failures.length > 0) {
    const waiting = events.length - delivered.size - tooOld.length;
    report.log('error', 'degraded', `${waiting} events of incidents wait for the next run`, { reasons: failures });
  }
  if (tooOld.length > 0) {
    const message = `${tooOld.length} events of incidents are given up after a day`;
    report.log('error', 'degraded', message, { incidents: tooOld.map(({ incident }) => incident.id) });
  }
  return new Set([...[...delivered].filter((id) => !unresolved.has(id)), ...tooOld.map(({ eventId }) => eventId)]);
}

/** Resolves the OpsItems of closed incidents. @returns the ids of the events of those that could not be resolved */
async function resolveOpsItems(events: readonly IncidentEvent[], context: SettleContext): Promise<Set<string>> {
  const failed = new Set<string>();
  for (const { change, eventId, incident } of context.opsItems === undefined ? [] : events) {
    const { opsItem, proxy } = incident;
    if (
      change === 'closed' &&
      opsItem !== undefined &&
      !(await tryOpsItem(proxy, () => resolveOpsItem(opsItem), context))
    ) {
      failed.add(eventId);
    }
  }
  return failed;
}

/** Opens the OpsItems that are missing, and stores the state without the events that were delivered. */
async function finish(
  saved: Settled,
  finding: Finding,
  delivered: ReadonlySet<string>,
  context: SettleContext,
): Promise<Settled> {
  const { table, report, saving } = context;
  let state = saved.state;
  const { droppedEvents = 0 } = state;
  if (droppedEvents > 0) {
    const { proxy } = finding;
    const message = `${droppedEvents} events of incidents of ${proxy} had no room in its state: they are not delivered`;
    report.log('error', 'degraded', message, { proxy, droppedEvents });
  }
  for (const incident of context.opsItems === undefined ? [] : finding.open) {
    if (incident.severity === 'info' || incident.opsItem !== undefined || incident.suppressed !== undefined) {
      continue;
    }
    await tryOpsItem(
      finding.proxy,
      async () => {
        state = withOpsItem(state, incident.id, await openOpsItem(incident));
      },
      context,
    );
  }
  if (state.unsent.some(({ eventId }) => delivered.has(eventId)) || droppedEvents > 0) {
    state = withoutDelivered(state, delivered);
  }
  const undelivered = state.unsent.length + droppedEvents;
  try {
    if (finding.state === undefined) {
      await saving.within(() => table.remove(saved.stored));
      return { ...saved, written: true };
    }
    if (state === saved.state) {
      return saved;
    }
    const { checkedAt } = saved.stored;
    const stored = await saving.within(() => table.write(saved.stored, encodeState(state), checkedAt));
    return { ...saved, written: true, stored, state, undelivered };
  } catch (error) {
    const message = `what was delivered of ${finding.proxy} could not be saved: it is delivered again`;
    report.log('warn', 'degraded', message, { proxy: finding.proxy, reasons: [reasonOf(error)] });
    return saved;
  }
}

/** Does something with an OpsItem, as long as there is time, and reports what failed. @returns whether it was done */
async function tryOpsItem(proxy: string, work: () => Promise<void>, { opsItems, report }: SettleContext) {
  try {
    await opsItems!.within(work);
    return true;
  } catch (error) {
    report.log('warn', 'degraded', `an OpsItem of ${proxy} failed`, { proxy, reasons: [reasonOf(error)] });
    return false;
  }
}
