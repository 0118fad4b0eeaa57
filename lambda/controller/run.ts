import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import type { CheckerEnvironment } from '../../lib/contract/environment';
import { OutOfTime, TimeLimit } from '../probe/time-limit';
import { openOpsItem, resolveOpsItem } from './aws/ops-items';
import { type Orphan, type RegistryEntry, readRegistry } from './aws/registry';
import { removeState, writeState } from './aws/state-store';
import { checkProxy, type Probes } from './check';
import { type IncidentEvent, resolveAll } from './domain/incidents';
import { type ProxyReport, reportUnchecked } from './domain/proxy-report';
import { reasonOf } from './domain/reason';
import type { ProxyState } from './domain/state';
import { keyOf } from './domain/verdicts/verdict';
import { createProbes } from './probes';
import { repair } from './repair';
import { countOf, type Report, type RunSummary } from './report';
import { encodeState } from './state/codec';

/** How many proxies are checked at the same time. */
const CONCURRENT_PROXIES = 32;

/** The end of a run that is reserved for reporting and saving; half of the run where it is shorter than twice this. */
const RESERVE_MILLIS = 8000;

/**
 * How much of the reserve is left when a stage ends. Reading processes ends first, because a proxy is
 * reported even if some processes were not reached. OpsCenter may be slow, so states are saved after its stage.
 */
const RESERVE_LEFT = { reading: 1, checking: 0.75, opsItems: 0.5, saving: 0.25 } as const;

/** The invocation of a run. */
export type Invocation = Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>;

/** The time limits of a run. */
interface Limits {
  readonly checking: TimeLimit;
  readonly saving: TimeLimit;
  /** @default - no OpsItems are wanted */
  readonly opsItems?: TimeLimit;
}

/**
 * Checks every proxy of the registry once, as far as the time allows.
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
  const millisUntil = (stage: keyof typeof RESERVE_LEFT) => remaining - reserve * RESERVE_LEFT[stage];
  const deadline = Date.now() + millisUntil('reading');
  const limits: Limits = {
    checking: new TimeLimit(millisUntil('checking')),
    saving: new TimeLimit(millisUntil('saving')),
    opsItems: environment.OPS_ITEMS === 'on' ? new TimeLimit(millisUntil('opsItems')) : undefined,
  };
  try {
    const registry = await readRegistry(environment.REGISTRY_PATH);
    for (const { reason, ...found } of registry.malformedRecords) {
      report.log('error', 'not-checked', `${found.parameter}: ${reason}`, { ...found, reason });
    }
    for (const { reason, ...found } of registry.malformedStates) {
      report.log('error', 'degraded', `${found.parameter}: ${reason}`, { ...found, reason });
    }
    const probes = createProbes(invocation.invokedFunctionArn, deadline);
    const limit = pLimit(CONCURRENT_PROXIES);
    const outcomes = await Promise.all(
      byStaleness(registry.entries).map((entry) => limit(() => checkEntry(entry, probes, report, limits))),
    );
    const repairs = await repair(outcomes, environment.REPAIR, limits.saving, report);
    await Promise.all(registry.orphans.map((orphan) => limit(() => removeOrphan(orphan, report, limits))));
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
    // No incident opens on a verdict that was not saved.
    const remembers = outcomes.some(({ written }) => written) || outcomes.every(({ lost }) => !lost);
    report.run(summary, remembers);
    return summary;
  } finally {
    limits.checking.clear();
    limits.saving.clear();
    limits.opsItems?.clear();
  }
}

/** First the proxies that the last run did not check, the longest waiting ones before the others. */
export function byStaleness(entries: readonly RegistryEntry[]): RegistryEntry[] {
  const waitingSince = ({ state }: RegistryEntry) =>
    Math.min(
      ...Object.values(state.watched).flatMap(({ kind, firstSeen }) => (kind === 'unchecked' ? [firstSeen] : [])),
    );
  // The others in random order: if runs are always too short, they must not always miss the same proxies.
  const turns = entries.map((entry) => ({ entry, since: waitingSince(entry), tieBreak: Math.random() }));
  return turns
    .sort((a, b) => (a.since === b.since ? a.tieBreak - b.tieBreak : a.since - b.since))
    .map(({ entry }) => entry);
}

