import { setTimeout as sleep } from 'node:timers/promises';
import { LoadBalancer } from '../../testbed/load-balancer';
import { CLIENT_HEADER, type ClientReport, NodeProcess } from '../../testbed/node-process';
import { median } from '../measure';
import { type Load, load } from '../wrk';
import { type Competitor, PERIODS } from './competitors';
import { type Course, SCENARIOS, type Scenario } from './scenarios';

/** The load on each proxy: connections, with a pause between an answer and the next request. */
export const CONNECTIONS = 8;
const PAUSE_MILLIS = 20;

/** One competitor in one scenario: the losses of the worst run, and medians of all else. Times are seconds. */
export interface Followed {
  readonly competitor: string;
  readonly ours: boolean;
  readonly scenario: string;
  readonly requests: number;
  readonly lost: number;
  readonly worstMillis: number;
  /** The longest time without any request on a running node, s. It includes requests that hang, which `wrk` does not count as lost. */
  readonly outageSeconds: number;
  /** From the change in DNS to the first request on a new address, the slowest of all changes. */
  readonly firstSeconds?: number;
  /** To the last new address's first request. */
  readonly lastSeconds?: number;
  /** How many new addresses never got a request. */
  readonly neverUsed: number;
}

type Run = Omit<Followed, 'competitor' | 'ours' | 'scenario'>;

/** Runs every scenario with all competitors at the same time, so that they share the state of the machine. */
export async function measureFollowing(
  wrk: readonly string[],
  all: readonly Competitor[],
  runs: number,
  progress: (line: string) => void,
): Promise<Followed[]> {
  const results: Followed[] = [];
  for (const scenario of SCENARIOS) {
    const seen = new Map<Competitor, Run[]>(all.map((competitor) => [competitor, []]));
    for (let run = 1; run <= runs; run += 1) {
      progress(`load balancer ${scenario.name}, run ${run} of ${runs}`);
      for (const [competitor, figures] of await runScenario(wrk, all, scenario)) {
        seen.get(competitor)!.push(figures);
      }
    }
    results.push(
      ...all.map((competitor) => ({
        competitor: competitor.name,
        ours: competitor.ours,
        scenario: scenario.name,
        ...combine(seen.get(competitor)!),
      })),
    );
  }
  return results;
}

function combine(runs: readonly Run[]): Run {
  const middle = (of: (run: Run) => number | undefined) => {
    const values = runs.flatMap((run) => of(run) ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    requests: middle(({ requests }) => requests)!,
    lost: Math.max(...runs.map(({ lost }) => lost)),
    worstMillis: middle(({ worstMillis }) => worstMillis)!,
    outageSeconds: middle(({ outageSeconds }) => outageSeconds)!,
    firstSeconds: middle(({ firstSeconds }) => firstSeconds),
    lastSeconds: middle(({ lastSeconds }) => lastSeconds),
    neverUsed: Math.max(...runs.map(({ neverUsed }) => neverUsed)),
  };
}

async function runScenario(
  wrk: readonly string[],
  all: readonly Competitor[],
  scenario: Scenario,
): Promise<[Competitor, Run][]> {
  const nodes = new NodeProcess();
  const loadBalancer = await LoadBalancer.start([], { nodes });
  const stops: (() => Promise<void>)[] = [() => loadBalancer.close()];
  try {
    const course = await scenario.prepare(loadBalancer);
    stops.push(async () => course.close?.());
    const running = await Promise.all(
      all.map(async (competitor, i) => {
        const { address: nameserver } = await loadBalancer.dns.listen();
        const started = await competitor.start({ port: loadBalancer.port, nameserver });
        stops.push(() => started.stop());
        return { competitor, port: started.port, client: `client-${i}` };
      }),
    );
    const start = Date.now();
    const loads = running.map(({ port: at, client }) =>
      load(wrk, {
        url: `http://127.0.0.1:${at}/`,
        connections: CONNECTIONS,
        seconds: scenario.seconds,
        pauseMillis: PAUSE_MILLIS,
        headers: { [CLIENT_HEADER]: client },
      }),
    );
    for (const step of [...course.steps].sort((a, b) => a.at - b.at)) {
      await sleep(Math.max(0, start + step.at * 1000 - Date.now()));
      await step.do();
    }
    const seen = await Promise.all(loads);
    const report = await nodes.report(Date.now());
    const unseen: ClientReport = { addresses: {}, longestPause: scenario.seconds * 1000 };
    return running.map(({ competitor, client }, i) => [
      competitor,
      figuresOf(seen[i]!, course, start, report[client] ?? unseen),
    ]);
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

function figuresOf(
  { requests, lost, worst }: Load,
  { arrivals }: Course,
  start: number,
  { addresses, longestPause }: ClientReport,
): Run {
  // Of the addresses that came at the same time, the first and the last that was used.
  const waits = Object.entries(arrivals).map(([address, at]) => {
    const first = addresses[address]?.first;
    return { at, wait: first === undefined ? undefined : (first - start) / 1000 - at };
  });
  const used = waits.flatMap(({ at, wait }) => (wait === undefined ? [] : [{ at, wait }]));
  const firsts = [...new Set(used.map(({ at }) => at))].map((change) =>
    Math.min(...used.filter(({ at }) => at === change).map(({ wait }) => wait)),
  );
  return {
    requests,
    lost,
    worstMillis: worst,
    outageSeconds: longestPause / 1000,
    firstSeconds: firsts.length === 0 ? undefined : Math.max(...firsts),
    lastSeconds: used.length === 0 ? undefined : Math.max(...used.map(({ wait }) => wait)),
    neverUsed: waits.length - used.length,
  };
}

/** The period that a first request on a new address is measured by, s. */
export const PERIOD_SECONDS = PERIODS.holdValidMillis / 1000;
