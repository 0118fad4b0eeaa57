import { createHash } from 'node:crypto';
import type { IncidentChange } from '../../../lib/contract/incident-event';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import type { Severity } from '../../../lib/contract/verdicts';
import type { Incident, IncidentEvent } from './incident';
import type { Observation } from './observation';
import { highest } from './severity';
import { shareOf } from './slots';
import type { ProxyState, WatchedTask, WatchedVerdict } from './state';
import { suppressionOf } from './suppression';
import { nameOf } from './truth';
import { isUndecided, type Lookup } from './undecided';
import { DEFINITIONS } from './verdicts';
import type { Subject } from './verdicts/definition';
import { type FindingIdentity, keyOf, type Verdict } from './verdicts/verdict';

/** What a check changed. */
interface Tracked {
  readonly watched: WatchedVerdict[];
  readonly events: IncidentEvent[];
  /** All incidents that are open now. */
  readonly open: Incident[];
  readonly suppressed: { readonly verdict: Verdict; readonly reason: string }[];
  /** Tasks with watched verdicts that the listing lacks for the first time. */
  readonly missingTasks: string[];
}

/** Lists in incidents have at most this many members. */
const MAX_LISTED = 100;

/**
 * Updates the watched verdicts with one check: pure.
 *
 * One row is one incident, or what may become one: a kind with its upstream, address, cause and section, and the tasks
 * that have it. A task is part of the incident when the checks of its grace have found it one after the other. A check
 * that cannot decide on a task leaves it as it was.
 */
export function track(state: ProxyState, lookup: Lookup, verdicts: readonly Verdict[]): Tracked {
  const before = new Map(state.watched.map((row) => [keyOf(row), row]));
  const found = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const key = keyOf(verdict);
    const row = found.get(key);
    if (row === undefined) {
      found.set(key, [verdict]);
    } else {
      row.push(verdict);
    }
  }
  const tracked: Tracked = { watched: [], events: [], open: [], suppressed: [], missingTasks: [] };
  const missing = new Set<string>();
  // The keys begin with the kind: `silent-resolver` comes before the kinds that it says already.
  const silent = new Set<string>();
  for (const key of [...new Set([...found.keys(), ...before.keys()])].sort()) {
    const context: Row = { key, before: before.get(key), found: found.get(key) ?? [], silent, state, lookup };
    trackRow(context, tracked);
    noteSilence(tracked.watched.at(-1), silent);
    for (const { id } of tracked.watched.at(-1)?.tasks ?? []) {
      if (id !== '' && lookup.observation.unchecked === undefined && !lookup.reads.has(id)) {
        missing.add(id);
      }
    }
  }
  const { unchecked } = lookup.observation;
  tracked.missingTasks.push(...(unchecked === undefined ? [...missing].sort() : state.missingTasks));
  return tracked;
}

/** Remembers the tasks of an open and critical `silent-resolver`, with the upstream that it is about, if any. */
function noteSilence(row: WatchedVerdict | undefined, silent: Set<string>): void {
  if (row?.kind !== 'silent-resolver' || row.openedAt === undefined) {
    return;
  }
  for (const { id } of row.tasks.filter(({ open, severity }) => open && severity === 'critical')) {
    silent.add(silenceOf(id, row.upstream));
  }
}

const silenceOf = (task: string, upstream = '') => `${upstream}\n${task}`;

/** One row of one check. */
interface Row {
  readonly key: string;
  readonly before: WatchedVerdict | undefined;
  readonly found: readonly Verdict[];
  readonly silent: ReadonlySet<string>;
  readonly state: ProxyState;
  readonly lookup: Lookup;
}

function trackRow(row: Row, tracked: Tracked): void {
  const { before, found, lookup } = row;
  const { at, record } = lookup.observation;
  const kind = (before ?? found[0]!).kind;
  const reason = suppressionOf(kind, record.suppressions, at);
  const { tasks, ripe } = tasksOf(row, reason !== undefined);
  if (tasks.length === 0) {
    if (before?.openedAt !== undefined) {
      const closed = closedIncident(before, lookup);
      tracked.events.push(eventOf('closed', before, closed, at));
    }
    return;
  }
  if (reason !== undefined) {
    tracked.suppressed.push(...ripe.map((verdict) => ({ verdict, reason })));
  }
  const opens = before?.openedAt === undefined && tasks.some(({ open }) => open);
  const updated = updatedRow(row, tasks, opens);
  if (updated.openedAt === undefined) {
    tracked.watched.push(updated);
    return;
  }
  const incident = incidentOf(updated, record, lookup, at, reason);
  const lastReported = digestOf(incident);
  const change: IncidentChange | undefined = opens
    ? 'opened'
    : before?.lastReported !== lastReported && reason === undefined
      ? 'changed'
      : undefined;
  tracked.open.push(incident);
  if (change === undefined) {
    tracked.watched.push(updated);
    return;
  }
  tracked.events.push(eventOf(change, updated, incident, at));
  tracked.watched.push({ ...updated, events: updated.events + 1, lastReported });
}

