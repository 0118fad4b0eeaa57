/**
 * Runs the bundled controller and probe over fleets of several sizes, with the rates of AWS in front, and prints what
 * they did: `npx tsx benchmark/scale.ts`, after `npm run bundle`. Names of scenarios as arguments run only these.
 */
import { usableBinaries } from '../testbed/binaries/usable';
import { type FleetRun, LargeFleet, type LargeFleetSettings } from '../testbed/large-fleet';

/** What is done with a fleet. */
interface Scenario extends LargeFleetSettings {
  /** Runs without an incident. */
  readonly steadyRuns: number;
  /** Runs while every process holds a wrong address. @default 0 */
  readonly driftRuns?: number;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'drift-100': { proxies: 100, steadyRuns: 2, driftRuns: 3 },
  'drift-300': { proxies: 300, steadyRuns: 2, driftRuns: 3 },
  'drift-1000': { proxies: 1000, steadyRuns: 2, driftRuns: 3 },
  // What a proxy gets unless a cluster is given.
  'cluster-each-100': { proxies: 100, clusters: 100, steadyRuns: 3 },
  'cluster-each-300': { proxies: 300, clusters: 300, steadyRuns: 3 },
  'cluster-each-1000': { proxies: 1000, clusters: 1000, steadyRuns: 3 },
  'endpoints-10': { proxies: 1, tasksEach: 10, steadyRuns: 3 },
  'endpoints-100': { proxies: 1, tasksEach: 100, steadyRuns: 3 },
  'endpoints-1000': { proxies: 10, tasksEach: 100, steadyRuns: 3 },
  'endpoints-10000': { proxies: 100, tasksEach: 100, steadyRuns: 3 },
};

async function main(names: readonly string[]): Promise<void> {
  const { binaries } = await usableBinaries();
  const binary = binaries.at(-1);
  if (binary === undefined) {
    throw new Error('no HAProxy binary is there to record answers of');
  }
  const chosen = names.length > 0 ? names : Object.keys(SCENARIOS);
  const unknown = chosen.find((name) => !(name in SCENARIOS));
  if (unknown !== undefined) {
    throw new Error(`there is no scenario '${unknown}'; there are ${Object.keys(SCENARIOS).join(', ')}`);
  }
  console.log('scenario'.padEnd(20), HEADER);
  for (const name of chosen) {
    const { steadyRuns, driftRuns = 0, ...settings } = SCENARIOS[name]!;
    const fleet = await LargeFleet.start(binary, settings);
    try {
      for (let run = 1; run <= steadyRuns; run += 1) {
        console.log(name.padEnd(20), rowOf(fleet, `steady ${run}`, await fleet.run()));
      }
      fleet.drift();
      for (let run = 1; run <= driftRuns; run += 1) {
        console.log(name.padEnd(20), rowOf(fleet, `drift ${run}`, await fleet.run()));
      }
    } finally {
      await fleet.close();
    }
  }
}

const COLUMNS = [
  'run',
  'seconds',
  'MB',
  'probe MB',
  'AWS calls',
  'throttled',
  'unchecked',
  'critical',
  'states',
  'events',
];
const HEADER = COLUMNS.map((name) => name.padStart(9)).join(' ');

function rowOf(fleet: LargeFleet, run: string, { durationMs, maxRssMb, throttled, summary }: FleetRun): string {
  const calls = fleet.aws.calls.length;
  // They would be most of the memory of this process.
  fleet.aws.calls.length = 0;
  fleet.aws.requests.length = 0;
  const cells = [
    run,
    (durationMs / 1000).toFixed(1),
    maxRssMb.toFixed(0),
    Math.max(0, ...fleet.probe.invocations.map((one) => one.maxRssMb)).toFixed(0),
    calls,
    throttled,
    summary.uncheckedProxies,
    summary.criticalIncidents,
    fleet.states.length,
    fleet.account.bus.events.length,
  ];
  return cells.map((cell) => String(cell).padStart(9)).join(' ');
}

main(process.argv.slice(2)).catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
