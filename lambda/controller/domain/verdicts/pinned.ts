import { isAddress } from '../../../../lib/haproxy/address';
import { recordTypeOf } from '../live-addresses';
import { slotName } from '../slots';
import { defineVerdict, type Holding, ofHolding } from './definition';
import type { Finding } from './verdict';

/** One slot serves while the upstream has several addresses of the same family. The other addresses get no traffic. */
export const pinned = defineVerdict('pinned', {
  requires: ['live', 'answers'],
  blocksDeployment: true,
  explanation: {
    what: 'one slot serves while the load balancer has several addresses',
    why: 'a `server` line takes one address of an answer and ignores the others',
    remedy: 'use `server-template` with several slots, or accept it on 1.6 and 1.7, which have no `server-template`',
  },
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

function evaluateHolding(holding: Holding): Finding[] {
  const { task, slots, runtime, upstream } = holding;
  const [serving, ...more] = slots.filter((slot) => slot.address !== undefined);
  if (serving?.address === undefined || more.length > 0 || !isAddress(serving.address)) {
    return [];
  }
  // A second slot may take another address, even if it has none now or is out of service.
  if (runtime.slots.filter(({ backend }) => backend === serving.backend).length > 1) {
    return [];
  }
  const { address } = serving;
  const family = upstream.answers.filter((other) => recordTypeOf(other) === recordTypeOf(address));
  const name = upstream.upstream.dnsName;
  const message = `${task.id} has one slot for ${name}, which has ${family.length} addresses: all traffic goes to ${address}`;
  return family.length > 1 ? [ofHolding(holding, { slots: [slotName(serving)], message })] : [];
}
