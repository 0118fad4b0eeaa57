import type { HaproxyBinary } from '../testbed/binaries';
import { type FleetRun, LargeFleet, type LargeFleetSettings } from '../testbed/large-fleet';
import type { Comparison } from './handler';

/** What is done with a fleet. */
interface Scenario extends LargeFleetSettings {
  /** Runs without an incident. */
  readonly steadyRuns: number;
  /** Runs while every process holds a wrong address. @default 0 */
  readonly driftRuns?: number;
}

/** What is done with fleets of several sizes, by name. */
export const SCENARIOS = {
  'drift-100': { proxies: 100, steadyRuns: 2, driftRuns: 3 },
  'drift-300': { proxies: 300, steadyRuns: 2, driftRuns: 3 },
  'drift-1000': { proxies: 1000, steadyRuns: 2, driftRuns: 3 },
  // What a proxy gets unless a cluster is given.
  'cluster-each-100': { proxies: 100, clusters: 100, steadyRuns: 3 },
  'cluster-each-300': { proxies: 300, clusters: 300, steadyRuns: 3, driftRuns: 3 },
  'cluster-each-1000': { proxies: 1000, clusters: 1000, steadyRuns: 7, driftRuns: 3 },
  'endpoints-10': { proxies: 1, tasksEach: 10, steadyRuns: 3 },
  'endpoints-100': { proxies: 1, tasksEach: 100, steadyRuns: 3 },
  'endpoints-1000': { proxies: 10, tasksEach: 100, steadyRuns: 3 },
  'endpoints-10000': { proxies: 100, tasksEach: 100, steadyRuns: 3 },
} as const satisfies Readonly<Record<string, Scenario>>;

/** A key of `SCENARIOS`. */
export type ScenarioName = keyof typeof SCENARIOS;

/** One run of the controller over a fleet. */
export interface ScenarioRun {
  /** Such as `steady 1`. */
  readonly name: string;
  readonly fleet: LargeFleet;
  readonly run: FleetRun;
  /** Calls of AWS in this run. */
  readonly calls: number;
  /** The most memory of a probe until now. */
  readonly probeMb: number;
}

/** Plays a scenario: the runs one by one, a minute apart. */
export async function* play(binary: HaproxyBinary, scenario: Scenario): AsyncGenerator<ScenarioRun> {
  const { steadyRuns, driftRuns = 0, ...settings } = scenario;
  const fleet = await LargeFleet.start(binary, settings);
  const next = async (name: string): Promise<ScenarioRun> => {
    // Those of the runs before would be most of the memory of this process.
    fleet.aws.calls.length = 0;
    fleet.aws.requests.length = 0;
    const run = await fleet.run();
    const probeMb = Math.max(0, ...fleet.probe.invocations.map(({ maxRssMb }) => maxRssMb));
    return { name, fleet, run, calls: fleet.aws.calls.length, probeMb };
  };
  try {
    for (let run = 1; run <= steadyRuns; run += 1) {
      yield await next(`steady ${run}`);
    }
    fleet.drift();
    for (let run = 1; run <= driftRuns; run += 1) {
      yield await next(`drift ${run}`);
    }
  } finally {
    await fleet.close();
  }
}

/** Fleets that differ in the number of their endpoints only, the smallest first. */
const GROWTH = ['endpoints-10', 'endpoints-100', 'endpoints-1000', 'endpoints-10000'] as const;

/** What both functions have. */
const LIMITS = { seconds: 55, megabytes: 256 } as const;

const unchecked = ({ run }: ScenarioRun): number => run.summary.uncheckedProxies;

/**
 * The last run over fleets of 10 to 10,000 endpoints that leaves the fewest proxies unchecked, beside the limits of the
 * functions, and the power of the number of endpoints with which the time grows.
 */
export async function measureFleet(
  binary: HaproxyBinary,
  progress: (line: string) => void,
): Promise<{ figures: Comparison[]; exponent: number }> {
  const figures: Comparison[] = [];
  const growth: { endpoints: number; millis: number }[] = [];
  for (const name of GROWTH) {
    progress(`runs over ${name}`);
    const { proxies, tasksEach } = SCENARIOS[name];
    const endpoints = proxies * tasksEach;
    let best: ScenarioRun | undefined;
    for await (const one of play(binary, SCENARIOS[name])) {
      // A busy machine may not finish a run in the time of the function.
      if (best === undefined || unchecked(one) <= unchecked(best)) {
        best = one;
      }
    }
    const { run, probeMb } = best!;
    const left = unchecked(best!);
    const what = `run over ${endpoints.toLocaleString('en-US')} endpoints${left > 0 ? ` (${left} of ${proxies} proxies unchecked)` : ''}`;
    const { seconds, megabytes } = LIMITS;
    growth.push({ endpoints, millis: run.durationMs });
    figures.push(
      { name: `${what}, compared with its time limit`, ours: run.durationMs / 1000, other: seconds, unit: 's' },
      { name: '  memory of the controller, compared with its limit', ours: run.maxRssMb, other: megabytes, unit: 'MB' },
      { name: '  memory of a probe, compared with its limit', ours: probeMb, other: megabytes, unit: 'MB' },
    );
  }
  const [first, last] = [growth[0]!, growth.at(-1)!];
  return { figures, exponent: Math.log(last.millis / first.millis) / Math.log(last.endpoints / first.endpoints) };
}
