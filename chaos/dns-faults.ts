import { setTimeout as sleep } from 'node:timers/promises';
import type { Weather } from '../testbed/dns-relay';
import { type Fault, listed, onStage } from './fault';

const POISON = '127.66.6.6';

/** Bad weather between HAProxy and DNS while the load balancer gets another node. */
function badDns(name: string, weather: Weather): Fault {
  return onStage(`DNS ${name}`, 'no request lost, the new node is found, no incident', 40, async (stage) => {
    stage.relay.weather = weather;
    const { answered, lost, found } = await stage.growth(10);
    const incidents = [await stage.check(), await stage.check()].flatMap(({ open }) => open);
    return {
      ok: lost === 0 && found && incidents.length === 0,
      seen: `${answered} answered, ${lost} lost, new node ${found ? 'found' : 'not found'}, incidents: ${listed(incidents)}`,
    };
  });
}

/** What can happen between HAProxy and its name server. */
export const DNS_FAULTS: readonly Fault[] = [
  badDns('loses every other answer', { lossOneIn: 2 }),
  badDns('is slow and out of order', { delayMillis: 300 }),
  badDns('answers twice', { twice: true }),
  onStage('DNS is gone for 8 s', 'no request lost, no address dropped', 40, async (stage) => {
    const before = await stage.held();
    stage.relay.weather = { cut: true };
    const { answered, lost } = await stage.traffic(8);
    const kept = (await stage.held()).sort().join() === before.sort().join();
    return {
      ok: lost === 0 && kept,
      seen: `${answered} answered, ${lost} lost, addresses ${kept ? 'kept' : 'dropped'}`,
    };
  }),
  onStage('DNS answers are forged', 'the forged address is never held', 40, async (stage) => {
    stage.relay.weather = { poison: POISON };
    const held = new Set<string>();
    const traffic = stage.traffic(8);
    for (let i = 0; i < 14; i += 1) {
      for (const address of await stage.held()) {
        held.add(address);
      }
      await sleep(500);
    }
    const { answered, lost } = await traffic;
    const ok = !held.has(POISON) && lost === 0 && stage.relay.forged > 0;
    return {
      ok,
      seen: `${stage.relay.forged} forged, held ${[...held].join(', ')}; ${answered} answered, ${lost} lost`,
    };
  }),
];
