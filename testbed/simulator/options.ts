import { InputError } from '../../lib/haproxy/errors';
import { BRANCHES, branchOrder } from '../../lib/haproxy/version/branches';
import { CAPABILITIES } from '../../lib/haproxy/version/capabilities';
import { Random } from './random';

/** How much of the load balancer the checker can read. */
export const COMPLETENESS = ['complete', 'partial', 'unknown'] as const;
/** Whether DNS prefers the addresses of the asking client's zone. */
export const AFFINITIES = ['none', 'partial', 'full'] as const;
/** Where two views differ: only in what they cache, in the addresses of one load balancer, or in the load balancer. */
export const DIFFERENCES = ['caches', 'addresses', 'balancer'] as const;

/** How a node proves that it is of the load balancer. */
export const IDENTITIES = ['none', 'certificate', 'response'] as const;
/** Which nodes come first. */
export const LOCALITIES = ['none', 'zone'] as const;

/** An option that is `yes` when its flag has no value. */
export const YES_NO = ['yes', 'no'] as const;

/** A number of the command line. */
interface NumberOption {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly whole: boolean;
  readonly about: string;
}

/** A word of the command line. */
interface WordOption {
  readonly words: readonly string[];
  /** @default - the seed decides, or another option */
  readonly default?: string;
  readonly about: string;
}

const whole = (min: number, max: number, value: number, about: string): NumberOption => {
  return { min, max, default: value, whole: true, about };
};
const amount = (min: number, max: number, value: number, about: string): NumberOption => {
  return { min, max, default: value, whole: false, about };
};

/** The options of a simulation that are numbers, with their bounds. Each is a flag of the command line. */
export const NUMBERS = {
  addresses: whole(1, 100, 24, 'addresses of the load balancer'),
  views: whole(1, 3, 2, 'views of DNS; the seed decides which one a task and the checker have'),
  ttl: whole(1, 3600, 60, 'time to live of DNS records, seconds'),
  interval: whole(10, 86_400, 60, 'time between two checks, seconds'),
  hours: amount(0.1, 100_000, 48, 'length, hours'),
  tasks: whole(1, 200, 4, 'HAProxy tasks of each proxy'),
  proxies: whole(1, 10_000, 1, 'proxies, each in a environment of its own'),
  period: whole(1, 300, 10, 'time between two DNS queries of a process, seconds'),
  holdObsolete: whole(0, 3600, 30, '`hold obsolete` of the processes, seconds'),
  slots: whole(1, 100, 16, 'slots of each process (1 on HAProxy 1.6 and 1.7)'),
  jitter: amount(0, 60, 2, 'the most seconds that a check is late'),
  moves: whole(0, 10_000, 0, 'addresses that are replaced by others, in the whole time'),
  scalings: whole(0, 1000, 0, 'times that the load balancer grows and shrinks again'),
  pinned: whole(0, 200, 0, 'tasks that never resolve the name again, from a random time on'),
  silent: whole(0, 200, 0, 'tasks whose resolver sends nothing from a random time on'),
  stuck: whole(0, 200, 0, 'tasks that send queries and keep one address for good, from a random time on'),
  strangers: whole(0, 200, 0, 'pinned tasks whose address is given to somebody else at a random time'),
  foreign: whole(0, 200, 0, 'silent tasks one of whose addresses is given to somebody else; needs --identity'),
  failing: whole(0, 1000, 0, 'times that DNS does not answer the tasks, for 5 to 15 minutes'),
  zonalShift: whole(0, 100, 0, 'times that DNS drops the addresses of a zone for 2 to 6 hours'),
  outage: amount(0, 100_000, 0, 'hours in which the interfaces of the load balancer cannot be read'),
  throttled: amount(0, 100, 0, 'percent of the checks that AWS throttles, so that nothing is checked'),
  missed: amount(0, 100, 0, 'percent of the checks that do not run'),
  unreachable: amount(0, 100, 0, 'percent of the readings of a task that fail'),
  unlisted: amount(0, 100, 0, 'percent of the checks in which ECS leaves out one task'),
  restarts: whole(0, 10_000, 0, 'tasks that are replaced by new ones'),
  deployments: whole(0, 1000, 0, 'times that all tasks are replaced one after the other'),
  pauses: whole(0, 100, 0, 'times that the service is scaled to 0 for 2 to 10 hours'),
  seed: whole(0, 2 ** 31 - 1, 1, 'decides what the other options leave open'),
} as const satisfies Readonly<Record<string, NumberOption>>;

