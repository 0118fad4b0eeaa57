import { createHash } from 'node:crypto';
import type { CensusProxy, CensusRequest } from '../../lib/contract/census';
import { CENSUS_PAGE, type MonitorCensus } from './documents';

/** How many pages of a monitor are asked for: 12,500 proxies, or 100 MiB. */
const MAX_PAGES = 25;

/** Characters of a reason. */
const MAX_REASON = 500;

/**
 * Asks a monitor for all pages of its census. Another account answers: each page is taken only in the shape of the schema.
 *
 * @param ask invokes the controller, and parses its answer. It may reject
 * @returns what was answered, with the reason in `failed` where that is not all; never rejects
 */
export async function gather(
  { census, monitor }: Pick<MonitorCensus, 'census' | 'monitor'>,
  ask: (request: CensusRequest) => Promise<unknown>,
): Promise<MonitorCensus> {
  const startedAt = new Date().toISOString();
  const proxies: CensusProxy[] = [];
  const degraded: string[] = [];
  let total = 0;
  let failed: string | undefined;
  try {
    let after: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = readPage(await ask({ census: true, ...(after !== undefined && { after }) }), after);
      proxies.push(...page.proxies);
      degraded.push(...page.degraded);
      total = page.total;
      if (page.next === undefined) {
        break;
      }
      if (pages === MAX_PAGES) {
        throw new Error(`the monitor has more than ${MAX_PAGES} pages: split it into several monitors`);
      }
      after = page.next;
    }
  } catch (error) {
    failed = reasonOf(error);
  }
  const endedAt = new Date().toISOString();
  total = Math.max(total, proxies.length);
  return {
    version: '1',
    census,
    monitor,
    startedAt,
    endedAt,
    total,
    proxies,
    degraded,
    ...(failed !== undefined && { failed }),
  };
}

/** @throws one line for an answer that is no page, or not the one after `after` */
function readPage(answer: unknown, after: string | undefined) {
  const { data: page, error } = CENSUS_PAGE.safeParse(answer);
  if (page === undefined) {
    const [{ path, message }] = error.issues as [(typeof error.issues)[number]];
    throw new Error(
      `the answer is no census of this version: ${path.join('.') || 'it'}: ${message}: upgrade the monitor, or this hub`,
    );
  }
  const names = page.proxies.map(({ name }) => name);
  const isOrdered = names.every((name, i) => name > (i === 0 ? (after ?? '') : names[i - 1]!));
  // Without this a monitor could keep the hub asking, or count a proxy twice.
  if (!isOrdered || (page.next !== undefined && page.next !== names.at(-1))) {
    throw new Error('the answer repeats proxies, or they are not in the order of their names: upgrade the monitor');
  }
  return page;
}

/** One line of bounded length. */
function reasonOf(error: unknown): string {
  const text =
    error instanceof Error ? (error.name === 'Error' ? error.message : `${error.name}: ${error.message}`) : error;
  return String(text).replace(/\s+/g, ' ').slice(0, MAX_REASON);
}

/** A document as it is stored, and its checksum. */
export function encode(document: object): { readonly body: string; readonly sha256: string } {
  const body = `${JSON.stringify(document)}\n`;
  return { body, sha256: hashOf(body) };
}

/** What `sha256sum` says of a file with this text, in hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
