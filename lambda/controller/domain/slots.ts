import type { Slot } from '../../../lib/haproxy/runtime-api/parse';
import type { LiveUpstream, RuntimeReading } from './observation';

/** The slots of an upstream; see `RegistryUpstream.backend`. */
export function slotsOf(
  { slots }: RuntimeReading,
  { upstream: { backend, dnsName }, alone }: Pick<LiveUpstream, 'upstream' | 'alone'>,
): readonly Slot[] {
  const candidates = backend === undefined ? slots : slots.filter((slot) => slot.backend === backend);
  const following = candidates.filter(({ fqdn }) => fqdn !== undefined && plain(fqdn) === plain(dnsName));
  // A backend may have servers of others beside: another load balancer's, or one that apologizes.
  return following.length > 0 || !alone ? following : candidates;
}

/** A name as DNS compares it. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** What an operator put into maintenance takes no traffic; what is drained does until its last session ends. */
export function inService({ out, sessions = 0 }: Slot): boolean {
  return out === undefined || (out === 'draining' && sessions > 0);
}

/** How a slot is named in verdicts. */
export function slotName({ backend, name }: Slot): string {
  return `${backend}/${name}`;
}

/** Percent of the current sessions of slots that are on some of them; nothing when no slot tells its sessions. */
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
