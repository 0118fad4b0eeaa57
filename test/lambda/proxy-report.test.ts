import type { RawObservation } from '../../lambda/controller/domain/raw-observation';
import { byName, ELB, raw, read, resolvers, slots, upstream } from './observations';
import { eventsOf, Watch } from './watch';

const [A, B, C] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const holding = (...held: string[]) => ({ tasks: [read('task-1', { slots: slots(...held, undefined) })] });

/** A watch that has seen the load balancer with A and B for two minutes. */
function watchOf(before: RawObservation, behaviour?: 'follows' | 'silent'): Watch {
  const watch = new Watch();
  watch.minutely(0, 120, before, behaviour);
  return watch;
}

describe('a process holds an address that the interfaces of the load balancer no longer have', () => {
  const before = raw(holding(A, B));
  const after = raw({ live: [B], ...holding(A, B) });

  test('a process that does not follow: critical at the second check', () => {
    expect(watchOf(before, 'silent').minutely(180, 600, after, 'silent')).toEqual([
      '240 opened critical stale-address 10.0.0.1 (task-1)',
    ]);
  });

  test('a process that follows: critical when a correct process would have dropped it', () => {
    expect(watchOf(before).minutely(180, 600, after)).toEqual(['300 opened critical stale-address 10.0.0.1 (task-1)']);
  });

  test('a process that follows a cache that still names it: critical too', () => {
    const cached = raw({ upstreams: [upstream([A, B], { interfaces: [B] })], ...holding(A, B) });
    expect(watchOf(before, 'silent').minutely(180, 300, cached, 'silent')).toEqual([
      '240 opened critical stale-address 10.0.0.1 (task-1)',
    ]);
  });

  test('a process whose own view no longer has it: critical after its own hold time', () => {
    const viewed = [read('task-1', { slots: slots(A, B), views: { [ELB]: [B] } })];
    const watch = watchOf(before);
    const seen = { ...after, tasks: viewed };
    const opened = [180, 200, 220, 240].flatMap((at) => watch.events(at, seen).map((event) => `${at} ${event}`));
    expect(opened).toEqual(['220 opened critical stale-address 10.0.0.1 (task-1)']);
  });

  test('a process that drops it in time: there is no event', () => {
    const watch = watchOf(before);
    expect(watch.minutely(180, 240, after)).toEqual([]);
    expect(watch.minutely(300, 900, raw({ live: [B], ...holding(B) }))).toEqual([]);
  });
});

test('an address that the load balancer never had is critical at the second check', () => {
  const watch = watchOf(raw(holding(A, B)));
  expect(watch.minutely(180, 300, raw(holding(A, '10.9.9.9')))).toEqual([
    '240 opened critical stale-address 10.9.9.9 (task-1)',
  ]);
});

describe('where only DNS is known', () => {
  const before = byName([A, B], holding(A, B));
  const after = byName([B], holding(A, B));

  test('a process that does not follow: critical after the window', () => {
    expect(watchOf(before, 'silent').minutely(180, 600, after, 'silent')).toEqual([
      '300 opened critical stale-address 10.0.0.1 (task-1)',
    ]);
  });

  test('the window counts from the first check that misses the address, however long the interval is', () => {
    const watch = new Watch();
    const events = [0, 300, 600].flatMap((at) => watch.events(at, before, 'silent'));
    expect(events).toEqual(['opened critical silent-resolver (task-1)']);
    expect(watch.events(900, after, 'silent')).toEqual([]);
    expect(watch.events(1200, after, 'silent')).toEqual(['opened critical stale-address 10.0.0.1 (task-1)']);
  });

  test('a process that follows has another view: information', () => {
    expect(watchOf(before).minutely(180, 900, after)).toEqual(['420 opened info different-view (task-1)']);
  });

  test('a process that follows, and whose own view has lost the address: critical after the window', () => {
    const tasks = [read('task-1', { slots: slots(A, B), views: { [ELB]: [B] } })];
    expect(watchOf(before).minutely(180, 600, byName([B], { tasks }))).toEqual([
      '300 opened critical stale-address 10.0.0.1 (task-1)',
    ]);
  });

  test('a process that sends no query is one incident, not one for each address that answers do not show', () => {
    const nodes = Array.from({ length: 24 }, (_, i) => `10.0.1.${i + 1}`);
    // A free slot: the process could take what it lacks.
    const seenAt = (check: number, live: readonly string[]) =>
      byName(
        live.filter((_, i) => i % 3 === check % 3),
        { tasks: [read('task-1', { slots: slots(...nodes.slice(0, 20), undefined) })] },
      );
    const watch = new Watch();
    const events: string[] = [];
    for (let check = 0; check < 240; check += 1) {
      // After two hours, a node that the process holds is gone.
      const seen = seenAt(check, check < 120 ? nodes : nodes.slice(1));
      events.push(...watch.events(check * 60, seen, 'silent'));
    }
    expect(events).toEqual(['opened critical silent-resolver (task-1)']);
  });

  test('answers of 8 of 24 addresses make no address stale for a long time', () => {
    const nodes = Array.from({ length: 24 }, (_, i) => `10.0.1.${i + 1}`);
    const watch = new Watch();
    const criticals: string[] = [];
    for (let check = 0; check < 120; check += 1) {
      // Each address is missing in 2 of 3 checks.
      const shown = nodes.filter((_, i) => i % 3 === check % 3);
      criticals.push(
        ...watch
          .events(check * 60, byName(shown, { tasks: [read('task-1', { slots: slots(...nodes) })] }), 'failing')
          .filter((event) => event.includes('stale')),
      );
    }
    expect(criticals).toEqual([]);
    const gone = nodes.slice(1);
    const opened = new Set<string>();
    for (let check = 120; check < 240; check += 1) {
      const shown = gone.filter((_, i) => i % 3 === check % 3);
      const seen = byName(shown, { tasks: [read('task-1', { slots: slots(...nodes) })] });
      for (const event of watch.events(check * 60, seen, 'failing')) {
        opened.add(event);
      }
    }
    expect([...opened]).toEqual(['opened critical stale-address 10.0.1.1 (task-1)']);
  });
});

