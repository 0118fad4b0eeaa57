import { isIPv6 } from 'node:net';
import type { RegistryRecord, RegistryUpstream } from '../../../lib/contract/registry-record';
import type { LiveUpstream } from './observation';

/** DNS records that hold addresses. */
export type RecordType = 'A' | 'AAAA';
const RECORD_TYPES: readonly RecordType[] = ['A', 'AAAA'];

/** An answer for an ELB carries at most this many addresses. A full one may be a part of more. */
export const FULL_ANSWER = 8;

/** What one check learned of an upstream. */
export interface UpstreamReading {
  /** Addresses of this check's DNS answers. */
  readonly answers: readonly string[];
  /** Records for which there was no answer at all, in contrast to one without addresses. */
  readonly unanswered?: readonly RecordType[];
  /** Addresses that the load balancer's API names (those of a Network Load Balancer). */
  readonly owned: readonly string[];
  /** Addresses of the load balancer's network interfaces, as clients of its scheme see them; nothing: not known. */
  readonly interfaces?: readonly string[];
  /** What the API says of the load balancer; nothing when it is usable, or when nobody asked. */
  readonly balancer?: 'unusable' | 'unread';
  /** Why the upstream cannot be used: gone, not active, its name does not exist. One line each. */
  readonly problems: readonly string[];
  /** What could not be read. It makes the reading poorer and hides no drift. One line each. */
  readonly degraded: readonly string[];
}

/** What is remembered of a DNS name between two checks. Times are milliseconds since 1970. */
export interface DnsMemory {
  /** Addresses of recent answers: since when, and when they left; no second time while they are in the answers. */
  readonly addresses: Readonly<Record<string, readonly [since: number, leftAt?: number]>>;
  /** Since when DNS does not answer for a type of record. */
  readonly silent: Readonly<Partial<Record<RecordType, number>>>;
}

/** Nothing seen yet. */
export const NO_DNS: DnsMemory = { addresses: {}, silent: {} };

/** The record that holds an address. */
function typeOf(address: string): RecordType {
  return isIPv6(address) ? 'AAAA' : 'A';
}

/** A process has adopted a new address after this many of its periods, one lost query included. */
const PERIODS_TO_ADOPT = 3;

/**
 * Carries the window of recent DNS answers on by one check: pure.
 *
 * An address that is missing from one answer is not gone: an ELB with more than 8 addresses shows 8 at a time. It
 * counts as live for `windowSeconds` after it was last in an answer. While DNS does not answer, nothing leaves: for
 * `windowSeconds` all that was known is as good as before, and after that none of it is.
 */
export function remember(
  memory: DnsMemory,
  { answers, unanswered = [] }: Pick<UpstreamReading, 'answers' | 'unanswered'>,
  windowSeconds: number,
  now: number,
): DnsMemory {
  const silent: DnsMemory['silent'] = Object.fromEntries(unanswered.map((type) => [type, memory.silent[type] ?? now]));
  const addresses: [string, DnsMemory['addresses'][string]][] = answers.map((address) => {
    return [address, [memory.addresses[address]?.[0] ?? now]];
  });
  for (const [address, [since, leftAt = now]] of Object.entries(memory.addresses)) {
    const silentSince = silent[typeOf(address)];
    const age = now - (silentSince ?? leftAt);
    if (!answers.includes(address) && age < windowSeconds * 1000) {
      addresses.push([address, silentSince === undefined ? [since, leftAt] : memory.addresses[address]!]);
    }
  }
  return { addresses: Object.fromEntries(addresses.sort(([a], [b]) => (a < b ? -1 : 1))), silent };
}

/**
 * What tells the upstreams of a record apart: the backend, or the DNS name where the record names no backend. Both, where
 * a backend has the servers of several.
 */
function nameOf(upstream: RegistryUpstream, all: readonly RegistryUpstream[]): string {
  const { backend, dnsName } = upstream;
  return backend === undefined ? dnsName : isShared(upstream, all) ? `${backend} ${dnsName}` : backend;
}

function isShared({ backend, dnsName }: RegistryUpstream, all: readonly RegistryUpstream[]): boolean {
  return all.some((other) => other.backend === backend && other.dnsName !== dnsName);
}

/** What an upstream has now: pure. The memory has the answers of this check in it. */
export function liveUpstream(
  upstream: RegistryUpstream,
  seen: UpstreamReading,
  memory: DnsMemory,
  { resolutionSeconds, upstreams }: Pick<RegistryRecord, 'resolutionSeconds' | 'upstreams'>,
  now: number,
): LiveUpstream {
  const { balancer, problems, degraded } = seen;
  const standing = [...seen.owned, ...(seen.interfaces ?? [])];
  const asked = Object.keys(memory.addresses).length > 0;
  const left = (address: string) =>
    asked && !(address in memory.addresses) && memory.silent[typeOf(address)] === undefined;
  const settled = (address: string) =>
    now - memory.addresses[address]![0] >= PERIODS_TO_ADOPT * resolutionSeconds * 1000;
  return {
    upstream,
    name: nameOf(upstream, upstreams),
    alone: upstream.backend === undefined ? upstreams.length === 1 : !isShared(upstream, upstreams),
    live: [...new Set([...Object.keys(memory.addresses), ...standing])].sort(),
    leaving: [...new Set(standing.filter(left))].sort(),
    answers: seen.answers,
    settled: seen.answers.filter(settled),
    silent: RECORD_TYPES.filter((type) => memory.silent[type] !== undefined),
    interfacesKnown: seen.interfaces !== undefined,
    balancer,
    problems,
    degraded,
  };
}

/** Whether DNS is silent on addresses of which some are live: nobody can say what it would name now. */
export function isSilent({ live, silent }: LiveUpstream): boolean {
  return live.some((address) => silent.includes(typeOf(address)));
}

/** Whether it is known which addresses of the family of this one an upstream has. */
export function isFamilyKnown({ live, silent }: LiveUpstream, address: string): boolean {
  const family = typeOf(address);
  return live.some((other) => typeOf(other) === family) || (live.length > 0 && !silent.includes(family));
}
