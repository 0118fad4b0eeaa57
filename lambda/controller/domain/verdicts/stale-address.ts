import { isFamilyKnown } from '../live-addresses';
import { sessionShare } from '../slots';
import { defineVerdict, type Holding, ofHolding } from './definition';
import type { Finding } from './verdict';

/**
 * A slot holds an address that is in no recent answer and on no interface. While no live address is known, none is
 * stale.
 */
export const staleAddress = defineVerdict('stale-address', {
  requires: ['live'],
  repairedByNewTasks: true,
  explanation: {
    what: 'a slot holds an address that the load balancer no longer has: it is in no recent DNS answer and on no interface',
    why: 'the process resolved the name only at its start, or no longer gets answers',
    remedy:
      'run the command of the incident, because new processes resolve the name at their start; then run `cdk-haproxy-elb lint` on the configuration to find out why the old process did not',
  },
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

function evaluateHolding(holding: Holding): Finding[] {
  const { task, held, upstream } = holding;
  const { live, interfacesKnown, upstream: elb } = upstream;
  const has = interfacesKnown
    ? `which ${elb.dnsName} no longer has, neither in DNS nor on an interface`
    : `which ${elb.dnsName} no longer has`;
  return [...held]
    .filter(([address]) => isFamilyKnown(upstream, address) && !live.includes(address))
    .map(([address, slots]) =>
      ofHolding(holding, {
        address,
        slots,
        sessionShare: sessionShare(holding.slots, (slot) => slot.address === address),
        message: `${task.id} sends to ${address} (${slots.join(', ')}), ${has}`,
      }),
    );
}
