import { LargeFleet } from '../../testbed/large-fleet';
import { anyBinary } from '../support/binaries';

jest.setTimeout(300_000);

/** More clusters than ECS lets the controller list in one of these runs. */
const CLUSTERS = 160;
/** A run lists about half of the services. On a busy machine it lists fewer, and may not reach every process. */
const MOST_FIRST_RUNS = 20;

test('with more clusters than one run can list, each run checks every proxy, and three find a drift', async () => {
  const fleet = await LargeFleet.start(anyBinary(), {
    proxies: CLUSTERS,
    clusters: CLUSTERS,
    controllerMillis: 6000,
  });
  try {
    // The clusters listed by each of the last runs without an unchecked proxy.
    let steady: string[][] = [];
    for (let run = 0; run < MOST_FIRST_RUNS && steady.length < 3; run += 1) {
      fleet.aws.calls.length = 0;
      const { summary } = await fleet.run();
      const lists = fleet.aws.calls.filter(({ operation }) => operation === 'ListTasks');
      const listed = lists.map(({ input }) => (input as { cluster: string }).cluster);
      steady = summary.uncheckedProxies === 0 ? [...steady, listed] : [];
    }
    expect(steady).toHaveLength(3);
    // A run that takes longer on a busy machine has time for more.
    expect(Math.min(...steady.map((listed) => new Set(listed).size))).toBeLessThan(CLUSTERS);
    // Those whose lists are the oldest come first.
    expect(new Set(steady.flat()).size).toBe(CLUSTERS);
    fleet.drift();
    const critical: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const { summary } = await fleet.run();
      critical.push(summary.criticalIncidents);
      expect(summary.uncheckedProxies).toBe(0);
    }
    expect(critical.at(-1)).toBe(CLUSTERS);
    expect(new Set(fleet.states)).toEqual(new Set(fleet.names));
  } finally {
    await fleet.close();
  }
});
