import fc from 'fast-check';
import { liveUpstream, NO_DNS, remember } from '../../lambda/controller/domain/live-addresses';
import type { RecordType } from '../../lambda/controller/domain/observation';
import { deepFrozen } from './arbitrary-observations';
import { RECORD } from './observations';

const WINDOW = 100;

type Step = readonly [at: number, answers: readonly string[], unanswered?: readonly RecordType[]];

/** What is remembered after answers at the given seconds. */
function remembered(...steps: readonly Step[]) {
  return steps.reduce(
    (memory, [at, answers, unanswered]) => remember(deepFrozen(memory), { answers, unanswered }, WINDOW, at * 1000),
    NO_DNS,
  );
}

const addressesAfter = (...steps: readonly Step[]) => remembered(...steps).addresses;

test('the addresses of an answer are live', () => {
  expect(addressesAfter([0, ['10.0.0.2', '10.0.0.1']])).toEqual({ '10.0.0.1': [0], '10.0.0.2': [0] });
});

test('an address that is missing from an answer stays live for the window and not longer', () => {
  const both: Step = [0, ['10.0.0.1', '10.0.0.2']];
  const one = (at: number): Step => [at, ['10.0.0.1']];
  const leaving = { '10.0.0.1': [0], '10.0.0.2': [0, 60_000] };
  expect(addressesAfter(both, one(60))).toEqual(leaving);
  expect(addressesAfter(both, one(60), one(120))).toEqual(leaving);
  expect(addressesAfter(both, one(60), one(159))).toEqual(leaving);
  expect(addressesAfter(both, one(60), one(160))).toEqual({ '10.0.0.1': [0] });
});

test('an address that returns within the window was never gone, one that returns later is new', () => {
  const here = (at: number): Step => [at, ['10.0.0.1']];
  const away = (at: number): Step => [at, []];
  expect(addressesAfter(here(0), away(60), here(120))).toEqual({ '10.0.0.1': [0] });
  expect(addressesAfter(here(0), away(60), here(120), away(180))).toEqual({ '10.0.0.1': [0, 180_000] });
  expect(addressesAfter(here(0), away(60), away(160), here(170))).toEqual({ '10.0.0.1': [170_000] });
});

test('when the name stops resolving, every address leaves after the window', () => {
  const before: Step = [0, ['10.0.0.1', '10.0.0.2']];
  expect(Object.keys(addressesAfter(before, [60, []], [159, []]))).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(addressesAfter(before, [60, []], [159, []], [160, []])).toEqual({});
});

test('without a window only the answer itself counts', () => {
  const memory = { addresses: { '10.0.0.1': [0] }, silent: {} } as const;
  expect(remember(memory, { answers: ['10.0.0.2'] }, 0, 1000).addresses).toEqual({ '10.0.0.2': [1000] });
});

test('the same answer in another order is the same state, so that nothing has to be written', () => {
  const text = (...addresses: string[]) => JSON.stringify(remembered([0, ['10.0.0.3']], [60, addresses]));
  expect(text('10.0.0.2', '10.0.0.1')).toBe(text('10.0.0.1', '10.0.0.2'));
});

describe('while DNS does not answer', () => {
  const ALL = ['10.0.0.1', '10.0.0.2', 'fd00::1'];
  const silence = (at: number): Step => [at, [], ['A', 'AAAA']];
  /** One address has left when the silence begins. */
  const before: Step[] = [
    [0, ALL],
    [50, ['10.0.0.1', 'fd00::1']],
  ];

  test('nothing leaves for the window, not even what was leaving', () => {
    expect(Object.keys(addressesAfter(...before, silence(60), silence(159)))).toEqual(ALL);
  });

  test('and after the window nothing of it is known any more', () => {
    expect(addressesAfter(...before, silence(60), silence(159), silence(160))).toEqual({});
  });

  test('an answer ends the silence: the window continues unchanged', () => {
    const answered: Step = [159, ['10.0.0.1', 'fd00::1']];
    expect(remembered(...before, silence(60), answered)).toEqual({
      addresses: { '10.0.0.1': [0], 'fd00::1': [0] },
      silent: {},
    });
  });

  test('for one family, the other continues', () => {
    const checks = Array.from({ length: 20 }, (_, i): Step => [60 + i * 10, ['10.0.0.1'], ['AAAA']]);
    expect(Object.keys(addressesAfter(...before, ...checks.slice(0, 8)))).toEqual(ALL);
    expect(Object.keys(addressesAfter(...before, ...checks.slice(0, 10)))).toEqual(['10.0.0.1', 'fd00::1']);
    expect(Object.keys(addressesAfter(...before, ...checks))).toEqual(['10.0.0.1']);
  });

  test('the state is the same from the first silent check to the last, so that nothing has to be written', () => {
    expect(remembered(...before, silence(60), silence(110))).toEqual(remembered(...before, silence(60)));
  });
});

