import { type DemoOutput, runDemo, type Snapshot } from '../../lab/demo';
import { type DemoResult, falseIncidents, figureOf, surprises, tooBusy } from '../../lab/figures';
import type { Scenario } from '../../lab/scenario';
import { CHICK, EGG } from '../../lab/scenario';
import { SCENARIOS, withZoneAndIdentity } from '../../lab/scenarios';
import type { Timeline } from '../../lab/timeline';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { anyBinary, availableBinaries, isDeaf } from '../support/binaries';
import { haproxyChildren } from '../support/processes';

const BINARIES = availableBinaries();
const [MOVE] = SCENARIOS as [Scenario];
/** The oldest and the newest: the other tests do not depend on the branch. */
const ENDS = [BINARIES[0] ?? anyBinary(), BINARIES.at(-1)!];

/** Those that can prefer a zone, the newest first. `npm run test:scenarios` runs every scenario on each of them. */
const ABLE = BINARIES.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights).reverse();

/** A scenario, and the HAProxys that it runs with. */
interface Job {
  readonly key: string;
  readonly scenario: Scenario;
  readonly binaries: readonly HaproxyBinary[];
}

const PLAIN: readonly Job[] = SCENARIOS.map((scenario) => ({
  key: scenario.name,
  scenario,
  binaries: scenario === MOVE ? [...BINARIES].reverse() : ENDS,
}));
/** Every scenario once more with a zone and a proof of identity, each on another binary. */
const BOTH: readonly Job[] = SCENARIOS.map((scenario, i) => ({
  key: `${scenario.name} with both`,
  scenario: withZoneAndIdentity(scenario),
  binaries: [ABLE[i % ABLE.length] ?? anyBinary()],
}));

const NO_OUTPUT: DemoOutput = { note: () => {}, tick: () => {} };

interface Run {
  readonly result: DemoResult;
  readonly notes: string[];
  readonly snapshots: Snapshot[];
}

async function run(scenario: Scenario, binaries: readonly HaproxyBinary[]): Promise<Run> {
  const notes: string[] = [];
  const snapshots: Snapshot[] = [];
  const result = await runDemo(scenario, binaries, {
    note: (_at, text) => notes.push(text),
    tick: (snapshot) => snapshots.push({ ...snapshot, timelines: [...snapshot.timelines] }),
  });
  return { result, notes, snapshots };
}

/** What is not as it should be, one line each. */
function problemsOf(result: DemoResult): string[] {
  const problems = [...surprises(result), ...falseIncidents(result)];
  return problems.length === 0 ? [] : [...problems, tooBusy(result) ?? []].flat();
}

/** How often a scenario runs once more, by itself, where the machine was too busy to judge it. */
const MORE_RUNS = 2;

const runs = new Map<string, Run>();

beforeAll(async () => {
  const start = async ({ key, scenario, binaries }: Job) => {
    runs.set(key, await run(scenario, binaries));
  };
  // They mostly wait, so they run at the same time.
  await Promise.all(PLAIN.map(start));
  await Promise.all(BOTH.map(start));
  for (const job of [...PLAIN, ...BOTH]) {
    const isUnjudged = ({ result } = runs.get(job.key)!) => problemsOf(result).length > 0 && tooBusy(result);
    for (let left = MORE_RUNS; left > 0 && isUnjudged(); left -= 1) {
      await start(job);
    }
  }
}, 600_000);

const answers = ({ requests }: Timeline, from: number, to: number) => [
  ...new Set(requests.filter(({ at }) => at > from && at < to).map(({ answer }) => answer)),
];

test('no process remains', () => {
  expect(haproxyChildren(process.pid)).toEqual([]);
});

test.each([...PLAIN, ...BOTH])(
  '$key: everything is as the scenario expects it, and no incident is false',
  ({ key }) => {
    expect(problemsOf(runs.get(key)!.result)).toEqual([]);
  },
);

test.each(BOTH)('$key: the checker reports strangers alone as foreign', ({ key, scenario }) => {
  const { timelines } = runs.get(key)!.result;
  const incidents = timelines.flatMap(({ kind, incidents }) => (kind === 'generated' ? incidents : []));
  const strangers = incidents.filter(({ kind }) => kind === 'foreign-address').map(({ address }) => address);
  expect(strangers).toEqual(scenario.name === 'stranger' ? ['127.0.0.1'] : []);
});

