import { classify, type Notice } from '../../../testbed/simulator/classification';
import { driftsOf } from '../../../testbed/simulator/drifts';
import { Environment } from '../../../testbed/simulator/environment';
import { type SimulationOptions, simulationOptions } from '../../../testbed/simulator/options';

const ALL_REACHABLE = { unreachable: new Set<string>() };
const HOUR = 3600;

const environmentOf = (options: Partial<SimulationOptions>) =>
  new Environment(simulationOptions({ views: 1, branch: '3.0', tasks: 1, hours: 48, checks: 'no', ...options }));

/** An incident that opens at a time, critical and about the only task that runs then. */
function notice(environment: Environment, at: number, more: Partial<Notice>): Notice {
  const tasks = environment.service.runningAt(at).map(({ id }) => id);
  return { id: 'incident', kind: 'stale-address', severity: 'critical', tasks, since: at - 60, at, ...more };
}

const classOf = (environment: Environment, at: number, more: Partial<Notice>) =>
  classify(notice(environment, at, more), environment, ALL_REACHABLE);

describe('a stale address', () => {
  const pinned = { pinned: 1, moves: 4, addresses: 3 };

  test('is right on a pinned task once its interface is deleted', () => {
    const environment = environmentOf(pinned);
    const { address, at } = environment.service.tasks.find(({ fault }) => fault !== undefined)!.fault!;
    const { dns, interfaces } = environment.history.lifeOf(address!)!;
    expect(at).toBeLessThan(dns.to);
    expect(classOf(environment, interfaces.to + 1, { address })).toBe('right');
  });

  test('is harmless on a pinned task while DNS names it', () => {
    const environment = environmentOf({ ...pinned, moves: 0 });
    const { address, at } = environment.service.tasks.find(({ fault }) => fault !== undefined)!.fault!;
    expect(classOf(environment, at + HOUR, { address })).toBe('harmless');
  });

  test('is false on a task that follows, also while it still holds what DNS has just dropped', () => {
    const environment = environmentOf({ moves: 1, addresses: 3 });
    const { address, dns } = environment.history.lives.find((life) => Number.isFinite(life.dns.to))!;
    expect(environment.service.runningAt(dns.to + 1)[0]!.heldAt(dns.to + 1)).toContain(address);
    expect(classOf(environment, dns.to + 1, { address })).toBe('false');
  });

  test('is false where the task does not hold it', () => {
    expect(classOf(environmentOf(pinned), 40 * HOUR, { address: '10.0.0.99' })).toBe('false');
  });

  test('is right on a stuck task for the stuck address alone', () => {
    const environment = environmentOf({ stuck: 1, moves: 10, addresses: 3 });
    const end = 47 * HOUR;
    const [task] = environment.service.runningAt(end) as [Environment['service']['tasks'][number]];
    task.heldAt(end);
    const [stuck] = task.keptAddresses;
    const other = task.heldAt(end).find((address) => address !== undefined && address !== stuck);
    expect(classOf(environment, end, { address: stuck })).toBe('right');
    expect(classOf(environment, end, { address: other })).toBe('false');
  });
});

test('a foreign address is right once it has another owner, and false before and for a node', () => {
  const environment = environmentOf({
    foreign: 1,
    addresses: 3,
    identity: 'response',
    checks: 'yes',
    difference: 'caches',
  });
  const { address, interfaces } = environment.history.lives.find(({ nextOwner }) => nextOwner !== undefined)!;
  const of = (at: number, one = address) => classOf(environment, at, { kind: 'foreign-address', address: one });
  expect(of(interfaces.to - 1)).toBe('false');
  expect(of(interfaces.to)).toBe('right');
  const other = environment.service.runningAt(interfaces.to)[0]!.heldAt(interfaces.to);
  expect(of(interfaces.to, other.find((one) => one !== address)!)).toBe('false');
});