describe('what an upstream has', () => {
  const [upstream] = RECORD.upstreams;
  const seen = { answers: ['10.0.0.1'], owned: [], problems: [], degraded: [] };
  const memory = { addresses: { '10.0.0.1': [0], '10.0.0.2': [0, 60_000] }, silent: {} } as const;

  test('includes the addresses of DNS, of the API and of the interfaces', () => {
    const more = { ...seen, owned: ['10.0.0.3'], interfaces: ['10.0.0.1', '10.0.0.4'] };
    expect(liveUpstream(upstream!, more, memory, RECORD, 60_000)).toEqual({
      upstream,
      name: 'upstream',
      alone: true,
      live: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
      leaving: ['10.0.0.3', '10.0.0.4'],
      answers: ['10.0.0.1'],
      settled: ['10.0.0.1'],
      silent: [],
      interfacesKnown: true,
      problems: [],
      degraded: [],
    });
  });

  test('is not leaving while DNS cannot be asked', () => {
    const more = { ...seen, answers: [], unanswered: ['A'] as const, interfaces: ['10.0.0.4'] };
    const silent = { ...memory, silent: { A: 0 } };
    expect(liveUpstream(upstream!, more, silent, RECORD, 60_000).leaving).toEqual([]);
    expect(liveUpstream(upstream!, more, NO_DNS, RECORD, 60_000).leaving).toEqual([]);
  });

  test('has settled after three periods of resolution', () => {
    const settledAt = (now: number) => liveUpstream(upstream!, seen, memory, RECORD, now).settled;
    expect(settledAt(29_999)).toEqual([]);
    expect(settledAt(30_000)).toEqual(['10.0.0.1']);
  });
});

test('a load balancer that shows its addresses 8 at a time, each once a minute, never loses one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 24 }), fc.integer({ min: 3, max: 40 }), (size, checks) => {
      const addresses = Array.from({ length: size }, (_, i) => `10.0.0.${i}`);
      const shown = Array.from({ length: checks }, (_, check) =>
        Array.from({ length: 8 }, (_, i) => addresses[(check * 8 + i) % size]!),
      );
      // Three checks a minute: each address is shown at least once a minute.
      const states = shown.map((_, i) =>
        remembered(...shown.slice(0, i + 1).map((answer, at) => [at * 20, answer] as const)),
      );
      for (const state of states.slice(2)) {
        expect(Object.keys(state.addresses).sort()).toEqual([...addresses].sort());
      }
    }),
    { numRuns: 30 },
  );
});

test('an address is live as long as it was in an answer of the window, for any answers', () => {
  const answers = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 90 }), fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3'])),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(answers, (steps) => {
      const timed = steps.map(
        ([, addresses], i) => [steps.slice(0, i + 1).reduce((sum, [wait]) => sum + wait, 0), addresses] as const,
      );
      const at = timed.at(-1)![0];
      const inWindow = timed.filter(([when]) => at - when < WINDOW).flatMap(([, addresses]) => addresses);
      const live = Object.keys(addressesAfter(...timed));
      expect(live).toEqual(expect.arrayContaining(inWindow));
      // And no address that was in none of the answers.
      expect(timed.flatMap(([, addresses]) => addresses)).toEqual(expect.arrayContaining(live));
    }),
  );
});
