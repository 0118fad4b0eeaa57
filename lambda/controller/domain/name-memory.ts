import { type NameAnswer, RECORD_TYPES, type RecordType } from '../../../lib/contract/probe';
import { distinct, isFull, recordTypeOf } from './addresses';
import type { ObservedUpstream } from './raw-observation';
import type { AddressMemory, NameMemory } from './state';

/** Addresses that are gone are remembered for a day: a process that holds one later holds a stranger's. */
const REMEMBERED_MILLIS = 24 * 3600 * 1000;
/** An ELB has at most 100 addresses or so. More are not remembered: the newest ones are kept. */
const MAX_ADDRESSES = 300;

/** What one check saw of a DNS name. Several upstreams of a record may have the same name. */
interface SeenName {
  readonly dns: NameAnswer;
  readonly owned: readonly string[];
  /** Undefined: not read in this check, or they are not those of the name. */
  readonly interfaces?: readonly string[];
}

/** Merges what was seen of one name: each look-up may have another part of the answer. */
export function mergeSeen(all: readonly ObservedUpstream[]): SeenName {
  const addresses = distinct(all.flatMap(({ dns }) => dns.addresses));
  const owned = distinct(all.flatMap((one) => one.owned));
  const read = all.flatMap(({ interfaces }) => (interfaces === undefined ? [] : [interfaces]));
  const interfaces = distinct(read.flat());
  const ttls = all.flatMap(({ dns }) => dns.ttlSeconds ?? []);
  return {
    dns: {
      addresses,
      largestAnswer: Math.max(0, ...all.map(({ dns }) => dns.largestAnswer)),
      ...(ttls.length > 0 && { ttlSeconds: Math.max(...ttls) }),
      unanswered: RECORD_TYPES.filter((type) => all.every(({ dns }) => dns.unanswered.includes(type))),
      degraded: [],
    },
    owned,
    // A load balancer that has addresses has interfaces: an empty list is that of something else.
    ...(read.length > 0 && (interfaces.length > 0 || addresses.length + owned.length === 0) && { interfaces }),
  };
}

/** Updates the memory of a name with one check: pure. */
export function remember(memory: NameMemory | undefined, dnsName: string, seen: SeenName, now: number): NameMemory {
  const { dns, owned, interfaces } = seen;
  const before: NameMemory = memory ?? { dnsName, since: now, addresses: [], silent: [] };
  const known = new Map(before.addresses.map((one) => [one.address, one]));
  const onInterface = new Set(interfaces);
  const standing = new Set([...owned, ...onInterface]);
  const named = new Set(dns.addresses);
  const silent = dns.unanswered.map((type) => [type, silentSince(before, type) ?? now] as const);
  const isSilent = (address: string) => silent.some(([type]) => type === recordTypeOf(address));
  const addresses: AddressMemory[] = [];
  for (const address of distinct([...known.keys(), ...named, ...standing])) {
    const was = known.get(address);
    const here = named.has(address) || standing.has(address);
    if (!here && now - was!.seenAt > REMEMBERED_MILLIS) {
      continue;
    }
    const interfaceAt = onInterface.has(address) ? now : was?.interfaceAt;
    addresses.push({
      address,
      ...namingOf(was, named.has(address), isSilent(address), now),
      seenAt: here ? now : was!.seenAt,
      ...(interfaceAt !== undefined && { interfaceAt }),
    });
  }
  const ttlSeconds = Math.max(dns.ttlSeconds ?? 0, before.ttlSeconds ?? 0);
  const fullAt = isFull(dns) ? now : before.fullAt;
  const remembered = interfaces === undefined ? before.interfaces : { at: now, addresses: interfaces };
  return {
    dnsName,
    since: before.since,
    addresses: newest(addresses),
    ...(remembered !== undefined && { interfaces: remembered }),
    ...(ttlSeconds > 0 && { ttlSeconds }),
    ...(fullAt !== undefined && { fullAt }),
    silent,
  };
}

/** Since when DNS names an address, and since when it does not. While DNS is silent neither begins. */
function namingOf(
  was: AddressMemory | undefined,
  named: boolean,
  silent: boolean,
  now: number,
): Pick<AddressMemory, 'namedSince' | 'namedAt' | 'unnamedAt'> {
  if (named) {
    return { namedSince: was?.unnamedAt === undefined ? (was?.namedSince ?? now) : now, namedAt: now };
  }
  const unnamedAt = was?.unnamedAt ?? (silent ? undefined : now);
  return {
    ...(was?.namedSince !== undefined && { namedSince: was.namedSince, namedAt: was.namedAt }),
    ...(unnamedAt !== undefined && { unnamedAt }),
  };
}

/** Since when DNS does not answer for a type of record. */
export function silentSince({ silent }: NameMemory, type: RecordType): number | undefined {
  return silent.find(([one]) => one === type)?.[1];
}

function newest(addresses: readonly AddressMemory[]): AddressMemory[] {
  if (addresses.length <= MAX_ADDRESSES) {
    return [...addresses];
  }
  const kept = [...addresses].sort((a, b) => b.seenAt - a.seenAt).slice(0, MAX_ADDRESSES);
  return kept.sort((a, b) => (a.address < b.address ? -1 : 1));
}
