import { LargeFleet } from '../../testbed/large-fleet';
import { anyBinary } from '../support/binaries';

jest.setTimeout(300_000);

/** More clusters than ECS lets the controller list in one of these runs. */
const CLUSTERS = 160;
/** Runs until each service was listed once. More on a busy machine. */
const MOST_FIRST_RUNS = 12;

test('with more clusters than one run can list, every proxy is checked in each run, and drift is found in three', async () => {
  const fleet = await LargeFleet.start(anyBinary(), {
    proxies: CLUSTERS,
    clusters: CLUSTERS,
    controllerMillis: 6000,
  });
  try {
    let unchecked = CLUSTERS;
    for (let run = 0; run < MOST_FIRST_RUNS && unchecked > 0; run += 1) {
      unchecked = (await fleet.run()).summary.uncheckedProxies;
    }
    const listed = new Set<unknown>();
    const steady: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      fleet.aws.calls.length = 0;
      steady.push((await fleet.run()).summary.uncheckedProxies);
      const lists = fleet.aws.calls.filter(({ operation }) => operation === 'ListTasks');
      expect(lists.length).toBeLessThan(CLUSTERS);
      for (const { input } of lists) {
        listed.add((input as { cluster: string }).cluster);
      }
    }
    expect(steady).toEqual([0, 0, 0]);
    // Those whose lists are the oldest come first.
    expect(listed.size).toBe(CLUSTERS);
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
