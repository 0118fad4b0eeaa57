import { CHICK, EGG, type Expectation, FOX, type Scenario, type Step } from './scenario';

const NEVER = Number.POSITIVE_INFINITY;

/** The default period of resolution, and how long an address is kept that DNS no longer shows, seconds. */
const PERIOD = 2;
const OBSOLETE = 3;
/** What a HAProxy that follows may take beyond its period, seconds: the machine is shared. */
const SLACK = 2;

/** Long enough for the checker to report every pinned process as silent. */
const SILENCE = { after: 14, orWhen: 'silence seen' } as const;

/** The checker reports the faults, and the picture shows them for a moment. */
const SEEN: readonly Step[] = [
  { after: 20, orWhen: 'staleness seen', soon: 'the checker reports the pinned ones as stale' },
];

const REPAIR = {
  after: 3,
  soon: 'the pinned ones are repaired',
  note: 'the pinned ones are repaired: restarted with the generated configuration',
  label: 'repaired',
  repair: true,
} satisfies Step;

/** The incidents close, and the picture shows it for a moment. */
const RECOVERED: readonly Step[] = [
  { after: 15, orWhen: 'calm', soon: 'the incidents close' },
  { after: 3, soon: 'the end' },
];

const NO_LOSS: readonly Expectation[] = [{ of: 'generated', figure: 'lost', max: 0 }];
const NOT_CRITICAL: Expectation = { of: 'generated', figure: 'criticals', max: 0 };
const REPAIRED: Expectation = { of: 'pinned', figure: 'open', max: 0 };

/**
 * How long an address takes to leave: DNS no longer shows it at the next query, it is kept, and removed at the query
 * after.
 */
const LEAVES = PERIOD + OBSOLETE + PERIOD + SLACK;

/** Two checks, each after a second at most. */
const OUT = 2;

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const move: Scenario = {
  name: 'move',
  title: 'the load balancer moves to another address',
  testbed: {},
  requestsPerSecond: 5,
  steps: [
    {
      ...SILENCE,
      soon: 'the load balancer moves',
      note: `the load balancer moves: its name now has the address of the ${CHICK}`,
      label: 'moves',
      measured: 'from',
      addresses: [1],
    },
    ...SEEN,
    REPAIR,
    ...RECOVERED,
  ],
  goal: { figure: 'follows', text: 'followed the load balancer' },
  figures: ['follows', 'settles', 'lost', 'queries', 'silent', 'stale', 'open'],
  expectations: [
    ...NO_LOSS,
    NOT_CRITICAL,
    { of: 'generated', figure: 'follows', max: PERIOD + SLACK },
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'generated', figure: 'queries', min: 1 },
    { of: 'pinned', figure: 'follows', min: NEVER },
    { of: 'pinned', figure: 'lost', max: 0 },
    { of: 'pinned', figure: 'queries', max: 0 },
    { of: 'pinned', figure: 'silent', max: 60 },
    { of: 'pinned', figure: 'stale', max: 20 },
    REPAIRED,
  ],
  meaning:
    'A pinned HAProxy sends no DNS query and stays on the address that the load balancer has left, without an error. The generated configuration follows within its period, and the checker reports the pinned ones, first as silent, then as stale, until they are repaired.',
};

const scaleOut: Scenario = {
  name: 'scale-out',
  title: 'the load balancer grows from 1 to 12 addresses, of which an answer shows 8',
  testbed: { nodes: { old: 1, new: 11 }, holdObsoleteMillis: 12_000 },
  requestsPerSecond: 5,
  steps: [
    {
      ...SILENCE,
      soon: 'the load balancer scales out',
      note: 'the load balancer scales out: its name now has 12 addresses, and each answer shows 8 of them',
      label: 'scales out',
      measured: 'from',
      addresses: range(0, 11),
    },
    { after: 30, orWhen: 'spread', soon: 'every address is in use', note: 'every address is in use', label: 'spread' },
    REPAIR,
    { after: 8, soon: 'the end' },
  ],
  goal: { figure: 'spreads', text: 'used all 12 addresses' },
  figures: ['follows', 'spreads', 'held', 'lost', 'queries', 'silent'],
  expectations: [
    ...NO_LOSS,
    NOT_CRITICAL,
    { of: 'generated', holdsSeveral: true, figure: 'follows', max: PERIOD + SLACK },
    { of: 'generated', holdsSeveral: true, figure: 'held', min: 12, max: 12 },
    { of: 'pinned', figure: 'follows', min: NEVER },
    { of: 'pinned', figure: 'held', min: 1, max: 1 },
  ],
  meaning:
    'A pinned HAProxy still sends all traffic to one node of twelve, so scaling out does not help it. The generated configuration finds every node although no answer shows more than 8, and keeps the nodes that one answer does not show.',
};

/**
 * A slot that gets another address in one step, as after an outage, keeps its open connections to the old one: requests
 * use them for as long as the old node answers. Found by trial: 3.0 and later do not, and up to 2.3 keep no connection.
 */
const KEEPS_CONNECTIONS = ['2.4', '2.5', '2.6', '2.7', '2.8', '2.9'];

