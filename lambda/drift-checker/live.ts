import type { RegistryUpstream } from '../../lib/private/contract';
import type { DnsWindow } from './incidents';
import type { LiveUpstream } from './reading';

/** What one check learned of the upstream. */
export interface UpstreamReading {
  /** Addresses of this check's DNS answers. */
  readonly answers: readonly string[];
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

/**
 * Carries the window of recent DNS answers on by one check: pure.
 *
 * An address that is missing from one answer is not gone: an ELB with more than 8 addresses shows 8 at a time. It
 * counts as live for `windowSeconds` after it was last in an answer.
 */
export function remember(dns: DnsWindow, answers: readonly string[], windowSeconds: number, now: number): DnsWindow {
  const leaving = Object.entries(dns)
    .filter(([address]) => !answers.includes(address))
    .map(([address, leftAt]): [string, number | null] => [address, leftAt ?? now])
    .filter(([, leftAt]) => now - (leftAt ?? now) < windowSeconds * 1000);
  const present = answers.map((address): [string, null] => [address, null]);
  return Object.fromEntries([...leaving, ...present].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What an upstream has now: pure. `dns` is the window of its DNS name with the answers of this check in it. */
export function liveUpstream(upstream: RegistryUpstream, seen: UpstreamReading, dns: DnsWindow): LiveUpstream {
  const named = Object.keys(dns);
  const standing = [...seen.owned, ...(seen.interfaces ?? [])];
  return {
    upstream,
    live: [...new Set([...named, ...standing])].sort(),
    leaving: [...new Set(standing.filter((address) => !(address in dns)))].sort(),
    balancer: seen.balancer,
    problems: seen.problems,
    degraded: seen.degraded,
  };
}
