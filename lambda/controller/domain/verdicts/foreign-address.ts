import { type CheckStatus, type Slot, slotName } from '../../../../lib/contract/probe';
import { MAX_DOWN_CHECK_SECONDS, type RegistryUpstream } from '../../../../lib/contract/registry-record';
import type { Observation } from '../observation';
import { defineVerdict, type Holding, ofHolding, type Subject } from './definition';
import type { Finding } from './verdict';

/**
 * What a health check says of a host that answers and is not of the load balancer. A status of HTTP (`L7STS`, `L7RSP`) is
 * that of a verified host where the certificate proves the identity.
 */
const REFUTING: Readonly<Record<NonNullable<RegistryUpstream['identity']>, readonly CheckStatus[]>> = {
  certificate: ['L6RSP'],
  response: ['L6RSP', 'L7RSP', 'L7STS'],
};

/**
 * A slot that gets another address while it is down shows the result of the former one: until a check under way has ended,
 * for the time between two checks, and until the first check of the new address has ended.
 */
const CHECK_TIMES = 3;

/**
 * A slot holds an address whose host answers the health check, and does not prove that it is of the load balancer. HAProxy
 * sends nothing there. Only of upstreams with a proof of identity.
 */
export const foreignAddress = defineVerdict('foreign-address', {
  // A host that no longer answers has not proved anything.
  isOpenQuestion: ({ allSlots }, address) => allSlots.some((slot) => slot.address === address && slot.down === true),
  explanation: {
    what: 'an address answers health checks without proving that it is of the load balancer (`identity`): HAProxy sends nothing there; critical where the process has no other address',
    why: 'somebody else has the address now, and DNS does not answer or has an old answer; or the load balancer has another certificate or another response than `identity` says; or, with a certificate, its host ends connections during the TLS handshake, which HAProxy reports in the same way (`L6RSP`)',
    remedy:
      'if the load balancer has the address, compare its certificate or its response with `identity` of the upstream, and look whether its targets run; if not, find out why DNS names it or does not answer',
  },
  remediation,
  over: ({ proxy, dnsName, address = '' }) =>
    `${address} proves again that it is of ${dnsName}, or no task of ${proxy} holds it`,
  evaluate: ({ holdings, observation }) => holdings.flatMap((holding) => evaluateHolding(holding, observation)),
});

function remediation({ address = '', dnsName, upstream }: Subject): string {
  return upstream?.present.has(address)
    ? `compare the certificate of ${address}, or its response, with identity of the upstream ${dnsName}`
    : `query the name servers of the proxy for ${dnsName}: HAProxy drops ${address} when they answer without it`;
}

function evaluateHolding(holding: Holding, { owners }: Observation): Finding[] {
  const { task, allSlots, held, upstream } = holding;
  const { identity, downCheckSeconds = MAX_DOWN_CHECK_SECONDS, dnsName } = upstream.upstream;
  if (identity === undefined) {
    return [];
  }
  const foreign = new Map<string, Slot[]>();
  for (const slot of allSlots) {
    const { address, down, checkStatus } = slot;
    if (address !== undefined && down && checkStatus !== undefined && REFUTING[identity].includes(checkStatus)) {
      foreign.set(address, [...(foreign.get(address) ?? []), slot]);
    }
  }
  return [...foreign].map(([address, slots]) => {
    const owner = owners.get(address);
    const names = slots.map(slotName).sort();
    const proof = `its ${identity} does not prove that it is of ${dnsName} (${slots[0]!.checkStatus})`;
    const whose = owner === undefined ? '' : `; it is ${owner}`;
    return ofHolding(holding, {
      address,
      slots: names,
      owner,
      openAfterSeconds: CHECK_TIMES * downCheckSeconds,
      // It has another address that gets the requests.
      ...(held.size === 0 && { severity: 'critical' as const }),
      message: `${task.id} sends nothing to ${address} (${names.join(', ')}): ${proof}${whose}`,
    });
  });
}
