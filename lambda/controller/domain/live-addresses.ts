import type { RegistryRecord, RegistryUpstream } from '../../../lib/contract/registry-record';
import type { LiveUpstream, ObservedUpstream, RecordType } from './observation';

const RECORD_TYPES: readonly RecordType[] = ['A', 'AAAA'];

/** An answer for an ELB carries at most this many addresses. A full one may be a part of more. */
export const FULL_ANSWER = 8;

/** A process has adopted a new address after this many of its periods, one lost query included. */
const PERIODS_TO_ADOPT = 3;

/** What is remembered of a DNS name between two checks. Times are milliseconds since 1970. */
export interface DnsMemory {
  /** Addresses of recent answers: since when, and when they left; no second time while they are in the answers. */
  readonly addresses: Readonly<Record<string, readonly [since: number, leftAt?: number]>>;
  /** Since when DNS does not answer for a type of record. */
  readonly silent: Readonly<Partial<Record<RecordType, number>>>;
}

/** The memory before the first check. */
export const NO_DNS: DnsMemory = { addresses: {}, silent: {} };

/** The record that holds an address, and so its family. */
export function recordTypeOf(address: string): RecordType {
  return address.includes(':') ? 'AAAA' : 'A';
}

/**
 * Updates the window of recent DNS answers with one check: pure.
 *
 * An address that is missing from one answer may still exist: an ELB with more than 8 addresses shows 8 at a time. It
 * counts as live for `windowSeconds` after it was last in an answer. While DNS does not answer, no address leaves: for
 * `windowSeconds` all known addresses count as before, and after that none.
 */
export function remember(
  memory: DnsMemory,
  { answers, unanswered = [] }: Pick<ObservedUpstream, 'answers' | 'unanswered'>,
  windowSeconds: number,
  now: number,
): DnsMemory {
  const silent: DnsMemory['silent'] = Object.fromEntries(unanswered.map((type) => [type, memory.silent[type] ?? now]));
  const addresses: [string, DnsMemory['addresses'][string]][] = answers.map((address) => {
    return [address, [memory.addresses[address]?.[0] ?? now]];
  });
  for (const [address, [since, leftAt = now]] of Object.entries(memory.addresses)) {
    const silentSince = silent[recordTypeOf(address)];
    const age = now - (silentSince ?? leftAt);
    if (!answers.includes(address) && age < windowSeconds * 1000) {
      addresses.push([address, silentSince === undefined ? [since, leftAt] : memory.addresses[address]!]);
    }
  }
  return { addresses: Object.fromEntries(addresses.sort(([a], [b]) => (a < b ? -1 : 1))), silent };
}

/**
 * The name of an upstream within its record: the backend, or the DNS name where the record names no backend. Both,
 * where a backend has the servers of several upstreams.
 */
function nameOf(upstream: RegistryUpstream, all: readonly RegistryUpstream[]): string {
  const { backend, dnsName } = upstream;
  if (backend === undefined) {
    return dnsName;
  }
  return isShared(upstream, all) ? `${backend} ${dnsName}` : backend;
}

function isShared({ backend, dnsName }: RegistryUpstream, all: readonly RegistryUpstream[]): boolean {
  return all.some((other) => other.backend === backend && other.dnsName !== dnsName);
}

/** The live addresses of an upstream: pure. The memory includes the answers of this check. */
export function liveUpstream(
  upstream: RegistryUpstream,
  observed: ObservedUpstream,
  memory: DnsMemory,
  { resolutionSeconds, upstreams }: Pick<RegistryRecord, 'resolutionSeconds' | 'upstreams'>,
  now: number,
): LiveUpstream {
  const { answers, balancer, problems, degraded } = observed;
  const standing = [...observed.owned, ...(observed.interfaces ?? [])];
  const hasAnswers = Object.keys(memory.addresses).length > 0;
  const hasLeft = (address: string) =>
    hasAnswers && !(address in memory.addresses) && memory.silent[recordTypeOf(address)] === undefined;
  const isSettled = (address: string) =>
    now - memory.addresses[address]![0] >= PERIODS_TO_ADOPT * resolutionSeconds * 1000;
  return {
    upstream,
    name: nameOf(upstream, upstreams),
    alone: upstream.backend === undefined ? upstreams.length === 1 : !isShared(upstream, upstreams),
    live: [...new Set([...Object.keys(memory.addresses), ...standing])].sort(),
    leaving: [...new Set(standing.filter(hasLeft))].sort(),
    answers,
    settled: answers.filter(isSettled),
    silent: RECORD_TYPES.filter((type) => memory.silent[type] !== undefined),
    interfacesKnown: observed.interfaces !== undefined,
    balancer,
    problems,
    degraded,
  };
}

/** Whether DNS does not answer for a family with live addresses: its current addresses are not known. */
export function isSilent({ live, silent }: LiveUpstream): boolean {
  return live.some((address) => silent.includes(recordTypeOf(address)));
}

/** Whether it is known which addresses of the family of this one an upstream has. */
export function isFamilyKnown({ live, silent }: LiveUpstream, address: string): boolean {
  const family = recordTypeOf(address);
  return live.some((other) => recordTypeOf(other) === family) || (live.length > 0 && !silent.includes(family));
}
