import fc from 'fast-check';
import type { ObservedTask, ObservedUpstream, RawObservation } from '../../lambda/controller/domain/raw-observation';
import type { ObservedRuntime, Slot } from '../../lib/contract/probe';
import { ELB, read, unread, upstream } from './observations';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.10', 'fd00::1'];

/** Names that break careless maps. */
const NAMES = ['dns', 'default', '__proto__', 'constructor', ''];

/** A few addresses of a small pool, so that held and live ones often meet. */
const someAddresses = fc.uniqueArray(fc.constantFrom(...ADDRESSES), { maxLength: 5 });

/** Three of four times. */
const often = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

/** One of six times. */
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const anySlots: fc.Arbitrary<Slot[]> = fc.uniqueArray(
  fc.record({
    backend: fc.constantFrom('upstream', 'upstream', 'other', '__proto__'),
    name: fc.constantFrom('elb1', 'elb2', 'elb3', 'elb10'),
    address: often(fc.constantFrom(...ADDRESSES)),
    fqdn: often(fc.constantFrom(ELB, ELB, 'ELB.test.', 'other.test', '__proto__')),
    checked: fc.boolean(),
    out: rarely(fc.constantFrom('maintenance', 'draining')),
    down: rarely(fc.constant(true as const)),
    weightless: rarely(fc.constant(true as const)),
    perRequest: rarely(fc.constant(true as const)),
    sessions: often(fc.nat(5)),
  }),
  { selector: ({ backend, name }) => `${backend}/${name}`, maxLength: 6 },
);

const anyRuntime: fc.Arbitrary<ObservedRuntime> = fc.record({
  version: fc.constantFrom('1.6.16', '1.7.14', '2.6.12', '3.2.26', '9.9', 'nonsense'),
  uptimeSeconds: fc.oneof(fc.nat(200), fc.nat(100_000)),
  madeFor: often(fc.constantFrom('1.7', '3.2')),
  processes: rarely(fc.integer({ min: 1, max: 3 })),
  resolvers: often(
    fc.uniqueArray(
      fc
        .tuple(fc.constantFrom(...NAMES), fc.nat(9000), fc.nat(9000))
        .map(([section, sent, valid]) => ({ section, sent, valid: Math.min(sent, valid), failures: {} })),
      { selector: ({ section }) => section, maxLength: 3 },
    ),
  ),
  slots: anySlots,
  views: often(fc.record({ [ELB]: someAddresses })),
});

const anyTask: fc.Arbitrary<ObservedTask> = fc
  .tuple(fc.constantFrom('task-1', 'task-2', '__proto__'), fc.option(anyRuntime, { freq: 4 }), fc.boolean())
  .map(([id, runtime, late]): ObservedTask => {
    if (runtime !== null) {
      return read(id, runtime);
    }
    return late ? { task: { id }, unchecked: true } : unread(id);
  });

/** Up to three tasks, read or not. */
const anyTasks = fc.uniqueArray(anyTask, { selector: ({ task }) => task.id });

const anyUpstream: fc.Arbitrary<ObservedUpstream> = fc
  .record({
    addresses: someAddresses,
    largestAnswer: fc.constantFrom(0, 3, 8),
    ttlSeconds: often(fc.nat(300)),
    silent: fc.boolean(),
    owned: fc.oneof(fc.constant([]), someAddresses),
    interfaces: often(someAddresses),
    balancer: rarely(fc.constantFrom('unusable', 'unread')),
    routing: often(fc.constantFrom('any', 'zonal')),
    zonesAsked: fc.boolean(),
  })
  .map(({ addresses, largestAnswer, ttlSeconds, silent, balancer, ...more }) =>
    upstream(addresses, {
      ...more,
      dns: {
        largestAnswer,
        ttlSeconds,
        unanswered: silent && addresses.length === 0 ? ['A', 'AAAA'] : [],
        ...(addresses.length === 0 && !silent && { problem: 'ENOTFOUND' }),
      },
      balancer,
      readable: more.interfaces !== undefined,
      problems: balancer === 'unusable' ? ['it is gone'] : [],
    }),
  );

/** Anything that one check may see of a proxy with one upstream. */
export const anyRaw: fc.Arbitrary<RawObservation> = fc
  .record({
    upstream: anyUpstream,
    tasks: anyTasks,
    deploying: fc.boolean(),
    desiredCount: often(fc.nat(2)),
    owners: rarely(fc.record({ '10.0.0.10': fc.constant('an interface of RDS orders') })),
  })
  .map(({ upstream: one, ...more }) => ({ upstreams: [one], ...more }));

/** The same things in any order. */
const reordered = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

/** The same observation, everything that is a list in another order. */
export function shuffled({ upstreams: [one], tasks, ...more }: RawObservation): fc.Arbitrary<RawObservation> {
  const { dns, owned, interfaces, ...rest } = one!;
  const each = tasks.map((task) =>
    'runtime' in task
      ? reordered(task.runtime.slots).map((slots): ObservedTask => ({ ...task, runtime: { ...task.runtime, slots } }))
      : fc.constant(task),
  );
  return fc
    .record({
      addresses: reordered(dns.addresses),
      owned: reordered(owned),
      interfaces: interfaces === undefined ? fc.constant(undefined) : reordered(interfaces),
      tasks: fc.tuple(...each).chain(reordered),
    })
    .map(({ addresses, tasks: inAnyOrder, ...lists }) => ({
      upstreams: [{ ...rest, ...lists, dns: { ...dns, addresses } }],
      tasks: inAnyOrder,
      ...more,
    }));
}

/** Deeply frozen: a change throws. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}
