import type {
  CensusBlind,
  CensusEndedIncident,
  CensusGap,
  CensusHeld,
  CensusIncident,
  CensusProxy,
  CensusUpstream,
  IncidentSubject,
} from '../../../lib/contract/census';
import { distinct } from './addresses';
import { gapsOf, isUnseen, text } from './gaps';
import type { Incident } from './incident';
import type { LiveUpstream, Observation } from './observation';
import type { ProxyReport } from './proxy-report';
import { SEVERITY_LEVELS } from './severity';
import { inService, slotsOf } from './slots';
import type { History } from './state';
import { keyOf } from './verdicts/verdict';

/** The most that a proxy takes in a census, in bytes of JSON. */
export const MAX_PROXY_BYTES = 256 * 1024;

/** What a check reported, as a part of a census: pure. */
export function censusOf(
  name: string,
  report: Pick<ProxyReport, 'observation' | 'verdicts' | 'open' | 'events' | 'suppressed' | 'state'>,
): CensusProxy {
  const { observation, verdicts, open, events } = report;
  const { record, at, tasks, upstreams } = observation;
  const openedNow = new Set(events.flatMap(({ change, incident }) => (change === 'opened' ? [incident.id] : [])));
  const gaps = gapsOf(observation, open, verdicts);
  const incidents = [...[...open].sort(byAge).map((one) => incidentOf(one, openedNow)), ...acceptedIn(report)];
  const wrong = incidents.filter(({ kind, severity }) => severity !== 'info' && !isUnseen(kind));
  const known = new Set<string>(incidents.map(({ kind }) => kind));
  return fitted({
    name: text(name),
    proxy: text(record.proxy),
    at: timeOf(at),
    compliance: wrong.length > 0 ? 'non-compliant' : gaps.length > 0 ? 'unknown' : 'compliant',
    taskSource: record.tasks,
    ...(wrong.length > 0 && { since: wrong.map(({ since }) => since).sort()[0]! }),
    ...historyOf(report.state.history),
    upstreams: upstreams.map(upstreamOf),
    held: heldIn(observation),
    tasks: tasks.length,
    tasksRead: tasks.filter((task) => 'runtime' in task).length,
    gaps,
    incidents: incidents.sort((a, b) => SEVERITY_LEVELS[b.severity] - SEVERITY_LEVELS[a.severity]),
    pending: [...new Set(verdicts.map(({ kind }) => kind))].filter((kind) => !known.has(kind)).sort(),
  });
}

/** A record that cannot be used, as a part of a census: pure. */
export function censusOfMalformed(name: string, why: string, now: number): CensusProxy {
  const none = { upstreams: [], held: [], tasks: 0, tasksRead: 0, incidents: [], pending: [], blind: [], ended: [] };
  const gaps: CensusGap[] = [{ what: 'record', why: text(why) }];
  return { name: text(name), proxy: text(name), at: timeOf(now), compliance: 'unknown', ...none, gaps };
}

const timeOf = (millis: number) => new Date(millis).toISOString();

/** What runs before and this check saw of the proxy over time. */
function historyOf(history: History | undefined) {
  if (history === undefined) {
    return { blind: [], ended: [] };
  }
  const { since, wholeAt, gap, blind, ended } = history;
  const rows = blind.map(({ from, until, why }): CensusBlind => ({ from: timeOf(from), until: timeOf(until), why }));
  return {
    ...(wholeAt !== undefined && { lastWholeAt: timeOf(wholeAt) }),
    recordedSince: timeOf(since),
    blind: gap === undefined ? rows : [...rows, { from: timeOf(gap.from), why: gap.why }],
    ended: ended.map(({ firstSeen, openedAt, overAt, ...one }): CensusEndedIncident => {
      return { ...one, since: timeOf(firstSeen), openedAt: timeOf(openedAt), overAt: timeOf(overAt) };
    }),
  };
}

const byAge = (a: Incident, b: Incident) => a.firstSeen - b.firstSeen || (a.id < b.id ? -1 : 1);

function upstreamOf({
  upstream,
  completeness,
  live,
  leaving,
  problems,
  degraded,
  ...more
}: LiveUpstream): CensusUpstream {
  const { interfacesAgeSeconds } = more;
  return {
    dnsName: text(upstream.dnsName),
    port: upstream.port,
    completeness,
    live: [...live],
    leaving: [...leaving],
    ...(interfacesAgeSeconds !== undefined && { interfacesAgeSeconds: Math.round(interfacesAgeSeconds) }),
    problems: [...problems, ...degraded].map(text),
  };
}

