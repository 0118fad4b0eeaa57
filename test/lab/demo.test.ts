import { type DemoOutput, runDemo, type Snapshot } from '../../lab/demo';
import { type DemoResult, figureOf, surprises } from '../../lab/figures';
import type { Scenario } from '../../lab/scenario';
import { CHICK, EGG } from '../../lab/scenario';
import { SCENARIOS } from '../../lab/scenarios';
import type { Timeline } from '../../lab/timeline';
import type { HaproxyBinary } from '../../testbed/binaries';
import { anyBinary, availableBinaries, isDeaf } from '../support/binaries';
import { haproxyChildren } from '../support/processes';

const BINARIES = availableBinaries();
const [MOVE, ...OTHERS] = SCENARIOS as [Scenario, ...Scenario[]];
/** The oldest and the newest: what the others show is the same on all. */
const ENDS = [BINARIES[0] ?? anyBinary(), BINARIES.at(-1)!];

const NOBODY: DemoOutput = { note: () => {}, tick: () => {} };

interface Play {
  readonly result: DemoResult;
  readonly notes: string[];
  readonly views: Snapshot[];
}

async function play(scenario: Scenario, binaries: readonly HaproxyBinary[]): Promise<Play> {
  const notes: string[] = [];
  const views: Snapshot[] = [];
  const result = await runDemo(scenario, binaries, {
    note: (_at, text) => notes.push(text),
    tick: (view) => views.push({ ...view, timelines: [...view.timelines] }),
  });
  return { result, notes, views };
}

/** They mostly wait, so they are played at the same time. */
const plays = new Map<string, Play>();
let runningMeanwhile = 0;

beforeAll(async () => {
  const count = setInterval(() => {
    runningMeanwhile = Math.max(runningMeanwhile, haproxyChildren(process.pid).length);
  }, 1000);
  await Promise.all(
    SCENARIOS.map(async (scenario) => {
      plays.set(scenario.name, await play(scenario, scenario === MOVE ? BINARIES : ENDS));
    }),
  ).finally(() => clearInterval(count));
}, 180_000);

const answers = ({ requests }: Timeline, from: number, to: number) => [
  ...new Set(requests.filter(({ at }) => at > from && at < to).map(({ answer }) => answer)),
];

test('while the scenarios are played two processes run for each binary, and none is left', () => {
  expect(runningMeanwhile).toBe(2 * (BINARIES.length + OTHERS.length * ENDS.length));
  expect(haproxyChildren(process.pid)).toEqual([]);
});

test.each(SCENARIOS)('$name: everything is as the scenario expects it, also on a busy machine', ({ name }) => {
  expect(surprises(plays.get(name)!.result)).toEqual([]);
});

