import type { MonitorMonth, Month, MonthSummary } from './documents';
import { eachOnce, totalsOf } from './summarize';

/** How many proxies of a kind the summary of a monitor names. Its document has all. */
const MAX_NAMED = 100;

/** How many proxies of a kind the document over all monitors names, and of each monitor at least. */
const MAX_NAMED_IN_ALL = 20_000;
const LEAST_NAMED = 2;

type ProxyMonth = MonitorMonth['proxies'][number];

/** The summary of a month of one monitor: pure. `document` is where the month is stored. */
export function monthSummaryOf(month: MonitorMonth, document?: MonthSummary['document']): MonthSummary {
  const { monitor, censuses, proxies } = month;
  const now = censuses.at(-1)?.at ?? '';
  const withIncidents = proxies.flatMap((one) => incidentsOf(one));
  const blind = proxies.flatMap((one) => blindOf(one, now));
  const [named, namedBlind] = [cut(withIncidents, MAX_NAMED, INCIDENTS), cut(blind, MAX_NAMED, BLIND)];
  return {
    monitor,
    ...(document !== undefined && { document }),
    censuses: censuses.length,
    failedCensuses: censuses.filter(({ failed }) => failed !== undefined).length,
    proxies: proxies.length,
    proxiesWithIncidents: withIncidents.length,
    blindProxies: blind.length,
    incidents: sum(withIncidents.map(({ incidents }) => incidents)),
    openIncidents: sum(withIncidents.map(({ open }) => open)),
    withIncidents: named.rows,
    blind: namedBlind.rows,
    ...leftOut([...named.leftOut, ...namedBlind.leftOut]),
  };
}

const [INCIDENTS, BLIND] = ['proxies with incidents', 'proxies that were blind for a time'] as const;

const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);

const leftOut = (lines: readonly string[]) => (lines.length === 0 ? {} : { leftOut: [...lines] });

function cut<T>(all: readonly T[], most: number, what: string): { rows: T[]; leftOut: string[] } {
  const rows = all.slice(0, most);
  return { rows, leftOut: all.length > most ? [`${what}: ${all.length - most} of ${all.length}`] : [] };
}

function incidentsOf({ name, incidents }: ProxyMonth): MonthSummary['withIncidents'] {
  const counted = incidents.filter(({ severity }) => severity !== 'info');
  if (counted.length === 0) {
    return [];
  }
  return [
    {
      proxy: name,
      kinds: [...new Set(counted.map(({ kind }) => kind))].sort(),
      incidents: counted.length,
      open: counted.filter(({ overAt, overBy }) => overAt === undefined && overBy === undefined).length,
      first: counted.map(({ since }) => since).sort()[0]!,
    },
  ];
}

/** @param now until when a blind time without an end is counted */
function blindOf({ name, blind, unanswered }: ProxyMonth, now: string): MonthSummary['blind'] {
  const times: ProxyMonth['blind'] = unanswered === undefined ? blind : [...blind, unanswered];
  const [first] = times;
  if (first === undefined) {
    return [];
  }
  const millis = times.map(({ from, until = now }) => Math.max(0, Date.parse(until) - Date.parse(from)));
  const still = times.some(({ until }) => until === undefined);
  return [
    {
      proxy: name,
      times: times.length,
      seconds: Math.round(sum(millis) / 1000),
      ...(still && { still }),
      why: first.why,
    },
  ];
}

/** How many proxies of each list a monitor names in the document over so many. */
export const namedOfEach = (monitors: number) =>
  Math.max(LEAST_NAMED, Math.min(MAX_NAMED, Math.floor(MAX_NAMED_IN_ALL / monitors)));

/** The summary with so many names at most. What it leaves out is named. */
export function withFewerNames(summary: MonthSummary, most: number): MonthSummary {
  const { proxiesWithIncidents, blindProxies, leftOut: _, ...rest } = summary;
  const lines = [
    ...leftOutOf(INCIDENTS, Math.min(most, summary.withIncidents.length), proxiesWithIncidents),
    ...leftOutOf(BLIND, Math.min(most, summary.blind.length), blindProxies),
  ];
  return {
    ...rest,
    proxiesWithIncidents,
    blindProxies,
    withIncidents: summary.withIncidents.slice(0, most),
    blind: summary.blind.slice(0, most),
    ...leftOut(lines),
  };
}

function leftOutOf(what: string, named: number, all: number): string[] {
  return all > named ? [`${what}: ${all - named} of ${all}`] : [];
}

const NOTHING = { proxies: 0, proxiesWithIncidents: 0, blindProxies: 0, incidents: 0, openIncidents: 0 };

/**
 * The document of a month: pure. Each monitor that was to be asked is in it once. One without a summary was not seen.
 *
 * @param expected `ACCOUNT/REGION/NAME` of each monitor
 */
export function summarizeMonth(month: string, expected: readonly string[], summaries: readonly MonthSummary[]): Month {
  const monitors = eachOnce(expected, summaries, unseenMonitor);
  const totals = totalsOf(monitors, NOTHING);
  return { version: '1', month, totals, monitors };
}

function unseenMonitor(monitor: string): MonthSummary {
  const failed = 'no month of it was made: no census of this month has it, or the function that makes it was stopped';
  return { monitor, censuses: 0, failedCensuses: 0, ...NOTHING, withIncidents: [], blind: [], failed };
}
