import { isIP } from 'node:net';
import { slotName } from '../slots';
import { type Holding, ofHolding, type Verdict } from './verdict';

/** One slot serves while the upstream has several addresses of the same family: the others get nothing. */
export function pinned(holding: Holding): Verdict[] {
  const { task, slots, runtime, upstream } = holding;
  const [serving, ...more] = slots.filter((slot) => slot.address !== undefined);
  // A slot beside it is a second one, even if it has no address now or is out of service.
  const alone = more.length === 0 && runtime.slots.filter(({ backend }) => backend === serving?.backend).length === 1;
  if (serving?.address === undefined || !alone) {
    return [];
  }
  const { address } = serving;
  const family = upstream.answers.filter((other) => isIP(other) === isIP(address));
  const name = upstream.upstream.dnsName;
  const message = `${task.id} has one slot for ${name}, which has ${family.length} addresses: all traffic goes to ${address}`;
  return family.length > 1 ? [ofHolding('pinned', holding, { slots: [slotName(serving)], message })] : [];
}
