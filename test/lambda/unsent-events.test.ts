import fc from 'fast-check';
import type { Incident, IncidentEvent } from '../../lambda/controller/domain/incident';
import { NO_STATE, withOpsItem } from '../../lambda/controller/domain/state';
import { MAX_BYTES, MAX_EVENTS, withoutDelivered, withUnsent } from '../../lambda/controller/domain/unsent-events';
import type { Severity } from '../../lib/contract/verdicts';
import { raw, START } from './observations';
import { Watch } from './watch';

let count = 0;
function event(change: IncidentEvent['change'], severity: Severity, message = ''): IncidentEvent {
  count += 1;
  return { eventId: `e-${count}`, change, at: START, incident: { severity, message } as Incident };
}

const idsOf = (events: readonly IncidentEvent[]) => events.map(({ eventId }) => eventId);
const isEdgeOfCritical = ({ change, incident }: IncidentEvent) =>
  change !== 'changed' && incident.severity === 'critical';

test('events are kept in their order until they are delivered', () => {
  const [a, b, c] = [event('opened', 'critical'), event('changed', 'critical'), event('closed', 'critical')];
  const state = withUnsent(withUnsent(NO_STATE, [a]), [b, c]);
  expect(state.unsent).toEqual([a, b, c]);
  expect(withoutDelivered(state, new Set([b.eventId])).unsent).toEqual([a, c]);
  expect(withoutDelivered(state, new Set(idsOf([a, b, c])))).toEqual(NO_STATE);
});

test('when they are too many, changes are dropped first, then what is not critical, the newest first', () => {
  const changes = Array.from({ length: 10 }, () => event('changed', 'critical'));
  const criticals = Array.from({ length: 100 }, () => event('opened', 'critical'));
  const warnings = Array.from({ length: 100 }, () => event('opened', 'warning'));
  const infos = Array.from({ length: 5 }, () => event('opened', 'info'));
  const { unsent, droppedEvents } = withUnsent(NO_STATE, [...infos, ...warnings, ...changes, ...criticals]);
  expect(idsOf(unsent)).toEqual(idsOf([...warnings, ...criticals]));
  expect(droppedEvents).toBe(15);
});

test('what opened or closed and is critical is never dropped, and the others are bounded', () => {
  const anyEvent = fc.record({
    change: fc.constantFrom('opened' as const, 'changed' as const, 'closed' as const),
    severity: fc.constantFrom('critical' as const, 'warning' as const, 'info' as const),
    size: fc.nat(2000),
  });
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 400 }), (all) => {
      const events = all.map(({ change, severity, size }) => event(change, severity, 'x'.repeat(size)));
      const { unsent, droppedEvents = 0 } = withUnsent(NO_STATE, events);
      expect(unsent.length + droppedEvents).toBe(events.length);
      expect(idsOf(unsent.filter(isEdgeOfCritical))).toEqual(idsOf(events.filter(isEdgeOfCritical)));
      const bytes = JSON.stringify(unsent).length - unsent.length - 1;
      if (unsent.some((one) => !isEdgeOfCritical(one))) {
        expect(unsent.length <= MAX_EVENTS && bytes <= MAX_BYTES).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('the OpsItem of an incident is part of it from then on', () => {
  const watch = new Watch();
  watch.minutely(0, 60, raw(), 'silent');
  const { id } = watch.state.watched[0]!;
  const later = new Watch({}, withOpsItem(watch.state, id, 'oi-1'));
  expect(later.check(120, raw(), 'silent').open).toMatchObject([{ id, opsItem: 'oi-1' }]);
  expect(later.check(180, raw()).events).toMatchObject([{ change: 'closed', incident: { opsItem: 'oi-1' } }]);
});
