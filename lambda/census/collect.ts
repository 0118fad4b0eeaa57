import type { CensusRequest } from '../../lib/contract/census';
import { FOLDERS } from '../../lib/contract/census-access';
import { type Census, MONITOR_SUMMARY, type MonitorSummary } from './documents';
import { encode, gather, hashOf } from './gather';
import { censusPage, monitorPage } from './page';
import { bounded, summarize, summaryOf } from './summarize';

/** A monitor that is to be asked. */
export interface CensusTarget {
  readonly account: string;
  readonly region: string;
  /** Name of the monitor. */
  readonly name: string;
}

/** Where documents are stored. */
export interface Store {
  /** @param sha256 of the body, in hex: the store refuses another body */
  readonly put: (key: string, body: string, contentType: string, sha256: string) => Promise<void>;
  /** Undefined where there is none. */
  readonly get: (key: string) => Promise<string | undefined>;
  /** The names directly below a prefix that ends in `/`, without the prefix and without a slash. */
  readonly folders: (prefix: string) => Promise<string[]>;
}

/** What one monitor adds to the output of the state machine: its counts. */
type Counts = Pick<MonitorSummary, 'monitor' | 'proxies' | 'compliant' | 'nonCompliant' | 'unknown'>;

/** How many summaries are read at the same time. */
export const CONCURRENT_READS = 32;

export const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html; charset=utf-8';

/** `ACCOUNT/REGION/NAME`. */
export const monitorKeyOf = ({ account, region, name }: CensusTarget) => `${account}/${region}/${name}`;

/**
 * Takes the census of one monitor and stores it: the document, its checksum, its page, and the summary. What failed is
 * stored, too.
 *
 * @throws the reason, after everything is stored, where the monitor did not answer about all of its proxies: the state
 * machine counts it
 */
export async function collect(
  census: string,
  target: CensusTarget,
  ask: (request: CensusRequest) => Promise<unknown>,
  store: Store,
): Promise<Counts> {
  const monitor = monitorKeyOf(target);
  const result = await gather({ census, monitor }, ask);
  const key = `${folderOf(census)}monitors/${monitor}.json`;
  const document = await putDocument(store, key, result, monitorPage(result));
  const summary = summaryOf(result, document);
  const { body, sha256 } = encode(summary);
  await store.put(summaryKeyOf(census, monitor), body, JSON_TYPE, sha256);
  if (result.failed !== undefined) {
    throw Object.assign(new Error(result.failed), { name: 'MonitorNotSeen' });
  }
  const { proxies, compliant, nonCompliant, unknown } = summary;
  return { monitor, proxies, compliant, nonCompliant, unknown };
}

/**
 * Writes the document of a census from the summaries that its monitors left. A monitor without one was not seen.
 *
 * @returns the totals
 */
export async function conclude(
  { census, startedAt }: Pick<Census, 'census' | 'startedAt'>,
  targets: readonly CensusTarget[],
  store: Store,
): Promise<Census['totals']> {
  const expected = [...new Set(targets.map(monitorKeyOf))];
  const summaries: MonitorSummary[] = [];
  for (let i = 0; i < expected.length; i += CONCURRENT_READS) {
    const batch = expected.slice(i, i + CONCURRENT_READS);
    const read = await Promise.all(batch.map((monitor) => store.get(summaryKeyOf(census, monitor))));
    for (const text of read) {
      if (text !== undefined) {
        summaries.push(bounded(MONITOR_SUMMARY.parse(JSON.parse(text)), expected.length));
      }
    }
  }
  const endedAt = new Date().toISOString();
  const document = summarize({ census, startedAt, endedAt }, expected, summaries);
  await putDocument(store, `${folderOf(census)}census.json`, document, censusPage(document));
  return document.totals;
}

/** Stores a document, its checksum in the format of `sha256sum`, and its page. */
export async function putDocument(
  store: Store,
  key: string,
  document: object,
  page: string,
): Promise<NonNullable<MonitorSummary['document']>> {
  const { body, sha256 } = encode(document);
  const checksum = `${sha256}  ${key.slice(key.lastIndexOf('/') + 1)}\n`;
  await store.put(key, body, JSON_TYPE, sha256);
  await store.put(`${key}.sha256`, checksum, 'text/plain', hashOf(checksum));
  await store.put(key.replace(/json$/, 'html'), page, HTML_TYPE, hashOf(page));
  return { key, sha256, bytes: Buffer.byteLength(body) };
}

/** The id of a census begins with its date: `YYYY-MM-…`. */
const folderOf = (census: string) => `${FOLDERS.censuses}/${census.slice(0, 7)}/${census}/`;
const summaryKeyOf = (census: string, monitor: string) => `${FOLDERS.working}/${census}/summaries/${monitor}.json`;
