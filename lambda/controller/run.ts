import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import type { CheckerEnvironment } from '../../lib/contract/environment';
import { openOpsItem, resolveOpsItem } from './aws/ops-items';
import { type Orphan, type RegistryEntry, readRegistry } from './aws/registry';
import { keepState, removeState } from './aws/state-store';
import { checkProxy, type Senses } from './check';
import { notChecked, type ProxyReport } from './domain/conclude';
import { abandon, type IncidentEvent } from './domain/incidents';
import { keyOf } from './domain/verdicts/verdict';
import { sensesOf } from './probes';
import { mendOne } from './repair';
import { countOf, type Report, type RunSummary } from './report';
import { encodeState, type ProxyState } from './state/state';
import { OutOfTime, TimeLimit } from './time-limit';

/** How many proxies are checked at the same time. */
const CONCURRENT_PROXIES = 32;

/** What is kept of the time of a run to tell and to keep what was found. */
const RESERVE_MILLIS = 8000;

/** What a run needs to know of its invocation. */
export type Invocation = Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>;

/**
 * Checks every proxy of the registry once, as far as the time reaches.
 *
 * @throws when the registry cannot be read
 */
export async function run(
  environment: CheckerEnvironment,
  invocation: Invocation,
  report: Report,
): Promise<RunSummary> {
  const remaining = invocation.getRemainingTimeInMillis();
  const reserve = Math.min(RESERVE_MILLIS, remaining / 2);
  // Processes first: what is known of a proxy is worth telling even if some of them were not reached.
  const deadline = Date.now() + remaining - reserve;
  const checking = new TimeLimit(remaining - reserve * 0.75);
  const keeping = new TimeLimit(remaining - reserve / 4);
  const opsItems = environment.OPS_ITEMS === 'on' ? new TimeLimit(remaining - reserve * 0.5) : undefined;
  try {
    const registry = await readRegistry(environment.REGISTRY_PATH);
    for (const { reason, ...found } of registry.malformedRecords) {
      report.tell('error', 'not-checked', `${found.parameter}: ${reason}`, { ...found, reason });
    }
    for (const { reason, ...found } of registry.malformedStates) {
      report.tell('error', 'degraded', `${found.parameter}: ${reason}`, { ...found, reason });
    }
    const senses = sensesOf(invocation.invokedFunctionArn, deadline);
    const limit = pLimit(CONCURRENT_PROXIES);
    const outcomes = await Promise.all(
      inTurn(registry.entries).map((entry) =>
        limit(async () => {
          tellTruncated(entry, report);
          const found = await examine(entry, senses, checking);
          report.proxy(found);
          const { open, verdicts } = found;
          const unchecked = verdicts.some(({ kind }) => kind === 'unchecked');
          const kept = await keep(entry, found, report, keeping, opsItems);
          // What was read of its tasks is dropped here: of thousands it would be most of the memory of a run.
          return {
            open,
            unchecked: unchecked || kept === undefined,
            entry: kept ?? entry,
            lost: kept === undefined,
            written: kept !== undefined && kept !== entry,
          };
        }),
      ),
    );
    const repairs = await mendOne(outcomes, environment.REPAIR, keeping, report);
    await Promise.all(registry.orphans.map((orphan) => limit(() => forget(orphan, report, keeping, opsItems))));
    const uncheckedProxies = outcomes.filter(({ unchecked }) => unchecked).length;
    const incidents = countOf(outcomes.flatMap(({ open }) => open));
    const summary = {
      checkedProxies: outcomes.length - uncheckedProxies,
      uncheckedProxies,
      malformedRecords: registry.malformedRecords.length,
      openIncidents: incidents.open,
      criticalIncidents: incidents.critical,
      repairs,
    };
    // No incident opens on what nobody remembers.
    const remembers = outcomes.some(({ written }) => written) || outcomes.every(({ lost }) => !lost);
    report.run(summary, remembers);
    return summary;
  } finally {
    checking.clear();
    keeping.clear();
    opsItems?.clear();
  }
}

/** The proxies that were not checked the last time first, those that wait longest before the others. */
export function inTurn(entries: readonly RegistryEntry[]): RegistryEntry[] {
  const waitingSince = ({ state }: RegistryEntry) =>
    Math.min(
      ...Object.values(state.watched).flatMap(({ kind, firstSeen }) => (kind === 'unchecked' ? [firstSeen] : [])),
    );
  // The others in any order: a run that is always too short must not always miss the same ones.
  const turns = entries.map((entry) => ({ entry, since: waitingSince(entry), lot: Math.random() }));
  return turns.sort((a, b) => (a.since === b.since ? a.lot - b.lot : a.since - b.since)).map(({ entry }) => entry);
}

