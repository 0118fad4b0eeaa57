import { isAddress } from '../../../../lib/haproxy/address';
import { distinct, recordTypeOf } from '../addresses';
import { isEnabled } from '../slots';
import { defineVerdict, type Holding, ofHolding } from './definition';
import { listOf } from './texts';
import type { Finding } from './verdict';

/** A slot that lost an address which DNS shows now and then takes it again within this many windows. */
const WINDOWS = 2;

/**
 * No slot holds a live address although a slot is free. A family of which nothing is held is not expected. Information
 * where the process follows and does not say its own view: its DNS may name a part of the addresses.
 */
export const uncoveredAddress = defineVerdict('uncovered-address', {
  requires: ['live', 'answers'],
  explanation: {
    what: 'no slot holds an address of the load balancer, although a slot is free',
    why: 'the process has sent no query since the load balancer grew, or has not received this part of the answer; as information: its DNS may name other addresses than the DNS of the monitor',
    remedy: 'wait for a few resolution periods; if the verdict stays, see `failing-resolver` and `silent-resolver`',
  },
  remediation: ({ dnsName, tasks }) =>
    `query ${dnsName} from the subnet of ${listOf(tasks)}: if the answer has the address, start new processes`,
  over: ({ proxy, dnsName, address }) => `${address} of ${dnsName} is used by every task of ${proxy}, or it is gone`,
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

function evaluateHolding(holding: Holding): Finding[] {
  const { task, held, allSlots, upstream } = holding;
  const { addresses, certain } = expectedOf(holding);
  const missing = addresses.filter((address) => !allSlots.some((slot) => slot.address === address));
  if (missing.length === 0) {
    return [];
  }
  const slots = allSlots.filter(isEnabled);
  const serving = new Set(slots.filter((slot) => slot.address !== undefined).map(({ backend }) => backend));
  const free = slots.filter((slot) => slot.address === undefined && serving.has(slot.backend)).length;
  const families = new Set([...held.keys()].filter(isAddress).map(recordTypeOf));
  return missing
    .filter((address) => free > 0 && families.has(recordTypeOf(address)))
    .map((address) =>
      ofHolding(holding, {
        address,
        ...(!certain && { severity: 'info' as const }),
        // A process that sends no query takes no address, and which of them DNS shows changes with each answer.
        saidBySilence: true,
        openAfterSeconds: WINDOWS * upstream.windowSeconds,
        message: `${task.id} does not use ${address} of ${upstream.upstream.dnsName}, although it has ${free} free ${free === 1 ? 'slot' : 'slots'}`,
      }),
    );
}

/**
 * The addresses that the resolver of the process gets, and whether that is certain: the view of a process that follows and does not say
 * it may have a part of them.
 */
function expectedOf({ upstream, following, view }: Holding): { addresses: string[]; certain: boolean } {
  const { settled, completeness, partialAnswers, routing, zonalAnswers } = upstream;
  if (following === 'no') {
    return { addresses: distinct([...settled, ...(view ?? [])]), certain: true };
  }
  if (view !== undefined) {
    return { addresses: distinct(view), certain: true };
  }
  const isToldToAll = completeness === 'complete' && !partialAnswers && routing === 'any' && !zonalAnswers;
  return { addresses: isToldToAll ? distinct(settled) : [], certain: false };
}
