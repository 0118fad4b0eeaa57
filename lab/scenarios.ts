import type { Expectation, Scenario, Step } from './scenario';
import { CHICK, EGG } from './world';

const NEVER = Number.POSITIVE_INFINITY;

/** The lab's period of resolution and the time for which an address stays that is no longer shown, seconds. */
const PERIOD = 2;
const OBSOLETE = 3;
/** What a follower may take beyond its period: the machine is shared. */
const SLACK = 2;

/** Time enough for every process to be called silent. */
const SILENCE = { after: 14, orWhen: 'silence seen' } as const;

/** The checker sees what is wrong, and it can be read for a moment. */
const SEEN: readonly Step[] = [
  { after: 20, orWhen: 'staleness seen', soon: 'the checker calls the pinned ones stale' },
];

const MEND = {
  after: 3,
  soon: 'the pinned ones are mended',
  note: 'the pinned ones are mended: restarted with the generated configuration',
  mark: 'mended',
  mend: true,
} satisfies Step;

/** The incidents close, and the healed state can be seen for a moment. */
const HEALED: readonly Step[] = [
  { after: 15, orWhen: 'calm', soon: 'the incidents close' },
  { after: 3, soon: 'the end' },
];

const UNHARMED: readonly Expectation[] = [{ of: 'generated', figure: 'lost', max: 0 }];
const NOT_CRITICAL: Expectation = { of: 'generated', figure: 'criticals', max: 0 };
const MENDED: Expectation = { of: 'pinned', figure: 'open', max: 0 };

/** What an address needs to leave: not shown at the next query, kept for a while, and taken out at the one after. */
const LEAVES = PERIOD + OBSOLETE + PERIOD + SLACK;

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const move: Scenario = {
  name: 'move',
  title: 'the load balancer moves to another address',
  world: {},
  requestsPerSecond: 5,
  steps: [
    {
      ...SILENCE,
      soon: 'the load balancer moves',
      note: `the load balancer moves: its name now has the address of the ${CHICK}`,
      mark: 'moves',
      measured: 'from',
      addresses: [1],
    },
    ...SEEN,
    MEND,
    ...HEALED,
  ],
  goal: { figure: 'follows', says: 'followed the load balancer' },
  figures: ['follows', 'settles', 'lost', 'queries', 'silent', 'stale', 'open'],
  expectations: [
    ...UNHARMED,
    NOT_CRITICAL,
    { of: 'generated', figure: 'follows', max: PERIOD + SLACK },
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'generated', figure: 'queries', min: 1 },
    { of: 'pinned', figure: 'follows', min: NEVER },
    { of: 'pinned', figure: 'queries', max: 0 },
    { of: 'pinned', figure: 'silent', max: 60 },
    { of: 'pinned', figure: 'stale', max: 20 },
    MENDED,
  ],
  meaning:
    'A pinned HAProxy sends no DNS query and stays on the address that the load balancer has left, without any error of its own. The generated configuration follows within its period, and the checker sees the pinned ones: first silent, then stale, until they are mended.',
};

const scaleOut: Scenario = {
  name: 'scale-out',
  title: 'the load balancer grows from 1 to 12 addresses, of which an answer shows 8',
  world: { nodes: { old: 1, new: 11 }, holdObsoleteMillis: 12_000 },
  requestsPerSecond: 5,
  steps: [
    {
      ...SILENCE,
      soon: 'the load balancer scales out',
      note: 'the load balancer scales out: its name now has 12 addresses, and each answer shows 8 of them',
      mark: 'scales out',
      measured: 'from',
      addresses: range(0, 11),
    },
    { after: 30, orWhen: 'spread', soon: 'every address is in use', note: 'every address is in use', mark: 'spread' },
    MEND,
    { after: 8, soon: 'the end' },
  ],
  goal: { figure: 'spreads', says: 'used all 12 addresses' },
  figures: ['follows', 'spreads', 'held', 'lost', 'queries', 'silent'],
  expectations: [
    ...UNHARMED,
    NOT_CRITICAL,
    { of: 'generated', holdsSeveral: true, figure: 'follows', max: PERIOD + SLACK },
    { of: 'generated', holdsSeveral: true, figure: 'held', min: 12, max: 12 },
    { of: 'pinned', figure: 'follows', min: NEVER },
    { of: 'pinned', figure: 'held', min: 1, max: 1 },
  ],
  meaning:
    'All traffic of a pinned HAProxy goes on to one node of twelve, so that scaling out helps it nothing. The generated configuration finds every node although no answer names more than 8, and keeps those that an answer merely does not show.',
};

/**
 * A slot that gets another address in one step, as after an outage, keeps its open connections there: requests go on over
 * them for as long as the old node answers. By trial: not 3.0 and later; up to 2.3 no connection is kept.
 */
const KEEPS_CONNECTIONS = ['2.4', '2.5', '2.6', '2.7', '2.8', '2.9'];

