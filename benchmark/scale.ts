/**
 * `npm run scale`: runs the bundled controller and probe over fleets of several sizes, with the rates of AWS in front,
 * and prints what they did. Names of scenarios as arguments run only these.
 */
import { anyUsable } from '../testbed/binaries/usable';
import { play, SCENARIOS, type ScenarioName, type ScenarioRun } from './fleet';

/** The default branch of the constructs. */
const BRANCH = '3.2';

const isScenario = (name: string): name is ScenarioName => Object.hasOwn(SCENARIOS, name);

async function main(names: readonly string[]): Promise<void> {
  const all = Object.keys(SCENARIOS);
  const unknown = names.find((name) => !isScenario(name));
  if (unknown !== undefined) {
    throw new Error(`there is no scenario '${unknown}'; there are ${all.join(', ')}`);
  }
  const binary = await anyUsable(BRANCH);
  const row = (cells: readonly unknown[]) => cells.map((cell) => String(cell).padStart(9)).join(' ');
  console.log('scenario'.padEnd(20), row(Object.keys(COLUMNS)));
  for (const name of (names.length > 0 ? names : all).filter(isScenario)) {
    for await (const one of play(binary, SCENARIOS[name])) {
      console.log(name.padEnd(20), row(Object.values(COLUMNS).map((cellOf) => cellOf(one))));
    }
  }
}

const COLUMNS: Readonly<Record<string, (run: ScenarioRun) => string | number>> = {
  run: ({ name }) => name,
  seconds: ({ run }) => (run.durationMs / 1000).toFixed(1),
  MB: ({ run }) => run.maxRssMb.toFixed(0),
  'probe MB': ({ probeMb }) => probeMb.toFixed(0),
  'AWS calls': ({ calls }) => calls,
  throttled: ({ run }) => run.throttled,
  unchecked: ({ run }) => run.summary.uncheckedProxies,
  critical: ({ run }) => run.summary.criticalIncidents,
  states: ({ fleet }) => fleet.states.length,
  events: ({ fleet }) => fleet.account.bus.events.length,
};

main(process.argv.slice(2)).catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
