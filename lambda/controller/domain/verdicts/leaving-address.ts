import { defineVerdict, type Holding, ofHolding } from './definition';
import type { Finding } from './verdict';

/** A held address is no longer in DNS, and an interface still has it: a zonal shift, or a node that is leaving. */
export const leavingAddress = defineVerdict('leaving-address', {
  requires: ['live', 'answers'],
  explanation: {
    what: 'a slot holds an address that DNS no longer names and that the load balancer still has',
    why: 'a zonal shift or a scale-in: the node serves its connections and gets no new clients',
    remedy: 'nothing: the verdict ends when HAProxy drops the address, or when DNS names it again',
  },
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

function evaluateHolding(holding: Holding): Finding[] {
  const { task, held, upstream } = holding;
  return [...held]
    .filter(([address]) => upstream.leaving.includes(address))
    .map(([address, slots]) =>
      ofHolding(holding, {
        address,
        slots,
        message: `${task.id} sends to ${address} (${slots.join(', ')}), which DNS no longer names for ${upstream.upstream.dnsName}, although its interface still exists`,
      }),
    );
}
