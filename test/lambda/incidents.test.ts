import { evaluate } from '../../lambda/controller/domain/evaluate';
import { track } from '../../lambda/controller/domain/incidents';
import type { Observation } from '../../lambda/controller/domain/observation';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { deepFrozen } from './arbitrary-observations';
import { observation, RECORD, read, START, slots, unread } from './observations';
import { Watch } from './watch';

const STALE = observation({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.9') })] });
const FINE = observation();

/** An incident on STALE that was first seen at the start and opened after the grace time. */
function watchWithIncident(): Watch {
  const watch = new Watch();
  watch.check(0, STALE);
  expect(watch.events(60, STALE)).toEqual(['opened stale-address task-1 10.0.0.9']);
  return watch;
}

describe('an incident opens when a verdict has lasted for the grace time', () => {
  test('and not before', () => {
    const watch = new Watch();
    expect(watch.check(0, STALE)).toMatchObject({ events: [], open: [] });
    expect(watch.check(59, STALE)).toMatchObject({ events: [], open: [] });
    expect(watch.events(60, STALE)).toEqual(['opened stale-address task-1 10.0.0.9']);
  });

  test('and has its subject, its start and its id', () => {
    const watch = new Watch();
    watch.check(0, STALE);
    const { events, open } = watch.check(61, STALE);
    expect(events).toEqual([{ event: 'incident-opened', incident: open[0] }]);
    expect(open).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        proxy: 'orders',
        kind: 'stale-address',
        severity: 'critical',
        upstream: 'upstream',
        task: 'task-1',
        address: '10.0.0.9',
        slots: ['upstream/elb2'],
        firstSeen: START,
        openedAt: START + 61_000,
        ageSeconds: 61,
        message: 'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test no longer has',
      },
    ]);
  });

  test('once: it stays open in later checks without an event', () => {
    const watch = watchWithIncident();
    const { events, open } = watch.check(3600, STALE);
    expect(events).toEqual([]);
    expect(open).toMatchObject([{ kind: 'stale-address', ageSeconds: 3600 }]);
  });

  test('and never by one check, even where the record has no grace time', () => {
    const seen = { ...STALE, record: { ...RECORD, graceSeconds: 0 } };
    const watch = new Watch();
    expect(watch.events(0, seen)).toEqual([]);
    expect(watch.events(1, seen)).toEqual(['opened stale-address task-1 10.0.0.9']);
  });

  test('and never for a verdict that comes and goes', () => {
    const watch = new Watch();
    const events = [STALE, FINE, STALE, FINE, STALE].flatMap((seen, i) => watch.events(i * 50, seen));
    expect(events).toEqual([]);
  });
});

describe('an incident is resolved', () => {
  test('once, by the first check that does not find it', () => {
    const watch = watchWithIncident();
    const [opened] = watch.check(100, STALE).open;
    const { events, open } = watch.check(120, FINE);
    expect(open).toEqual([]);
    expect(events).toEqual([
      { event: 'incident-resolved', incident: { ...opened, ageSeconds: 120, message: 'resolved' } },
    ]);
    expect(watch.check(180, FINE)).toEqual({ watched: {}, events: [], open: [] });
  });

  test('when its task no longer runs', () => {
    const { events } = watchWithIncident().check(120, observation({ tasks: [read('task-2')] }));
    expect(events).toMatchObject([
      { event: 'incident-resolved', incident: { task: 'task-1', message: 'resolved: task-1 no longer runs' } },
    ]);
  });

  test('when no task runs at all, which is another story', () => {
    const watch = watchWithIncident();
    const gone = observation({ tasks: [] });
    expect(watch.events(120, gone)).toEqual(['resolved stale-address task-1 10.0.0.9']);
    expect(watch.events(180, gone)).toEqual(['opened no-running-task']);
    expect(watch.events(240, FINE)).toEqual(['resolved no-running-task']);
  });
});