describe('the API fails for hours while DNS answers', () => {
  test('an address that DNS has dropped and that was on an interface does not become stale', () => {
    const watch = watchOf(raw(holding(A, B)));
    const shifted = raw({ upstreams: [upstream([B], { interfaces: [A, B] })], ...holding(A, B) });
    expect(watch.minutely(180, 360, shifted)).toEqual([]);
    const failing = raw({ upstreams: [upstream([B], { readable: true, degraded: ['Throttled'] })], ...holding(A, B) });
    expect(watch.minutely(420, 7200, failing)).toEqual([]);
  });

  test('an open stale address stays open, and closes when it is dropped', () => {
    const watch = watchOf(raw(holding(A, B)));
    const after = raw({ live: [B], ...holding(A, B) });
    expect(watch.minutely(180, 300, after)).toEqual(['300 opened critical stale-address 10.0.0.1 (task-1)']);
    const failing = (...held: string[]) =>
      raw({ upstreams: [upstream([B], { readable: true, degraded: ['Throttled'] })], ...holding(...held) });
    expect(watch.minutely(360, 7200, failing(A, B))).toEqual(['480 opened info different-view (task-1)']);
    const closed = watch.check(7260, failing(B)).events.find(({ incident }) => incident.kind === 'stale-address');
    expect(closed).toMatchObject({
      change: 'closed',
      incident: { message: '10.0.0.1 is no longer held by any task of orders' },
    });
  });

  test('a process that does not follow is still seen', () => {
    const watch = watchOf(raw(holding(A, B)), 'silent');
    const failing = raw({ upstreams: [upstream([B], { readable: true, degraded: ['Throttled'] })], ...holding(A, B) });
    expect(watch.minutely(180, 420, failing, 'silent')).toEqual([
      '180 opened warning leaving-address 10.0.0.1 (task-1)',
      '300 changed critical leaving-address 10.0.0.1 (task-1)',
    ]);
  });
});

describe('a zone is taken out: DNS drops its address, the interface stays', () => {
  const shifted = (sessions: number) =>
    raw({
      upstreams: [upstream([B], { interfaces: [A, B] })],
      tasks: [read('task-1', { slots: slots(A, B).map((slot) => ({ ...slot, sessions })) })],
    });

  test('a process that does not follow: a warning at once, critical after the window while it has sessions there', () => {
    const watch = watchOf(raw(holding(A, B)), 'silent');
    expect(watch.minutely(180, 600, shifted(5), 'silent')).toEqual([
      '180 opened warning leaving-address 10.0.0.1 (task-1)',
      '300 changed critical leaving-address 10.0.0.1 (task-1)',
    ]);
    expect(watch.events(660, shifted(0), 'silent')).toEqual(['changed warning leaving-address 10.0.0.1 (task-1)']);
    const [closed] = watch.check(720, raw(holding(A, B)), 'silent').events;
    expect(closed?.incident.message).toBe('DNS names 10.0.0.1 for elb.test again');
  });

  test('a process that follows: nothing', () => {
    expect(watchOf(raw(holding(A, B))).minutely(180, 900, shifted(5))).toEqual([]);
  });

  test('a zonal answer is not a zone that was taken out', () => {
    const seen = raw({ upstreams: [upstream([B], { interfaces: [A, B, C], routing: 'zonal' })], ...holding(A) });
    const watch = new Watch();
    expect(watch.minutely(0, 900, seen).filter((event) => !event.includes('pinned'))).toEqual([]);
  });
});

