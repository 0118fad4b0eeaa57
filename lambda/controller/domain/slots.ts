import type { Slot } from '../../../lib/contract/probe';
import type { LiveUpstream, ObservedRuntime } from './observation';

/** The slots of an upstream; see `RegistryUpstream.backend`. */
export function slotsOf(
  { slots }: ObservedRuntime,
  { upstream: { backend, dnsName }, alone }: Pick<LiveUpstream, 'upstream' | 'alone'>,
): readonly Slot[] {
  const candidates = backend === undefined ? slots : slots.filter((slot) => slot.backend === backend);
  const following = candidates.filter(({ fqdn }) => fqdn !== undefined && normalized(fqdn) === normalized(dnsName));
  // A backend may also have servers of another load balancer, or one that serves an error page.
  return following.length > 0 || !alone ? following : candidates;
}

/** A name as DNS compares it. */
function normalized(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Whether a slot takes traffic: not in maintenance, and when drained only until its last session ends. */
export function inService({ out, sessions = 0 }: Slot): boolean {
  return out === undefined || (out === 'draining' && sessions > 0);
}

/** The name of a slot in verdicts. */
export function slotName({ backend, name }: Slot): string {
  return `${backend}/${name}`;
}

/** Percent of the current sessions of slots that are on some of them; undefined when no slot has a session count. */
export function sessionShare(slots: readonly Slot[], which: (slot: Slot) => boolean): number | undefined {
  let [known, all, some] = [false, 0, 0];
  for (const slot of slots) {
    if (slot.sessions !== undefined) {
      known = true;
      all += slot.sessions;
      some += which(slot) ? slot.sessions : 0;
    }
  }
  return known ? Math.round((100 * some) / Math.max(1, all)) : undefined;
}
