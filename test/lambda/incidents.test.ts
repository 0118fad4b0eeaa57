import type { RawObservation } from '../../lambda/controller/domain/raw-observation';
import { countOf } from '../../lambda/controller/report';
import type { Slot } from '../../lib/contract/probe';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { RECORD, raw, read, START, slots, unread, upstream } from './observations';
import { eventsOf, Watch } from './watch';

const STALE_SLOTS = { slots: slots('10.0.0.1', '10.0.0.9') };
/** `task-1` holds an address that the load balancer never had. */
const STALE = raw({ tasks: [read('task-1', STALE_SLOTS)] });
const FINE = raw();
/** An event of `task-1`. */
const staleEvent = (change: string) => `${change} critical stale-address 10.0.0.9 (task-1)`;

/** A watch with a check of long ago: it knows which addresses the load balancer had. */
function watchOf(record?: Partial<RegistryRecord>): Watch {
  const watch = new Watch(record);
  watch.check(-180, FINE);
  return watch;
}

/** An incident on STALE that was first seen at the start, and opened by the second check. */
function watchWithIncident(): Watch {
  const watch = watchOf();
  watch.check(0, STALE);
  expect(watch.events(60, STALE)).toEqual([staleEvent('opened')]);
  return watch;
}

describe('an incident opens when `graceChecks` checks in a row have found a verdict', () => {
  test('whatever the jitter of the clock', () => {
    for (const second of [59.95, 60, 60.05]) {
      const watch = watchOf();
      expect(watch.events(0, STALE)).toEqual([]);
      expect(watch.events(second, STALE)).toEqual([staleEvent('opened')]);
    }
  });

  test('and has message, tasks, slots, ages and remediation', () => {
    const watch = watchOf();
    watch.check(0, FINE);
    watch.check(30, STALE);
    const { events, open } = watch.check(90, STALE);
    expect(events).toEqual([{ eventId: `${open[0]!.id}-1`, change: 'opened', at: START + 90_000, incident: open[0] }]);
    expect(open).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        proxy: 'orders',
        kind: 'stale-address',
        severity: 'critical',
        upstream: 'upstream',
        dnsName: 'elb.test',
        address: '10.0.0.9',
        tasks: ['task-1'],
        taskCount: 1,
        slots: ['upstream/elb2'],
        sessionShare: 50,
        live: ['10.0.0.1', '10.0.0.2'],
        firstSeen: START + 30_000,
        openedAt: START + 90_000,
        ageSeconds: 60,
        // From the last check that was well.
        detectionSeconds: 90,
        message:
          'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test does not have: it is on none of its network interfaces',
        remediation: 'aws ecs update-service --cluster fleet --service orders --force-new-deployment # for task-1',
      },
    ]);
  });

  test('once: it stays open in later checks without an event', () => {
    const { events, open } = watchWithIncident().check(3600, STALE);
    expect(events).toEqual([]);
    expect(open).toMatchObject([{ kind: 'stale-address', ageSeconds: 3600 }]);
  });

  test.each([
    ['10 s, where the record does not say it', undefined, 29, 30],
    ['the time that the record says', 1, 2.9, 3],
    ['longer than two runs', 300, 899, 900],
  ])(
    'a foreign address after three times between two health checks of a slot that is down: %s',
    (_what, downCheckSeconds, early, late) => {
      const upstreams = RECORD.upstreams.map((one) => ({ ...one, identity: 'response' as const, downCheckSeconds }));
      const [serving, stranger] = slots('10.0.0.1', '10.0.0.2') as [Slot, Slot];
      const seen = raw({
        tasks: [read('task-1', { slots: [serving, { ...stranger, down: true, checkStatus: 'L7STS' }] })],
      });
      const watch = watchOf({ upstreams });
      expect([0, early / 2, early].flatMap((at) => watch.events(at, seen))).toEqual([]);
      expect(watch.events(late, seen)).toEqual(['opened warning foreign-address 10.0.0.2 (task-1)']);
    },
  );

  test('and not for a verdict that every other check finds', () => {
    const watch = watchOf();
    expect([STALE, FINE, STALE, FINE, STALE].flatMap((seen, i) => watch.events(i * 50, seen))).toEqual([]);
  });
});

