import { isAddress } from '../../../../lib/haproxy/address';
import { recordTypeOf } from '../live-addresses';
import { defineVerdict, type Holding, ofHolding } from './definition';
import type { Finding } from './verdict';

/** No slot holds a live address although a slot is free. A family of which nothing is held is not expected. */
export const uncoveredAddress = defineVerdict('uncovered-address', {
  requires: ['live', 'answers'],
  // A slot that lost an address which DNS shows now and then takes it again by itself.
  graceWindows: 2,
  explanation: {
    what: 'no slot holds an address of the load balancer, although a slot is free',
    why: 'the process has sent no query since the load balancer grew, or has not received this part of the answer',
    remedy: 'wait for a few resolution periods; if the verdict stays, see `failing-resolver`',
  },
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

function evaluateHolding(holding: Holding): Finding[] {
  const { task, held, slots, upstream } = holding;
  const missing = upstream.settled.filter((address) => !held.has(address));
  if (missing.length === 0) {
    return [];
  }
  const serving = new Set(slots.filter((slot) => slot.address !== undefined).map(({ backend }) => backend));
  const free = slots.filter((slot) => slot.address === undefined && serving.has(slot.backend)).length;
  const families = new Set([...held.keys()].filter(isAddress).map(recordTypeOf));
  return missing
    .filter((address) => free > 0 && families.has(recordTypeOf(address)))
    .map((address) =>
      ofHolding(holding, {
        address,
        message: `${task.id} does not use ${address} of ${upstream.upstream.dnsName}, although it has ${free} free ${free === 1 ? 'slot' : 'slots'}`,
      }),
    );
}
