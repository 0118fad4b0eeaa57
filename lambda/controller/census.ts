import type { CensusPage, CensusProxy, CensusRequest } from '../../lib/contract/census';
import type { ControllerEnvironment } from '../../lib/contract/environment';
import type { RegistryEntry } from './aws/registry';
import { StateTable } from './aws/state-table';
import { censusOf, censusOfMalformed } from './domain/census';
import { checkFleet } from './fleet';
import { type Inventory, memoryOf, readInventory } from './inventory';
import type { Report } from './report';
import { type Invocation, settingsOf } from './run';

/** How many proxies a page has at most: a run checks more than these in its time. */
const MAX_PROXIES = 500;

/** Bytes of the proxies of a page, as JSON. Lambda answers 6 MB at most. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Lines of what failed. */
const MAX_DEGRADED = 20;

/** The end of the invocation that is reserved for evaluating and answering; a quarter of it where it is short. */
const RESERVE_MILLIS = 3000;

/**
 * The request in an event; undefined where it asks for a run.
 *
 * @throws one line for an event that asks for a census in another way: as a run it would change states
 */
export function censusRequestOf(event: unknown): CensusRequest | undefined {
  const { census: asked, after } = Object(event) as { census?: unknown; after?: unknown };
  if (asked === undefined) {
    return undefined;
  }
  if (asked !== true) {
    throw new Error(`census is ${JSON.stringify(asked)}: give true, or leave it out for a run`);
  }
  if (after !== undefined && typeof after !== 'string') {
    throw new Error(`after is ${JSON.stringify(after)}: give the \`next\` of an answer, or leave it out`);
  }
  return { census: true, ...(after !== undefined && { after }) };
}

/**
 * Checks one page of the proxies of the registry, and answers what was compared. It saves nothing and sends nothing.
 *
 * @throws when the registry or the table of states cannot be read
 */
export async function takeCensus(
  { after = '' }: CensusRequest,
  environment: ControllerEnvironment,
  invocation: Invocation,
  report: Report,
): Promise<CensusPage> {
  const startedAt = new Date().toISOString();
  const remaining = invocation.getRemainingTimeInMillis();
  const until = Date.now() + remaining - Math.min(RESERVE_MILLIS, remaining / 4);
  const table = new StateTable(environment.STATE_TABLE);
  const inventory = await readInventory(environment.REGISTRY_PATH, table);
  const all = subjectsOf(inventory);
  const page = all.filter(({ name }) => name > after).slice(0, MAX_PROXIES);
  const found = new Map<string, CensusProxy>();
  const degraded: string[] = [];
  await checkFleet(
    page.flatMap(({ entry }) => entry ?? []),
    {
      functionArn: invocation.invokedFunctionArn,
      settings: settingsOf(environment),
      readUntil: until,
      checkUntil: until,
      ...memoryOf(inventory, table, report),
      done: async (checked) => {
        for (const { entry, report: one } of checked) {
          found.set(entry.name, censusOf(entry.name, one));
        }
      },
      degraded: (message, reasons) => degraded.push(`${message}: ${reasons.join('; ')}`),
    },
  );
  const proxies = fitting(page.map(({ name, why }) => found.get(name) ?? censusOfMalformed(name, why, Date.now())));
  const last = page[proxies.length - 1]?.name;
  report.log('info', 'census', `answered a census about ${proxies.length} of ${all.length} proxies`, {});
  return {
    version: '1',
    monitor: environment.MONITOR_NAME,
    startedAt,
    endedAt: new Date().toISOString(),
    total: all.length,
    proxies,
    degraded: degraded.slice(0, MAX_DEGRADED).map((line) => line.slice(0, 1000)),
    ...(last !== undefined && all.some(({ name }) => name > last) && { next: last }),
  };
}

/** A proxy of the registry. */
interface Subject {
  readonly name: string;
  /** @default - its record is malformed */
  readonly entry?: RegistryEntry;
  /** Why there is no result, where there is none. */
  readonly why: string;
}

/** All proxies by name, those with malformed records included. */
function subjectsOf({ entries, malformed }: Inventory): Subject[] {
  const subjects: Subject[] = entries.map((entry) => ({ name: entry.name, entry, why: 'it was not checked' }));
  subjects.push(...malformed.map(({ name, parameter, reason }) => ({ name: name ?? parameter, why: reason })));
  return subjects.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The first ones that fit into an answer: at least one. */
function fitting(proxies: readonly CensusProxy[]): CensusProxy[] {
  let bytes = 0;
  const end = proxies.findIndex((proxy) => {
    bytes += Buffer.byteLength(JSON.stringify(proxy)) + 1;
    return bytes > MAX_PAGE_BYTES;
  });
  return proxies.slice(0, end < 0 ? proxies.length : Math.max(1, end));
}
