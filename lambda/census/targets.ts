import { z } from 'zod';
import {
  type CensusSubject,
  type CensusTargetGroup,
  type ConcludeEvent,
  FOLDERS,
  type ListEvent,
} from '../../lib/contract/census-access';
import { type CensusTarget, monitorKeyOf, type Store } from './collect';
import { encode } from './gather';

const TARGETS = z.array(z.object({ account: z.string(), region: z.string(), name: z.string() }));

/** As much of the document of a census as names its monitors. */
const MONITORS = z.object({ monitors: z.array(z.object({ monitor: z.string() })) });

/** The accounts of an organizational unit, and of those below it. */
type AccountsOf = (unit: string) => Promise<readonly string[]>;

/**
 * Stores the list of the monitors of a census or a month.
 *
 * @throws where something cannot be read, and where no monitor is left: that is no census of nothing
 */
export async function listTargets(
  { startedAt, input, targets }: ListEvent,
  accountsOf: AccountsOf,
  store: Store,
): Promise<ConcludeEvent & { readonly targets: number }> {
  const subject = subjectOf(startedAt, input?.month);
  const found =
    'month' in subject ? await targetsOfMonth(subject.month, store) : await targetsOfGroups(targets, accountsOf);
  const key = `${FOLDERS.working}/${'month' in subject ? `${FOLDERS.months}/${subject.month}` : subject.census}/targets.json`;
  const { body, sha256 } = encode(found);
  await store.put(key, body, 'application/json', sha256);
  return { subject, key, targets: found.length };
}

/** @throws where the list is missing or is none */
export async function readTargets(key: string, store: Store): Promise<CensusTarget[]> {
  const text = await store.get(key);
  if (text === undefined) {
    throw new Error(`${key} is missing: it is the list of the monitors`);
  }
  return TARGETS.parse(JSON.parse(text));
}

/** Pure. The id of a census, `2026-11-22T120000Z`, is a part of keys and of the name of a session. */
function subjectOf(startedAt: string, month: unknown): CensusSubject {
  const time = new Date(startedAt);
  if (Number.isNaN(time.getTime())) {
    throw new Error(`startedAt is ${JSON.stringify(startedAt)}: give a time as in 2026-11-22T12:00:00Z`);
  }
  if (month === undefined) {
    return { census: time.toISOString().replace(/\.\d+/, '').replace(/:/g, ''), startedAt };
  }
  if (month === 'previous') {
    return { month: new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() - 1)).toISOString().slice(0, 7) };
  }
  if (typeof month !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new Error(`month is ${JSON.stringify(month)}: give one as in 2026-11, or previous`);
  }
  return { month };
}

async function targetsOfGroups(groups: readonly CensusTargetGroup[], accountsOf: AccountsOf): Promise<CensusTarget[]> {
  const ofUnits = new Map<string, readonly string[]>();
  for (const unit of new Set(groups.flatMap(({ organizationalUnits = [] }) => organizationalUnits))) {
    ofUnits.set(unit, await accountsOf(unit));
  }
  const targets: CensusTarget[] = [];
  for (const { monitorName: name, regions, accounts = [], organizationalUnits = [] } of groups) {
    for (const account of [...accounts, ...organizationalUnits.flatMap((unit) => ofUnits.get(unit) ?? [])]) {
      targets.push(...regions.map((region) => ({ account, region, name })));
    }
  }
  if (targets.length === 0) {
    throw new Error(
      'no account is left to be asked: check the targets, and the accounts of their organizational units',
    );
  }
  return eachOnce(targets);
}

/** The monitors of all censuses of a month, also those that are no longer asked. */
async function targetsOfMonth(month: string, store: Store): Promise<CensusTarget[]> {
  const folder = `${FOLDERS.censuses}/${month}/`;
  const targets: CensusTarget[] = [];
  const known = new Set<string>();
  // One after the other: each document may have megabytes.
  for (const census of await store.folders(folder)) {
    const text = await store.get(`${folder}${census}/census.json`);
    // A census that was stopped has none.
    for (const { monitor } of text === undefined ? [] : MONITORS.parse(JSON.parse(text)).monitors) {
      if (known.has(monitor)) {
        continue;
      }
      known.add(monitor);
      const [account = '', region = '', name = ''] = monitor.split('/');
      targets.push({ account, region, name });
    }
  }
  if (targets.length === 0) {
    throw new Error(`there is no document of a census in ${folder}: a month is made of its censuses`);
  }
  return eachOnce(targets);
}

/** In order. */
function eachOnce(targets: readonly CensusTarget[]): CensusTarget[] {
  const byKey = new Map(targets.map((one) => [monitorKeyOf(one), one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}
