/**
 * Runs every scenario of the demo with a zone and a proof of identity, on each HAProxy that has both: `npm run
 * test:scenarios`. It ends with exit code 1 if something is not as the scenario expects, or an incident is false.
 */
import { runDemo } from '../lab/demo';
import { falseIncidents, surprises } from '../lab/figures';
import { SCENARIOS, withZoneAndIdentity } from '../lab/scenarios';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import { usableBinaries } from '../testbed/binaries/usable';
import { isReadable } from '../testbed/proxy-under-test';

const SILENT = { note: () => {}, tick: () => {} };

async function main(): Promise<void> {
  const { binaries, unavailable } = await usableBinaries();
  for (const { what, reason } of unavailable) {
    console.log(`not available: ${what}: ${reason}`);
  }
  const able = binaries.filter(
    (binary) => HaproxyVersion.of(binary.branch)._capabilities.luaWeights && isReadable(binary),
  );
  console.log(`HAProxy ${able.map(({ version }) => version).join(', ')}`);
  // They mostly wait.
  await Promise.all(
    SCENARIOS.map(async (scenario) => {
      const result = await runDemo(withZoneAndIdentity(scenario), able, SILENT);
      const problems = [...surprises(result), ...falseIncidents(result)];
      if (problems.length > 0) {
        process.exitCode = 1;
      }
      const incidents = result.timelines.reduce((sum, timeline) => sum + timeline.incidents.length, 0);
      console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${scenario.name}: ${incidents} incidents`);
      for (const problem of problems) {
        console.log(`       ${problem}`);
      }
    }),
  );
}

main().catch((error) => {
  console.error(`FAILED ${(error as Error).message}`);
  process.exitCode = 1;
});