/** What each process holds. Most of them hold the same. */
function heldIn({ tasks, upstreams }: Observation): CensusHeld[] {
  const rows = new Map<string, { tasks: string[]; addresses: string[][] }>();
  for (const read of tasks) {
    if (!('runtime' in read)) {
      continue;
    }
    const addresses = upstreams.map((upstream) => {
      const slots = slotsOf(read.runtime, upstream).filter(inService);
      return distinct(slots.flatMap(({ address }) => (address === undefined ? [] : [text(address)])));
    });
    const key = JSON.stringify(addresses);
    const row = rows.get(key) ?? { tasks: [], addresses };
    row.tasks.push(text(read.task.id));
    rows.set(key, row);
  }
  return [...rows.values()]
    .map(({ tasks: ids, addresses }) => ({ tasks: ids.sort(), taskCount: ids.length, addresses }))
    .sort((a, b) => b.taskCount - a.taskCount || (a.tasks[0]! < b.tasks[0]! ? -1 : 1));
}

/** What an incident or a verdict is about. */
function subjectOf({ kind, severity, message, upstream, address, taskCount }: IncidentSubject): IncidentSubject {
  return {
    kind,
    severity,
    message: text(message),
    ...(upstream !== undefined && { upstream: text(upstream) }),
    ...(address !== undefined && { address: text(address) }),
    taskCount,
  };
}

function incidentOf(incident: Incident, openedNow: ReadonlySet<string>): CensusIncident {
  const { id, dnsName, upstream, firstSeen, openedAt, suppressed } = incident;
  return {
    ...(!openedNow.has(id) && { id }),
    ...subjectOf({ ...incident, upstream: dnsName ?? upstream }),
    since: timeOf(firstSeen),
    ...(!openedNow.has(id) && { openedAt: timeOf(openedAt) }),
    ...(suppressed !== undefined && { suppressed: text(suppressed) }),
  };
}

/** Bounds of lists, and what a shorter list is called. The last row always fits. */
const BOUNDS = [
  { ids: 100, rows: 500, addresses: 100, incidents: 100, gaps: 100, upstreams: 100 },
  { ids: 5, rows: 20, addresses: 10, incidents: 50, gaps: 40, upstreams: 20 },
] as const;

/** Verdicts that would be incidents if they were not suppressed: an auditor sees them. */
function acceptedIn({
  observation,
  open,
  suppressed,
  state,
}: Pick<ProxyReport, 'observation' | 'open' | 'suppressed' | 'state'>): CensusIncident[] {
  const opened = new Set(open.map(keyOf));
  const firstSeen = new Map(state.watched.map((row) => [keyOf(row), row.firstSeen]));
  const names = new Map(observation.upstreams.map(({ name, upstream }) => [name, upstream.dnsName]));
  const accepted = new Map<string, CensusIncident>();
  for (const { verdict, reason } of suppressed) {
    const key = keyOf(verdict);
    if (opened.has(key)) {
      continue;
    }
    const upstream = names.get(verdict.upstream ?? '') ?? verdict.upstream;
    const taskCount = (accepted.get(key)?.taskCount ?? 0) + 1;
    accepted.set(key, {
      ...subjectOf({ ...verdict, upstream, taskCount }),
      since: timeOf(firstSeen.get(key) ?? observation.at),
      suppressed: text(reason),
    });
  }
  return [...accepted.values()];
}

/** The proxy with shorter lists where it is too large. What is left out is named; the compliance stays. */
function fitted(proxy: CensusProxy): CensusProxy {
  let smaller = proxy;
  for (const bounds of BOUNDS) {
    if (sizeOf(smaller) <= MAX_PROXY_BYTES) {
      return smaller;
    }
    smaller = within(proxy, bounds);
  }
  return smaller;
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

function within(proxy: CensusProxy, bounds: Record<keyof (typeof BOUNDS)[number], number>): CensusProxy {
  const leftOut = new Set<string>();
  const cut = <T>(list: readonly T[], most: number, what: string): T[] => {
    if (list.length > most) {
      leftOut.add(`${what}: ${list.length - most} of ${list.length}`);
    }
    return list.slice(0, most);
  };
  const upstreams = cut(proxy.upstreams, bounds.upstreams, 'upstreams');
  const held = cut(proxy.held, bounds.rows, 'rows of what tasks hold');
  return {
    ...proxy,
    upstreams: upstreams.map((one) => ({
      ...one,
      live: cut(one.live, bounds.addresses, 'live addresses of an upstream'),
      leaving: cut(one.leaving, bounds.addresses, 'leaving addresses of an upstream'),
      problems: cut(one.problems, bounds.addresses, 'problems of an upstream'),
    })),
    held: held.map(({ tasks, taskCount, addresses }) => ({
      tasks: cut(tasks, bounds.ids, 'ids of tasks that hold the same'),
      taskCount,
      addresses: addresses
        .slice(0, upstreams.length)
        .map((some) => cut(some, bounds.addresses, 'held addresses of an upstream')),
    })),
    incidents: cut(proxy.incidents, bounds.incidents, 'incidents'),
    gaps: cut(proxy.gaps, bounds.gaps, 'gaps'),
    leftOut: [...leftOut].slice(0, 50),
  };
}