test.each(SCENARIOS)('$name: its events happen in their order, and each is reported', ({ name, steps }) => {
  const { result, notes } = runs.get(name)!;
  const expected = steps.flatMap(({ note }) => note ?? []);
  expect(result.events.map(({ note }) => note)).toEqual(expected);
  expect(notes.filter((note) => expected.includes(note))).toEqual(expected);
  const times = [0, ...result.events.map(({ at }) => at), result.endedAt];
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

describe.each(BINARIES.filter((binary) => !isDeaf(binary)))('move, HAProxy $version', ({ version }) => {
  const timelinesOf = () => {
    const { result } = runs.get(MOVE.name)!;
    const [movedAt, repairedAt] = result.events.map(({ at }) => at) as [number, number];
    const [pinned, generated] = result.timelines.filter((timeline) => timeline.version === version) as [
      Timeline,
      Timeline,
    ];
    const late = result.lateness;
    const figure = (name: Parameters<typeof figureOf>[0], timeline: Timeline) => figureOf(name, timeline, result);
    return { pinned, generated, movedAt, repairedAt, late, figure };
  };

  test('the pinned one never follows and sends no query, and the checker reports it as silent, then as stale', () => {
    const { pinned, movedAt, repairedAt, figure } = timelinesOf();
    expect(pinned.kind).toBe('pinned');
    expect(answers(pinned, 0, repairedAt)).toEqual([EGG]);
    expect(figure('follows', pinned)).toBe(Number.POSITIVE_INFINITY);
    expect(figure('queries', pinned)).toBe(0);
    // On a busy machine some checks fall between the move and the end of the window.
    const incidents = pinned.incidents.filter(({ kind }) => kind !== 'leaving-address');
    expect(incidents.map(({ kind, address }) => [kind, address])).toEqual([
      ['silent-resolver', undefined],
      ['stale-address', '127.0.0.1'],
    ]);
    const [, stale] = incidents;
    expect(stale!.openedAt).toBeGreaterThan(movedAt);
  });

  test('both incidents close when it is repaired, and it answers from the new address', () => {
    const { pinned, repairedAt } = timelinesOf();
    expect(pinned.repairedAt).toBeGreaterThanOrEqual(repairedAt);
    for (const { resolvedAt } of pinned.incidents) {
      expect(resolvedAt).toBeGreaterThan(repairedAt);
    }
    expect(pinned.requests.at(-1)?.answer).toBe(CHICK);
  });

  test('the generated one follows within its period and two seconds, loses nothing, and has no incident', () => {
    const { generated, movedAt, late, figure } = timelinesOf();
    expect(generated.kind).toBe('generated');
    expect(answers(generated, 0, movedAt)).toEqual([EGG]);
    // The period of the demo is 2 s; HAProxy does not answer for how late the machine was.
    expect(figure('follows', generated)).toBeLessThanOrEqual(2 + 2 + late);
    expect(figure('lost', generated)).toBe(0);
    expect(figure('queries', generated)).toBeGreaterThan(0);
    expect(generated.incidents).toEqual([]);
    expect(generated.requests.at(-1)?.answer).toBe(CHICK);
  });
});

test('each second shows every HAProxy that runs, and what comes next', () => {
  const { snapshots } = runs.get(MOVE.name)!;
  const counts = snapshots.map(({ timelines }) => timelines.length);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(counts.at(-1)).toBe(2 * BINARIES.length);
  // A step that is waited for may come at once.
  const announced = [...new Set(snapshots.flatMap(({ next }) => next?.soon ?? []))];
  expect(announced).toEqual(MOVE.steps.map(({ soon }) => soon).filter((soon) => announced.includes(soon)));
  expect(announced).toEqual(expect.arrayContaining(['the load balancer moves', 'the end']));
});

test('every HAProxy is shown in the order of the versions, whichever was available first', () => {
  const shown = runs.get(MOVE.name)!.result.timelines.map(({ version, kind }) => `${version} ${kind}`);
  expect(shown).toEqual(BINARIES.flatMap(({ version }) => [`${version} pinned`, `${version} generated`]));
});

describe('what goes wrong', () => {
  /** Two steps of a second each: long enough to record the changes. */
  const SHORT: Scenario = {
    ...MOVE,
    steps: [
      { after: 2, soon: 'it moves', note: 'it moves', label: 'moves', measured: 'from', addresses: [1] },
      { after: 4, soon: 'the end' },
    ],
    expectations: [{ of: 'generated', figure: 'follows', max: 4 }],
  };
  const [binary] = ENDS as [HaproxyBinary];

  test('a HAProxy that does not start is named, with its output, and the others continue', async () => {
    const broken = { ...binary, version: '9.9.9', command: ['/bin/sh', '-c', 'echo "no such library" >&2; exit 127'] };
    const { result, notes } = await run(SHORT, [broken, binary]);
    expect(notes).toContain('HAProxy 9.9.9 (pinned) does not start: no such library');
    expect(notes).toContain('HAProxy 9.9.9 (generated) does not start: no such library');
    expect(result.timelines.map(({ version }) => version)).toEqual([binary.version, binary.version]);
    expect(haproxyChildren(process.pid)).toEqual([]);
  }, 60_000);

  test('no HAProxy starts: one line', async () => {
    const broken = { ...binary, version: '9.9.9', command: ['/bin/sh', '-c', 'echo "no such library" >&2; exit 127'] };
    await expect(runDemo(SHORT, [broken], NO_OUTPUT)).rejects.toThrow(
      new Error('no HAProxy is available: HAProxy 9.9.9 (generated) does not start: no such library'),
    );
  });

  test('no binary at all: one line with what to do', async () => {
    await expect(runDemo(SHORT, [], NO_OUTPUT)).rejects.toThrow(
      new Error('no HAProxy is available: give one with HAPROXY_BINARIES=/path/to/haproxy'),
    );
  });

  test('a HAProxy that crashes is reported and shown, and the others continue', async () => {
    const running: number[] = [];
    const notes: string[] = [];
    const result = await runDemo(SHORT, [binary], {
      note: (_at, text) => notes.push(text),
      tick: ({ timelines }) => {
        if (running.length === 0 && timelines.length === 2) {
          const children = haproxyChildren(process.pid);
          running.push(...children);
          // The second that was started: the generated one.
          process.kill(children.at(-1)!, 'SIGSEGV');
        }
      },
    });
    expect(running).toHaveLength(2);
    const line = `HAProxy ${binary.version} (generated) has ended by itself: killed by SIGSEGV`;
    expect(notes).toContain(line);
    expect(surprises(result)).toEqual([
      line,
      expect.stringContaining('first new answer never, expected at most 4.0 s'),
    ]);
    const [pinned, generated] = result.timelines as [Timeline, Timeline];
    expect(generated.crash?.why).toBe(line);
    expect(generated.requests.at(-1)).not.toHaveProperty('answer', CHICK);
    expect(pinned.crash).toBeUndefined();
    expect(pinned.requests.at(-1)?.answer).toBe(EGG);
    expect(haproxyChildren(process.pid)).toEqual([]);
  }, 60_000);
});
