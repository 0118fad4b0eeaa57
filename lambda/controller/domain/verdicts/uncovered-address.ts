import { isIP } from 'node:net';
import { type Holding, ofHolding, type Verdict } from './verdict';

/** A live address that no slot holds, although a slot is free. Of a family of which nothing is held, nothing is missed. */
export function uncoveredAddress(holding: Holding): Verdict[] {
  const { task, held, slots, upstream } = holding;
  const missing = upstream.settled.filter((address) => !held.has(address));
  if (missing.length === 0) {
    return [];
  }
  const serving = slots.filter((slot) => slot.address !== undefined);
  const beside = (backend: string) => serving.some((slot) => slot.backend === backend);
  const free = slots.filter((slot) => slot.address === undefined && beside(slot.backend)).length;
  const families = new Set([...held.keys()].map(isIP));
  return missing
    .filter((address) => free > 0 && families.has(isIP(address)))
    .map((address) =>
      ofHolding('uncovered-address', holding, {
        address,
        message: `${task.id} does not use ${address} of ${upstream.upstream.dnsName}, although it has ${free} free ${free === 1 ? 'slot' : 'slots'}`,
      }),
    );
}
