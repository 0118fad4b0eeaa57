import { FOLDERS } from '../../lib/contract/census-access';
import { type CensusTarget, CONCURRENT_READS, JSON_TYPE, monitorKeyOf, putDocument, type Store } from './collect';
import { MONITOR_CENSUS, MONTH_SUMMARY, type MonitorCensus, type Month, type MonthSummary } from './documents';
import { encode, hashOf } from './gather';
import { emptyMonth, withCensus } from './month';
import { monthPage, monthsPage } from './page';
import { monthSummaryOf, namedOfEach, summarizeMonth, withFewerNames } from './summarize-month';

/** Documents that are read ahead. */
const READ_AHEAD = 8;

/** What one monitor adds to the output of the state machine. */
type Counts = Pick<MonthSummary, 'monitor' | 'censuses' | 'proxies' | 'incidents'>;

/**
 * Makes the month of one monitor out of the documents of its censuses, one after the other, and stores it: the document, its
 * checksum, its page, and the summary. A census without a document of the monitor is a census in which it did not answer.
 *
 * @param month `YYYY-MM`
 * @throws Error when no census of the month has the monitor
 */
export async function collectMonth(month: string, target: CensusTarget, store: Store): Promise<Counts> {
  const monitor = monitorKeyOf(target);
  let document = emptyMonth(month, monitor);
  const censuses = (await store.folders(`${FOLDERS.censuses}/${month}/`)).sort();
  const read = (census: string) => store.get(`${FOLDERS.censuses}/${month}/${census}/monitors/${monitor}.json`);
  const ahead = censuses.slice(0, READ_AHEAD).map(read);
  for (const [i, census] of censuses.entries()) {
    const text = await ahead.shift()!;
    const next = censuses[i + READ_AHEAD];
    if (next !== undefined) {
      ahead.push(read(next));
    }
    // Before its first document it was not one of the monitors.
    if (text !== undefined || document.censuses.length > 0) {
      document = withCensus(
        document,
        censusIn(text, { census, monitor }),
        text === undefined ? undefined : hashOf(text),
      );
    }
  }
  if (document.censuses.length === 0) {
    throw new Error(`no census of ${month} has a document of ${monitor}`);
  }
  const key = `${FOLDERS.months}/${month}/monitors/${monitor}.json`;
  const summary = monthSummaryOf(document, await putDocument(store, key, document, monthPage(document)));
  const { body, sha256 } = encode(summary);
  await store.put(summaryKeyOf(month, monitor), body, JSON_TYPE, sha256);
  const { proxies, incidents } = summary;
  return { monitor, censuses: document.censuses.length, proxies, incidents };
}

/** A stored census. One that is missing or cannot be read is one in which the monitor did not answer. */
function censusIn(
  text: string | undefined,
  { census, monitor }: Pick<MonitorCensus, 'census' | 'monitor'>,
): MonitorCensus {
  const at = startOf(census);
  const failed = (why: string): MonitorCensus => {
    return {
      version: '1',
      census,
      monitor,
      startedAt: at,
      endedAt: at,
      total: 0,
      proxies: [],
      degraded: [],
      failed: why,
    };
  };
  if (text === undefined) {
    return failed('the census has no document of it');
  }
  try {
    const { data } = MONITOR_CENSUS.safeParse(JSON.parse(text));
    return data ?? failed('its document is not one of this version');
  } catch {
    return failed('its document is not JSON');
  }
}

/** The id of a census begins with its start: `2026-11-22T120000Z`. */
function startOf(census: string): string {
  const at = census.replace(/^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z.*$/, '$1:$2:$3.000Z');
  if (Number.isNaN(Date.parse(at))) {
    throw new Error(`census ${census} does not begin with its start: such as 2026-11-22T120000Z`);
  }
  return at;
}

/** Writes the document of a month from the summaries that its monitors left. @returns the totals */
export async function concludeMonth(
  month: string,
  targets: readonly CensusTarget[],
  store: Store,
): Promise<Month['totals']> {
  const expected = [...new Set(targets.map(monitorKeyOf))].sort();
  const most = namedOfEach(expected.length);
  const summaries: MonthSummary[] = [];
  for (let i = 0; i < expected.length; i += CONCURRENT_READS) {
    const batch = expected.slice(i, i + CONCURRENT_READS);
    for (const text of await Promise.all(batch.map((monitor) => store.get(summaryKeyOf(month, monitor))))) {
      if (text !== undefined) {
        // At once: the names of all would be hundreds of megabytes.
        summaries.push(withFewerNames(MONTH_SUMMARY.parse(JSON.parse(text)), most));
      }
    }
  }
  const document = summarizeMonth(month, expected, summaries);
  await putDocument(store, `${FOLDERS.months}/${month}/month.json`, document, monthsPage(document));
  return document.totals;
}

const summaryKeyOf = (month: string, monitor: string) => `${FOLDERS.working}/months/${month}/summaries/${monitor}.json`;
