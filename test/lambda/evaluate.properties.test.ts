import fc from 'fast-check';
import { evaluate } from '../../lambda/controller/domain/evaluate';
import type { Observation } from '../../lambda/controller/domain/observation';
import { keyOf } from '../../lambda/controller/domain/verdicts/verdict';
import { VERDICTS } from '../../lib/contract/verdicts';
import { anyObservation, deepFrozen, shuffled } from './arbitrary-observations';

const heldOf = ({ tasks, upstreams: [one] }: Observation) =>
  tasks.flatMap((seen) =>
    'runtime' in seen
      ? seen.runtime.slots
          .filter(({ backend }) => [undefined, backend].includes(one!.upstream.backend))
          .filter(({ out, sessions = 0 }) => out === undefined || (out === 'draining' && sessions > 0))
          .flatMap(({ address }) => address ?? [])
      : [],
  );

test('nothing is stale but a held address outside of the addresses that are known to be live', () => {
  fc.assert(
    fc.property(anyObservation, (seen) => {
      const stale = evaluate(seen).filter(({ kind }) => kind === 'stale-address');
      const { live } = seen.upstreams[0]!;
      const outside = heldOf(seen).filter((address) => !live.includes(address));
      expect(new Set(stale.map(({ address }) => address))).toEqual(new Set(live.length === 0 ? [] : outside));
    }),
  );
});

test('the order of tasks, slots and live addresses does not matter', () => {
  const both = anyObservation.chain((seen) => fc.tuple(fc.constant(seen), shuffled(seen)));
  fc.assert(
    fc.property(both, ([seen, reordered]) => {
      expect(evaluate(reordered)).toEqual(evaluate(seen));
    }),
  );
});

test('evaluating changes nothing: the same observation has the same verdicts again', () => {
  fc.assert(
    fc.property(anyObservation, (seen) => {
      const frozen = deepFrozen(seen);
      expect(evaluate(frozen)).toEqual(evaluate(frozen));
    }),
  );
});

test('every verdict is of the contract, with its severity, and occurs once', () => {
  fc.assert(
    fc.property(anyObservation, (seen) => {
      const verdicts = evaluate(seen);
      for (const { kind, severity, message } of verdicts) {
        expect(VERDICTS[kind]).toBe(severity);
        expect(message).toMatch(/^[^\n]+$/);
      }
      const keys = verdicts.map(keyOf);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});

test('a task that cannot be read is unreachable and has no other verdict', () => {
  fc.assert(
    fc.property(anyObservation, (seen) => {
      for (const { task } of seen.tasks.filter((one) => 'unreachable' in one)) {
        const kinds = evaluate(seen).flatMap((verdict) => (verdict.task === task.id ? verdict.kind : []));
        expect(kinds).toEqual(['unreachable-task']);
      }
    }),
  );
});
