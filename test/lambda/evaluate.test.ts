import { reportOn, reportUnchecked } from '../../lambda/controller/domain/proxy-report';
import type { RawObservation } from '../../lambda/controller/domain/raw-observation';
import { NO_STATE } from '../../lambda/controller/domain/state';
import type { Verdict } from '../../lambda/controller/domain/verdicts/verdict';
import type { ObservedRuntime, Slot } from '../../lib/contract/probe';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { VERDICTS, type VerdictKind } from '../../lib/contract/verdicts';
import { byName, ELB, RECORD, raw, read, resolvers, START, slots, unread, upstream } from './observations';

/** The verdicts of a single check, which has no earlier one. */
function verdictsOf(seen: RawObservation, record: Partial<RegistryRecord> = {}): readonly Verdict[] {
  return reportOn({ ...RECORD, ...record }, NO_STATE, seen, START).verdicts;
}

const messagesOf = (seen: RawObservation, record?: Partial<RegistryRecord>) =>
  verdictsOf(seen, record).map(({ kind, severity, message }) => [kind, severity, message]);

/** A task of the process that a case is about. */
const task = (runtime: Partial<ObservedRuntime>) => [read('task-1', runtime)];

/** A process that has sent no query for an hour. */
const PINNED = { resolvers: resolvers(0) };
const SILENT = [
  'silent-resolver',
  'critical',
  'task-1 has sent 0 DNS queries in 3600 s: it will not follow the next change',
];
const OF_17 = { version: '1.7.14', resolvers: undefined };
const withoutName = (...addresses: string[]) => slots(...addresses).map(({ fqdn: _, ...slot }) => slot);
const unresolved = (...addresses: string[]) => withoutName(...addresses).map((slot) => ({ ...slot, checked: false }));

/** The slot of an address that the load balancer does not have, and that its health check has down. */
const STRANGER: Slot = { ...slots('10.0.0.9')[0]!, down: true, sessions: 0 };

/** An upstream with a proof of identity. */
const proved = (identity: 'certificate' | 'response'): Partial<RegistryRecord> => ({
  upstreams: RECORD.upstreams.map((one) => ({ ...one, identity })),
});
const SERVING = slots(undefined, '10.0.0.1')[1]!;

type Case = [what: string, seen: RawObservation, expected: unknown[], record?: Partial<RegistryRecord>];