const dnsOutage: Scenario = {
  name: 'dns-outage',
  title: 'DNS does not answer, and the load balancer moves meanwhile',
  testbed: {},
  requestsPerSecond: 5,
  steps: [
    { ...SILENCE, soon: 'DNS stops answering', note: 'DNS stops answering', label: 'DNS silent', dns: 'silent' },
    {
      after: 8,
      soon: 'the load balancer moves',
      note: 'the load balancer moves while DNS does not answer',
      label: 'moves',
      addresses: [1],
    },
    {
      after: 6,
      soon: 'DNS answers again',
      note: 'DNS answers again',
      label: 'DNS back',
      measured: 'from',
      dns: 'answers',
    },
    { after: 15, orWhen: 'followed', soon: 'the generated ones follow' },
    REPAIR,
    ...RECOVERED,
  ],
  goal: { figure: 'follows', text: 'followed once DNS was back' },
  figures: ['follows', 'lost', 'queries', 'silent', 'open'],
  expectations: [
    ...NO_LOSS,
    // A query that was lost in the outage is repeated after a second.
    { of: 'generated', notOf: KEEPS_CONNECTIONS, figure: 'follows', max: PERIOD + 1 + SLACK },
    { of: 'generated', figure: 'open', max: 0 },
    { of: 'pinned', figure: 'follows', min: NEVER },
    REPAIRED,
  ],
  rightIncidents: ['failing-resolver', 'stale-address'],
  meaning:
    'While DNS does not answer, the generated configuration keeps its addresses and loses no request, and it follows as soon as DNS is back: 2.4 to 2.9 with new connections only, because they keep using the connections that the old node holds open. Until then only the API of the load balancer shows the checker that the address is stale.',
};

const zonalShift: Scenario = {
  name: 'zonal-shift',
  title: 'one of three zones is shifted away, fails, and comes back',
  testbed: { nodes: { old: 1, new: 2 }, addresses: [0, 1, 2] },
  requestsPerSecond: 10,
  steps: [
    {
      after: 10,
      soon: 'zone A is shifted away',
      note: `zone A (${EGG}) is shifted away: its address leaves DNS, its node still runs`,
      label: 'A shifted',
      measured: 'from',
      addresses: [1, 2],
      owned: [0, 1, 2],
    },
    { after: 16, orWhen: 'drained', soon: 'zone A fails', note: 'zone A fails', label: 'A fails', stop: [0] },
    {
      after: 6,
      soon: 'zone A comes back',
      note: 'zone A works again, and the shift ends',
      label: 'A is back',
      measured: 'until',
      restart: [0],
      addresses: [0, 1, 2],
    },
    { after: 12, orWhen: 'spread', soon: 'zone A takes traffic again' },
    { after: 4, soon: 'the end' },
  ],
  goal: { figure: 'settles', text: 'left the zone before it failed' },
  figures: ['settles', 'held', 'lost', 'queries', 'criticals'],
  expectations: [
    ...NO_LOSS,
    NOT_CRITICAL,
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'pinned', figure: 'settles', min: NEVER },
    { of: 'pinned', figure: 'lost', min: 1 },
  ],
  meaning:
    'The generated configuration leaves the zone before it fails, loses nothing, and uses it again when the shift ends. A pinned HAProxy stays in the zone and loses every request until the zone works again.',
};

const scaleIn: Scenario = {
  name: 'scale-in',
  title: 'under load the load balancer shrinks from 4 to 2 addresses',
  testbed: { nodes: { old: 2, new: 2 }, addresses: [0, 1, 2, 3] },
  requestsPerSecond: 20,
  steps: [
    {
      after: 8,
      soon: 'the load balancer scales in',
      note: `the load balancer scales in: the ${EGG} leave DNS and continue to answer`,
      label: 'scales in',
      measured: 'from',
      addresses: [2, 3],
      owned: [0, 1, 2, 3],
    },
    {
      after: 16,
      orWhen: 'drained',
      soon: `the ${EGG} end`,
      note: `the ${EGG} end: their addresses no longer answer`,
      label: 'nodes end',
      addresses: [2, 3],
      stop: [0, 1],
    },
    ...SEEN,
    REPAIR,
    ...RECOVERED,
  ],
  goal: { figure: 'settles', text: 'left the nodes before they ended' },
  figures: ['settles', 'lost', 'queries', 'stale', 'open'],
  expectations: [
    ...NO_LOSS,
    NOT_CRITICAL,
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'pinned', figure: 'settles', min: NEVER },
    { of: 'pinned', figure: 'lost', min: 1 },
    REPAIRED,
  ],
  meaning:
    'The generated configuration drains the nodes that leave while they still answer, and loses no request. A pinned HAProxy loses every request from the end of its node until it is repaired.',
};

/** Branches that cannot prefer a zone: the generated configuration uses all nodes alike. */
const WITHOUT_ZONES = ['1.6', '1.7', '1.8', '1.9', '2.0', '2.1'];

