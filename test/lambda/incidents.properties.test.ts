import fc from 'fast-check';
import { anyObservation } from './arbitrary-observations';
import { Watch } from './watch';

/** Any sequence of checks, 1 to 90 s apart, with a grace time of 60 s. */
const anyChecks = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), anyObservation), { maxLength: 25 });

/** Makes the checks; returns the events of each, and the open incidents after it. */
function run(checks: readonly (readonly [number, Parameters<Watch['check']>[1]])[]) {
  const watch = new Watch();
  let at = 0;
  return checks.map(([after, seen]) => {
    at += after;
    return { at, seen, ...watch.check(at, seen) };
  });
}

test('an incident opens once and is resolved at most once, in this order, for any observations', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const reported = new Map<string, string[]>();
      for (const { event, incident } of run(checks).flatMap(({ events }) => events)) {
        reported.set(incident.id, [...(reported.get(incident.id) ?? []), event]);
      }
      for (const events of reported.values()) {
        expect(events.map((event) => event.replace('incident-', '')).join(' ')).toMatch(
          /^opened( updated)*( resolved)?$/,
        );
      }
    }),
  );
});

test('open are those that were opened and not resolved, after every check', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const expected = new Set<string>();
      for (const { events, open } of run(checks)) {
        for (const { event, incident } of events) {
          expected[event === 'incident-resolved' ? 'delete' : 'add'](incident.id);
        }
        expect(new Set(open.map(({ id }) => id))).toEqual(expected);
      }
    }),
  );
});

test('no incident is younger than the grace time, and none comes from one check', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      for (const { seen, open } of run(checks)) {
        for (const { ageSeconds } of open) {
          expect(ageSeconds).toBeGreaterThanOrEqual(seen.record.graceSeconds);
        }
      }
      expect(run(checks.slice(0, 1)).flatMap(({ events }) => events)).toEqual([]);
    }),
  );
});

test('no incident is about a task that does not run', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      for (const { seen, open } of run(checks)) {
        const running = seen.tasks.map(({ task }) => task.id);
        expect(running).toEqual(expect.arrayContaining(open.flatMap(({ task }) => task ?? [])));
      }
    }),
  );
});
