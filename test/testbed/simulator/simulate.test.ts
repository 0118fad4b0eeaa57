import type { SimulationOptions } from '../../../testbed/simulator/options';
import { addSimulation, emptyTally, resultOf, simulate } from '../../../testbed/simulator/simulate';
import { daysOf, SWEEP, sweepWith } from '../../../testbed/simulator/sweep';

/** Every so many of the simulations of some parts, each cut to some hours. */
function sliceOf(name: string, every: number, hours: number, sweep = SWEEP) {
  const tally = emptyTally();
  const simulations = sweep.filter((part) => part.name.startsWith(name)).flatMap((part) => part.simulations);
  for (const [i, simulation] of simulations.entries()) {
    if (i % every === 0) {
      addSimulation({ ...simulation, hours: Math.min(hours, simulation.hours!) }, tally);
    }
  }
  return resultOf(tally);
}

test('the sweep has 10,000 days of load balancers that do not change, and 100 drifts of each kind', () => {
  const [unchanged, drifting] = [SWEEP.slice(0, 4), SWEEP.slice(8)];
  expect(unchanged.reduce((sum, part) => sum + daysOf(part), 0)).toBeGreaterThanOrEqual(10_000);
  expect(drifting.every(({ simulations }) => simulations.length >= 100)).toBe(true);
});

test('a load balancer that does not change causes no critical incident', () => {
  const { checks, falseCritical, findings } = sliceOf('no change', 47, 12);
  expect({ falseCritical, findings }).toEqual({ falseCritical: 0, findings: [] });
  expect(checks).toBeGreaterThan(1000);
});

test('a load balancer that changes causes none either, while tasks start and stop', () => {
  const { falseCritical, findings } = sliceOf('changes', 47, 24);
  expect({ falseCritical, findings: findings.filter(({ what }) => what.includes('critical')) }).toEqual({
    falseCritical: 0,
    findings: [],
  });
});

test.each(['pinned', 'silent', 'move', 'zonal-shift', 'stranger'])(
  'a drift is found with a complete truth: %s',
  (kind) => {
    const { missed, drifts, falseCritical } = sliceOf(`${kind}, complete`, 25, 8);
    expect({ missed, falseCritical }).toEqual({ missed: 0, falseCritical: 0 });
    const { found, latencyP95Seconds } = drifts[kind as 'pinned']!;
    expect(found).toBeGreaterThanOrEqual(5);
    expect(latencyP95Seconds).toBeLessThanOrEqual(130);
  },
);

describe('with tasks that prefer a zone and require a proof of identity', () => {
  const sweep = sweepWith({ identity: 'response', locality: 'zone' });

  test.each([
    ['no change', 94, 12],
    ['changes', 94, 24],
  ])('nothing is reported: %s', (name, every, hours) => {
    const { checks, falseCritical, falseWarning, findings } = sliceOf(name, every, hours, sweep);
    expect({ falseCritical, falseWarning, findings }).toEqual({ falseCritical: 0, falseWarning: 0, findings: [] });
    expect(checks).toBeGreaterThan(500);
  });

  test.each([
    ['silent', 140],
    ['zonal-shift', 140],
    ['foreign', 46],
  ] as const)('a drift is found: %s', (kind, every) => {
    const { missed, drifts, falseCritical, falseWarning } = sliceOf(`${kind}, `, every, 8, sweep);
    expect({ missed, falseCritical, falseWarning }).toEqual({ missed: 0, falseCritical: 0, falseWarning: 0 });
    expect(drifts[kind]!.found).toBeGreaterThanOrEqual(1);
  });
});

test('the same flags give the same result', () => {
  const options: Partial<SimulationOptions> = { hours: 10, pinned: 1, moves: 5, scalings: 1, restarts: 3, seed: 11 };
  expect(simulate(options)).toEqual(simulate(options));
});
