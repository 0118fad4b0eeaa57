import fc from 'fast-check';
import { type ProxyReport, reportOn, reportUnchecked } from '../../lambda/controller/domain/proxy-report';
import type { ObservedTask, RawObservation } from '../../lambda/controller/domain/raw-observation';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import { keyOf, verdictKeyOf } from '../../lambda/controller/domain/verdicts/verdict';
import { decodeState, encodeState } from '../../lambda/controller/state/codec';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { anyRaw, deepFrozen, shuffled } from './arbitrary-observations';
import { byName, ELB, RECORD, read, resolvers, START, slots, unread, upstream } from './observations';

/** Undefined: the proxy could not be read. */
type Seen = RawObservation | undefined;

/** Checks at 1 to 200 s from each other. */
const checksOf = <T>(seen: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), seen), { minLength: 1, maxLength: 15 });

const anyChecks = checksOf(fc.option(anyRaw, { nil: undefined, freq: 9 }));

type Made = ProxyReport & { readonly at: number; readonly before: ProxyState };

/** Makes the checks, each with the saved state of the one before. */
function run(checks: readonly (readonly [number, Seen])[], record: RegistryRecord = RECORD): Made[] {
  let [at, state]: [number, ProxyState] = [START, NO_STATE];
  return checks.map(([after, seen]) => {
    at += after * 1000;
    const before = deepFrozen(state);
    const report =
      seen === undefined
        ? reportUnchecked(record, before, 'no time', at)
        : reportOn(record, before, deepFrozen(seen), at);
    state = decodeState(encodeState(report.state))!;
    return { at, before, ...report };
  });
}

test('a report never throws, and changes none of its arguments', () => {
  fc.assert(fc.property(anyChecks, (checks) => void run(checks)));
});

test('a state is the same after it was written and read', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const { state } = run(checks).at(-1)!;
      expect(decodeState(encodeState(state))).toEqual(JSON.parse(JSON.stringify(state)));
    }),
  );
});

test('each verdict occurs once in a check and has one line', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      for (const { verdicts } of run(checks)) {
        const keys = verdicts.map(verdictKeyOf);
        expect(new Set(keys).size).toBe(keys.length);
        expect(verdicts.filter(({ message }) => !/^[^\n]+$/.test(message))).toEqual([]);
      }
    }),
  );
});

test('open incidents have different subjects and different ids', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      for (const { open } of run(checks)) {
        expect(new Set(open.map(keyOf)).size).toBe(open.length);
        expect(new Set(open.map(({ id }) => id)).size).toBe(open.length);
      }
    }),
  );
});

test('an incident opens once, changes, and closes once; each event has an id of its own', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const events = run(checks).flatMap((report) => report.events);
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
      const changes = new Map<string, string[]>();
      for (const { change, incident } of events) {
        changes.set(incident.id, [...(changes.get(incident.id) ?? []), change]);
      }
      for (const all of changes.values()) {
        expect(all.join(' ')).toMatch(/^opened( changed)*( closed)?$/);
      }
    }),
  );
});

test('after every check the open incidents are those with an opening and no closing event', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const expected = new Set<string>();
      for (const { events, open } of run(checks)) {
        for (const { change, incident } of events) {
          expected[change === 'closed' ? 'delete' : 'add'](incident.id);
        }
        expect(new Set(open.map(({ id }) => id))).toEqual(expected);
      }
    }),
  );
});

test('an event is in the state until it is delivered, unless it had no room', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const reports = run(checks);
      const kept = reports.at(-1)!.state.unsent.map(({ eventId }) => eventId);
      expect(kept).toEqual(reports.flatMap(({ events }) => events).map(({ eventId }) => eventId));
    }),
  );
});

test('a check that could not read the proxy closes nothing', () => {
  fc.assert(
    fc.property(anyChecks, (checks) => {
      const reports = run([...checks, [60, undefined]]);
      expect(reports.at(-1)!.events.filter(({ change }) => change === 'closed')).toEqual([]);
    }),
  );
});

test('the order of tasks, slots, answers, owned addresses and interfaces does not matter', () => {
  const both = checksOf(anyRaw.chain((seen) => fc.tuple(fc.constant(seen), shuffled(seen))));
  fc.assert(
    fc.property(both, (checks) => {
      const reported = (which: 0 | 1) =>
        run(checks.map(([after, pair]) => [after, pair[which]])).map(({ verdicts, events, open, state }) => {
          return { verdicts, events, open, state: encodeState(state) };
        });
      expect(reported(1)).toEqual(reported(0));
    }),
  );
});

/** A process whose resolvers have sent a query in each period since its start. */
function follower(id: string, at: number, held: readonly string[], view?: readonly string[]) {
  const uptimeSeconds = 3600 + at;
  return read(id, {
    uptimeSeconds,
    resolvers: resolvers(Math.floor(uptimeSeconds / RECORD.resolutionSeconds)),
    slots: slots(...held),
    ...(view !== undefined && { views: { [ELB]: view } }),
  });
}

const NODES = Array.from({ length: 40 }, (_, i) => `10.0.1.${i + 1}`);
const anyPart = fc.uniqueArray(fc.constantFrom(...NODES), { minLength: 1, maxLength: 8 });