const NOT_LOOKED_AT: [what: string, seen: Observation][] = [
  ['its task does not answer', observation({ tasks: [unread('task-1')] })],
  [
    'its task does not answer and no address of the upstream is known',
    observation({ live: [], tasks: [unread('task-1')] }),
  ],
  ['no address of the upstream is known', observation({ live: [], tasks: STALE.tasks })],
  [
    'its task has lost the backend',
    observation({ tasks: [read('task-1', { slots: [{ backend: 'other', name: 'elb1', checked: true }] })] }),
  ],
];

describe.each(NOT_LOOKED_AT)('while %s', (_what, seen) => {
  test('an incident stays open', () => {
    const watch = watchWithIncident();
    const { events, open } = watch.check(120, seen);
    expect(events.filter(({ incident }) => incident.kind === 'stale-address')).toEqual([]);
    expect(open.filter(({ kind }) => kind === 'stale-address')).toMatchObject([
      { ageSeconds: 120, address: '10.0.0.9', message: 'not checked this time' },
    ]);
    expect(watch.events(180, FINE)).toContain('resolved stale-address task-1 10.0.0.9');
  });

  test('none is opened, and the earlier state is kept', () => {
    const watch = new Watch();
    watch.check(0, STALE);
    expect(watch.check(70, seen).open.filter(({ kind }) => kind === 'stale-address')).toEqual([]);
    const [opened] = watch.check(80, STALE).events;
    expect(opened).toMatchObject({ event: 'incident-opened', incident: { firstSeen: START, ageSeconds: 80 } });
  });
});

test('what was left alone by a task that does not answer is resolved when the task is gone', () => {
  const watch = watchWithIncident();
  watch.check(120, observation({ tasks: [unread('task-1')] }));
  expect(watch.events(180, observation({ tasks: [read('task-2')] }))).toContain(
    'resolved stale-address task-1 10.0.0.9',
  );
});

describe('the id of an incident', () => {
  const idOf = (watch: Watch, from: number, seen: Observation) => {
    watch.check(from, seen);
    return watch.check(from + 60, seen).open[0]!.id;
  };

  test('is the same in every instance of the function', () => {
    expect(idOf(new Watch(), 0, STALE)).toBe(idOf(new Watch(), 0, STALE));
  });

  test('is the same from the opening to the end', () => {
    const watch = new Watch();
    const id = idOf(watch, 0, STALE);
    expect(watch.check(120, observation({ tasks: [unread('task-1')] })).open[0]!.id).toBe(id);
    expect(watch.check(180, FINE).events[0]!.incident.id).toBe(id);
  });

  test.each<[what: string, from: number, seen: Observation]>([
    ['a later occurrence', 1, STALE],
    ['another proxy', 0, { ...STALE, record: { ...RECORD, proxy: 'payments' } }],
    ['another task', 0, observation({ tasks: [read('task-2', { slots: slots('10.0.0.9') })] })],
    ['another address', 0, observation({ tasks: [read('task-1', { slots: slots('10.0.0.8') })] })],
    ['another verdict', 0, observation({ tasks: [read('task-1', { slots: slots(undefined) })] })],
  ])('differs for %s', (_what, from, seen) => {
    expect(idOf(new Watch(), from, seen)).not.toBe(idOf(new Watch(), 0, STALE));
  });

  test('differs when the same comes back', () => {
    const watch = new Watch();
    const first = idOf(watch, 0, STALE);
    watch.check(120, FINE);
    expect(idOf(watch, 180, STALE)).not.toBe(first);
  });
});

test('the state that came in is not changed', () => {
  const { watched } = track(NO_STATE, STALE, evaluate(STALE));
  const state = deepFrozen({ dns: {}, watched });
  const later = { ...STALE, at: START + 60_000 };
  expect(track(state, later, evaluate(later)).events).toHaveLength(1);
  expect(Object.values(state.watched)).toMatchObject([{ kind: 'stale-address', firstSeen: START }]);
});
