import { branchOrder } from '../../lib/haproxy/version/branches';
import { CAPABILITIES } from '../../lib/haproxy/version/capabilities';
import type { DriftKind } from './drifts';
import type { SimulationOptions } from './options';
import { Random } from './random';

/** Drifts of a kind that a part must have. */
export const LEAST_DRIFTS = 100;
/** More than that: some are over before they can be found. */
const SIMULATIONS = 140;

/** Some simulations of one purpose. */
interface SweepPart {
  readonly name: string;
  readonly simulations: readonly Partial<SimulationOptions>[];
  /** The drift that it is about, of which there must be {@link LEAST_DRIFTS}. @default - nothing is wrong */
  readonly kind?: DriftKind;
  /** The most seconds of the 95th percentile of its detection. @default - not bounded: the truth is partial */
  readonly latencyP95Seconds?: number;
}

const ADDRESSES = [2, 3, 5, 8, 9, 16, 24, 40, 100];
const VIEWS = [1, 2, 3];
const TTLS = [5, 20, 60, 300];
const AFFINITIES = ['none', 'partial', 'full'] as const;
const COMPLETENESS = ['complete', 'partial', 'unknown'] as const;
const BRANCHES = ['1.6', '1.7', '1.8', '2.2', '2.6', '3.0', '3.2', '3.4'] as const;
/** Seconds between two checks, and how many days are simulated with them: a day of one check a minute takes longest. */
const INTERVALS = [
  { interval: 60, days: 2 },
  { interval: 300, days: 8 },
  { interval: 900, days: 28 },
  { interval: 3600, days: 60 },
];
const TASKS = [1, 2, 4];
const DAY_HOURS = 24;

/** What happens to a service and its checker from day to day. */
function dailyLife(days: number): Partial<SimulationOptions> {
  return {
    moves: 2 * Math.ceil(days),
    scalings: Math.ceil(days / 2),
    restarts: Math.ceil(days),
    deployments: Math.ceil(days / 4),
    pauses: Math.ceil(days / 20),
    throttled: 1,
    missed: 1,
    unreachable: 0.5,
    unlisted: 0.5,
  };
}

/** Every combination of addresses, views and times to live with an interval; the rest by turns and by seed. */
function grid(interval: number, days: number, more: Partial<SimulationOptions>): Partial<SimulationOptions>[] {
  const simulations: Partial<SimulationOptions>[] = [];
  for (const addresses of ADDRESSES) {
    for (const views of VIEWS) {
      for (const ttl of TTLS) {
        const seed = simulations.length + 1;
        const random = new Random(seed, 'sweep', interval);
        simulations.push({
          addresses,
          views,
          ttl,
          interval,
          hours: days * DAY_HOURS,
          tasks: random.oneOf(TASKS),
          affinity: random.oneOf(AFFINITIES),
          completeness: random.oneOf(COMPLETENESS),
          branch: random.oneOf(BRANCHES),
          outage: random.chance(0.5) ? random.whole(1, 6 * Math.ceil(days)) : 0,
          seed,
          ...more,
        });
      }
    }
  }
  return simulations;
}

/** How each kind of drift is brought about, with so many addresses. */
const INJECTED: Readonly<Record<Exclude<DriftKind, 'failing'>, (addresses: number) => Partial<SimulationOptions>>> = {
  pinned: () => ({ pinned: 1 }),
  silent: () => ({ silent: 1 }),
  // Each address is replaced about once: also the one that the task holds.
  move: (addresses) => ({ pinned: 1, moves: addresses }),
  'zonal-shift': () => ({ pinned: 1, zonalShift: 1 }),
  stranger: () => ({ strangers: 1 }),
  // Each task is told of each address, so that it holds the one that somebody else gets.
  foreign: () => ({ foreign: 1, affinity: 'none', difference: 'caches' }),
};

/** The most addresses of a drift, where it needs few: DNS must show a whole zone, or a task hold each address. */
const MOST_ADDRESSES: Readonly<Partial<Record<DriftKind, number>>> = { 'zonal-shift': 7, foreign: 12 };

/**
 * Simulations with drifts of one kind, and a check a minute. Of more than seven addresses DNS does not show which zone
 * it dropped; and on a partial truth the more addresses there are, the longer it takes to know that one is gone.
 */
function drifting(kind: keyof typeof INJECTED, completeness: 'complete' | 'partial'): Partial<SimulationOptions>[] {
  const most = { complete: 100, partial: 24 }[completeness];
  return Array.from({ length: SIMULATIONS }, (_, i) => {
    const random = new Random(i, 'drift', kind);
    const addresses = random.whole(kind === 'zonal-shift' ? 3 : 2, MOST_ADDRESSES[kind] ?? most);
    return {
      addresses,
      views: random.oneOf(VIEWS),
      ttl: random.oneOf([5, 20, 60]),
      branch: random.oneOf(['2.2', '2.6', '3.0', '3.2', '3.4'] as const),
      completeness,
      ...(kind !== 'zonal-shift' && { affinity: random.oneOf(AFFINITIES) }),
      hours: 8,
      tasks: random.whole(1, 4),
      seed: i + 1,
      ...INJECTED[kind](addresses),
    };
  });
}

const KINDS = Object.keys(INJECTED) as (keyof typeof INJECTED)[];

const drifts = (kinds: readonly (keyof typeof INJECTED)[]) =>
  kinds.flatMap((kind): SweepPart[] => [
    { name: `${kind}, complete truth`, simulations: drifting(kind, 'complete'), kind, latencyP95Seconds: 130 },
    { name: `${kind}, partial truth`, simulations: drifting(kind, 'partial'), kind },
  ]);

/** The whole sweep: at least 10,000 days in which nothing is wrong, then drifts of each kind. */
export const SWEEP: readonly SweepPart[] = [
  ...INTERVALS.map(({ interval, days }) => ({
    name: `no change, a check each ${interval} s`,
    simulations: grid(interval, days, {}),
  })),
  ...INTERVALS.map(({ interval, days }) => ({
    name: `changes and failures of AWS, a check each ${interval} s`,
    simulations: grid(interval, days / 4, dailyLife(days / 4)),
  })),
  // Only a proof of identity shows a foreign address.
  ...drifts(KINDS.filter((kind) => kind !== 'foreign')),
];

/** The sweep with tasks that prefer a zone, require a proof of identity, or both: on each branch what it has. */
export function sweepWith({ identity, locality }: Pick<SimulationOptions, 'identity' | 'locality'>): SweepPart[] {
  const parts = identity === 'none' ? SWEEP : [...SWEEP, ...drifts(['foreign'])];
  const { since } = CAPABILITIES.luaWeights;
  return parts.map((part) => ({
    ...part,
    simulations: part.simulations.map((simulation) => ({
      ...simulation,
      identity,
      locality: branchOrder(simulation.branch!) < branchOrder(since) ? 'none' : locality,
    })),
  }));
}

/** Simulated days of a part. */
export function daysOf({ simulations }: SweepPart): number {
  return simulations.reduce((sum, { hours = 0 }) => sum + hours / DAY_HOURS, 0);
}