/** The tasks that have the verdict after this check, and the verdicts that would be part of an incident. */
function tasksOf(
  { before, found, silent, lookup }: Row,
  suppressed: boolean,
): { tasks: WatchedTask[]; ripe: Verdict[] } {
  const { at, record } = lookup.observation;
  const earlier = new Map(before?.tasks.map((task) => [task.id, task]));
  const tasks: WatchedTask[] = [];
  const ripe: Verdict[] = [];
  for (const verdict of found) {
    const { task: id = '', graceChecks = record.graceChecks, openAfterSeconds = 0, criticalAfterSeconds } = verdict;
    const was = earlier.get(id);
    earlier.delete(id);
    const firstSeen = was?.firstSeen ?? at;
    const checks = Math.min((was?.checks ?? 0) + 1, Number.MAX_SAFE_INTEGER);
    const seconds = (at - firstSeen) / 1000;
    const isRipe = was?.open === true || (checks >= graceChecks && seconds >= openAfterSeconds);
    if (isRipe) {
      ripe.push(verdict);
    }
    const isCritical = criticalAfterSeconds !== undefined && seconds >= criticalAfterSeconds;
    const severity: Severity = isCritical ? 'critical' : verdict.severity;
    const isSaid =
      verdict.saidBySilence === true && (silent.has(silenceOf(id)) || silent.has(silenceOf(id, verdict.upstream)));
    tasks.push({ id, severity, firstSeen, checks, open: was?.open === true || (isRipe && !suppressed && !isSaid) });
  }
  for (const [id, task] of earlier) {
    if (isUndecided({ watched: before!, task: id, lookup })) {
      tasks.push(task);
    }
  }
  tasks.sort((a, b) => (a.id < b.id ? -1 : 1));
  // An incident whose last task has ended goes on with those that have had the verdict for a shorter time.
  const goesOn = before?.openedAt !== undefined && !tasks.some(({ open }) => open);
  return { tasks: goesOn ? tasks.map((task) => ({ ...task, open: true })) : tasks, ripe };
}

function updatedRow({ key, before, found, state, lookup }: Row, tasks: readonly WatchedTask[], opens: boolean) {
  const { at, record } = lookup.observation;
  const [first] = found;
  const { kind, upstream, address, cause, section }: FindingIdentity = before ?? first!;
  const concerned = tasks.some(({ open }) => open) ? tasks.filter(({ open }) => open) : tasks;
  const isFixed = before?.openedAt !== undefined;
  const firstSeen = isFixed ? before.firstSeen : Math.min(...concerned.map((task) => task.firstSeen));
  const sinceAtLeast =
    before !== undefined && before.firstSeen <= firstSeen
      ? Math.max(before.sinceAtLeast, before.firstSeen === firstSeen ? 0 : before.firstSeen)
      : Math.min(firstSeen, state.checkedAt ?? firstSeen);
  const openIds = new Set(concerned.map(({ id }) => id));
  const current = found.filter(({ task = '' }) => openIds.has(task));
  const sessions = current.flatMap((one) => one.sessions ?? []);
  const all = current.flatMap((one) => one.allSessions ?? []);
  const slots = [...new Set(current.flatMap((one) => one.slots ?? []))].sort().slice(0, MAX_LISTED);
  const openedAt = before?.openedAt ?? (opens ? at : undefined);
  const severity = highest(concerned.map((task) => task.severity));
  const row: WatchedVerdict = {
    kind,
    ...defined({ upstream, address, cause, section }),
    id: isFixed ? before.id : idOf(record, key, firstSeen),
    severity,
    ...(openedAt !== undefined && { worst: isFixed ? highest([severity, worstOf(before)]) : severity }),
    message: current.length === 0 ? (before?.message ?? '') : messageOf(current, concerned.length, lookup.observation),
    firstSeen,
    sinceAtLeast,
    ...defined({
      openedAt,
      owner: current.find(({ owner }) => owner !== undefined)?.owner ?? before?.owner,
      slots: slots.length > 0 ? slots : before?.slots,
      sessionShare:
        current.length === 0
          ? before?.sessionShare
          : sessions.length > 0
            ? shareOf(sum(sessions), sum(all))
            : undefined,
      opsItem: before?.opsItem,
      lastReported: before?.lastReported,
    }),
    tasks,
    remediation: '',
    events: before?.events ?? 0,
  };
  // Without a finding of this check it is not known how many of the running tasks are concerned.
  const remediation = current.length === 0 ? before?.remediation : undefined;
  return { ...row, remediation: remediation ?? DEFINITIONS[kind].remediation(subjectOf(row, record, lookup)) };
}

const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);

