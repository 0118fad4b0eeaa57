import { FULL_ANSWER } from '../../../lib/contract/probe';
import type { RegistryRecord, RegistryUpstream } from '../../../lib/contract/registry-record';
import { distinct, recordTypeOf } from './addresses';
import { silentSince } from './name-memory';
import type { Completeness, LiveUpstream } from './observation';
import type { ObservedUpstream } from './raw-observation';
import type { AddressMemory, NameMemory } from './state';

/** A process has adopted a new address after this many of its periods, one lost query included. */
const PERIODS_TO_ADOPT = 3;
/** Interfaces that were read longer ago say nothing about now. */
const INTERFACES_MILLIS = 24 * 3600 * 1000;
/** Seconds of a record's `dnsWindowSeconds` that are the time to live of an ELB's records. */
const ELB_TTL_SECONDS = 60;
/**
 * The chance that full answers miss an address that is there, as a power of e: 1 in 9 million. Each answer shows
 * `FULL_ANSWER` addresses at random.
 */
const CHANCE = 16;

/** How long processes of a record may keep an address, after DNS has dropped it, seconds. */
function holdObsoleteSeconds({ dnsWindowSeconds, resolutionSeconds }: RegistryRecord): number {
  return Math.max(0, dnsWindowSeconds - ELB_TTL_SECONDS - resolutionSeconds);
}

/**
 * The name of an upstream within its record: the backend, or the DNS name where the record names no backend. Both,
 * where a backend has the servers of several upstreams.
 */
export function nameOf(upstream: RegistryUpstream, all: readonly RegistryUpstream[]): string {
  const { backend, dnsName } = upstream;
  if (backend === undefined) {
    return dnsName;
  }
  return isShared(upstream, all) ? `${backend} ${dnsName}` : backend;
}

function isShared({ backend, dnsName }: RegistryUpstream, all: readonly RegistryUpstream[]): boolean {
  return all.some((other) => other.backend === backend && other.dnsName !== dnsName);
}

/** The truth about an upstream: pure. The memory includes this check. */
export function truthOf(
  upstream: RegistryUpstream,
  observed: ObservedUpstream,
  memory: NameMemory,
  record: RegistryRecord,
  now: number,
): LiveUpstream {
  const { routing, balancer, degraded } = observed;
  const holdSeconds = holdObsoleteSeconds(record);
  const windowSeconds = Math.max(
    record.dnsWindowSeconds,
    (memory.ttlSeconds ?? 0) + record.resolutionSeconds + holdSeconds,
  );
  const complete = memory.interfaces?.at === now;
  const named = memory.addresses.filter((one) => isNamed(one, now));
  const standing = standingOf(memory, now);
  const present = new Set([...standing, ...named.filter((one) => !hasLost(one, complete, now)).map(addressOf)]);
  for (const one of memory.addresses.filter((all) => countsWhileSilent(all, memory, windowSeconds, now))) {
    present.add(one.address);
  }
  const recent = complete ? [] : memory.addresses.filter((one) => ageOf(one, now) < windowSeconds);
  const live = present.size === 0 && recent.length === 0 ? [] : distinct([...present, ...recent.map(addressOf)]);
  const completeness: Completeness = live.length === 0 ? 'unknown' : complete ? 'complete' : 'partial';
  const everNamed = memory.addresses.filter(({ namedSince }) => namedSince !== undefined);
  return {
    upstream,
    name: nameOf(upstream, record.upstreams),
    alone: upstream.backend === undefined ? record.upstreams.length === 1 : !isShared(upstream, record.upstreams),
    completeness,
    live,
    present,
    leaving: leavingOf(standing, named, memory),
    named: named.map(addressOf),
    settled: named
      .filter((one) => now - (one.namedSince ?? now) >= PERIODS_TO_ADOPT * record.resolutionSeconds * 1000)
      .map(addressOf),
    remembered: new Set(memory.addresses.map(addressOf)),
    everNamed: new Set(everNamed.map(addressOf)),
    youngMemory: now - memory.since < windowSeconds * 1000,
    partialAnswers: memory.fullAt !== undefined && now - memory.fullAt <= windowSeconds * 1000,
    missesNeeded: missesNeeded(everNamed.length),
    zonalAnswers: routing === 'zonal' && observed.zonesAsked !== true,
    silent: memory.silent.map(([type]) => type),
    windowSeconds,
    ttlSeconds: memory.ttlSeconds ?? ELB_TTL_SECONDS,
    holdSeconds: holdSeconds + record.resolutionSeconds,
    ...(memory.interfaces !== undefined && {
      interfacesAgeSeconds: Math.round((now - memory.interfaces.at) / 1000),
    }),
    routing,
    balancer,
    problems: problemsOf(observed),
    degraded: [...observed.dns.degraded, ...degraded],
  };
}

