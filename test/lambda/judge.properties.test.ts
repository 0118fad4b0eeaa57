import fc from 'fast-check';
import { judge } from '../../lambda/controller/domain/judge';
import type { Reading } from '../../lambda/controller/domain/observation';
import { keyOf } from '../../lambda/controller/domain/verdicts/verdict';
import { VERDICTS } from '../../lib/contract/verdicts';
import { anyReading, deepFrozen, shuffled } from './arbitrary-readings';

const heldOf = ({ tasks, upstreams: [one] }: Reading) =>
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
    fc.property(anyReading, (seen) => {
      const stale = judge(seen).filter(({ kind }) => kind === 'stale-address');
      const { live } = seen.upstreams[0]!;
      const outside = heldOf(seen).filter((address) => !live.includes(address));
      expect(new Set(stale.map(({ address }) => address))).toEqual(new Set(live.length === 0 ? [] : outside));
    }),
  );
});

test('the order of tasks, slots and live addresses does not matter', () => {
  const both = anyReading.chain((seen) => fc.tuple(fc.constant(seen), shuffled(seen)));
  fc.assert(
    fc.property(both, ([seen, reordered]) => {
      expect(judge(reordered)).toEqual(judge(seen));
    }),
  );
});

test('judging changes nothing: the same reading has the same verdicts again', () => {
  fc.assert(
    fc.property(anyReading, (seen) => {
      const frozen = deepFrozen(seen);
      expect(judge(frozen)).toEqual(judge(frozen));
    }),
  );
});

test('every verdict is of the contract, with its severity, and is told once', () => {
  fc.assert(
    fc.property(anyReading, (seen) => {
      const verdicts = judge(seen);
      for (const { kind, severity, message } of verdicts) {
        expect(VERDICTS[kind]).toBe(severity);
        expect(message).toMatch(/^[^\n]+$/);
      }
      const keys = verdicts.map(keyOf);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});

test('whoever cannot be read is called unreachable and nothing worse', () => {
  fc.assert(
    fc.property(anyReading, (seen) => {
      for (const { task } of seen.tasks.filter((one) => 'unreachable' in one)) {
        const kinds = judge(seen).flatMap((verdict) => (verdict.task === task.id ? verdict.kind : []));
        expect(kinds).toEqual(['unreachable-task']);
      }
    }),
  );
});