describe('DNS does not answer a process', () => {
  test('it is a warning within two checks, and critical before its addresses expire', () => {
    expect(new Watch().minutely(0, 600, raw(), 'failing')).toEqual([
      '60 opened warning failing-resolver dns (task-1)',
      '360 changed critical failing-resolver dns (task-1)',
    ]);
  });

  test('a restart of the process does not close the incident', () => {
    const watch = new Watch();
    expect(watch.minutely(0, 120, raw(), 'silent')).toEqual(['60 opened critical silent-resolver (task-1)']);
    const restarted = (uptimeSeconds: number, sent: number) =>
      raw({ tasks: [read('task-1', { uptimeSeconds: uptimeSeconds - 180, resolvers: resolvers(sent) })] });
    expect(watch.events(180, restarted(5, 0), 'silent')).toEqual([]);
    expect(watch.check(180, restarted(5, 0), 'silent').open).toHaveLength(1);
    expect(watch.events(240, restarted(5, 0), 'silent')).toEqual([]);
  });

  test.each<[what: string, resolutionSeconds: number, names: number, interval: number]>([
    ['a name, and a check each 2 periods', 30, 1, 60],
    ['a name, and a check each period', 60, 1, 60],
    ['five names, and a check each 6 periods', 10, 5, 60],
    ['five names, and checks that are closer than samples', 60, 5, 15],
  ])('queries that the checks cause do not hide it: %s', (_what, resolutionSeconds, names, interval) => {
    const views = Object.fromEntries(Array.from({ length: names }, (_, i) => [`elb-${i}.test`, [A]]));
    const asked = [{ section: 'dns', sent: names, valid: names }];
    for (const behaviour of ['silent', 'follows'] as const) {
      const watch = new Watch({ resolutionSeconds });
      const events: string[] = [];
      for (let check = 0; check < 40; check += 1) {
        // A question is asked after the counters are read; a process that follows sends no query for it.
        const silent = { resolvers: resolvers(7 + check * names), viewQueries: asked };
        const seen = raw({ tasks: [read('task-1', { views, ...(behaviour === 'silent' && silent) })] });
        events.push(...watch.events(check * interval, seen, behaviour));
      }
      expect([behaviour, events]).toEqual([
        behaviour,
        behaviour === 'silent' ? ['opened critical silent-resolver (task-1)'] : [],
      ]);
    }
  });

  test('one section of two falls silent', () => {
    const watch = new Watch();
    const other = (sent: number) => ({ section: 'other', sent, valid: sent, failures: {} });
    // The clock of the watch adds a query a period to each section: this one has stopped.
    const seen = (at: number) =>
      raw({ tasks: [read('task-1', { resolvers: [...resolvers(360), other(360 - at / 10)] })] });
    const events = [0, 60, 120].flatMap((at) => watch.events(at, seen(at)).map((event) => `${at} ${event}`));
    expect(events).toEqual(['60 opened critical silent-resolver other (task-1)']);
  });
});

describe('a proxy that cannot be read', () => {
  test('as a whole: unchecked, critical after the limit, over when it is read', () => {
    const watch = new Watch();
    const events: string[] = [];
    for (let at = 0; at <= 960; at += 60) {
      events.push(...eventsOf(watch.unchecked(at)).map((event) => `${at} ${event}`));
    }
    expect(events).toEqual(['60 opened warning unchecked', '900 changed critical unchecked']);
    expect(watch.events(1020, raw())).toEqual(['closed critical unchecked']);
  });

  test('because none of its tasks answers', () => {
    const unreadable = raw({ tasks: [{ task: { id: 'task-1' }, unreachable: 'connection refused' }] });
    expect(new Watch().minutely(0, 960, unreadable)).toEqual([
      '60 opened warning unchecked',
      '60 opened warning unreachable-task (task-1)',
      '900 changed critical unchecked',
    ]);
  });

  test('in part: unreachable, and unchecked when it lasts', () => {
    const half = raw({ tasks: [read('task-1'), { task: { id: 'task-2' }, unreachable: 'connection refused' }] });
    expect(new Watch().minutely(0, 960, half)).toEqual([
      '60 opened warning unreachable-task (task-2)',
      '900 opened critical unchecked',
    ]);
  });
});

test('another process than before answers at an endpoint: the old one may still run', () => {
  const watch = new Watch({ tasks: { endpoints: ['task-1:9990'] } });
  expect(watch.minutely(0, 60, raw())).toEqual([]);
  const reloaded = raw({ tasks: [read('task-1', { uptimeSeconds: -100, resolvers: resolvers(0) })] });
  expect(watch.events(120, reloaded)).toEqual(['opened info unseen-process (task-1)']);
  const later = watch.minutely(180, 3900, reloaded);
  expect(later).toEqual(['3720 closed info unseen-process (task-1)']);
});

