import { simulate } from '../../../testbed/simulator/simulate';

/**
 * From 3.2 on the probe asks each process for its own view, and the question makes a pinned process send a query. It must
 * not look like one that follows.
 */
test.each([
  // The own view of a zone with one address is all that the pinned task holds.
  { addresses: 4, ttl: 5, affinity: 'full', pinned: 1, tasks: 3, hours: 8, seed: 47 },
  { addresses: 7, views: 3, completeness: 'complete', zonalShift: 1, pinned: 1, tasks: 6, hours: 8, seed: 73 },
  { addresses: 94, ttl: 20, completeness: 'complete', affinity: 'partial', strangers: 1, tasks: 3, hours: 8, seed: 41 },
] as const)('a pinned task that says its own view is found as soon as one that does not: %j', (environment) => {
  const { incidents, missed, falseCritical, latencyP95Seconds } = simulate({ ...environment, branch: '3.4' });
  expect({ missed, falseCritical }).toEqual({ missed: 0, falseCritical: 0 });
  expect(incidents['silent-resolver']).toEqual({ critical: 1 });
  expect(latencyP95Seconds).toBeLessThanOrEqual(130);
});
