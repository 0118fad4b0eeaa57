import fc from 'fast-check';
import type { IncidentEvent } from '../../lambda/controller/domain/incident';
import { NO_STATE, type ProxyState, type WatchedVerdict } from '../../lambda/controller/domain/state';
import { decodeState, encodeState, MAX_BYTES } from '../../lambda/controller/state/codec';
import type { Severity } from '../../lib/contract/verdicts';
import { raw, START } from './observations';
import { Watch } from './watch';

/** An open incident that this many tasks have. */
function row(address: string, tasks: number, severity: Severity = 'critical', firstSeen = START): WatchedVerdict {
  return {
    kind: 'stale-address',
    severity,
    upstream: 'upstream',
    address,
    id: `id-${address}`,
    message: `${tasks} of ${tasks} tasks: task-0 sends to ${address} (upstream/elb2), which elb.test does not have`,
    firstSeen,
    sinceAtLeast: firstSeen,
    openedAt: firstSeen,
    tasks: Array.from({ length: tasks }, (_, i) => ({
      id: `0123456789abcdef0123456789ab${String(i).padStart(4, '0')}`,
      severity,
      firstSeen,
      checks: 2,
      open: true,
    })),
    remediation: 'aws ecs update-service --cluster fleet --service orders --force-new-deployment',
    events: 1,
  };
}

/** That it opened, or changed. */
function event(about: WatchedVerdict, change: IncidentEvent['change'] = 'opened'): IncidentEvent {
  const { id, kind, severity, message, firstSeen, remediation, tasks } = about;
  const incident = { id, proxy: 'orders', kind, severity, message, tasks: tasks.slice(0, 100).map((task) => task.id) };
  const times = { firstSeen, openedAt: firstSeen, ageSeconds: 60, detectionSeconds: 60 };
  return {
    eventId: `${id}-1`,
    change,
    at: START,
    incident: { ...incident, ...times, taskCount: tasks.length, live: [], remediation },
  };
}

const keptOf = (state: ProxyState) => decodeState(encodeState(state))!;

test('a state is the same after it was written and read', () => {
  const watch = new Watch();
  watch.minutely(0, 120, raw(), 'silent');
  const { state } = watch;
  expect(state.unsent).toHaveLength(1);
  expect(decodeState(encodeState(state))).toEqual(state);
  expect(decodeState(encodeState(NO_STATE))).toEqual(NO_STATE);
});

test('the same state is the same text', () => {
  const state = { ...NO_STATE, watched: [row('10.0.0.1', 3)] };
  expect(encodeState(structuredClone(state))).toBe(encodeState(state));
});

describe('what does not fit', () => {
  test('gives what is not critical, the least severe and then the newest first', () => {
    const watched = [
      row('10.0.0.1', 1000, 'info', START),
      row('10.0.0.2', 1000, 'warning', START),
      row('10.0.0.3', 1000, 'warning', START + 1),
      row('10.0.0.4', 1200),
    ];
    const kept = keptOf({ ...NO_STATE, watched });
    expect(kept.watched.map(({ address, tasks }) => [address, tasks.length])).toEqual([
      ['10.0.0.2', 1000],
      ['10.0.0.4', 1200],
    ]);
  });

  test('gives the counters first, then the events of changes', () => {
    const critical = row('10.0.0.4', 2900);
    const samples = [{ at: START, tasks: [{ task: 'x'.repeat(50_000), uptimeSeconds: 1, sections: [] }] }];
    const unsent = [event(critical), event(row('10.0.0.5', 100, 'warning'))];
    const kept = keptOf({ ...NO_STATE, samples, watched: [critical], unsent });
    expect([kept.samples.length, kept.unsent.length, kept.watched[0]!.tasks.length]).toEqual([0, 2, 2900]);
  });

  test('never is a critical incident, nor that it opened', () => {
    const anyRows = fc.record({
      criticals: fc.integer({ min: 1, max: 200 }),
      lesser: fc.nat(200),
      tasks: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(anyRows, ({ criticals, lesser, tasks }) => {
        const critical = Array.from({ length: criticals }, (_, i) => row(`10.0.0.${i}`, tasks));
        const others = Array.from({ length: lesser }, (_, i) => row(`10.0.1.${i}`, tasks, 'info'));
        const unsent = critical.map((one) => event(one));
        const text = encodeState({ ...NO_STATE, watched: [...others, ...critical], unsent });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
        const kept = decodeState(text)!;
        const ids = kept.watched.filter(({ severity }) => severity === 'critical').map(({ id }) => id);
        expect(ids).toEqual(critical.map(({ id }) => id));
        expect(kept.unsent.map(({ eventId }) => eventId)).toEqual(unsent.map(({ eventId }) => eventId));
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

test.each([
  ['nothing', ''],
  ['not JSON', '{'],
  ['another version', JSON.stringify({ ...NO_STATE, format: 1 })],
  ['null', 'null'],
  ['a list', '[]'],
  ['a state without a member', JSON.stringify({ format: 2, names: [] })],
  [
    'a kind that is none',
    JSON.stringify({ ...NO_STATE, format: 2, watched: [{ ...row('10.0.0.1', 1), kind: 'toString' }] }),
  ],
  [
    'a time that is a text',
    JSON.stringify({ ...NO_STATE, format: 2, watched: [{ ...row('10.0.0.1', 1), firstSeen: 'x' }] }),
  ],
])('%s is not a state', (_what, text) => {
  expect(decodeState(text)).toBeUndefined();
});

test('members of a newer version do no harm', () => {
  const text = JSON.stringify({ ...NO_STATE, format: 2, later: 1, watched: [{ ...row('10.0.0.1', 1), later: 1 }] });
  expect(decodeState(text)?.watched).toMatchObject([{ id: 'id-10.0.0.1' }]);
});

test('a text that is not a state is refused without an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(decodeState(text)).toBeUndefined();
    }),
  );
});
