import { evaluate } from '../../lambda/controller/domain/evaluate';
import type { Observation } from '../../lambda/controller/domain/observation';
import type { Verdict } from '../../lambda/controller/domain/verdicts/verdict';
import { VERDICTS, type VerdictKind } from '../../lib/contract/verdicts';
import { parseServersState } from '../../lib/haproxy/runtime-api/parse';
import { observation, RECORD, read, recordOf, resolvers, START, slots, unread } from './observations';

const { haproxyVersion: _, ...RECORD_WITHOUT_VERSION } = RECORD;
const RECORD_OF_ALL_BACKENDS = recordOf();

type Expected = Omit<Verdict, 'kind' | 'severity'>;

const FOUND: [kind: VerdictKind, when: string, seen: Observation, expected: Expected][] = [
  [
    'stale-address',
    'a slot holds an address that the load balancer does not have',
    observation({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.9') })] }),
    {
      upstream: 'upstream',
      task: 'task-1',
      address: '10.0.0.9',
      slots: ['upstream/elb2'],
      message: 'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test no longer has',
    },
  ],
  [
    'stale-address',
    'several slots hold it: one verdict that names them all',
    observation({ tasks: [read('task-1', { slots: slots('10.0.0.9', '10.0.0.1', '10.0.0.9') })] }),
    {
      upstream: 'upstream',
      task: 'task-1',
      address: '10.0.0.9',
      slots: ['upstream/elb1', 'upstream/elb3'],
      message: 'task-1 sends to 10.0.0.9 (upstream/elb1, upstream/elb3), which elb.test no longer has',
    },
  ],
  [
    'no-address',
    'no slot has an address',
    observation({ tasks: [read('task-1', { slots: slots(undefined, undefined) })] }),
    {
      upstream: 'upstream',
      task: 'task-1',
      message: "no slot of backend 'upstream' of task-1 has an address: it answers 503",
    },
  ],
  [
    'silent-resolver',
    'a process of 1.8 or later has sent no DNS query for three periods',
    observation({ tasks: [read('task-1', { uptimeSeconds: 30, resolvers: resolvers(0) })] }),
    {
      task: 'task-1',
      message: 'task-1 has sent 0 DNS queries in 30 s: it will not follow the next change',
    },
  ],
  [
    'silent-resolver',
    'a process has sent a few queries after its start and none since',
    observation({ tasks: [read('task-1', { uptimeSeconds: 3600, resolvers: resolvers(35) })] }),
    {
      task: 'task-1',
      message: 'task-1 has sent 35 DNS queries in 3600 s: it will not follow the next change',
    },
  ],
  [
    'silent-resolver',
    'a server line of 1.7 has no health check',
    observation({
      live: ['10.0.0.1'],
      record: { ...RECORD, haproxyVersion: '1.7' },
      tasks: [
        read('task-1', {
          version: '1.7.14',
          resolvers: undefined,
          slots: [{ backend: 'upstream', name: 'elb1', address: '10.0.0.1', checked: false }],
        }),
      ],
    }),
    {
      task: 'task-1',
      slots: ['upstream/elb1'],
      message: 'upstream/elb1 of task-1 has no health check: HAProxy 1.7.14 never looks its name up again',
    },
  ],
  [
    'version-mismatch',
    'another branch runs than the configuration was made for',
    observation({ record: { ...RECORD, haproxyVersion: '2.8.5' } }),
    {
      task: 'task-1',
      message: 'task-1 runs HAProxy 3.2.26, its configuration was made for 2.8',
    },
  ],
  ['no-running-task', 'no task runs', observation({ tasks: [] }), { message: 'orders has no running task' }],
  [
    'unknown-upstream',
    'no address of the load balancer is known; nothing is called stale then',
    observation({ live: [] }),
    { upstream: 'upstream', message: 'elb.test: no address is known' },
  ],
  [
    'unknown-upstream',
    'the load balancer is not active, although its addresses are known',
    observation({ problems: ['load balancer arn:lb is provisioning'] }),
    { upstream: 'upstream', message: 'elb.test: load balancer arn:lb is provisioning' },
  ],
  [
    'unknown-upstream',
    'all problems are in one message',
    observation({ live: [], problems: ['the name does not resolve (ENOTFOUND)', 'load balancer arn:lb is gone'] }),
    {
      upstream: 'upstream',
      message: 'elb.test: the name does not resolve (ENOTFOUND); load balancer arn:lb is gone; no address is known',
    },
  ],
  [
    'unreachable-task',
    'the runtime API does not answer',
    observation({ tasks: [unread('task-1')] }),
    { task: 'task-1', message: 'the runtime API of task-1 does not answer: ECONNREFUSED' },
  ],
  [
    'unreachable-task',
    'the process has other backends only',
    observation({ record: recordOf('other') }),
    { upstream: 'other', task: 'task-1', message: "task-1 has no backend 'other' with a server in it" },
  ],
  [
    'unreachable-task',
    'the process has no backend at all',
    observation({ record: RECORD_OF_ALL_BACKENDS, tasks: [read('task-1', { slots: [] })] }),
    { upstream: 'elb.test', task: 'task-1', message: 'task-1 has no backend with a server in it' },
  ],
  [
    'leaving-address',
    'a held address is on an interface, and DNS no longer names it',
    observation({ leaving: ['10.0.0.2'], answers: ['10.0.0.1'], settled: ['10.0.0.1'] }),
    {
      upstream: 'upstream',
      task: 'task-1',
      address: '10.0.0.2',
      slots: ['upstream/elb2'],
      message:
        'task-1 sends to 10.0.0.2 (upstream/elb2), which DNS no longer names for elb.test, although its interface still exists',
    },
  ],
  [
    'pinned',
    'one slot serves while the load balancer has two addresses',
    observation({ tasks: [read('task-1', { slots: slots('10.0.0.1') })] }),
    {
      upstream: 'upstream',
      task: 'task-1',
      slots: ['upstream/elb1'],
      message: 'task-1 has one slot for elb.test, which has 2 addresses: all traffic goes to 10.0.0.1',
    },
  ],
  [
    'uncovered-address',
    'a slot is free and no slot holds an address that DNS has named for long',
    observation({ tasks: [read('task-1', { slots: slots('10.0.0.1', undefined) })] }),
    {
      upstream: 'upstream',
      task: 'task-1',
      address: '10.0.0.2',
      message: 'task-1 does not use 10.0.0.2 of elb.test, although it has 1 free slot',
    },
  ],
  [
    'failing-resolver',
    'no query was answered with an address',
    observation({ tasks: [read('task-1', { resolvers: resolvers(360, 0, { timeout: 300, truncated: 60 }) })] }),
    {
      task: 'task-1',
      message:
        "task-1 gets no address from DNS: none of 360 queries of resolvers 'dns' got an address (since its start: timeout 300, truncated 60)",
    },
  ],
  [
    'unchecked',
    'the proxy could not be looked at',
    { ...observation({ tasks: [] }), upstreams: [], unchecked: 'the run had no time left' },
    { message: 'orders was not checked: the run had no time left' },
  ],
  [
    'unchecked',
    'the time was over before the turn of a task',
    observation({ tasks: [read('task-1'), { task: { id: 'task-2' }, unchecked: true }] }),
    { message: '1 of 2 tasks of orders were not checked: no time was left' },
  ],
];

test.each(FOUND)('%s: %s', (kind, _when, seen, expected) => {
  expect(evaluate(seen)).toEqual([{ kind, severity: VERDICTS[kind], ...expected }]);
});

test('every verdict of the contract is among the cases above', () => {
  expect([...new Set(FOUND.map(([kind]) => kind))].sort()).toEqual(Object.keys(VERDICTS).sort());
});

describe('a resolver that is compared with an earlier check', () => {
  const seen = observation({ at: START + 300_000, tasks: [read('task-1', { resolvers: resolvers(360, 300) })] });
  const kindsSince = (sent: number, valid: number, task = 'task-1') =>
    evaluate(seen, { at: START, tasks: { [task]: { dns: [sent, valid] } } }).map(({ kind }) => kind);

  test('has stopped, although it has asked often since its start', () => {
    expect(kindsSince(360, 300)).toEqual(['silent-resolver']);
  });

  test('gets no address any more, although it has got many since its start', () => {
    expect(kindsSince(330, 300)).toEqual(['failing-resolver']);
  });

  test.each([
    ['continues', 330, 270, 'task-1'],
    ['was not compared', 360, 300, 'task-2'],
    ['has started to count again', 400, 300, 'task-1'],
  ])('is fine when it %s', (_what, sent, valid, task) => {
    expect(kindsSince(sent, valid, task)).toEqual([]);
  });
});

const OUT: [what: string, out: 'maintenance' | 'draining', sessions: number, kinds: string[]][] = [
  ['takes no traffic', 'maintenance', 3, []],
  ['takes traffic until its last session ends', 'draining', 3, ['stale-address']],
  ['takes no traffic after that', 'draining', 0, []],
];

test.each(OUT)('a slot in the hands of its operator %s (%s, %d sessions)', (_what, out, sessions, kinds) => {
  const [one, two, old] = slots('10.0.0.1', '10.0.0.2', '10.0.0.9');
  const tasks = [read('task-1', { slots: [one!, two!, { ...old!, out, sessions }] })];
  expect(evaluate(observation({ tasks })).map(({ kind }) => kind)).toEqual(kinds);
});

test('slots of mode per-request hold no address, miss none and resolve when they are used', () => {
  const perRequest = { backend: 'upstream', name: 'elb', checked: false, perRequest: true } as const;
  const tasks = [read('task-1', { slots: [perRequest], resolvers: resolvers(0) })];
  expect(evaluate(observation({ tasks }))).toEqual([]);
});

test('while a deployment runs, tasks of the former revision may run, or none', () => {
  const record = { ...RECORD, haproxyVersion: '2.8' };
  expect(evaluate(observation({ record, deploying: true }))).toEqual([]);
  expect(evaluate(observation({ tasks: [], deploying: true }))).toEqual([]);
});

test('what a configuration itself was made for counts, also while a deployment runs', () => {
  const tasks = [read('task-1', { madeFor: '2.8' })];
  expect(evaluate(observation({ tasks, deploying: true }))).toMatchObject([
    {
      kind: 'version-mismatch',
      message: 'task-1 runs HAProxy 3.2.26, its configuration was made for 2.8',
    },
  ]);
});

/** `show servers state` of 1.7.14 and of 3.0.0 for a name that does not resolve: both show 0.0.0.0. */
const UNRESOLVED_1_7 = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id
3 upstream 1 elb1 0.0.0.0 0 32 1 1 2 1 0 0 14 0 0 0
3 upstream 2 elb2 10.0.0.1 2 0 1 1 2 1 0 0 14 0 0 0

`;

const NOT_FOUND: [what: string, seen: Observation][] = [
  ['a healthy task', observation()],
  [
    'slots that nothing was resolved for',
    observation({ live: ['10.0.0.1'], tasks: [read('task-1', { slots: slots(undefined, '10.0.0.1') })] }),
  ],
  [
    'a slot at 0.0.0.0, which is how 1.7 shows one without address',
    observation({ live: ['10.0.0.1'], tasks: [read('task-1', { slots: parseServersState(UNRESOLVED_1_7) })] }),
  ],
  [
    'a live address that no slot holds, where no slot is free',
    observation({ live: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }),
  ],
  [
    'a young process without a query',
    observation({ tasks: [read('task-1', { uptimeSeconds: 29, resolvers: resolvers(0) })] }),
  ],
  ['a process that asks a tenth of the time', observation({ tasks: [read('task-1', { resolvers: resolvers(36) })] })],
  ['an old branch with checks', observation({ tasks: [read('task-1', { resolvers: undefined })] })],
  ['a process that is asked for no version', observation({ record: RECORD_WITHOUT_VERSION })],
  ['another release of the same branch', observation({ record: { ...RECORD, haproxyVersion: '3.2.4' } })],
  [
    'an address of another backend',
    observation({
      live: ['10.0.0.1'],
      tasks: [
        read('task-1', {
          slots: [...slots('10.0.0.1'), { backend: 'runtime-api', name: 'local', address: '10.9.9.9', checked: false }],
        }),
      ],
    }),
  ],
  [
    'a server of 1.7 on a unix socket, such as the one behind the guarded runtime API',
    observation({
      live: ['10.0.0.1'],
      record: { ...RECORD_OF_ALL_BACKENDS, haproxyVersion: '1.7' },
      tasks: [
        read('task-1', {
          version: '1.7.14',
          resolvers: undefined,
          slots: [...slots('10.0.0.1'), { backend: 'runtime-api', name: 'local', checked: false }],
        }),
      ],
    }),
  ],
  [
    'what could not be read of the load balancer',
    observation({ degraded: ['DescribeLoadBalancers failed: Throttled'] }),
  ],
];

test.each(NOT_FOUND)('no verdict: %s', (_what, seen) => {
  expect(evaluate(seen)).toEqual([]);
});

test('without a backend in the record every backend is checked', () => {
  const tasks = [read('task-1', { slots: [{ backend: 'b', name: 's', address: '10.0.0.9', checked: true }] })];
  expect(evaluate(observation({ record: RECORD_OF_ALL_BACKENDS, live: ['10.0.0.1'], tasks }))).toMatchObject([
    { kind: 'stale-address', slots: ['b/s'] },
  ]);
});

test('a fault of one task does not affect another', () => {
  const tasks = [
    read('task-3'),
    unread('task-2'),
    read('task-1', { uptimeSeconds: 600, resolvers: resolvers(1), slots: slots('10.0.0.9', '10.0.0.8') }),
  ];
  expect(
    evaluate(observation({ tasks })).map(({ kind, task, address }) => [kind, task, address].filter(Boolean).join(' ')),
  ).toEqual([
    'silent-resolver task-1',
    'stale-address task-1 10.0.0.8',
    'stale-address task-1 10.0.0.9',
    'unreachable-task task-2',
  ]);
});
