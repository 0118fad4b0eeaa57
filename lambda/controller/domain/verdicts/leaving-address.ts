import { FULL_ANSWER } from '../../../../lib/contract/probe';
import { lacks } from '../held';
import { defineVerdict, type Held, type Holding, ofHolding } from './definition';
import { replaceTasks } from './texts';
import type { Finding } from './verdict';

/**
 * A held address is no longer in DNS, and the load balancer still has it: a zonal shift, an unhealthy zone, or a node
 * that is leaving. A process that follows drops it by itself; one that does not goes on sending there.
 */
export const leavingAddress = defineVerdict('leaving-address', {
  requires: ['live', 'answers'],
  isOpenQuestion: ({ held, upstream }, address = '') =>
    held.has(address) && !upstream.named.includes(address) && !isGone(upstream, address),
  repairedByNewTasks: true,
  explanation: {
    what: 'a slot sends to an address that DNS no longer names and that the load balancer still has',
    why: 'a zonal shift, an unhealthy zone or a scale-in took the address out, and the process does not follow DNS',
    remedy:
      'run the command of the incident, because new processes resolve the name at their start; then run `cdk-haproxy-elb lint` on the configuration',
  },
  remediation: replaceTasks,
  over: ({ proxy, dnsName, address = '', upstream }) =>
    upstream?.named.includes(address)
      ? `DNS names ${address} for ${dnsName} again`
      : `${address} is no longer held by any task of ${proxy}`,
  evaluate: ({ holdings }) => holdings.flatMap(evaluateHolding),
});

/** An address that the load balancer has lost is stale and no longer leaving. */
function isGone({ completeness, present }: Holding['upstream'], address: string): boolean {
  return completeness === 'complete' && !present.has(address);
}

function evaluateHolding(holding: Holding): Finding[] {
  const { held, upstream } = holding;
  return upstream.leaving.flatMap((address) => {
    const one = held.get(address);
    return one === undefined || !isDropped(address, upstream) ? [] : findingsOn(one, holding);
  });
}

/** Whether the answers show that DNS has dropped the address everywhere. */
function isDropped(address: string, upstream: Holding['upstream']): boolean {
  if (upstream.partialAnswers || upstream.named.length >= FULL_ANSWER || upstream.zonalAnswers) {
    return false;
  }
  return upstream.routing !== undefined || upstream.everNamed.has(address);
}

function findingsOn(one: Held, holding: Holding): Finding[] {
  const { task, upstream, view } = holding;
  const { address, slots, sessions, following } = one;
  const { windowSeconds } = upstream;
  const { dnsName } = upstream.upstream;
  const what = `${task.id} sends to ${address} (${slots.join(', ')}), which DNS no longer names for ${dnsName}, although the load balancer still has it`;
  const common = { address, slots, sessions, allSessions: holding.allSessions };
  if (following === 'no') {
    return [
      ofHolding(holding, {
        ...common,
        graceChecks: 1,
        // Without a session nothing is lost. Where the sessions are not known there may be some.
        ...(sessions !== 0 && { criticalAfterSeconds: windowSeconds }),
        message: `${what}; the process does not follow DNS`,
      }),
    ];
  }
  return lacks(view, address)
    ? [
        ofHolding(holding, {
          ...common,
          openAfterSeconds: windowSeconds,
          message: `${what}; its own DNS does not name it either`,
        }),
      ]
    : [];
}
