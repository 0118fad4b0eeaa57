import fc from 'fast-check';
import type { Observation, ObservedRuntime, ObservedTask } from '../../lambda/controller/domain/observation';
import type { Slot } from '../../lib/contract/probe';
import { observation, read, recordOf, resolvers, unread } from './observations';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.10'];

/** A few addresses of a small pool, so that held and live ones often meet. */
export const someAddresses = fc.uniqueArray(fc.constantFrom(...ADDRESSES), { maxLength: 5 });

const anySlots: fc.Arbitrary<Slot[]> = fc.uniqueArray(
  fc.record({
    backend: fc.constantFrom('upstream', 'upstream', 'other'),
    name: fc.constantFrom('elb1', 'elb2', 'elb3', 'elb10'),
    address: fc.option(fc.constantFrom(...ADDRESSES), { nil: undefined }),
    checked: fc.boolean(),
    out: fc.option(fc.constantFrom('maintenance', 'draining'), { nil: undefined, freq: 9 }),
    sessions: fc.option(fc.nat(5), { nil: undefined }),
  }),
  { selector: ({ backend, name }) => `${backend}/${name}`, maxLength: 6 },
);

const anyRuntime: fc.Arbitrary<ObservedRuntime> = fc.record({
  version: fc.constantFrom('1.7.14', '2.6.12', '3.2.26'),
  uptimeSeconds: fc.nat(200),
  resolvers: fc.option(
    fc.tuple(fc.nat(20), fc.nat(20)).map(([sent, valid]) => resolvers(sent, Math.min(sent, valid))),
    { nil: undefined },
  ),
  slots: anySlots,
});

const anyTask: fc.Arbitrary<ObservedTask> = fc
  .tuple(fc.constantFrom('task-1', 'task-2', 'task-3'), fc.option(anyRuntime, { freq: 4 }))
  .map(([id, runtime]) => (runtime === null ? unread(id) : read(id, runtime)));

/** Up to three tasks, read or not. */
export const anyTasks = fc.uniqueArray(anyTask, { selector: ({ task }) => task.id });

/** Any observation of a proxy with up to three tasks. */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .record({
    backend: fc.constantFrom('upstream', undefined),
    haproxyVersion: fc.constantFrom('3.2', '2.6', undefined),
    live: someAddresses,
    problems: fc.uniqueArray(fc.constantFrom('the name does not resolve (ENOTFOUND)', 'load balancer arn:lb is gone')),
    degraded: fc.uniqueArray(fc.constantFrom('DescribeLoadBalancers failed: TimeoutError')),
    tasks: anyTasks,
  })
  .map(({ backend, haproxyVersion, ...seen }) =>
    observation({ record: { ...recordOf(backend), haproxyVersion }, ...seen }),
  );

/** The same things in any order. */
export const reordered = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

/** The same tasks in another order, their slots as well. */
export function shuffledTasks(tasks: readonly ObservedTask[]): fc.Arbitrary<ObservedTask[]> {
  const each = tasks.map((one) =>
    'runtime' in one
      ? reordered(one.runtime.slots).map((slots): ObservedTask => ({ ...one, runtime: { ...one.runtime, slots } }))
      : fc.constant(one),
  );
  return fc.tuple(...each).chain(reordered);
}

/** The same observation with its tasks, their slots and the live addresses in another order. */
export function shuffled(seen: Observation): fc.Arbitrary<Observation> {
  const [upstream] = seen.upstreams;
  return fc
    .record({ live: reordered(upstream!.live), tasks: shuffledTasks(seen.tasks) })
    .map(({ live, tasks }) => ({ ...seen, upstreams: [{ ...upstream!, live }], tasks }));
}

/** Deeply frozen: a change throws. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}
