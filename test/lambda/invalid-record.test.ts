import { reportInvalid } from '../../lambda/controller/domain/invalid-record';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import { withoutDelivered } from '../../lambda/controller/domain/unsent-events';
import { raw, START } from './observations';
import { eventsOf, Watch } from './watch';

const at = (seconds: number) => START + seconds * 1000;

/** The state of a proxy with an open incident, all of whose events were delivered. */
function withIncident(): ProxyState {
  const watch = new Watch();
  watch.minutely(0, 60, raw(), 'silent');
  const { state } = watch;
  return withoutDelivered(state, new Set(state.unsent.map(({ eventId }) => eventId)));
}

describe('a record that is malformed', () => {
  const WHY = 'upstreams is not a list';

  test('keeps its incidents and opens one of its own, once', () => {
    const first = reportInvalid('orders', withIncident(), WHY, at(120));
    expect(eventsOf(first)).toEqual(['opened critical invalid-record']);
    expect(first.events[0]!.incident.message).toBe(`the record of orders is malformed: ${WHY}`);
    expect(first.open.map(({ kind }) => kind)).toEqual(['silent-resolver', 'invalid-record']);
    const second = reportInvalid('orders', first.state!, WHY, at(180));
    expect([second.events, second.open.length]).toEqual([[], 2]);
    expect(second.state!.unsent).toEqual(first.events);
  });

  test('is critical also for a proxy without an earlier check', () => {
    const { proxy, open } = reportInvalid('orders-1', NO_STATE, WHY, at(0));
    expect([proxy, open.map(({ message }) => message)]).toEqual([
      'orders-1',
      [`the record of orders-1 is malformed: ${WHY}`],
    ]);
  });

  test('is over with the next check, which continues the incidents', () => {
    const { state } = reportInvalid('orders', withIncident(), WHY, at(120));
    const watch = new Watch({}, state);
    const { events, open } = watch.check(180, raw(), 'silent');
    expect(events).toMatchObject([
      { change: 'closed', incident: { kind: 'invalid-record', message: 'the record of orders is valid' } },
    ]);
    expect(open).toMatchObject([{ kind: 'silent-resolver', ageSeconds: 120 }]);
  });

  test('is over also with a check that fails: its record was valid', () => {
    const { state } = reportInvalid('orders', withIncident(), WHY, at(120));
    expect(eventsOf(new Watch({}, state).unchecked(180))).toEqual(['closed critical invalid-record']);
  });

  test('and then deleted closes as critical, so that each target that got its opening also gets its end', () => {
    const malformed = reportInvalid('orders', withIncident(), WHY, at(120));
    const gone = reportInvalid('orders', malformed.state!, undefined, at(180));
    expect(eventsOf(gone)).toEqual(['changed warning invalid-record']);
    expect(eventsOf(reportInvalid('orders', gone.state!, undefined, at(90_000)))).toEqual([
      'closed critical silent-resolver (task-1)',
      'closed critical invalid-record',
    ]);
  });
});

describe('a record that was deleted', () => {
  test('without an open incident its state is removed', () => {
    expect(reportInvalid('orders', NO_STATE, undefined, at(0))).toEqual({ proxy: 'orders', open: [], events: [] });
  });

  test('keeps the events that are not delivered', () => {
    const watch = new Watch();
    watch.minutely(0, 60, raw(), 'silent');
    watch.check(120, raw());
    const { state } = reportInvalid('orders', watch.state, undefined, at(180));
    expect(state).toEqual({ ...NO_STATE, proxy: 'orders', unsent: watch.state.unsent });
    expect(state!.unsent.map(({ change }) => change)).toEqual(['opened', 'closed']);
  });

  test('keeps its open incidents for a day, names the end of it, and then closes them', () => {
    const first = reportInvalid('orders', withIncident(), undefined, at(120));
    expect(eventsOf(first)).toEqual(['opened warning invalid-record']);
    expect(first.events[0]!.incident.message).toBe(
      'the record of orders is gone; its 1 open incident is kept until 2026-11-23T12:02:00.000Z',
    );
    const later = reportInvalid('orders', first.state!, undefined, at(120 + 86_399));
    expect([later.events, later.open.length]).toEqual([[], 2]);
    const last = reportInvalid('orders', later.state!, undefined, at(120 + 86_400));
    expect(last.open).toEqual([]);
    expect(last.events.map(({ change, incident }) => [change, incident.kind, incident.message])).toEqual([
      ['closed', 'silent-resolver', 'orders is not registered any more'],
      ['closed', 'invalid-record', 'orders is not registered any more'],
    ]);
    const delivered = withoutDelivered(last.state!, new Set(last.state!.unsent.map(({ eventId }) => eventId)));
    expect(reportInvalid('orders', delivered, undefined, at(90_000)).state).toBeUndefined();
  });
});
