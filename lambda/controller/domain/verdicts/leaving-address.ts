import { type Holding, ofHolding, type Verdict } from './verdict';

/** A held address is not in DNS any more, yet an interface has it: a zonal shift, or a node on its way out. */
export function leavingAddress(holding: Holding): Verdict[] {
  const { task, held, upstream } = holding;
  return [...held]
    .filter(([address]) => upstream.leaving.includes(address))
    .map(([address, slots]) =>
      ofHolding('leaving-address', holding, {
        address,
        slots,
        message: `${task.id} sends to ${address} (${slots.join(', ')}), which DNS no longer names for ${upstream.upstream.dnsName}, although its interface is still there`,
      }),
    );
}