/** Whether it is known which addresses of the family of this one an upstream has. */
export function isFamilyKnown({ present, silent }: LiveUpstream, address: string): boolean {
  const type = recordTypeOf(address);
  for (const other of present) {
    if (recordTypeOf(other) === type) {
      return true;
    }
  }
  return present.size > 0 && !silent.includes(type);
}

/** Whether DNS does not answer for a family with live addresses: its current addresses are not known. */
export function isSilent({ live, silent }: LiveUpstream): boolean {
  return live.some((address) => silent.includes(recordTypeOf(address)));
}

const addressOf = ({ address }: AddressMemory) => address;

/** Whether an answer of this check has it. */
function isNamed({ namedAt }: AddressMemory, now: number): boolean {
  return namedAt === now;
}

/** Seconds since DNS last named it; infinite for what it never named. While DNS is silent nothing counts as dropped. */
function ageOf({ unnamedAt, namedSince }: AddressMemory, now: number): number {
  return namedSince === undefined || unnamedAt === undefined ? Number.POSITIVE_INFINITY : (now - unnamedAt) / 1000;
}

/** DNS may name an address from a cache when the load balancer has lost it. */
function hasLost({ interfaceAt }: AddressMemory, complete: boolean, now: number): boolean {
  return complete && interfaceAt !== undefined && interfaceAt < now;
}

/** While DNS does not answer, what it named before counts for the length of the window. */
function countsWhileSilent(one: AddressMemory, memory: NameMemory, windowSeconds: number, now: number): boolean {
  const since = silentSince(memory, recordTypeOf(one.address));
  const complete = memory.interfaces?.at === now;
  return (
    since !== undefined &&
    one.namedSince !== undefined &&
    one.unnamedAt === undefined &&
    now - since < windowSeconds * 1000 &&
    !hasLost(one, complete, now)
  );
}

/** What the load balancer's API names now, and the interfaces as they were last read. */
function standingOf(memory: NameMemory, now: number): string[] {
  const { interfaces } = memory;
  const remembered = interfaces !== undefined && now - interfaces.at <= INTERFACES_MILLIS ? interfaces.addresses : [];
  const owned = memory.addresses.filter(({ seenAt, namedAt }) => seenAt === now && namedAt !== now);
  return distinct([...remembered, ...owned.map(addressOf)]);
}

/** What DNS has dropped and the load balancer still has. Without an answer for its family that is not known. */
function leavingOf(standing: readonly string[], named: readonly AddressMemory[], memory: NameMemory): string[] {
  const answered = new Set(named.map(({ address }) => recordTypeOf(address)));
  const namedNow = new Set(named.map(addressOf));
  return standing.filter((address) => {
    const type = recordTypeOf(address);
    return !namedNow.has(address) && answered.has(type) && silentSince(memory, type) === undefined;
  });
}

function missesNeeded(addresses: number): number {
  return addresses <= FULL_ANSWER ? 1 : Math.ceil(CHANCE / -Math.log(1 - FULL_ANSWER / addresses));
}

function problemsOf({ dns, problems }: ObservedUpstream): string[] {
  return dns.problem === undefined ? [...problems] : [`the name does not resolve (${dns.problem})`, ...problems];
}