/** Says what had no room in the state of a proxy: an incident among it was told of and begins anew. */
function tellTruncated({ record: { proxy }, state: { truncated } }: RegistryEntry, report: Report): void {
  if (truncated !== undefined) {
    const message = `the state of ${proxy} had no room for ${truncated} watched verdicts, which begin anew`;
    report.tell('warn', 'degraded', message, { proxy, truncated });
  }
}

/** Checks a proxy. What keeps it from being checked is a report as well. */
async function examine({ record, state }: RegistryEntry, senses: Senses, time: TimeLimit): Promise<ProxyReport> {
  try {
    return await time.within(() => checkProxy(record, state, senses, Date.now()));
  } catch (error) {
    return notChecked(record, state, messageOf(error), Date.now());
  }
}

/**
 * Keeps what was found of a proxy, if it has changed. What cannot be kept has been told before.
 *
 * @returns the entry as it is kept; nothing where it could not be
 */
async function keep(
  entry: RegistryEntry,
  found: ProxyReport,
  report: Report,
  time: TimeLimit,
  opsItems?: TimeLimit,
): Promise<RegistryEntry | undefined> {
  const { proxy } = entry.record;
  // OpsCenter may be slow: there is time left to keep the state when there is none for OpsItems any more.
  const state = opsItems === undefined ? found.state : await withOpsItems(found, report, opsItems);
  try {
    return await time.within(async () =>
      encodeState(state) === encodeState(entry.state) ? entry : await keepState(entry, state),
    );
  } catch (error) {
    report.tell('error', 'degraded', `the state of ${proxy} could not be kept`, { proxy, reasons: [messageOf(error)] });
    return undefined;
  }
}

/** Resolves the OpsItems of incidents that are over, and opens those of incidents that have none. Never rejects. */
async function withOpsItems(
  { state, open, events, reading }: ProxyReport,
  report: Report,
  time: TimeLimit,
): Promise<ProxyState> {
  const watched = { ...state.watched };
  await eachOpsItem(reading.record.proxy, endOpsItems(events), report, time);
  const missing = open.filter(({ severity, opsItem }) => severity !== 'info' && opsItem === undefined);
  const begin = missing.map((incident) => async () => {
    const key = keyOf(incident);
    watched[key] = { ...watched[key]!, opsItem: await openOpsItem(incident) };
  });
  await eachOpsItem(reading.record.proxy, begin, report, time);
  return { ...state, watched };
}

function endOpsItems(events: readonly IncidentEvent[]): (() => Promise<void>)[] {
  return events.flatMap(({ event, incident: { opsItem } }) =>
    event === 'incident-resolved' && opsItem !== undefined ? [() => resolveOpsItem(opsItem)] : [],
  );
}

/**
 * Does one after the other, and tells what failed, until the time is over.
 *
 * @returns whether all of it was done
 */
async function eachOpsItem(
  proxy: string,
  works: readonly (() => Promise<void>)[],
  report: Report,
  time: TimeLimit,
): Promise<boolean> {
  let failed = 0;
  for (const work of works) {
    try {
      await time.within(work);
    } catch (error) {
      failed += 1;
      report.tell('warn', 'degraded', `an OpsItem of ${proxy} failed`, { proxy, reasons: [messageOf(error)] });
      if (error instanceof OutOfTime) {
        break;
      }
    }
  }
  return failed === 0;
}

/** Ends what is open on a proxy that is no longer in the registry. What fails is tried again in the next run. */
async function forget(
  { proxy, parameter, state }: Orphan,
  report: Report,
  time: TimeLimit,
  opsItems?: TimeLimit,
): Promise<void> {
  const events = abandon(proxy, state, Date.now());
  if (opsItems !== undefined && !(await eachOpsItem(proxy, endOpsItems(events), report, opsItems))) {
    return;
  }
  try {
    await time.within(() => removeState(parameter));
    report.gone(events);
  } catch (error) {
    report.tell('warn', 'degraded', `${parameter} could not be removed`, { parameter, reasons: [messageOf(error)] });
  }
}

/** The errors of AWS say most with their names. */
function messageOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === 'Error' ? message : `${name}: ${message}`;
}
