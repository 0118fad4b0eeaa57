import fc from 'fast-check';
import { faultsIn, type Happened, KINDS, type Kind } from '../../chaos/evidence/compare';
import { scheduleOf } from '../../chaos/evidence/schedule';
import type { MonitorMonth } from '../../lambda/census/documents';

const MINUTE = 60_000;
const START = Date.parse('2026-11-22T12:00:00Z');
const TOLERANCE = { every: MINUTE, slack: 5000 };
const at = (minute: number) => new Date(START + minute * MINUTE).toISOString();

type Proxy = MonitorMonth['proxies'][number];
const proxy = (more: Partial<Proxy>): Proxy => ({
  name: 'a',
  proxy: 'a',
  censuses: 9,
  compliant: 9,
  blind: [],
  incidents: [],
  ...more,
});
const stale = (since: number, overAt: number): Proxy['incidents'][number] => {
  const texts = { kind: 'stale-address', severity: 'critical', message: 'x', address: '127.0.0.1' } as const;
  return { id: 'i', ...texts, taskCount: 1, since: at(since), overAt: at(overAt) };
};
const happened = (kind: Kind, begin: number, end: number, more: Partial<Happened> = {}): Happened => {
  return { kind, proxy: 'a', begin: START + begin * MINUTE, end: START + end * MINUTE, ...more };
};
const drift = happened('drift', 1.5, 5.5, { address: '127.0.0.1' });

test('a document that says what happened has no fault', () => {
  const document = {
    proxies: [proxy({ incidents: [stale(2, 6)], blind: [{ from: at(9), until: at(13), why: 'x' }] })],
  };
  expect(faultsIn(document, [drift, happened('down', 9.5, 12.5)], TOLERANCE)).toEqual([]);
});

test.each([
  [
    'a drift without an incident',
    proxy({}),
    [drift],
    ['a: the load balancer moves, and HAProxy does not learn it from 12:01:30 to 12:05:30: no incident stale-address'],
  ],
  [
    'an incident that ends at another time',
    proxy({ incidents: [stale(2, 9)] }),
    [drift],
    [
      'a: the load balancer moves, and HAProxy does not learn it from 12:01:30 to 12:05:30: its incident ends at 12:09:00',
    ],
  ],
  [
    'a blind time that the document lacks',
    proxy({}),
    [happened('down', 1.5, 5.5)],
    ['a: no caller can invoke the controller from 12:01:30 to 12:05:30: 0 blind times of it'],
  ],
  [
    'an incident that did not happen',
    proxy({ incidents: [stale(2, 6)] }),
    [],
    ['a: incident stale-address from 12:02:00 to 12:06:00: nothing happened then'],
  ],
  [
    'a blind time that did not happen',
    proxy({ blind: [{ from: at(1), why: 'x' }] }),
    [],
    ['a: blind (x) from 12:01:00 to the end: nothing happened then'],
  ],
])('%s is a fault', (_, document, truth, faults) => {
  expect(faultsIn({ proxies: [document] }, truth, TOLERANCE)).toEqual(faults);
});

test('for any seed the faults of a proxy do not overlap each other or a fault of the monitor, and all end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.integer({ min: 14, max: 300 }), (seed, cycles) => {
      const planned = scheduleOf(cycles, 6, seed);
      expect(planned.length).toBeGreaterThan(0);
      for (const [i, one] of planned.entries()) {
        expect(one.begin < one.end && one.end + 2 <= cycles).toBe(true);
        expect(Object.keys(KINDS)).toContain(one.kind);
        const others = planned.slice(i + 1).filter((other) => {
          return other.proxy === undefined || one.proxy === undefined || other.proxy === one.proxy;
        });
        // A run and a census in between see that it is over.
        expect(others.every((other) => other.begin > one.end + 1.5)).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});
