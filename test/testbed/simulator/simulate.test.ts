import type { SimulationOptions } from '../../../testbed/simulator/options';
import { addSimulation, emptyTally, resultOf, simulate } from '../../../testbed/simulator/simulate';
import { daysOf, SWEEP } from '../../../testbed/simulator/sweep';

/** Every so many of the simulations of a part, each cut to some hours. */
function sliceOf(name: RegExp, every: number, hours: number) {
  const tally = emptyTally();
  const part = SWEEP.find((one) => name.test(one.name))!;
  for (const [i, simulation] of part.simulations.entries()) {
    if (i % every === 0) {
      addSimulation({ ...simulation, hours: Math.min(hours, simulation.hours!) }, tally);
    }
  }
  return resultOf(tally);
}

test('the sweep has 10,000 days of load balancers that do not change, and 100 drifts of each kind', () => {
  expect(daysOf(SWEEP[0]!)).toBeGreaterThanOrEqual(10_000);
  expect(SWEEP.slice(2).every(({ simulations }) => simulations.length >= 100)).toBe(true);
});

test('a load balancer that does not change causes no critical incident', () => {
  const { checks, falseCritical, findings } = sliceOf(/does not change/, 17, 12);
  expect({ falseCritical, findings }).toEqual({ falseCritical: 0, findings: [] });
  expect(checks).toBeGreaterThan(1000);
});

test('neither does one that changes, with tasks that come and go', () => {
  const { falseCritical, findings } = sliceOf(/it changes/, 17, 24);
  expect({ falseCritical, findings: findings.filter(({ what }) => what.includes('critical')) }).toEqual({
    falseCritical: 0,
    findings: [],
  });
});

test.each(['pinned', 'silent', 'move', 'zonal-shift', 'stranger'])(
  'a drift is found with a complete truth: %s',
  (kind) => {
    const { missed, drifts, falseCritical, latencyP95Seconds } = sliceOf(new RegExp(`^${kind}, complete`), 15, 8);
    expect({ missed, falseCritical }).toEqual({ missed: 0, falseCritical: 0 });
    expect(drifts[kind as 'pinned']!.found).toBeGreaterThanOrEqual(5);
    expect(latencyP95Seconds).toBeLessThanOrEqual(130);
  },
);

test('the same flags give the same result', () => {
  const options: Partial<SimulationOptions> = { hours: 10, pinned: 1, moves: 5, scalings: 1, restarts: 3, seed: 11 };
  expect(simulate(options)).toEqual(simulate(options));
});