test('a process that follows DNS is never critical on a partial truth, whatever its DNS says', () => {
  const anyCheck = fc.record({
    after: fc.integer({ min: 20, max: 3600 }),
    probe: anyPart,
    held: anyPart,
    viewed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyCheck, { minLength: 1, maxLength: 30 }), (all) => {
      let at = 0;
      const checks = all.map(({ after, probe, held, viewed }): [number, Seen] => {
        at += after;
        return [after, byName(probe, { tasks: [follower('task-1', at, held, viewed ? held : undefined)] })];
      });
      for (const { open } of run(checks)) {
        expect(open.filter(({ severity }) => severity === 'critical')).toEqual([]);
      }
    }),
  );
});

test('a process that follows DNS is never critical while its addresses are on the interfaces', () => {
  const anyCheck = fc.record({ after: fc.integer({ min: 20, max: 3600 }), probe: anyPart, held: anyPart });
  fc.assert(
    fc.property(fc.array(anyCheck, { minLength: 1, maxLength: 30 }), (all) => {
      let at = 0;
      const checks = all.map(({ after, probe, held }): [number, Seen] => {
        at += after;
        const seen = [upstream(probe, { interfaces: NODES })];
        return [after, byName([], { upstreams: seen, tasks: [follower('task-1', at, held)] })];
      });
      for (const { open } of run(checks)) {
        expect(open.filter(({ severity }) => severity === 'critical')).toEqual([]);
      }
    }),
  );
});

test('a resolver that stops is one incident until it asks again, however long its period is', () => {
  fc.assert(
    fc.property(fc.constantFrom(10, 60, 300), fc.integer({ min: 20, max: 300 }), (resolutionSeconds, every) => {
      const record = { ...RECORD, resolutionSeconds };
      const periods = (seconds: number) => Math.floor(seconds / resolutionSeconds);
      // It asks for 5 of its periods, is silent for a good while, and asks again.
      const [stops, resumes, end] = [5, 105, 155].map((count) => count * resolutionSeconds) as [number, number, number];
      const checks: [number, Seen][] = [];
      for (let seconds = every; seconds < end + 3 * every; seconds += every) {
        const sent = periods(Math.min(seconds, stops)) + Math.max(0, periods(seconds - resumes));
        const runtime = { uptimeSeconds: seconds, resolvers: resolvers(sent), slots: slots('10.0.0.1') };
        checks.push([every, byName(['10.0.0.1'], { tasks: [read('task-1', runtime)] })]);
      }
      const reported = run(checks, record).flatMap(({ events }) =>
        events.map(({ change, incident }) => `${change} ${incident.kind}`),
      );
      expect(reported).toEqual(['opened silent-resolver', 'closed silent-resolver']);
    }),
    { numRuns: 20 },
  );
});

/** An observation whose tasks an earlier run listed. */
const anyRemembered: fc.Arbitrary<RawObservation> = anyRaw.map((seen) => ({ ...seen, remembered: true }));

test('with the tasks of an earlier listing none counts as missing or unreachable', () => {
  fc.assert(
    fc.property(checksOf(fc.oneof(anyRaw, anyRemembered)), (checks) => {
      run(checks).forEach(({ verdicts }, i) => {
        const [, seen] = checks[i]!;
        if (!seen.remembered) {
          return;
        }
        const read = new Set(seen.tasks.filter((task) => 'runtime' in task).map(({ task }) => task.id));
        const wrong = verdicts.filter(
          ({ kind, task }) =>
            kind === 'no-running-task' || kind === 'unreachable-task' || (task !== undefined && !read.has(task)),
        );
        expect(wrong).toEqual([]);
      });
    }),
  );
});

test('with an earlier listing at whose addresses others answer only the proxy as a whole becomes critical', () => {
  /** The tasks of the last list: none answers, or only what began after it. */
  const anyReplaced = fc
    .tuple(anyRaw, fc.array(fc.constantFrom('silent', 'late', 'other'), { minLength: 3, maxLength: 3 }))
    .map(([seen, ends]) => ({ seen, ends }));
  fc.assert(
    fc.property(checksOf(anyRaw), checksOf(anyReplaced), (before, after) => {
      const listed = before.at(-1)![1].tasks;
      // Long enough that each of them was seen, and that its counters are those of another process.
      const known = listed.map(
        (task): ObservedTask =>
          'runtime' in task ? { ...task, runtime: { ...task.runtime, uptimeSeconds: 100_000 } } : task,
      );
      const checks: [number, Seen][] = [
        ...before.map(([seconds, seen]): [number, Seen] => [seconds, { ...seen, tasks: known }]),
        ...after.map(([seconds, { seen, ends }]): [number, Seen] => {
          const tasks = known.map((task, i): ObservedTask => {
            const end = 'runtime' in task ? ends[i] : 'silent';
            if (end === 'other') {
              return read(task.task.id, { ...('runtime' in task && task.runtime), uptimeSeconds: 0 });
            }
            return end === 'late' ? { task: task.task, unchecked: true } : unread(task.task.id);
          });
          return [seconds, { ...seen, tasks, remembered: true }];
        }),
      ];
      const reports = run(checks).slice(before.length);
      const opened = reports.flatMap(({ events }) =>
        events.filter(({ change, incident }) => change === 'opened' && incident.severity === 'critical'),
      );
      const kinds = new Set(opened.map(({ incident }) => incident.kind));
      expect([...kinds].filter((kind) => kind !== 'unchecked' && kind !== 'unknown-upstream')).toEqual([]);
      // What is open on a task stays open, and is not over because of the list.
      const closed = reports.flatMap(({ events }) => events.filter(({ change }) => change === 'closed'));
      expect(closed.filter(({ incident }) => incident.tasks.length > 0)).toEqual([]);
    }),
  );
});