/** Without members that are undefined: a state is JSON. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as ReturnType<
    typeof defined<T>
  >;
}

/** The message of one task, or of the first of several, with their number. */
function messageOf(found: readonly Verdict[], count: number, { tasks }: Observation): string {
  const [{ message }] = found as [Verdict];
  return count <= 1 ? message : `${count} of ${Math.max(count, tasks.length)} tasks: ${message}`;
}

/** Two records with one name of a proxy differ in their tasks. */
function idOf({ proxy, tasks }: Pick<RegistryRecord, 'proxy' | 'tasks'>, key: string, firstSeen: number): string {
  return hash([proxy, tasks, key, firstSeen]).slice(0, 16);
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** What a change of an incident reports. Live addresses alone do not make one, nor do slots. */
function digestOf({ severity, owner, tasks, taskCount }: Incident): string {
  // Information changes with each task that starts or ends: an event for each change would be noise.
  return hash(severity === 'info' ? [severity] : [severity, owner, tasks, taskCount]).slice(0, 12);
}

function openTasksOf({ tasks }: WatchedVerdict): readonly WatchedTask[] {
  return tasks.some(({ open }) => open) ? tasks.filter(({ open }) => open) : tasks;
}

function subjectOf(row: WatchedVerdict, record: RegistryRecord, lookup: Lookup | undefined): Subject {
  const tasks = openTasksOf(row)
    .map(({ id }) => id)
    .filter((id) => id !== '');
  const running = lookup?.reads.size ?? 0;
  const { address, section, slots } = row;
  return {
    proxy: record.proxy,
    source: record.tasks,
    tasks,
    allTasks: tasks.length > 0 && tasks.length >= running,
    ...defined({
      dnsName: dnsNameOf(row, record),
      address,
      section,
      slots,
      upstream: lookup?.upstreams.get(row.upstream ?? ''),
    }),
  };
}

function dnsNameOf({ upstream }: WatchedVerdict, { upstreams }: RegistryRecord): string | undefined {
  return upstream === undefined ? undefined : upstreams.find((one) => nameOf(one, upstreams) === upstream)?.dnsName;
}

/** An open row as an incident. */
function incidentOf(
  row: WatchedVerdict,
  record: RegistryRecord,
  lookup: Lookup,
  now: number,
  suppressed: string | undefined,
): Incident {
  const live = lookup.upstreams.get(row.upstream ?? '')?.live ?? [];
  return asIncident(row, record.proxy, now, {
    live: live.slice(0, MAX_LISTED),
    ...defined({ dnsName: dnsNameOf(row, record), suppressed }),
  });
}

/** An open row as an incident: pure. */
export function asIncident(
  row: WatchedVerdict,
  proxy: string,
  now: number,
  more: Pick<Incident, 'live' | 'dnsName' | 'suppressed'> & Partial<Pick<Incident, 'message' | 'remediation'>>,
): Incident {
  const { kind, upstream, address, cause, section, owner, slots, sessionShare, opsItem, openedAt = now } = row;
  const tasks = openTasksOf(row)
    .map(({ id }) => id)
    .filter((id) => id !== '');
  return {
    id: row.id,
    proxy,
    kind,
    severity: row.severity,
    message: row.message,
    ...defined({ upstream, address, section, cause, owner, slots, sessionShare, opsItem }),
    tasks: tasks.slice(0, MAX_LISTED),
    taskCount: tasks.length,
    firstSeen: row.firstSeen,
    openedAt,
    ageSeconds: Math.round((now - row.firstSeen) / 1000),
    detectionSeconds: Math.round((openedAt - row.sinceAtLeast) / 1000),
    remediation: row.remediation,
    ...more,
  };
}

function closedIncident(row: WatchedVerdict, lookup: Lookup): Incident {
  const { record, at } = lookup.observation;
  const subject = subjectOf(row, record, lookup);
  const ended = subject.tasks.length > 0 && subject.tasks.every((task) => !lookup.reads.has(task));
  const aboutProcess = row.upstream === undefined;
  const message =
    ended && aboutProcess
      ? `${subject.tasks.slice(0, MAX_LISTED).join(', ')} no longer ${subject.tasks.length === 1 ? 'runs' : 'run'}`
      : DEFINITIONS[row.kind].over(subject);
  return { ...incidentOf(row, record, lookup, at, undefined), severity: worstOf(row), message };
}

/** The highest severity that an incident ever had: a rule that matched an earlier event also matches the closing one. */
export function worstOf({ severity, worst = severity }: Pick<WatchedVerdict, 'severity' | 'worst'>): Severity {
  return highest([severity, worst]);
}

/** The next event of an incident: pure. */
export function eventOf(
  change: IncidentChange,
  { id, events }: Pick<WatchedVerdict, 'id' | 'events'>,
  incident: Incident,
  at: number,
): IncidentEvent {
  return { eventId: `${id}-${events + 1}`, change, at, incident };
}
