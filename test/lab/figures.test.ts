import { figureOf, formatFigure, type Progress, reached, surprises } from '../../lab/figures';
import { CHICK, EGG, type FigureName, type Milestone, type Scenario } from '../../lab/scenario';
import { SCENARIOS } from '../../lab/scenarios';
import type { Timeline } from '../../lab/timeline';
import { EVENTS, GENERATED, PINNED, RESULT } from './results';

const NEVER = Number.POSITIVE_INFINITY;

test.each<[FigureName, pinned: number, generated: number]>([
  ['follows', NEVER, 1],
  ['settles', NEVER, 2],
  ['spreads', 1.5, 1.5],
  ['held', 1, 2],
  ['lost', 1, 0],
  ['queries', 0, 5],
  ['silent', NEVER, NEVER],
  ['stale', 2, NEVER],
  ['criticals', 1, 0],
  ['open', 0, 0],
])('%s: what it is of the pinned and of the generated timeline', (name, pinned, generated) => {
  expect([PINNED, GENERATED].map((timeline) => figureOf(name, timeline, RESULT))).toEqual([pinned, generated]);
});

test('what comes after the repair, or after the step that ends the measured time, does not count', () => {
  expect(figureOf('follows', PINNED, { events: [EVENTS[0]!] })).toBe(5);
  const until = { ...EVENTS[1]!, at: 4.8, repair: false, measured: 'until' as const };
  expect(figureOf('follows', GENERATED, { events: [EVENTS[0]!, until] })).toBe(NEVER);
});

test('a lost request is no new answer: a HAProxy that loses everything has not settled', () => {
  const requests = [{ at: 5, answer: CHICK }, { at: 6 }];
  expect(figureOf('settles', { ...GENERATED, requests }, RESULT)).toBe(NEVER);
});

test('seconds have a decimal, counts have none, and what has no end is never', () => {
  expect([formatFigure('follows', 1.25), formatFigure('lost', 12), formatFigure('stale', NEVER)]).toEqual([
    '1.3 s',
    '12',
    'never',
  ]);
});

describe('surprises', () => {
  const scenario = (...expectations: Scenario['expectations']): Scenario => ({ ...RESULT.scenario, expectations });
  const surprisesOf = (...expectations: Scenario['expectations']) =>
    surprises({ ...RESULT, scenario: scenario(...expectations) });

  test('none while every figure is within its bounds', () => {
    expect(
      surprisesOf(
        { of: 'generated', figure: 'follows', min: 1, max: 1 },
        { of: 'pinned', figure: 'follows', min: NEVER },
        { of: 'pinned', figure: 'lost', min: 1, max: 1 },
      ),
    ).toEqual([]);
  });

  test('each figure beyond a bound is a line with the bound', () => {
    expect(
      surprisesOf(
        { of: 'generated', figure: 'follows', max: 0.5 },
        { of: 'generated', figure: 'follows', min: NEVER },
        { of: 'pinned', figure: 'follows', max: 4 },
        { of: 'pinned', figure: 'lost', min: 2 },
      ),
    ).toEqual([
      'HAProxy 2.6.12 (pinned): first new answer never, expected at most 4.0 s',
      'HAProxy 2.6.12 (pinned): lost requests 1, expected at least 2',
      'HAProxy 2.6.12 (generated): first new answer 1.0 s, expected at most 0.5 s',
      'HAProxy 2.6.12 (generated): first new answer 1.0 s, expected never',
    ]);
  });

  test('times have as much more as the machine was late, counts have not', () => {
    const late = { ...RESULT, lateness: 0.6 };
    const follows = scenario({ of: 'generated', figure: 'follows', max: 0.5 });
    const lost = scenario({ of: 'pinned', figure: 'lost', max: 0 });
    expect(surprises({ ...late, scenario: follows })).toEqual([]);
    expect(surprises({ ...late, scenario: lost })).toHaveLength(1);
  });

  test('an expectation of several addresses does not apply to a HAProxy that can hold one', () => {
    const single = { ...GENERATED, holdsSeveral: false };
    const wanted = scenario({ of: 'generated', holdsSeveral: true, figure: 'held', min: 12 });
    expect(surprises({ ...RESULT, scenario: wanted, timelines: [single] })).toEqual([]);
    expect(surprises({ ...RESULT, scenario: wanted, timelines: [GENERATED] })).toHaveLength(1);
  });

  test('a figure of the runtime API is not expected of a release whose runtime API cannot be read', () => {
    const unreadable = { ...PINNED, readable: false };
    const stale = scenario({ of: 'pinned', figure: 'stale', max: 1 });
    const lost = scenario({ of: 'pinned', figure: 'lost', max: 0 });
    expect(surprises({ ...RESULT, scenario: stale })).toHaveLength(1);
    expect(surprises({ ...RESULT, scenario: stale, timelines: [unreadable] })).toEqual([]);
    expect(surprises({ ...RESULT, scenario: lost, timelines: [unreadable] })).toHaveLength(1);
  });

  test('a crash is one', () => {
    const crashed: Timeline = {
      ...GENERATED,
      crash: { at: 3, why: 'HAProxy 2.6.12 (generated) has ended by itself: x' },
    };
    expect(surprises({ ...RESULT, timelines: [crashed] })).toContain(
      'HAProxy 2.6.12 (generated) has ended by itself: x',
    );
  });
});