test('`constructor` and `__proto__` are names like others', () => {
  const record = {
    upstreams: ['__proto__', 'constructor'].map((dnsName) => ({ backend: dnsName, dnsName, port: 80 })),
  };
  const tasks = [
    read('__proto__', {
      slots: ['__proto__', 'constructor'].map((name) => ({ ...slots('10.0.0.9')[0]!, backend: name, fqdn: name })),
    }),
  ];
  const both = [upstream([A], { interfaces: [A] }), upstream([B], { interfaces: [B] })];
  const watch = new Watch(record);
  watch.check(0, raw({ upstreams: both, tasks }), 'silent');
  const events = watch.events(60, raw({ upstreams: both, tasks }), 'silent').filter((event) => event.includes('stale'));
  expect(events).toEqual([
    'opened critical stale-address 10.0.0.9 (__proto__)',
    'opened critical stale-address 10.0.0.9 (__proto__)',
  ]);
});

test('a process that follows and does not take a live address into a free slot: information', () => {
  const seen = raw({ tasks: [read('task-1', { slots: slots(A, undefined) })] });
  const watch = new Watch();
  expect(watch.minutely(0, 600, seen)).toEqual(['300 opened info uncovered-address 10.0.0.2 (task-1)']);
  const silent = new Watch();
  expect(silent.minutely(0, 600, seen, 'silent')).toEqual(['60 opened critical silent-resolver (task-1)']);
});

describe('with the tasks of an earlier listing', () => {
  const listing = { at: 0, service: 'fleet/orders', tasks: [{ id: 'task-1', host: '10.1.0.1' }] };
  const before = raw({ ...holding(A, B), listing });
  const remembered = { ...before, remembered: true };

  test('drift is found as with those of a new one, and the listing is kept', () => {
    const watch = watchOf(before, 'silent');
    const drifted = { ...raw({ live: [B], ...holding(A, B), listing }), remembered: true };
    expect(watch.minutely(180, 300, drifted, 'silent')).toEqual([
      '240 opened critical stale-address 10.0.0.1 (task-1)',
    ]);
    expect(watch.state.listing).toEqual(listing);
  });

  test.each<[what: string, tasks: RawObservation['tasks']]>([
    ['does not answer', [{ task: { id: 'task-1' }, unreachable: 'connect ETIMEDOUT' }]],
    ['is another process than before', [read('task-1', { uptimeSeconds: -500, slots: slots('10.9.9.9') })]],
  ])('a task that %s has no verdict and keeps its incidents, and it is to be listed again', (_what, tasks) => {
    const watch = watchOf(before, 'silent');
    watch.minutely(180, 240, raw({ live: [B], ...holding(A, B), listing }), 'silent');
    const { verdicts, open, observation } = watch.check(300, {
      ...raw({ live: [B], tasks, listing }),
      remembered: true,
    });
    expect(verdicts.map(({ kind }) => kind)).toEqual(['unchecked']);
    expect(open.map(({ kind }) => kind)).toEqual(['silent-resolver', 'stale-address']);
    expect(observation.tasks).toEqual([expect.objectContaining({ unchecked: true })]);
    expect(watch.state.listing).toEqual({ ...listing, outdated: true });
    watch.check(360, { ...raw({ ...holding(A, B), listing: watch.state.listing }), remembered: true }, 'silent');
    expect(watch.state.listing).toEqual(listing);
  });

  test.each<[what: string, seen: RawObservation]>([
    ['the service has no task', { ...raw({ tasks: [], listing: { ...listing, tasks: [] } }), remembered: true }],
    ['a task has no server of the load balancer', { ...remembered, tasks: [read('task-1', { slots: [] })] }],
    [
      'a task runs another branch',
      { ...remembered, tasks: [read('task-1', { version: '2.8.1', slots: slots(A, B) })] },
    ],
  ])('%s: that may be about tasks of before, so it neither opens nor closes an incident', (_what, seen) => {
    expect(watchOf(before).minutely(180, 900, seen)).toEqual([]);
    const open = watchOf(before);
    const opened = open.minutely(180, 420, { ...seen, remembered: false });
    expect(opened).toHaveLength(1);
    // What is remembered is the last list.
    expect(open.minutely(480, 900, seen.tasks.length === 0 ? seen : remembered)).toEqual([]);
    expect(open.minutely(960, 960, before)).toEqual([expect.stringContaining('960 closed')]);
  });

  test('more tasks than a state has room for are not remembered', () => {
    const many = Array.from({ length: 201 }, (_, i) => ({ id: `task-${i}`, host: '10.1.0.1' }));
    const watch = watchOf(raw({ ...holding(A, B), listing: { ...listing, tasks: many } }));
    expect(watch.state.listing).toBeUndefined();
  });
});
