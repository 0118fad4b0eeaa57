import { setTimeout as sleep } from 'node:timers/promises';
import { STRANGER } from '../../testbed/identity';
import { LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { NodeProcess } from '../../testbed/node-process';
import { request } from '../../testbed/request';
import { PERIODS, provingCompetitors, startAll } from '../elb/competitors';

/** How long DNS is silent, minutes. */
export const SILENT_MINUTES = 10;
/** Requests a second to each proxy. */
export const RATE = 5;
/** `fall` of the generated configuration, times its interval. */
export const OUT_MILLIS = 2 * PERIODS.checkMillis;
/** The machine is shared. */
export const SLACK_MILLIS = 500;
const LOST_MILLIS = 3000;
/** The proxies know their addresses. */
const SETTLED_MILLIS = 5000;

/** What happened to the requests of one proxy. */
export interface Strange {
  readonly proxy: string;
  readonly ours: boolean;
  readonly requests: number;
  readonly lost: number;
  /** Those that the stranger answered, and those of them that were sent after it must be out. */
  readonly reached: number;
  readonly late: number;
  /** When the last of them was sent, s after the stranger came. @default - none was */
  readonly lastSeconds?: number;
}

/** The figures, and the proxies that were not measured. */
interface StrangerFigures {
  readonly results: readonly Strange[];
  readonly missing: readonly string[];
}

/** A request. */
interface Sample {
  /** ms after the stranger came. */
  readonly at: number;
  readonly answer?: string;
}

/**
 * While DNS does not answer, a stranger that answers 200 to everything gets one of two addresses of a load balancer. The
 * load is so small that it can run beside other measurements.
 */
export async function measureStrangers(progress: (line: string) => void): Promise<StrangerFigures> {
  const { all, missing } = await provingCompetitors(progress);
  // In a process of their own: they must answer health checks in time, whatever this one measures.
  const loadBalancer = await LoadBalancer.start(['node', 'node'], { nodes: new NodeProcess() });
  loadBalancer.dns.point(...loadBalancer.addresses);
  const { port } = loadBalancer;
  const started = await startAll(all, async () => ({ port, nameserver: (await loadBalancer.dns.listen()).address }));
  try {
    await sleep(SETTLED_MILLIS);
    progress(`a stranger comes, and DNS is silent for ${SILENT_MINUTES} minutes`);
    loadBalancer.dns.failAll('silent');
    // The address that hand-written configurations and those of 1.6 have.
    await loadBalancer.nodes.kill(nodeAddress(0));
    await loadBalancer.restart(0, STRANGER);
    const samples: Sample[][] = started.running.map(() => []);
    const pending: Promise<unknown>[] = [];
    const since = Date.now();
    while (Date.now() - since < SILENT_MINUTES * 60_000) {
      for (const [i, one] of started.running.entries()) {
        const at = Date.now() - since;
        pending.push(request('127.0.0.1', one.port, LOST_MILLIS).then((answer) => samples[i]!.push({ at, answer })));
      }
      await sleep(1000 / RATE);
    }
    await Promise.all(pending);
    progress('the stranger was measured');
    const results = started.running.map(({ competitor: { name, ours } }, i) => ({
      proxy: name,
      ours,
      ...countsOf(samples[i]!),
    }));
    return { results, missing: [...missing, ...started.missing] };
  } finally {
    await Promise.all(started.running.map(({ stop }) => stop()));
    await loadBalancer.close();
  }
}

function countsOf(samples: readonly Sample[]): Omit<Strange, 'proxy' | 'ours'> {
  const reached = samples.filter(({ answer }) => answer === STRANGER).map(({ at }) => at);
  return {
    requests: samples.length,
    lost: samples.filter(({ answer }) => answer === undefined).length,
    reached: reached.length,
    late: reached.filter((at) => at > OUT_MILLIS + SLACK_MILLIS).length,
    lastSeconds: reached.length === 0 ? undefined : Math.max(...reached) / 1000,
  };
}
