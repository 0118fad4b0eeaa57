import { LargeFleet } from '../../testbed/large-fleet';
import type { BehaviourName } from '../../testbed/runtime-farm';
import { anyBinary } from '../support/binaries';

jest.setTimeout(300_000);

/** So many endpoints are bad at the same time. */
const BAD = 64;
/** Proxies with healthy endpoints besides. */
const HEALTHY = 4;
const MEMORY_MB = 256;

let fleet: LargeFleet;

beforeAll(async () => {
  fleet = await LargeFleet.start(anyBinary(), { proxies: BAD + HEALTHY, controllerMb: MEMORY_MB, probeMb: MEMORY_MB });
  await fleet.run();
});

afterAll(() => fleet?.close());

test.each<BehaviourName>(['huge', 'hugeLines', 'garbage', 'empty', 'cut', 'silent', 'slow'])(
  `${BAD} endpoints that are %s: the run ends within memory, and the others are checked`,
  async (behaviour) => {
    fleet.heal();
    for (let proxy = 0; proxy < BAD; proxy += 1) fleet.farm.set({ behaviour }, ...fleet.tasksOf(proxy));
    const before = fleet.probe.invocations.length;
    // A process that takes more than its memory is killed, and the run fails.
    const { summary, maxRssMb } = await fleet.run();
    expect(summary).toMatchObject({ checkedProxies: HEALTHY, uncheckedProxies: BAD });
    const calls = fleet.probe.invocations.slice(before);
    expect(calls.map(({ functionError }) => functionError)).toEqual(calls.map(() => undefined));
    for (const peak of [maxRssMb, ...calls.map((call) => call.maxRssMb)]) expect(peak).toBeLessThan(MEMORY_MB);
  },
);
