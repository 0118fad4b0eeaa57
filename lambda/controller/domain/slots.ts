import { type ObservedRuntime, type Slot, slotName } from '../../../lib/contract/probe';
import { branchOrder } from '../../../lib/haproxy/version/branches';
import { normalizedName } from './addresses';
import type { LiveUpstream } from './observation';

/** The first branch that shows the names that its slots follow. */
const SHOWS_NAMES_SINCE = '1.8';

/** Whether a process shows the names that its slots follow. */
export function showsNames({ version }: Pick<ObservedRuntime, 'version'>): boolean {
  return branchOrder(version) >= branchOrder(SHOWS_NAMES_SINCE);
}

/** The slots of an upstream; see `RegistryUpstream.backend`. */
export function slotsOf(
  { slots }: Pick<ObservedRuntime, 'slots'>,
  { upstream: { backend, dnsName }, alone }: Pick<LiveUpstream, 'upstream' | 'alone'>,
): readonly Slot[] {
  const candidates = backend === undefined ? slots : slots.filter((slot) => slot.backend === backend);
  const wanted = normalizedName(dnsName);
  const following = candidates.filter(({ fqdn }) => fqdn !== undefined && normalizedName(fqdn) === wanted);
  // A backend may also have servers of another load balancer, or one that serves an error page. Slots that follow
  // another name are another's.
  return following.length > 0 || !alone || candidates.some(({ fqdn }) => fqdn !== undefined) ? following : candidates;
}

/** The names that the slots of a backend follow, or of all backends: sorted. */
export function namesFollowed({ slots }: Pick<ObservedRuntime, 'slots'>, backend: string | undefined): string[] {
  const candidates = backend === undefined ? slots : slots.filter((slot) => slot.backend === backend);
  return [...new Set(candidates.flatMap(({ fqdn }) => fqdn ?? []))].sort();
}

/** Whether an operator lets a slot take traffic. */
export function isEnabled({ out }: Slot): boolean {
  return out !== 'maintenance';
}

/**
 * Whether a slot sends traffic: not in maintenance, not down, and when drained or without weight only until its last
 * session ends.
 */
export function inService({ out, down, weightless, sessions = 0 }: Slot): boolean {
  if (out === 'maintenance' || down) {
    return false;
  }
  return (out === undefined && !weightless) || sessions > 0;
}

/** The names of slots, sorted. */
export function slotNames(slots: readonly Slot[]): string[] {
  return slots.map(slotName).sort();
}

/** Current sessions of slots; undefined when no slot has a session count. */
export function sessionsOf(slots: readonly Slot[]): number | undefined {
  const known = slots.flatMap(({ sessions }) => sessions ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0);
}

/** Percent of the current sessions that are some of them. */
export function shareOf(some: number | undefined, all: number | undefined): number | undefined {
  return some === undefined || all === undefined ? undefined : Math.round((100 * some) / Math.max(1, all));
}
