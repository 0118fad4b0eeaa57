import fc from 'fast-check';
import { remember } from '../../lambda/drift-checker/live';
import { deepFrozen } from './arbitrary-readings';

const WINDOW = 100;

/** What is remembered after answers at the given seconds. */
function after(...answers: readonly (readonly [at: number, addresses: readonly string[]])[]) {
  return answers.reduce<ReturnType<typeof remember>>(
    (dns, [at, addresses]) => remember(deepFrozen(dns), addresses, WINDOW, at * 1000),
    {},
  );
}

test('the addresses of an answer are live', () => {
  expect(after([0, ['10.0.0.2', '10.0.0.1']])).toEqual({ '10.0.0.1': null, '10.0.0.2': null });
});

test('an address that is missing from an answer stays live for the window and not longer', () => {
  const [first, second] = [
    [0, ['10.0.0.1', '10.0.0.2']],
    [60, ['10.0.0.1']],
  ] as const;
  expect(after(first, second)).toEqual({ '10.0.0.1': null, '10.0.0.2': 60_000 });
  expect(after(first, second, [120, ['10.0.0.1']])).toEqual({ '10.0.0.1': null, '10.0.0.2': 60_000 });
  expect(after(first, second, [159, ['10.0.0.1']])).toHaveProperty(['10.0.0.2']);
  expect(after(first, second, [160, ['10.0.0.1']])).toEqual({ '10.0.0.1': null });
});

test('an address that comes back begins anew', () => {
  expect(after([0, ['10.0.0.1']], [60, []], [120, ['10.0.0.1']])).toEqual({ '10.0.0.1': null });
  expect(after([0, ['10.0.0.1']], [60, []], [120, ['10.0.0.1']], [180, []])).toEqual({ '10.0.0.1': 180_000 });
});

test('when the name stops resolving, every address leaves after the window', () => {
  const before = [0, ['10.0.0.1', '10.0.0.2']] as const;
  expect(Object.keys(after(before, [60, []], [159, []]))).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(after(before, [60, []], [159, []], [160, []])).toEqual({});
});

test('without a window only the answer itself counts', () => {
  expect(remember({ '10.0.0.1': null }, ['10.0.0.2'], 0, 1000)).toEqual({ '10.0.0.2': null });
});

test('the same answer in another order is the same state, so that nothing has to be written', () => {
  const text = (...addresses: string[]) => JSON.stringify(after([0, ['10.0.0.3']], [60, addresses]));
  expect(text('10.0.0.2', '10.0.0.1')).toBe(text('10.0.0.1', '10.0.0.2'));
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
        after(...shown.slice(0, i + 1).map((answer, at) => [at * 20, answer] as const)),
      );
      for (const state of states.slice(2)) {
        expect(Object.keys(state).sort()).toEqual([...addresses].sort());
      }
    }),
    { numRuns: 30 },
  );
});

test('an address is live as long as it was in an answer of the window, whatever the answers', () => {
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
      const live = Object.keys(after(...timed));
      expect(live).toEqual(expect.arrayContaining(inWindow));
      // And no address that was in none of the answers.
      expect(timed.flatMap(([, addresses]) => addresses)).toEqual(expect.arrayContaining(live));
    }),
  );
});