/** The options of a simulation that are words. */
export const WORDS = {
  completeness: {
    words: COMPLETENESS,
    default: 'partial',
    about: 'what the checker knows of the load balancer: its interfaces, DNS alone, or nothing',
  },
  affinity: { words: AFFINITIES, default: 'none', about: 'client routing policy of a Network Load Balancer' },
  difference: {
    words: DIFFERENCES,
    about: 'where two views differ (without it the seed decides; with affinity: by zone)',
  },
  branch: {
    words: BRANCHES.map(({ branch }) => branch),
    about: 'branch of HAProxy (without it the seed decides, 2.2 or later)',
  },
  ownView: { words: YES_NO, about: 'whether each process says its own view (without it: yes from 3.2 on)' },
  zonalNames: {
    words: YES_NO,
    about: "whether the checker asks for the zones' names (without it: with complete)",
  },
  owners: {
    words: YES_NO,
    about: 'whether the account can say whose an address is (without it: with complete)',
  },
  identity: {
    words: IDENTITIES,
    default: 'none',
    about: 'how a node proves on each health check that it is of the load balancer',
  },
  locality: {
    words: LOCALITIES,
    default: 'none',
    about: 'whether a task prefers the nodes in its zone (2.2 and later)',
  },
  checks: {
    words: YES_NO,
    about: 'whether HAProxy checks the health of addresses (without it the seed decides)',
  },
} as const satisfies Readonly<Record<string, WordOption>>;

/** The options of a simulation. What they leave open is undefined. */
export type SimulationOptions = { readonly [K in keyof typeof NUMBERS]: number } & {
  readonly completeness: (typeof COMPLETENESS)[number];
  readonly affinity: (typeof AFFINITIES)[number];
  readonly difference?: (typeof DIFFERENCES)[number];
  readonly branch?: string;
  readonly ownView?: 'yes' | 'no';
  readonly zonalNames?: 'yes' | 'no';
  readonly owners?: 'yes' | 'no';
  readonly checks?: 'yes' | 'no';
  readonly identity: (typeof IDENTITIES)[number];
  readonly locality: (typeof LOCALITIES)[number];
};

const DEFAULTS = Object.fromEntries(
  Object.entries({ ...NUMBERS, ...WORDS }).map(([name, option]) => [
    name,
    'default' in option ? option.default : undefined,
  ]),
) as Record<keyof SimulationOptions, unknown> as SimulationOptions;

/**
 * The options with their defaults.
 *
 * @throws InputError for values that contradict each other
 */
export function simulationOptions(given: Partial<SimulationOptions>): SimulationOptions {
  const options = { ...DEFAULTS, ...given };
  const { pinned, silent, stuck, strangers, foreign, tasks, completeness, owners, ownView, branch } = options;
  const { identity, locality, checks } = options;
  const faulty = pinned + silent + stuck + strangers + foreign;
  if (faulty > tasks) {
    throw new InputError(
      `${faulty} tasks with a fault (--pinned, --silent, --stuck, --strangers and --foreign together) are more than --tasks ${tasks}: give more tasks or fewer faults`,
    );
  }
  if (owners === 'yes' && completeness === 'unknown') {
    throw new InputError('--owners yes needs a readable account: give --completeness complete or partial');
  }
  if (ownView === 'yes' && branch !== undefined && Number(branch) < Number(OWN_VIEW_SINCE)) {
    throw new InputError(`--own-view needs HAProxy ${OWN_VIEW_SINCE}, and --branch is ${branch}: give a later branch`);
  }
  if (checks === 'no' && (identity !== 'none' || locality !== 'none')) {
    throw new InputError('--identity and --locality need health checks, and --checks is no: leave --checks out');
  }
  if (foreign > 0 && identity === 'none') {
    throw new InputError(
      `--foreign ${foreign} needs a proof that somebody else does not have: give --identity certificate or --identity response`,
    );
  }
  const { since } = CAPABILITIES.luaWeights;
  if (locality !== 'none' && branch !== undefined && branchOrder(branch) < branchOrder(since)) {
    throw new InputError(
      `--locality zone needs HAProxy ${since}, and --branch is ${branch}: give a later branch, or leave --locality out`,
    );
  }
  return options;
}

/** The first branch whose generated configuration says its own view. */
export const OWN_VIEW_SINCE = '3.2';

/** Options of which none is open but for what happens when. */
export type DecidedOptions = SimulationOptions & { readonly branch: string };

/** Branches that the seed chooses from: of each generation of HAProxy's resolver. */
const USUAL_BRANCHES = ['2.2', '2.4', '2.6', '2.8', '3.0', '3.2', '3.4'];

/** The options with a branch: the one given, or one that the seed chooses. */
export function withBranch(options: SimulationOptions): DecidedOptions {
  const able = USUAL_BRANCHES.filter((branch) => options.ownView !== 'yes' || Number(branch) >= Number(OWN_VIEW_SINCE));
  return { ...options, branch: options.branch ?? new Random(options.seed, 'branch').oneOf(able) };
}

/** The flag of an option: `zonalShift` is `--zonal-shift`. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The flags that repeat a simulation: those that differ from the defaults, and the seed. */
export function flagsOf(options: SimulationOptions): string {
  return Object.entries(options)
    .filter(
      ([name, value]) =>
        value !== undefined && (name === 'seed' || value !== DEFAULTS[name as keyof SimulationOptions]),
    )
    .map(([name, value]) => `${flagOf(name)} ${value}`)
    .join(' ');
}