const CASES: Case[] = [
  ['all is well', raw(), []],
  [
    'a slot holds an address that is on no interface',
    raw({ tasks: task({ slots: slots('10.0.0.1', '10.0.0.9') }) }),
    [
      [
        'stale-address',
        'critical',
        'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test does not have: it is on none of its network interfaces',
      ],
    ],
  ],
  [
    'several slots hold it: one verdict that names them all',
    raw({ tasks: task({ slots: slots('10.0.0.9', '10.0.0.1', '10.0.0.9') }) }),
    [
      [
        'stale-address',
        'critical',
        'task-1 sends to 10.0.0.9 (upstream/elb1, upstream/elb3), which elb.test does not have: it is on none of its network interfaces',
      ],
    ],
  ],
  [
    'it is another owner’s',
    raw({ tasks: task({ slots: slots('10.0.0.9', undefined) }), owners: { '10.0.0.9': 'an interface of RDS orders' } }),
    [
      [
        'stale-address',
        'critical',
        'task-1 sends to 10.0.0.9 (upstream/elb1), which elb.test does not have: it is on none of its network interfaces; it is an interface of RDS orders',
      ],
    ],
  ],
  [
    'by DNS alone, a process of which nothing is known yet holds an address that DNS does not name',
    byName(['10.0.0.1'], { tasks: task({ slots: slots('10.0.0.9') }) }),
    [
      [
        'different-view',
        'info',
        'task-1 holds 10.0.0.9, which DNS does not name for elb.test in this check; the process follows its own DNS',
      ],
    ],
  ],
  [
    'by DNS alone, a process without queries holds one',
    byName(['10.0.0.1'], { tasks: task({ ...PINNED, slots: slots('10.0.0.9') }) }),
    [
      SILENT,
      [
        'stale-address',
        'critical',
        'task-1 sends to 10.0.0.9 (upstream/elb1), which DNS does not name for elb.test, and the process does not follow DNS',
      ],
    ],
  ],
  [
    'by DNS alone, the process’ own view lacks it',
    byName(['10.0.0.1'], { tasks: task({ slots: slots('10.0.0.9'), views: { [ELB]: ['10.0.0.1'] } }) }),
    [
      [
        'stale-address',
        'critical',
        "task-1 sends to 10.0.0.9 (upstream/elb1), which elb.test does not have in the process' own DNS",
      ],
    ],
  ],
  [
    'by DNS alone, it is another owner’s',
    byName(['10.0.0.1'], {
      tasks: task({ slots: slots('10.0.0.9') }),
      owners: { '10.0.0.9': 'an interface of RDS orders' },
    }),
    [
      [
        'stale-address',
        'critical',
        'task-1 sends to 10.0.0.9 (upstream/elb1), which elb.test does not have; it is an interface of RDS orders',
      ],
    ],
  ],
  [
    'slots that are down, have no weight or are in maintenance send nothing',
    raw({
      tasks: task({
        slots: [
          { ...slots('10.0.0.9')[0]!, down: true, sessions: 3 },
          { ...slots('10.0.0.8')[0]!, name: 'elb2', weightless: true, sessions: 0 },
          { ...slots('10.0.0.7')[0]!, name: 'elb3', out: 'maintenance' },
        ],
      }),
    }),
    [],
  ],
  [
    'a slot without weight still has a session',
    raw({
      tasks: task({
        slots: [{ ...slots('10.0.0.8')[0]!, weightless: true, sessions: 1 }, slots('10.0.0.8', undefined)[1]!],
      }),
    }),
    [
      [
        'stale-address',
        'critical',
        'task-1 sends to 10.0.0.8 (upstream/elb1), which elb.test does not have: it is on none of its network interfaces',
      ],
    ],
  ],
  [
    'a health check shows that a host has another certificate, and another address serves',
    raw({ tasks: task({ slots: [{ ...STRANGER, checkStatus: 'L6RSP' }, SERVING] }) }),
    [
      [
        'foreign-address',
        'warning',
        'task-1 sends nothing to 10.0.0.9 (upstream/elb1): its certificate does not prove that it is of elb.test (L6RSP)',
      ],
    ],
    proved('certificate'),
  ],
  [
    'a host answers otherwise, it is known whose it is, and no other address serves',
    raw({
      tasks: task({ slots: [{ ...STRANGER, checkStatus: 'L7RSP' }] }),
      owners: { '10.0.0.9': 'an interface of RDS orders' },
    }),
    [
      [
        'foreign-address',
        'critical',
        'task-1 sends nothing to 10.0.0.9 (upstream/elb1): its response does not prove that it is of elb.test (L7RSP); it is an interface of RDS orders',
      ],
    ],
    proved('response'),
  ],
  [
    'a verified host answers with an error',
    raw({ tasks: task({ slots: [{ ...STRANGER, checkStatus: 'L7STS' }, SERVING] }) }),
    [],
    proved('certificate'),
  ],
  ['a host does not answer', raw({ tasks: task({ slots: [STRANGER, SERVING] }) }), [], proved('response')],
  [
    'an upstream without a proof of identity says nothing of a wrong answer',
    raw({ tasks: task({ slots: [{ ...STRANGER, checkStatus: 'L7RSP' }, SERVING] }) }),
    [],
  ],
  [
    'DNS has dropped an address that the load balancer still has, and the process sends no query',
    raw({
      upstreams: [upstream(['10.0.0.1'], { interfaces: ['10.0.0.1', '10.0.0.2'] })],
      tasks: task(PINNED),
    }),
    [
      [
        'leaving-address',
        'warning',
        'task-1 sends to 10.0.0.2 (upstream/elb2), which DNS no longer names for elb.test, although the load balancer still has it; the process does not follow DNS',
      ],
      SILENT,
    ],
  ],
  [
    'the same of a process that may follow: it drops the address by itself',
    raw({ upstreams: [upstream(['10.0.0.1'], { interfaces: ['10.0.0.1', '10.0.0.2'] })] }),
    [],
  ],
  [
    'the same where each zone has its own answer',
    raw({
      upstreams: [upstream(['10.0.0.1'], { interfaces: ['10.0.0.1', '10.0.0.2'], routing: 'zonal' })],
      tasks: task(PINNED),
    }),
    [SILENT],
  ],
  [
    'the same with the answers of all zones',
    raw({
      upstreams: [upstream(['10.0.0.1'], { interfaces: ['10.0.0.1', '10.0.0.2'], routing: 'zonal', zonesAsked: true })],
      tasks: task(PINNED),
    }),
    [
      [
        'leaving-address',
        'warning',
        'task-1 sends to 10.0.0.2 (upstream/elb2), which DNS no longer names for elb.test, although the load balancer still has it; the process does not follow DNS',
      ],
      SILENT,
    ],
  ],
  [
    'no slot has an address',
    raw({ tasks: task({ slots: slots(undefined, undefined) }) }),
    [['no-address', 'critical', "no slot of backend 'upstream' of task-1 has an address: it answers 503"]],
  ],
  [
    'all slots are down: that is their health check’s',
    raw({ tasks: task({ slots: [{ ...slots('10.0.0.1')[0]!, down: true }] }) }),
    [],
  ],
  [
    'a process has sent a few queries after its start and none since',
    raw({ tasks: task({ resolvers: resolvers(35) }) }),
    [['silent-resolver', 'critical', 'task-1 has sent 35 DNS queries in 3600 s: it will not follow the next change']],
  ],
  ['a process is too young for queries', raw({ tasks: task({ ...PINNED, uptimeSeconds: 29 }) }), []],
  [
    'the automatic section of HAProxy sends nothing beside one that does',
    raw({ tasks: task({ resolvers: [...resolvers(360), { section: 'default', sent: 0, valid: 0, failures: {} }] }) }),
    [],
  ],
  [
    'a server line of 1.7 has no health check',
    raw({ live: ['10.0.0.1'], tasks: task({ ...OF_17, slots: unresolved('10.0.0.1') }) }),
    [
      [
        'silent-resolver',
        'critical',
        'upstream/elb1 of task-1 has no health check: HAProxy 1.7.14 never looks elb.test up again',
      ],
    ],
    { haproxyVersion: '1.7' },
  ],
  [
    'the lines of a backend have fixed addresses, beside another backend that resolves',
    raw({ tasks: task({ slots: withoutName('10.0.0.1', '10.0.0.2') }) }),
    [
      [
        'silent-resolver',
        'critical',
        'upstream/elb1, upstream/elb2 of task-1 have a fixed address: HAProxy never looks elb.test up',
      ],
    ],
  ],
  [
    'no query was answered with an address',
    raw({ tasks: task({ resolvers: resolvers(360, 0, { timeout: 300, truncated: 60 }) }) }),
    [
      [
        'failing-resolver',
        'warning',
        "task-1 gets no address from DNS: none of 360 queries of resolvers 'dns' got an address (since its start: timeout 300, truncated 60)",
      ],
    ],
  ],
  [
    'one slot serves while the load balancer has two addresses',
    raw({ tasks: task({ slots: slots('10.0.0.1') }) }),
    [['pinned', 'warning', 'task-1 has one slot for elb.test, which has 2 addresses: all traffic goes to 10.0.0.1']],
  ],
  [
    'the same on 1.7, by a configuration of this project: 1.7 has no other way',
    raw({ tasks: task({ ...OF_17, madeFor: '1.7', slots: withoutName('10.0.0.1') }) }),
    [],
    { haproxyVersion: '1.7' },
  ],
  [
    'the processes follow an alias of the load balancer',
    raw({ tasks: task({ slots: slots('10.0.0.1').map((slot) => ({ ...slot, fqdn: 'orders.internal' })) }) }),
    [['unreachable-task', 'warning', 'no server of task-1 follows elb.test: its servers follow orders.internal']],
    { upstreams: [{ dnsName: ELB, port: 80 }] },
  ],
  [
    'the process has other backends only',
    raw(),
    [['unreachable-task', 'warning', "task-1 has no backend 'shop' with a server in it"]],
    { upstreams: [{ backend: 'shop', dnsName: ELB, port: 80 }] },
  ],
  [
    'the runtime API of one of two tasks does not answer',
    raw({ tasks: [read('task-1'), unread('task-2')] }),
    [
      ['unchecked', 'warning', '1 of 2 tasks of orders could not be read'],
      ['unreachable-task', 'warning', 'the runtime API of task-2 does not answer: connection refused'],
    ],
  ],
  [
    'the time was over before the turn of a task',
    raw({ tasks: [read('task-1'), { task: { id: 'task-2' }, unchecked: true }] }),
    [['unchecked', 'warning', '1 of 2 tasks of orders were not checked: no time was left']],
  ],
  ['no task runs', raw({ tasks: [] }), [['no-running-task', 'critical', 'orders has no running task']]],
  ['no task runs, as it is wanted', raw({ tasks: [], desiredCount: 0 }), []],
  ['no task runs during a deployment', raw({ tasks: [], deploying: true }), []],
  [
    'another branch runs than the configuration was made for',
    raw(),
    [['version-mismatch', 'critical', 'task-1 runs HAProxy 3.2.26, its configuration was made for 2.8']],
    { haproxyVersion: '2.8.5' },
  ],
  [
    'the name does not resolve',
    raw({ upstreams: [upstream([], { dns: { problem: 'ENOTFOUND' } })] }),
    [['unknown-upstream', 'critical', 'elb.test: the name does not resolve (ENOTFOUND); no address is known']],
  ],
  [
    'the load balancer is not active, although its addresses are known',
    raw({ upstreams: [upstream(['10.0.0.1', '10.0.0.2'], { problems: ['load balancer arn:lb is provisioning'] })] }),
    [['unknown-upstream', 'critical', 'elb.test: load balancer arn:lb is provisioning']],
  ],
  [
    'the runtime API shows one process of two',
    raw({ tasks: task({ processes: 2 }) }),
    [['unseen-process', 'warning', '1 of 2 processes of task-1 is seen (nbproc)']],
  ],
  [
    'a slot is free, and the process’ own DNS names an address that none holds',
    byName(['10.0.0.1'], {
      tasks: task({ slots: slots('10.0.0.1', undefined), views: { [ELB]: ['10.0.0.1', '10.0.0.2'] } }),
    }),
    [['uncovered-address', 'warning', 'task-1 does not use 10.0.0.2 of elb.test, although it has 1 free slot']],
  ],
  [
    'the own DNS of the process does not name an address that the load balancer has',
    raw({ tasks: task({ slots: slots('10.0.0.1', undefined), views: { [ELB]: ['10.0.0.1'] } }) }),
    [],
  ],
];