const zoneLoss: Scenario = {
  name: 'zone-loss',
  title: 'requests stay in the zone of the HAProxys, and the zone leaves DNS, comes back and fails',
  testbed: { nodes: { old: 2, new: 4 }, addresses: range(0, 5), zone: [0, 1] },
  requestsPerSecond: 20,
  steps: [
    {
      after: 12,
      soon: 'the zone leaves DNS',
      note: `the zone of the HAProxys (${EGG}) leaves DNS, its nodes still run; those of the two other zones are ${CHICK}`,
      label: 'leaves DNS',
      measured: 'from',
      addresses: range(2, 5),
      owned: range(0, 5),
    },
    { after: 16, orWhen: 'drained', soon: 'the zone is drained' },
    {
      after: 3,
      soon: 'the zone comes back',
      note: 'the zone is in DNS again',
      label: 'in DNS',
      measured: 'until',
      addresses: range(0, 5),
    },
    {
      after: 8,
      soon: 'the zone fails',
      note: 'the nodes of the zone end without notice',
      label: 'fails',
      stop: [0, 1],
    },
    { after: 8, soon: 'the zone works again', note: 'the zone works again', label: 'works', restart: [0, 1] },
    { after: 8, soon: 'the end' },
  ],
  goal: { figure: 'settles', text: 'went to the other zones while theirs was gone' },
  figures: ['kept', 'settles', 'lost', 'queries', 'criticals', 'open'],
  expectations: [
    { of: 'generated', notOf: WITHOUT_ZONES, figure: 'kept', min: 97 },
    { of: 'generated', notOf: WITHOUT_ZONES, figure: 'lost', max: 0 },
    { of: 'generated', figure: 'settles', max: LEAVES },
    { of: 'generated', figure: 'open', max: 0 },
    NOT_CRITICAL,
    { of: 'pinned', figure: 'settles', min: NEVER },
    { of: 'pinned', figure: 'lost', min: 1 },
  ],
  meaning:
    'While its own zone works, the generated configuration (2.2 and later) keeps its requests there; while the zone is gone, the other zones answer, without a lost request. A pinned HAProxy stays at one node, and loses every request while that is gone.',
};

const stranger: Scenario = {
  name: 'stranger',
  title: 'while DNS does not answer, somebody else gets an address of the load balancer',
  testbed: { nodes: { old: 2, new: 0 }, addresses: [0, 1], identity: true },
  requestsPerSecond: 10,
  steps: [
    { ...SILENCE, soon: 'DNS stops answering', note: 'DNS stops answering', label: 'DNS silent', dns: 'silent' },
    {
      after: 4,
      soon: 'somebody else gets an address',
      note: `a ${FOX} gets the address of an ${EGG}, and answers every request`,
      label: `${FOX} answers`,
      measured: 'from',
      addresses: [1],
      takenOver: [0],
    },
    {
      after: 25,
      orWhen: 'stranger seen',
      soon: 'DNS answers again',
      note: 'DNS answers again',
      label: 'DNS back',
      measured: 'until',
      dns: 'answers',
    },
    { after: 10, orWhen: 'staleness seen', soon: 'the checker reports the pinned ones as stale' },
    REPAIR,
    ...RECOVERED,
  ],
  goal: { figure: 'leaves', text: `sent no more requests to the ${FOX}` },
  figures: ['leaves', 'foreign', 'stale', 'lost', 'open'],
  expectations: [
    { of: 'generated', figure: 'leaves', max: OUT + SLACK },
    { of: 'generated', holdsSeveral: true, figure: 'foreign', max: 25 },
    { of: 'generated', holdsSeveral: true, figure: 'criticals', max: 0 },
    { of: 'generated', figure: 'open', max: 0 },
    { of: 'pinned', figure: 'leaves', min: NEVER },
    REPAIRED,
  ],
  rightIncidents: ['failing-resolver', 'foreign-address'],
  meaning: `A pinned HAProxy sends its requests to the ${FOX}, which answers 200 like a node. With a proof of identity (\`identity\`) the health checks notice it: the generated configuration sends nothing to it any more, although DNS does not answer and the address is still in its slot.`,
};

/** Every scenario, the default one first. */
export const SCENARIOS: readonly Scenario[] = [move, scaleOut, dnsOutage, zonalShift, scaleIn, zoneLoss, stranger];

/** The nodes in the zone of the HAProxys, of scenarios that prefer no zone by themselves. */
const ZONES: Readonly<Record<string, readonly number[]>> = {
  // The new nodes, so that requests reach them at once.
  [move.name]: [1],
  [scaleOut.name]: range(1, 11),
  // The nodes that leave, fail or get to somebody else: the other zones must answer.
  [dnsOutage.name]: [0],
  [zonalShift.name]: [0],
  [stranger.name]: [0],
  [scaleIn.name]: [0, 2],
};

/**
 * A scenario whose generated configuration prefers a zone (from 2.2 on) and requires a proof of identity. What happens and
 * what is expected stays the same.
 */
export function withZoneAndIdentity(scenario: Scenario): Scenario {
  const { testbed, name } = scenario;
  return { ...scenario, testbed: { ...testbed, identity: true, zone: testbed.zone ?? ZONES[name]! } };
}
