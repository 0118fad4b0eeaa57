import { slotName } from '../../../../lib/contract/probe';
import { isAddress } from '../../../../lib/haproxy/address';
import { recordTypeOf } from '../addresses';
import { needsCheckToResolve } from '../following';
import { defineVerdict, type Holding, ofHolding } from './definition';
import { listOf } from './texts';
import type { Finding } from './verdict';

/** One slot serves while the upstream has several addresses of the same family. The other addresses get no traffic. */
export const pinned = defineVerdict('pinned', {
  requires: ['live', 'answers'],
  blocksDeployment: true,
  explanation: {
    what: 'one slot serves while the load balancer has several addresses',
    why: 'a `server` line takes one address of an answer and ignores the others',
    remedy: 'use `server-template` with several slots; 1.6 and 1.7 have no `server-template`: update HAProxy',
  },
  remediation: ({ slots = [], tasks }) =>
    `use server-template with several slots in place of ${listOf(slots)} (on ${listOf(tasks)})`,
  over: ({ proxy, dnsName }) => `the tasks of ${proxy} use several addresses of ${dnsName}, or it has one`,
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

function evaluateHolding(holding: Holding): Finding[] {
  const { task, slots, runtime, upstream } = holding;
  const [serving, ...more] = slots.filter((slot) => slot.address !== undefined);
  if (serving?.address === undefined || more.length > 0 || !isAddress(serving.address)) {
    return [];
  }
  // 1.6 and 1.7 have no other way: for a configuration that this project made, that is known.
  if (runtime.madeFor !== undefined && needsCheckToResolve(runtime)) {
    return [];
  }
  // A second slot may take another address, even if it has none now or is out of service.
  if (runtime.slots.filter(({ backend }) => backend === serving.backend).length > 1) {
    return [];
  }
  const { address } = serving;
  const family = upstream.named.filter((other) => recordTypeOf(other) === recordTypeOf(address));
  const name = upstream.upstream.dnsName;
  const message = `${task.id} has one slot for ${name}, which has ${family.length} addresses: all traffic goes to ${address}`;
  return family.length > 1 ? [ofHolding(holding, { slots: [slotName(serving)], message })] : [];
}