test.each<[Milestone, Partial<Progress>, boolean]>([
  ['silence seen', {}, false],
  ['silence seen', { timelines: [GENERATED] }, true],
  ['staleness seen', {}, true],
  ['staleness seen', { timelines: [{ ...PINNED, incidents: [] }] }, false],
  ['staleness seen', { timelines: [{ ...PINNED, incidents: [], crash: { at: 1, why: 'x' } }] }, true],
  ['staleness seen', { timelines: [{ ...PINNED, incidents: [], readable: false }] }, true],
  ['stranger seen', {}, false],
  ['stranger seen', { timelines: [PINNED] }, true],
  ['stranger seen', { timelines: [{ ...GENERATED, holdsSeveral: false }] }, true],
  [
    'stranger seen',
    { timelines: [{ ...GENERATED, incidents: [{ ...PINNED.incidents[0]!, kind: 'foreign-address' }] }] },
    true,
  ],
  ['followed', {}, true],
  ['followed', { timelines: [{ ...GENERATED, requests: [{ at: 5, answer: EGG }] }] }, false],
  ['drained', {}, true],
  ['drained', { shown: ['127.0.0.3'] }, false],
  ['spread', {}, true],
  ['spread', { shown: ['127.0.0.2', '127.0.0.3'] }, false],
  ['spread', { shown: ['127.0.0.3'], timelines: [{ ...GENERATED, holdsSeveral: false }] }, true],
  ['calm', {}, true],
  ['calm', { timelines: [{ ...PINNED, incidents: [{ ...PINNED.incidents[0]!, resolvedAt: undefined }] }] }, false],
])('milestone %s %#', (milestone, change, expected) => {
  expect(reached(milestone, { ...RESULT, shown: ['127.0.0.2'], ...change })).toBe(expected);
});

describe.each(SCENARIOS)('scenario $name', ({ steps, testbed, expectations, goal, figures, meaning }) => {
  const nodes = testbed.nodes ?? { old: 1, new: 1 };

  test('measures from one step, speaks of nodes that there are, and repairs at most once', () => {
    expect(steps.filter(({ measured }) => measured === 'from')).toHaveLength(1);
    expect(steps.filter(({ repair }) => repair).length).toBeLessThanOrEqual(1);
    const named = steps.flatMap(({ addresses = [], owned = [], stop = [], restart = [], takenOver = [] }) => [
      ...addresses,
      ...owned,
      ...stop,
      ...restart,
      ...takenOver,
    ]);
    expect(named.filter((node) => node < 0 || node >= nodes.old + nodes.new)).toEqual([]);
  });

  test('expects something of both kinds, shows its goal, and explains it in two sentences', () => {
    expect([...new Set(expectations.map(({ of }) => of))].sort()).toEqual(['generated', 'pinned']);
    expect(figures).toContain(goal.figure);
    expect(meaning.match(/\.( |$)/g)).toHaveLength(2);
  });

  test('ends within 75 s on a machine that waits for every step', () => {
    expect(steps.reduce((sum, { after }) => sum + after, 0)).toBeLessThan(75);
  });
});