describe('an incident is about an address, with the tasks that hold it', () => {
  const tasks = (...ids: string[]) => ids.map((id) => read(id, STALE_SLOTS));

  test('one event for 40 tasks', () => {
    const seen = raw({ tasks: tasks(...Array.from({ length: 40 }, (_, i) => `task-${10 + i}`)) });
    const watch = watchOf();
    watch.check(0, seen);
    const { events } = watch.check(60, seen);
    expect(events).toHaveLength(1);
    expect(events[0]!.incident).toMatchObject({
      taskCount: 40,
      message:
        '40 of 40 tasks: task-10 sends to 10.0.0.9 (upstream/elb2), which elb.test does not have: it is on none of its network interfaces',
    });
  });

  test('it changes once for each task that joins or leaves, and closes with the last', () => {
    const watch = watchWithIncident();
    const both = raw({ tasks: tasks('task-1', 'task-2') });
    expect(watch.events(120, both)).toEqual([]);
    expect(watch.events(180, both)).toEqual(['changed critical stale-address 10.0.0.9 (task-1 task-2)']);
    expect(watch.events(240, both)).toEqual([]);
    const second = raw({ tasks: [read('task-1'), ...tasks('task-2')] });
    expect(watch.events(300, second)).toEqual(['changed critical stale-address 10.0.0.9 (task-2)']);
    expect(watch.events(360, raw({ tasks: [read('task-1'), read('task-2')] }))).toEqual([
      'closed critical stale-address 10.0.0.9 (task-2)',
    ]);
  });

  test('it keeps its id when new tasks have the verdict before the old ones stop', () => {
    const watch = watchWithIncident();
    const { id } = watch.check(90, STALE).open[0]!;
    const events = [
      ...eventsOf(watch.check(120, raw({ tasks: tasks('task-1', 'task-2') }))),
      ...eventsOf(watch.check(180, raw({ tasks: tasks('task-2') }))),
      ...eventsOf(watch.check(240, raw({ tasks: tasks('task-2') }))),
    ];
    expect(events).toEqual([
      'changed critical stale-address 10.0.0.9 (task-1 task-2)',
      'changed critical stale-address 10.0.0.9 (task-2)',
    ]);
    expect(watch.check(300, raw({ tasks: tasks('task-2') })).open).toMatchObject([{ id }]);
  });

  test('it changes when the owner of the address is known', () => {
    const watch = watchWithIncident();
    const owned = { ...STALE, owners: { '10.0.0.9': 'an interface of RDS orders' } };
    expect(watch.events(120, owned)).toEqual([staleEvent('changed')]);
    expect(watch.check(180, STALE)).toMatchObject({ events: [], open: [{ owner: 'an interface of RDS orders' }] });
  });

  test('its remediation names only the tasks concerned', () => {
    const watch = watchOf();
    const seen = raw({ tasks: [...tasks('task-1'), read('task-2')] });
    watch.check(0, seen);
    expect(watch.check(60, seen).open[0]!.remediation).toBe('aws ecs stop-task --cluster fleet --task task-1');
    const endpoints = watchOf({ tasks: { endpoints: ['task-1', 'task-2'] } });
    endpoints.check(0, seen);
    expect(endpoints.check(60, seen).open[0]!.remediation).toBe('restart the HAProxy behind task-1');
  });
});

describe('an incident closes', () => {
  test('once, in the first check that does not find it, and says why', () => {
    const watch = watchWithIncident();
    const [opened] = watch.check(100, STALE).open;
    const { events, open } = watch.check(120, FINE);
    expect(open).toEqual([]);
    expect(events).toEqual([
      {
        eventId: `${opened!.id}-2`,
        change: 'closed',
        at: START + 120_000,
        incident: {
          ...opened,
          ageSeconds: 120,
          message: '10.0.0.9 is no longer held by any task of orders',
        },
      },
    ]);
    expect(watch.check(180, FINE).events).toEqual([]);
  });

  test('when the load balancer has the address again', () => {
    const watch = watchWithIncident();
    const again = raw({ live: ['10.0.0.1', '10.0.0.9'], tasks: STALE.tasks });
    expect(watch.check(120, again).events[0]!.incident.message).toBe('elb.test has 10.0.0.9 again');
  });

  test('when its task is missing from two listings in a row', () => {
    const watch = watchWithIncident();
    const gone = raw({ tasks: [read('task-2')] });
    expect(watch.check(120, gone)).toMatchObject({ events: [], open: [{ tasks: ['task-1'] }] });
    expect(watch.events(150, STALE)).toEqual([]);
    expect(watch.events(180, gone)).toEqual([]);
    expect(watch.events(240, gone)).toEqual([staleEvent('closed')]);
  });

  test('with its highest severity, so that each target that got its opening also gets its end', () => {
    const watch = watchOf();
    // DNS has dropped an address that its interface still has, and a process that does not follow has sessions on it.
    const leaving = (sessions: number, dns: string[]) =>
      raw({
        upstreams: [upstream(dns, { interfaces: ['10.0.0.1', '10.0.0.2'] })],
        tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.2').map((slot) => ({ ...slot, sessions })) })],
      });
    const both = ['10.0.0.1', '10.0.0.2'];
    const events = [
      ...watch.minutely(0, 60, leaving(1, both), 'silent'),
      ...watch.minutely(120, 300, leaving(1, ['10.0.0.2']), 'silent'),
      ...watch.minutely(360, 420, leaving(0, ['10.0.0.2']), 'silent'),
      ...watch.minutely(480, 540, leaving(0, both), 'silent'),
    ];
    expect(events.filter((event) => event.includes('leaving'))).toEqual([
      '120 opened warning leaving-address 10.0.0.1 (task-1)',
      '240 changed critical leaving-address 10.0.0.1 (task-1)',
      '360 changed warning leaving-address 10.0.0.1 (task-1)',
      '480 closed critical leaving-address 10.0.0.1 (task-1)',
    ]);
  });

  test('of a process when its task has ended', () => {
    const watch = watchOf();
    watch.minutely(0, 60, raw(), 'silent');
    watch.check(120, raw({ tasks: [read('task-2')] }));
    const [closed] = watch.check(180, raw({ tasks: [read('task-2')] })).events;
    expect(closed?.incident.message).toBe('task-1 no longer runs');
  });
});