test.each(SCENARIOS)('$name: its events happen in their order, and each is told', ({ name, steps }) => {
  const { result, notes } = plays.get(name)!;
  const told = steps.flatMap(({ note }) => note ?? []);
  expect(result.events.map(({ note }) => note)).toEqual(told);
  expect(notes.filter((note) => told.includes(note))).toEqual(told);
  const times = [0, ...result.events.map(({ at }) => at), result.endedAt];
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

describe.each(BINARIES.filter((binary) => !isDeaf(binary)))('move, HAProxy $version', ({ version }) => {
  const timelinesOf = () => {
    const { result } = plays.get(MOVE.name)!;
    const [movedAt, repairedAt] = result.events.map(({ at }) => at) as [number, number];
    const [pinned, generated] = result.timelines.filter((timeline) => timeline.version === version) as [
      Timeline,
      Timeline,
    ];
    const late = result.lateness;
    const figure = (name: Parameters<typeof figureOf>[0], timeline: Timeline) => figureOf(name, timeline, result);
    return { pinned, generated, movedAt, repairedAt, late, figure };
  };

  test('the pinned one never follows and asks nobody, and the checker sees it silent, then stale', () => {
    const { pinned, movedAt, repairedAt, figure } = timelinesOf();
    expect(pinned.kind).toBe('pinned');
    expect(answers(pinned, 0, repairedAt)).toEqual([EGG]);
    expect(figure('follows', pinned)).toBe(Number.POSITIVE_INFINITY);
    expect(figure('queries', pinned)).toBe(0);
    expect(pinned.incidents.map(({ kind, address }) => [kind, address])).toEqual([
      ['silent-resolver', undefined],
      ['stale-address', '127.0.0.1'],
    ]);
    const [, stale] = pinned.incidents;
    expect(stale!.openedAt).toBeGreaterThan(movedAt);
  });

  test('both incidents close when it is mended, and it answers from the new address', () => {
    const { pinned, repairedAt } = timelinesOf();
    expect(pinned.repairedAt).toBeGreaterThanOrEqual(repairedAt);
    for (const { resolvedAt } of pinned.incidents) {
      expect(resolvedAt).toBeGreaterThan(repairedAt);
    }
    expect(pinned.requests.at(-1)?.answer).toBe(CHICK);
  });

  test('the generated one follows within its period and two seconds, loses nothing, and nobody complains', () => {
    const { generated, movedAt, late, figure } = timelinesOf();
    expect(generated.kind).toBe('generated');
    expect(answers(generated, 0, movedAt)).toEqual([EGG]);
    // The period of the lab is 2 s; what the machine itself was late is no fault of HAProxy.
    expect(figure('follows', generated)).toBeLessThanOrEqual(2 + 2 + late);
    expect(figure('lost', generated)).toBe(0);
    expect(figure('queries', generated)).toBeGreaterThan(0);
    expect(generated.incidents).toEqual([]);
    expect(generated.requests.at(-1)?.answer).toBe(CHICK);
  });
});

test('each second shows every HAProxy that runs, and what comes next', () => {
  const { views } = plays.get(MOVE.name)!;
  const counts = views.map(({ timelines }) => timelines.length);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(counts.at(-1)).toBe(2 * BINARIES.length);
  // A step that is waited for may come at once.
  const announced = [...new Set(views.flatMap(({ next }) => next?.soon ?? []))];
  expect(announced).toEqual(MOVE.steps.map(({ soon }) => soon).filter((soon) => announced.includes(soon)));
  expect(announced).toEqual(expect.arrayContaining(['the load balancer moves', 'the end']));
});

describe('what goes wrong', () => {
  /** Two steps of a second each: long enough to see what happens. */
  const SHORT: Scenario = {
    ...MOVE,
    steps: [
      { after: 2, soon: 'it moves', note: 'it moves', label: 'moves', measured: 'from', addresses: [1] },
      { after: 4, soon: 'the end' },
    ],
    expectations: [{ of: 'generated', figure: 'follows', max: 4 }],
  };
  const [binary] = ENDS as [HaproxyBinary];

  test('a HAProxy that does not start is named, with what it said, and the others go on', async () => {
    const broken = { ...binary, version: '9.9.9', command: ['/bin/sh', '-c', 'echo "no such library" >&2; exit 127'] };
    const { result, notes } = await play(SHORT, [broken, binary]);
    expect(notes).toContain('HAProxy 9.9.9 (pinned) does not start: no such library');
    expect(notes).toContain('HAProxy 9.9.9 (generated) does not start: no such library');
    expect(result.timelines.map(({ version }) => version)).toEqual([binary.version, binary.version]);
    expect(haproxyChildren(process.pid)).toEqual([]);
  }, 60_000);

  test('none that starts: one line', async () => {
    const broken = { ...binary, version: '9.9.9', command: ['/bin/sh', '-c', 'echo "no such library" >&2; exit 127'] };
    await expect(runDemo(SHORT, [broken], NOBODY)).rejects.toThrow(
      new Error('no HAProxy is available: HAProxy 9.9.9 (generated) does not start: no such library'),
    );
  });

  test('no binary at all: one line that says what would help', async () => {
    await expect(runDemo(SHORT, [], NOBODY)).rejects.toThrow(
      new Error('no HAProxy is available: name one with HAPROXY_BINARIES=/path/to/haproxy'),
    );
  });

  test('a HAProxy that crashes is told of and shown, and the others go on', async () => {
    let killed = false;
    const notes: string[] = [];
    const result = await runDemo(SHORT, [binary], {
      note: (_at, text) => notes.push(text),
      tick: ({ timelines }) => {
        if (!killed && timelines.length === 2) {
          killed = true;
          // The second that was started: the generated one.
          process.kill(haproxyChildren(process.pid).at(-1)!, 'SIGSEGV');
        }
      },
    });
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
