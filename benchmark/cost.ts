import { itemBytes } from '../testbed/aws/dynamodb-size';
import type { HaproxyBinary } from '../testbed/binaries';
import { LargeFleet } from '../testbed/large-fleet';
import { checkerBill, QUANTITIES } from './bill';
import { median } from './measure';

/** The cost of the checker for a fleet. */
export interface FleetCost {
  readonly proxies: number;
  /** Of the controller. */
  readonly millis: number;
  /** Of all calls of the probe together. */
  readonly probeMillis: number;
  readonly memoryMb: number;
  /** US dollars per proxy and month: the functions and their states, their log lines, metrics and alarms. */
  readonly perProxy: { readonly lambda: number; readonly logs: number; readonly metrics: number };
}

/** What one run took, of the controller and of all its calls of the probe. */
interface Run {
  readonly millis: number;
  readonly probeMillis: number;
  /** The most of one process. */
  readonly memoryMb: number;
  readonly logBytes: number;
}

const SIZES = [1, 100, 1000];
const RUNS = 5;
/** A busy machine may not finish a run in the time of the function: so many such runs are repeated. */
const MOST_UNFINISHED = 5;

/**
 * Runs the bundled functions over fleets of several sizes, with the rates of AWS in front and processes that answer as
 * a real HAProxy did.
 */
export async function measureCost(binary: HaproxyBinary, progress: (line: string) => void): Promise<FleetCost[]> {
  const costs: FleetCost[] = [];
  for (const proxies of SIZES) {
    progress(`checker over ${proxies} proxies`);
    costs.push(await costOfFleet(binary, proxies, progress));
  }
  return costs;
}

/** Of the runs after the first one, which starts cold and writes the first states, that check everything. */
async function costOfFleet(
  binary: HaproxyBinary,
  proxies: number,
  progress: (line: string) => void,
): Promise<FleetCost> {
  const fleet = await LargeFleet.start(binary, { proxies, tasksEach: QUANTITIES.tasksPerProxy });
  try {
    await fleet.run();
    const runs: Run[] = [];
    for (let unfinished = 0; runs.length < RUNS; ) {
      const before = fleet.probe.invocations.length;
      const { summary, durationMs, maxRssMb, lines } = await fleet.run();
      if (summary.checkedProxies !== proxies || summary.uncheckedProxies > 0) {
        unfinished += 1;
        const line = `a run did not check all of ${proxies} proxies: ${JSON.stringify(summary)}`;
        if (unfinished > MOST_UNFINISHED) {
          throw new Error(line);
        }
        progress(line);
        continue;
      }
      const probes = fleet.probe.invocations.slice(before);
      const logged = [...lines.map((line) => JSON.stringify(line)), ...probes.flatMap(({ logs }) => logs)];
      runs.push({
        millis: durationMs,
        probeMillis: probes.reduce((sum, probe) => sum + probe.durationMs, 0),
        memoryMb: Math.max(maxRssMb, ...probes.map((probe) => probe.maxRssMb)),
        logBytes: Buffer.byteLength(logged.join('\n')),
      });
    }
    const middle = (of: (run: Run) => number) => median(runs.map(of));
    const [millis, probeMillis] = [middle((run) => run.millis), middle((run) => run.probeMillis)];
    const {
      runs: functions,
      states,
      logs,
      metrics,
      alarms,
    } = checkerBill({
      proxies,
      runSeconds: millis / 1000,
      probeSeconds: probeMillis / 1000,
      logBytesPerRun: middle((run) => run.logBytes),
      stateBytes: median(fleet.snapshot().map(itemBytes)),
    });
    return {
      proxies,
      millis,
      probeMillis,
      memoryMb: Math.max(...runs.map((run) => run.memoryMb)),
      perProxy: {
        lambda: (functions + states) / proxies,
        logs: logs / proxies,
        metrics: (metrics + alarms) / proxies,
      },
    };
  } finally {
    await fleet.close();
  }
}