/** Checks a proxy, reports what was found and saves it. */
async function checkEntry(entry: RegistryEntry, probes: Probes, report: Report, limits: Limits) {
  logTruncated(entry, report);
  const found = await checkInTime(entry, probes, limits.checking);
  report.proxy(found);
  const saved = await saveState(entry, found, report, limits);
  // Without what was read of its tasks: for thousands of tasks that would be most of the memory of a run.
  return {
    open: found.open,
    unchecked: saved === undefined || found.verdicts.some(({ kind }) => kind === 'unchecked'),
    entry: saved ?? entry,
    lost: saved === undefined,
    written: saved !== undefined && saved !== entry,
  };
}

/** Reports what had no room in the state of a proxy. An incident among it opens a second time. */
function logTruncated({ record: { proxy }, state: { truncated } }: RegistryEntry, report: Report): void {
  if (truncated !== undefined) {
    const message = `the state of ${proxy} had no room for ${truncated} watched verdicts: their grace time starts again`;
    report.log('warn', 'degraded', message, { proxy, truncated });
  }
}

/** Checks a proxy. If it cannot be checked, the report has the reason. */
async function checkInTime({ record, state }: RegistryEntry, probes: Probes, time: TimeLimit): Promise<ProxyReport> {
  try {
    return await time.within(() => checkProxy(record, state, probes, Date.now()));
  } catch (error) {
    return reportUnchecked(record, state, reasonOf(error), Date.now());
  }
}

/**
 * Saves what was found of a proxy, if it has changed. What cannot be saved has been reported before.
 *
 * @returns the entry as it is saved; undefined where it could not be
 */
async function saveState(
  entry: RegistryEntry,
  found: ProxyReport,
  report: Report,
  { saving, opsItems }: Limits,
): Promise<RegistryEntry | undefined> {
  const { proxy } = entry.record;
  const state = opsItems === undefined ? found.state : await withOpsItems(found, report, opsItems);
  try {
    return await saving.within(async () =>
      encodeState(state) === encodeState(entry.state) ? entry : await writeState(entry, state),
    );
  } catch (error) {
    report.log('error', 'degraded', `the state of ${proxy} could not be saved`, { proxy, reasons: [reasonOf(error)] });
    return undefined;
  }
}

/** Resolves the OpsItems of incidents that are resolved, and opens those of incidents that have none. Never rejects. */
async function withOpsItems(
  { state, open, events, observation }: ProxyReport,
  report: Report,
  time: TimeLimit,
): Promise<ProxyState> {
  const { proxy } = observation.record;
  const watched = { ...state.watched };
  await eachOpsItem(proxy, resolvedOpsItems(events), report, time);
  const missing = open.filter(({ severity, opsItem }) => severity !== 'info' && opsItem === undefined);
  const opening = missing.map((incident) => async () => {
    const key = keyOf(incident);
    watched[key] = { ...watched[key]!, opsItem: await openOpsItem(incident) };
  });
  await eachOpsItem(proxy, opening, report, time);
  return { ...state, watched };
}

function resolvedOpsItems(events: readonly IncidentEvent[]): (() => Promise<void>)[] {
  return events.flatMap(({ event, incident: { opsItem } }) =>
    event === 'incident-resolved' && opsItem !== undefined ? [() => resolveOpsItem(opsItem)] : [],
  );
}

/**
 * Does one after the other until the time is over, and reports what failed.
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
      report.log('warn', 'degraded', `an OpsItem of ${proxy} failed`, { proxy, reasons: [reasonOf(error)] });
      if (error instanceof OutOfTime) {
        break;
      }
    }
  }
  return failed === 0;
}

/** Resolves the open incidents of a proxy that is no longer in the registry. The next run retries what failed. */
async function removeOrphan(
  { proxy, parameter, state }: Orphan,
  report: Report,
  { saving, opsItems }: Limits,
): Promise<void> {
  const events = resolveAll(proxy, state, Date.now());
  if (opsItems !== undefined && !(await eachOpsItem(proxy, resolvedOpsItems(events), report, opsItems))) {
    return;
  }
  try {
    await saving.within(() => removeState(parameter));
    report.reportRemoved(events);
  } catch (error) {
    report.log('warn', 'degraded', `${parameter} could not be removed`, { parameter, reasons: [reasonOf(error)] });
  }
}