const UNDECIDED: [what: string, seen: RawObservation][] = [
  ['its task does not answer', raw({ tasks: [unread('task-1')] })],
  ['no time was left for its task', raw({ tasks: [{ task: { id: 'task-1' }, unchecked: true }] })],
  ['no address of the upstream is known', raw({ upstreams: [upstream([])], tasks: STALE.tasks })],
  [
    'its task has lost the backend',
    raw({ tasks: [read('task-1', { slots: [{ backend: 'other', name: 'elb1', checked: true }] })] }),
  ],
];

describe.each(UNDECIDED)('while %s', (_what, seen) => {
  const stale = (events: string[]) => events.filter((event) => event.includes('stale'));

  test('an incident stays open', () => {
    const watch = watchWithIncident();
    const { events, open } = watch.check(120, seen);
    expect(stale(eventsOf({ events }))).toEqual([]);
    expect(open.filter(({ kind }) => kind === 'stale-address')).toMatchObject([{ ageSeconds: 120, tasks: ['task-1'] }]);
    expect(stale(watch.events(360, FINE))).toEqual([staleEvent('closed')]);
  });

  test('none opens, and the checks before still count', () => {
    const watch = watchOf();
    watch.check(0, STALE);
    expect(stale(watch.events(70, seen))).toEqual([]);
    expect(watch.check(80, STALE).events.find(({ incident }) => incident.kind === 'stale-address')).toMatchObject({
      change: 'opened',
      incident: { firstSeen: START, ageSeconds: 80 },
    });
  });
});

describe('the id of an incident', () => {
  const idOf = (watch: Watch, from: number, seen: RawObservation) => {
    watch.check(from, seen);
    return watch.check(from + 60, seen).open.find(({ kind }) => kind === 'stale-address')!.id;
  };

  test('stays when the proxy is renamed', () => {
    const watch = watchWithIncident();
    const { id } = watch.check(100, STALE).open[0]!;
    const renamed = new Watch({ proxy: 'payments' }, watch.state);
    expect(renamed.check(120, STALE).open).toMatchObject([{ id, proxy: 'payments' }]);
    expect(renamed.check(180, FINE).events).toMatchObject([{ change: 'closed', incident: { id } }]);
  });

  test.each<[what: string, watch: Watch, from: number, seen: RawObservation]>([
    ['a later occurrence', watchOf(), 1, STALE],
    ['another proxy', watchOf({ proxy: 'payments' }), 0, STALE],
    ['a record of the same name with other tasks', watchOf({ tasks: { endpoints: ['a:1'] } }), 0, STALE],
    ['another address', watchOf(), 0, raw({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.8') })] })],
  ])('differs for %s', (_what, watch, from, seen) => {
    expect(idOf(watch, from, seen)).not.toBe(idOf(watchOf(), 0, STALE));
  });
});

describe('suppression', () => {
  const until = new Date(START + 600_000).toISOString();
  const from = (seconds: number) => new Date(START + seconds * 1000).toISOString();

  test('opens no incident until its end, and names what it suppressed', () => {
    const watch = watchOf({ suppressions: [{ verdicts: ['stale-address'], reason: 'tests of the network', until }] });
    expect(watch.minutely(0, 540, STALE)).toEqual([]);
    expect(watch.check(570, STALE).suppressed).toMatchObject([
      { verdict: { kind: 'stale-address', task: 'task-1' }, reason: 'tests of the network' },
    ]);
    expect(watch.events(600, STALE)).toEqual([staleEvent('opened')]);
  });

  test('shows an open incident with its reason, and lets it close', () => {
    const suppressions = [{ reason: 'maintenance', from: from(120), until }];
    const watch = watchOf({ suppressions });
    watch.check(0, STALE);
    expect(watch.events(60, STALE)).toEqual([staleEvent('opened')]);
    expect(watch.check(120, STALE).open).toMatchObject([{ suppressed: 'maintenance' }]);
    expect(watch.events(180, FINE)).toEqual([staleEvent('closed')]);
  });

  test('of other verdicts changes nothing', () => {
    const watch = watchOf({ suppressions: [{ verdicts: ['pinned'], reason: 'known', until }] });
    expect(watch.minutely(0, 60, STALE)).toEqual([`60 ${staleEvent('opened')}`]);
  });
});

test('an incident of severity info is open, and no alarm counts it', () => {
  const watch = watchOf();
  watch.check(0, STALE);
  const { open } = watch.check(60, STALE);
  expect(countOf(open)).toEqual({ open: 1, critical: 1 });
  expect(countOf(open.map((one) => ({ ...one, severity: 'info' as const })))).toEqual({ open: 0, critical: 0 });
});

test('equal records have equal incidents', () => {
  const [one, other] = [watchWithIncident(), watchWithIncident()];
  expect(one.state).toEqual(other.state);
  expect(RECORD.graceChecks).toBe(2);
});