test.each([
  ['pinned', { pinned: 1 }, 'right'],
  ['pinned', { silent: 1 }, 'false'],
  ['pinned', {}, 'false'],
  ['silent-resolver', { silent: 1 }, 'right'],
  ['silent-resolver', { pinned: 1 }, 'right'],
  ['silent-resolver', {}, 'false'],
  ['failing-resolver', {}, 'false'],
  ['no-address', {}, 'false'],
  ['no-running-task', {}, 'false'],
  ['unreachable-task', {}, 'false'],
  ['unchecked', {}, 'false'],
  ['version-mismatch', {}, 'false'],
  ['unknown-upstream', {}, 'false'],
] as const)('%s in a environment with %j is %s', (kind, options, classification) => {
  expect(classOf(environmentOf(options), 40 * HOUR, { kind })).toBe(classification);
});

test('no-running-task is right unless the service is scaled to 0', () => {
  const environment = environmentOf({ pauses: 1 });
  const [{ from }] = environment.service.pauses as [Environment['service']['pauses'][number]];
  expect(classOf(environment, from + 100, { kind: 'no-running-task' })).toBe('false');
});

test('failing-resolver is right while DNS does not answer, and no-address once the hold is over', () => {
  const environment = environmentOf({ failing: 1, seed: 4 });
  const [{ from, to }] = environment.failures as [Environment['failures'][number]];
  expect(classOf(environment, from + 60, { kind: 'failing-resolver' })).toBe('right');
  expect(classOf(environment, from + 70, { kind: 'no-address' })).toBe('false');
  expect(to - from).toBeGreaterThan(610);
  expect(classOf(environment, to - 1, { kind: 'no-address' })).toBe('right');
});

test('an address that the task could hold and does not is uncovered only if something is wrong', () => {
  const healthy = environmentOf({ addresses: 3 });
  expect(classOf(healthy, HOUR, { kind: 'uncovered-address', address: '10.0.0.1' })).toBe('false');
  const few = environmentOf({ addresses: 3, slots: 2 });
  const held = few.service.runningAt(HOUR)[0]!.heldAt(HOUR);
  const left = few.history.lives.map(({ address }) => address).find((address) => !held.includes(address));
  expect(classOf(few, HOUR, { kind: 'uncovered-address', address: left })).toBe('right');
});

describe('the drifts of an environment', () => {
  /** After a run: a stuck slot sticks during it. */
  const kinds = (options: Partial<SimulationOptions>) => {
    const environment = environmentOf({ addresses: 5, ...options });
    for (const task of environment.service.tasks) {
      task.heldAt(48 * HOUR);
    }
    return driftsOf(environment).map(({ kind, decidable }) => `${kind}${decidable ? '' : ' undecidable'}`);
  };

  test.each([
    [{}, []],
    [{ moves: 20, scalings: 3, restarts: 5, deployments: 2, pauses: 1 }, []],
    [{ pinned: 1 }, ['pinned']],
    [{ silent: 1 }, ['silent']],
    [{ pinned: 1, moves: 30 }, ['pinned', 'move']],
    [{ strangers: 1 }, ['pinned', 'stranger']],
    [{ foreign: 1, identity: 'certificate', checks: 'yes', difference: 'caches' }, ['silent', 'foreign']],
    [{ stuck: 1, moves: 30 }, ['move']],
    [{ pinned: 1, zonalShift: 1 }, ['pinned', 'zonal-shift']],
    [{ stuck: 1, zonalShift: 1 }, ['zonal-shift undecidable']],
    [{ failing: 1 }, ['failing']],
    [{ pinned: 1, moves: 30, completeness: 'unknown' }, ['pinned undecidable', 'move undecidable']],
  ] as const)('of %j are %j', (options, expected) => {
    expect(kinds(options as Partial<SimulationOptions>)).toEqual(expected);
  });

  test('an address that a health check has marked down is none', () => {
    expect(kinds({ silent: 1, moves: 30, checks: 'yes' })).toEqual(['silent']);
    expect(kinds({ silent: 1, moves: 30, checks: 'no' })).toContain('move');
  });
});
