import { z } from 'zod';
import { type CensusTargetGroup, FOLDERS, type ListEvent } from '../../lib/contract/census-access';
import { type CensusTarget, monitorKeyOf, type Store } from './collect';
import { encode } from './gather';

const TARGETS = z.array(z.object({ account: z.string(), region: z.string(), name: z.string() }));

/**
 * The monitors of some groups, each once, in order: pure.
 *
 * @param accountsOf the accounts of each organizational unit
 */
function targetsOf(
  groups: readonly CensusTargetGroup[],
  accountsOf: ReadonlyMap<string, readonly string[]>,
): CensusTarget[] {
  const targets = new Map<string, CensusTarget>();
  for (const { monitorName: name, regions, accounts = [], organizationalUnits = [] } of groups) {
    for (const account of [...accounts, ...organizationalUnits.flatMap((unit) => accountsOf.get(unit) ?? [])]) {
      for (const region of regions) {
        const target = { account, region, name };
        targets.set(monitorKeyOf(target), target);
      }
    }
  }
  return [...targets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

/** Id of a census that starts at a time: `2026-11-22T120000Z`. It is a part of keys and of the name of a session. */
function censusIdOf(startedAt: string): string {
  const time = new Date(startedAt);
  if (Number.isNaN(time.getTime())) {
    throw new Error(`startedAt is ${JSON.stringify(startedAt)}: give a time as in 2026-11-22T12:00:00Z`);
  }
  return time.toISOString().replace(/\.\d+/, '').replace(/:/g, '');
}

/**
 * Stores the list of the monitors of a census.
 *
 * @throws where an organizational unit cannot be read, and where no monitor is left: that is no census of nothing
 */
export async function listTargets({ startedAt, targets }: ListEvent, accountsOf: AccountsOf, store: Store) {
  const census = censusIdOf(startedAt);
  const accounts = new Map<string, readonly string[]>();
  for (const unit of new Set(targets.flatMap(({ organizationalUnits = [] }) => organizationalUnits))) {
    accounts.set(unit, await accountsOf(unit));
  }
  const found = targetsOf(targets, accounts);
  if (found.length === 0) {
    throw new Error(
      'no account is left to be asked: check the targets, and the accounts of their organizational units',
    );
  }
  const key = `${FOLDERS.working}/${census}/targets.json`;
  const { body, sha256 } = encode(found);
  await store.put(key, body, 'application/json', sha256);
  return { census, startedAt, key, targets: found.length };
}

/** The accounts of an organizational unit, and of those below it. */
type AccountsOf = (unit: string) => Promise<readonly string[]>;

/** @throws where the list is missing or is none */
export async function readTargets(key: string, store: Store): Promise<CensusTarget[]> {
  const text = await store.get(key);
  if (text === undefined) {
    throw new Error(`${key} is missing: it is the list of the monitors of this census`);
  }
  return TARGETS.parse(JSON.parse(text));
}