const dnsOutage: Scenario = {
  name: 'dns-outage',
  title: 'DNS falls silent, and the load balancer moves meanwhile',
  world: {},
  requestsPerSecond: 5,
  steps: [
    { ...SILENCE, soon: 'DNS falls silent', note: 'DNS falls silent', mark: 'DNS silent', dns: 'silent' },
    {
      after: 8,
      soon: 'the load balancer moves',
      note: 'the load balancer moves, and nobody can be told',
      mark: 'moves',
      addresses: [1],
    },
    {
      after: 6,
      soon: 'DNS answers again',
      note: 'DNS answers again',
      mark: 'DNS back',
      measured: 'from',
      dns: 'answers',
    },
    { after: 15, orWhen: 'followed', soon: 'the generated ones follow' },
    MEND,
    ...HEALED,
  ],
  goal: { figure: 'follows', says: 'followed once DNS was back' },
  figures: ['follows', 'lost', 'queries', 'silent', 'open'],
  expectations: [
    ...UNHARMED,
    // A query that was lost in the outage is repeated after a second.
    { of: 'generated', notOf: KEEPS_CONNECTIONS, figure: 'follows', max: PERIOD + 1 + SLACK },
    { of: 'generated', figure: 'open', max: 0 },
    { of: 'pinned', figure: 'follows', min: NEVER },
    MENDED,
  ],
  meaning:
    'While DNS is silent the generated configuration keeps its addresses and loses no request, and it follows as soon as DNS is back: 2.4 to 2.9 with new connections, for they go on using those that the old node keeps open. Only the API of the load balancer tells the checker in the meantime that the address is stale.',
};

const zonalShift: Scenario = {
  name: 'zonal-shift',
  title: 'one of three zones is shifted away, fails, and comes back',
  world: { nodes: { old: 1, new: 2 }, addresses: [0, 1, 2] },
  requestsPerSecond: 10,
  steps: [
    {
      after: 10,
      soon: 'zone A is shifted away',
      note: `zone A (${EGG}) is shifted away: its address leaves DNS, its node still runs`,
      mark: 'A shifted',
      measured: 'from',
      addresses: [1, 2],
      owned: [0, 1, 2],
    },
    { after: 16, orWhen: 'drained', soon: 'zone A fails', note: 'zone A fails', mark: 'A fails', stop: [0] },
    {
      after: 6,
      soon: 'zone A comes back',
      note: 'zone A works again, and the shift ends',
      mark: 'A is back',
      measured: 'until',
      restart: [0],
      addresses: [0, 1, 2],
    },
    { after: 12, orWhen: 'spread', soon: 'zone A takes traffic again' },
    { after: 4, soon: 'the end' },
  ],
  goal: { figure: 'settles', says: 'left the zone before it failed' },
  figures: ['settles', 'held', 'lost', 'queries', 'criticals'],
  expectations: [
    ...UNHARMED,
    NOT_CRITICAL,
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'pinned', figure: 'settles', min: NEVER },
    { of: 'pinned', figure: 'lost', min: 1 },
  ],
  meaning:
    'The generated configuration has left the zone before it fails, loses nothing, and takes it back when the shift ends. A pinned HAProxy stays in it and loses every request until the zone works again.',
};

const scaleIn: Scenario = {
  name: 'scale-in',
  title: 'under load the load balancer shrinks from 4 to 2 addresses',
  world: { nodes: { old: 2, new: 2 }, addresses: [0, 1, 2, 3] },
  requestsPerSecond: 20,
  steps: [
    {
      after: 8,
      soon: 'the load balancer scales in',
      note: `the load balancer scales in: the ${EGG} leave DNS and go on answering`,
      mark: 'scales in',
      measured: 'from',
      addresses: [2, 3],
      owned: [0, 1, 2, 3],
    },
    {
      after: 16,
      orWhen: 'drained',
      soon: `the ${EGG} end`,
      note: `the ${EGG} end: nobody answers at their addresses`,
      mark: 'nodes end',
      addresses: [2, 3],
      stop: [0, 1],
    },
    ...SEEN,
    MEND,
    ...HEALED,
  ],
  goal: { figure: 'settles', says: 'left the nodes before they ended' },
  figures: ['settles', 'lost', 'queries', 'stale', 'open'],
  expectations: [
    ...UNHARMED,
    NOT_CRITICAL,
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'pinned', figure: 'settles', min: NEVER },
    { of: 'pinned', figure: 'lost', min: 1 },
    MENDED,
  ],
  meaning:
    'The generated configuration drains the nodes that leave while they still answer, and loses no request. A pinned HAProxy loses every request from the moment its node ends until it is mended.',
};

/** Every scenario, the default one first. */
export const SCENARIOS: readonly Scenario[] = [move, scaleOut, dnsOutage, zonalShift, scaleIn];
