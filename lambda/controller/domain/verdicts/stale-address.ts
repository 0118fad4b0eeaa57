import { isFamilyKnown } from '../live-addresses';
import { sessionShare } from '../slots';
import { type Holding, ofHolding, type Verdict } from './verdict';

/** A slot holds an address that is in no recent answer and no interface. Nothing is, while no live one is known. */
export function staleAddress(holding: Holding): Verdict[] {
  const { task, held, upstream } = holding;
  const { live, interfacesKnown, upstream: elb } = upstream;
  const has = interfacesKnown
    ? `which ${elb.dnsName} no longer has, neither in DNS nor on an interface`
    : `which ${elb.dnsName} no longer has`;
  return [...held]
    .filter(([address]) => isFamilyKnown(upstream, address) && !live.includes(address))
    .map(([address, slots]) =>
      ofHolding('stale-address', holding, {
        address,
        slots,
        sessionShare: sessionShare(holding.slots, (slot) => slot.address === address),
        message: `${task.id} sends to ${address} (${slots.join(', ')}), ${has}`,
      }),
    );
}