test.each(CASES.map(([what, seen, expected, record = {}]) => ({ what, seen, expected, record })))('$what', (one) => {
  expect(messagesOf(one.seen, one.record)).toEqual(one.expected);
});

test('the proxy could not be checked: there is no other verdict', () => {
  const { verdicts } = reportUnchecked(RECORD, NO_STATE, 'the tasks could not be listed', START);
  expect(verdicts.map(({ kind, message }) => [kind, message])).toEqual([
    ['unchecked', 'orders was not checked: the tasks could not be listed'],
  ]);
});

test('every verdict that one check can reach is among the cases above', () => {
  const reached = new Set(CASES.flatMap(([, seen, , record]) => verdictsOf(seen, record).map(({ kind }) => kind)));
  const never = (Object.keys(VERDICTS) as VerdictKind[]).filter((kind) => !reached.has(kind));
  expect(never).toEqual(['invalid-record', 'failed-repair']);
});

test('sessions on stale addresses are a share of all sessions of the slots of the upstreams', () => {
  const held = [
    { ...slots('10.0.0.9')[0]!, sessions: 3 },
    { ...slots('10.0.0.1')[0]!, name: 'elb2', sessions: 1 },
  ];
  expect(reportOn(RECORD, NO_STATE, raw({ tasks: task({ slots: held }) }), START).staleSessionShare).toBe(75);
  expect(reportOn(RECORD, NO_STATE, raw(), START).staleSessionShare).toBe(0);
});

test('held addresses that the load balancer does not have are unexplained, those of a name that does not resolve are not', () => {
  const tasks = task({ slots: slots('10.0.0.9', '10.0.0.1', '10.0.0.8') });
  expect(reportOn(RECORD, NO_STATE, raw({ tasks }), START).unexplained).toEqual(['10.0.0.8', '10.0.0.9']);
  expect(reportOn(RECORD, NO_STATE, byName([], { tasks }), START).unexplained).toEqual([]);
  const down = raw({ tasks: task({ slots: [{ ...STRANGER, checkStatus: 'L7RSP' }] }) });
  expect(reportOn({ ...RECORD, ...proved('response') }, NO_STATE, down, START).unexplained).toEqual(['10.0.0.9']);
  expect(reportOn(RECORD, NO_STATE, down, START).unexplained).toEqual([]);
});
