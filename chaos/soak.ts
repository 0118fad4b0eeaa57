import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosTestbed } from './chaos-testbed';
import type { Fault, FaultContext, Outcome } from './fault';

const CHURN_MILLIS = 4000;
/** How long a node serves after it has left DNS: more than `hold obsolete` and a period. */
const DRAIN_MILLIS = 10_000;
const FAULT_EVERY_MILLIS = 60_000;
/** How long an incident may stay open after a fault has ended. */
const SETTLE_MILLIS = 8000;
/** Allowed growth of resident memory from the first minute on: pools fill up. */
const MAX_GROWTH = 1.25;

/**
 * A load balancer that changes all the time: every few seconds a new node replaces the oldest one. Once a minute
 * HAProxy is stopped until the checker reports it.
 */
export function soak(minutes: number): Fault {
  return {
    name: `a soak of ${minutes} minutes`,
    expected: 'no request lost, flat memory, no false incident, every fault detected',
    seconds: minutes * 60 + 120,
    run: (context) => churn(context, minutes),
  };
}

async function churn({ binary }: FaultContext, minutes: number): Promise<Outcome> {
  const testbed = await ChaosTestbed.start(binary);
  const end = Date.now() + minutes * 60_000;
  let nodes = await testbed.held();
  let [replaced, injected, detected, lost, answered] = [0, 0, 0, 0, 0];
  const falseIncidents: string[] = [];
  const memory: number[] = [];
  const replace = async () => {
    while (Date.now() < end) {
      const [added] = (await testbed.loadBalancer.add(['ok'])) as [string];
      const [oldest, ...rest] = nodes as [string, ...string[]];
      nodes = [...rest, added];
      testbed.loadBalancer.dns.point(...nodes);
      setTimeout(() => void testbed.loadBalancer.nodes.retire(oldest), DRAIN_MILLIS).unref();
      replaced += 1;
      await sleep(CHURN_MILLIS);
    }
  };
  const load = async () => {
    while (Date.now() < end) {
      const seen = await testbed.traffic(Math.min(10, (end - Date.now()) / 1000));
      answered += seen.answered;
      lost += seen.lost;
    }
  };
  const watch = async () => {
    let faultAt = Date.now() + FAULT_EVERY_MILLIS / 2;
    let calmFrom = 0;
    while (Date.now() < end) {
      if (Date.now() > faultAt && end - Date.now() > 30_000) {
        injected += 1;
        process.kill(testbed.haproxy.pid!, 'SIGSTOP');
        for (let i = 0, open: string[] = []; i < 4 && open.length === 0; i += 1) {
          ({ open } = await testbed.check());
          detected += open.includes('unreachable-task') ? 1 : 0;
        }
        process.kill(testbed.haproxy.pid!, 'SIGCONT');
        calmFrom = Date.now() + SETTLE_MILLIS;
        faultAt += FAULT_EVERY_MILLIS;
        memory.push(Math.round(testbed.haproxy.residentKib / 1024));
        console.log(
          `       ${replaced} nodes replaced, ${answered} answered, ${lost} lost, ${detected} of ${injected} faults detected, ${memory.at(-1)} MB`,
        );
      }
      const { open } = await testbed.check();
      if (Date.now() > calmFrom) {
        falseIncidents.push(...open);
      }
      await sleep(1000);
    }
  };
  try {
    await Promise.all([replace(), load(), watch()]);
  } finally {
    await testbed.close();
  }
  const flat = memory.length < 2 || memory.at(-1)! <= memory[0]! * MAX_GROWTH;
  return {
    ok: lost === 0 && detected === injected && falseIncidents.length === 0 && flat,
    seen: `${replaced} nodes replaced, ${answered} answered, ${lost} lost, ${detected} of ${injected} faults detected, false incidents: ${falseIncidents.join(', ') || 'none'}, memory ${memory.join(' → ')} MB`,
  };
}
