import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Ground, Outcome } from './fault';
import { Stage } from './stage';

const CHURN_MILLIS = 4000;
/** A node that has left DNS goes on serving for so long: more than `hold obsolete` and a period. */
const DRAIN_MILLIS = 10_000;
const FAULT_EVERY_MILLIS = 60_000;
/** After a fault ends, until no incident may be open any more. */
const SETTLE_MILLIS = 8000;
/** Resident memory may grow by so much from the first minute on: pools fill up. */
const MAX_GROWTH = 1.25;

/**
 * A load balancer that never rests, for so many minutes: every few seconds another node takes the place of the oldest one.
 * Once a minute HAProxy stands still until the checker says so.
 */
export function soak(minutes: number): Fault {
  return {
    name: `a soak of ${minutes} minutes`,
    expected: 'no request lost, flat memory, no false incident, every fault detected',
    seconds: minutes * 60 + 120,
    run: (ground) => churn(ground, minutes),
  };
}

async function churn({ binary }: Ground, minutes: number): Promise<Outcome> {
  const stage = await Stage.set(binary);
  const end = Date.now() + minutes * 60_000;
  let nodes = await stage.held();
  let [replaced, injected, detected, lost, answered] = [0, 0, 0, 0, 0];
  const falseIncidents: string[] = [];
  const memory: number[] = [];
  const replace = async () => {
    while (Date.now() < end) {
      const [added] = (await stage.balancer.add(1)) as [string];
      const [oldest, ...rest] = nodes as [string, ...string[]];
      nodes = [...rest, added];
      stage.balancer.point(nodes);
      setTimeout(() => void stage.balancer.retire(oldest), DRAIN_MILLIS).unref();
      replaced += 1;
      await sleep(CHURN_MILLIS);
    }
  };
  const load = async () => {
    while (Date.now() < end) {
      const seen = await stage.traffic(Math.min(10, (end - Date.now()) / 1000));
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
        process.kill(stage.haproxy.pid!, 'SIGSTOP');
        for (let i = 0, open: string[] = []; i < 4 && open.length === 0; i += 1) {
          ({ open } = await stage.check());
          detected += open.includes('unreachable-task') ? 1 : 0;
        }
        process.kill(stage.haproxy.pid!, 'SIGCONT');
        calmFrom = Date.now() + SETTLE_MILLIS;
        faultAt += FAULT_EVERY_MILLIS;
        memory.push(residentMb(stage.haproxy.pid!));
        console.log(
          `       ${replaced} nodes replaced, ${answered} answered, ${lost} lost, ${detected} of ${injected} faults detected, ${memory.at(-1)} MB`,
        );
      }
      const { open } = await stage.check();
      if (Date.now() > calmFrom) {
        falseIncidents.push(...open);
      }
      await sleep(1000);
    }
  };
  try {
    await Promise.all([replace(), load(), watch()]);
  } finally {
    await stage.strike();
  }
  const flat = memory.length < 2 || memory.at(-1)! <= memory[0]! * MAX_GROWTH;
  return {
    ok: lost === 0 && detected === injected && falseIncidents.length === 0 && flat,
    seen: `${replaced} nodes replaced, ${answered} answered, ${lost} lost, ${detected} of ${injected} faults detected, false incidents: ${falseIncidents.join(', ') || 'none'}, memory ${memory.join(' → ')} MB`,
  };
}

function residentMb(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
}
