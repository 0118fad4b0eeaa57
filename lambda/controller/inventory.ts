import { type MalformedRecord, type RegistryEntry, readRegistry } from './aws/registry';
import type { StateTable, StoredState } from './aws/state-table';
import type { TaskListing } from './domain/raw-observation';
import { NO_STATE, type ProxyState } from './domain/state';
import type { Report } from './report';
import { decodeState } from './state/codec';

/** Bytes of states that are kept in memory. */
const MAX_STATE_BYTES = 32 * 1024 * 1024;

/** What there is to check, and what is remembered of it. */
export interface Inventory {
  readonly entries: readonly RegistryEntry[];
  readonly malformed: readonly MalformedRecord[];
  /** By name of the record. */
  readonly states: ReadonlyMap<string, StoredState>;
}

/** Reads the registry and the states. @throws when one of them cannot be read */
export async function readInventory(registryPath: string, table: StateTable): Promise<Inventory> {
  const [records, states] = await Promise.all([readRecords(registryPath), table.scan(MAX_STATE_BYTES)]);
  return { ...records, states };
}

async function readRecords(path: string): Promise<Omit<Inventory, 'states'>> {
  const entries: RegistryEntry[] = [];
  const malformed: MalformedRecord[] = [];
  for await (const one of readRegistry(path)) {
    if ('record' in one) {
      entries.push(one);
    } else {
      malformed.push(one);
    }
  }
  return { entries, malformed };
}

/** The state of a proxy before the first run that saves it. */
export const newState = (name: string): StoredState => ({ name, version: 0, checkedAt: 0 });

/** How a check gets what earlier runs saved of its proxies. */
export function memoryOf({ states }: Inventory, table: StateTable, report: Report) {
  return {
    listed: ({ name }: RegistryEntry): TaskListing | undefined => decodeState(states.get(name)?.text ?? '')?.listing,
    load: ({ name, record }: RegistryEntry) =>
      loadState(states.get(name) ?? newState(name), record.proxy, table, report),
  };
}

/** The state of a proxy. One that is not valid is reported, and the proxy starts without one. */
export async function loadState(
  found: StoredState,
  proxy: string,
  table: StateTable,
  report: Report,
): Promise<{ stored: StoredState; state: ProxyState }> {
  const stored = found.size === undefined ? found : ((await table.read(found.name)) ?? found);
  const state = stored.text === undefined ? NO_STATE : decodeState(stored.text);
  if (state === undefined) {
    const reason = 'not a state of this version: the proxy starts without one';
    report.log('error', 'degraded', `the state of ${proxy} is ${reason}`, { proxy, reasons: [reason] });
  }
  return { stored, state: state ?? NO_STATE };
}
