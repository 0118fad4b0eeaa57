import { setTimeout as sleep } from 'node:timers/promises';
import type { DnsConditions } from '../testbed/dns-relay';
import { type Fault, followScaleOut, onTestbed } from './fault';

const FORGED = '127.66.6.6';

/** Bad network conditions between HAProxy and DNS while the load balancer gets another node. */
function badDns(name: string, conditions: DnsConditions): Fault {
  return onTestbed(`DNS ${name}`, 'no request lost, the new node is found, no incident', 40, async (testbed) => {
    testbed.dnsRelay.conditions = conditions;
    return followScaleOut(testbed, 10);
  });
}

/** What can happen between HAProxy and its name server. */
export const DNS_FAULTS: readonly Fault[] = [
  badDns('loses every other answer', { lossOneIn: 2 }),
  badDns('is slow and out of order', { delayMillis: 300 }),
  badDns('answers twice', { duplicate: true }),
  onTestbed('DNS does not answer for 8 s', 'no request lost, no address dropped', 40, async (testbed) => {
    const before = await testbed.held();
    testbed.dnsRelay.conditions = { cut: true };
    const { answered, lost } = await testbed.traffic(8);
    const kept = (await testbed.held()).sort().join() === before.sort().join();
    return {
      ok: lost === 0 && kept,
      seen: `${answered} answered, ${lost} lost, addresses ${kept ? 'kept' : 'dropped'}`,
    };
  }),
  onTestbed('DNS answers are forged', 'the forged address is never held', 40, async (testbed) => {
    testbed.dnsRelay.conditions = { forgedAddress: FORGED };
    const held = new Set<string>();
    const traffic = testbed.traffic(8);
    for (let i = 0; i < 14; i += 1) {
      for (const address of await testbed.held()) {
        held.add(address);
      }
      await sleep(500);
    }
    const { answered, lost } = await traffic;
    const ok = !held.has(FORGED) && lost === 0 && testbed.dnsRelay.forged > 0;
    return {
      ok,
      seen: `${testbed.dnsRelay.forged} forged, held ${[...held].join(', ')}; ${answered} answered, ${lost} lost`,
    };
  }),
];
