import type { RegistryUpstream } from '../../lib/private/contract';
import type { RuntimeReading, SlotReading } from './reading';

/**
 * The slots of an upstream; see `RegistryUpstream.backend`.
 *
 * @param upstreams how many upstreams the record has
 */
export function slotsOf(
  { slots }: RuntimeReading,
  { backend, dnsName }: RegistryUpstream,
  upstreams: number,
): readonly SlotReading[] {
  if (backend !== undefined) {
    return slots.filter((slot) => slot.backend === backend);
  }
  const following = slots.filter(({ fqdn }) => fqdn?.toLowerCase() === dnsName.toLowerCase());
  return following.length > 0 || upstreams > 1 ? following : slots;
}

/** What an operator put into maintenance takes no traffic; what is drained does until its last session ends. */
export function inService({ out, sessions = 0 }: SlotReading): boolean {
  return out === undefined || (out === 'draining' && sessions > 0);
}

/** How a slot is named in verdicts. */
export function slotName({ backend, name }: SlotReading): string {
  return `${backend}/${name}`;
}

/** Percent of the current sessions of slots that are on some of them; nothing when no slot tells its sessions. */
export function sessionShare<Some extends SlotReading>(
  slots: readonly Some[],
  which: (slot: Some) => boolean,
): number | undefined {
  const known = slots.filter(({ sessions }) => sessions !== undefined);
  const count = (of: readonly Some[]) => of.reduce((sum, { sessions }) => sum + sessions!, 0);
  return known.length === 0 ? undefined : Math.round((100 * count(known.filter(which))) / Math.max(1, count(known)));
}
