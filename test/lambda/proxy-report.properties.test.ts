import fc from 'fast-check';
import type { ObservedUpstream, RawObservation } from '../../lambda/controller/domain/observation';
import { type ProxyReport, reportOn } from '../../lambda/controller/domain/proxy-report';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import { decodeState, encodeState } from '../../lambda/controller/state/codec';
import { anyTasks, reordered, shuffledTasks, someAddresses } from './arbitrary-observations';
import { RECORD, read, resolvers, START, slots } from './observations';

const anyUpstream: fc.Arbitrary<ObservedUpstream> = fc
  .record({
    answers: someAddresses,
    silent: fc.boolean(),
    owned: fc.oneof(fc.constant([]), someAddresses),
    interfaces: fc.option(someAddresses, { nil: undefined }),
    balancer: fc.option(fc.constantFrom('unusable', 'unread'), { nil: undefined, freq: 4 }),
  })
  .map(({ silent, balancer, ...seen }): ObservedUpstream => {
    const unanswered = silent && seen.answers.length === 0 ? ['A' as const] : [];
    return { ...seen, unanswered, balancer, problems: balancer === 'unusable' ? ['it is gone'] : [], degraded: [] };
  });

/** The results of the probes of one check. */
const anySeen: fc.Arbitrary<RawObservation> = fc
  .record({ upstream: anyUpstream, tasks: anyTasks, deploying: fc.boolean() })
  .map(({ upstream, ...seen }) => ({ ...seen, upstreams: [upstream] }));

/** The same, everything that is a list in another order. */
function shuffledSeen({ upstreams: [upstream], tasks, deploying }: RawObservation): fc.Arbitrary<RawObservation> {
  const { answers, owned, interfaces, ...rest } = upstream!;
  return fc
    .record({
      answers: reordered(answers),
      owned: reordered(owned),
      interfaces: interfaces === undefined ? fc.constant(undefined) : reordered(interfaces),
      tasks: shuffledTasks(tasks),
    })
    .map(({ tasks: inAnyOrder, ...lists }) => ({ upstreams: [{ ...rest, ...lists }], tasks: inAnyOrder, deploying }));
}

/** Checks at 1 to 200 s from each other. */
const checksOf = <T>(seen: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), seen), { minLength: 1, maxLength: 12 });

/** Makes the checks, each with the saved state of the one before. */
function run(checks: readonly (readonly [number, RawObservation])[]): (ProxyReport & { at: number })[] {
  let [at, state]: [number, ProxyState] = [START, NO_STATE];
  return checks.map(([after, seen]) => {
    at += after * 1000;
    const report = reportOn(RECORD, state, seen, at);
    state = decodeState(encodeState(report.state))!;
    return { at, ...report };
  });
}

test('the same observation has no second event, and nothing to write down', () => {
  fc.assert(
    fc.property(checksOf(anySeen), (checks) => {
      const { state, at } = run(checks).at(-1)!;
      const again = reportOn(RECORD, decodeState(encodeState(state))!, checks.at(-1)![1], at);
      expect(again.events).toEqual([]);
      expect(encodeState(again.state)).toBe(encodeState(state));
    }),
  );
});

test('what stays as it is opens once, and is not reported again', () => {
  const often = fc.tuple(anySeen, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 }));
  fc.assert(
    fc.property(often, ([seen, gaps]) => {
      // After the time in which addresses settle and leave.
      const reports = run([[1, seen], [200, seen], ...gaps.map((gap) => [gap, seen] as const)]).slice(1);
      const events = reports
        .flatMap((report) => report.events)
        // Counters that stand still are a process that has stopped to ask DNS.
        .filter(({ incident }) => !incident.kind.endsWith('-resolver'));
      const ids = events.filter(({ event }) => event === 'incident-opened').map(({ incident }) => incident.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(events.filter(({ event }) => event === 'incident-resolved')).toEqual([]);
    }),
  );
});

test('the order of tasks, slots, answers, owned addresses and interfaces does not matter', () => {
  const both = checksOf(anySeen.chain((seen) => fc.tuple(fc.constant(seen), shuffledSeen(seen))));
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

test('a stale address is an incident only if a task held it outside of the live set a grace time ago and now', () => {
  fc.assert(
    fc.property(checksOf(anySeen), (checks) => {
      const reports = run(checks);
      const heldOutside = (at: number, task?: string, address = '') =>
        reports.some(
          ({ at: then, observation: { tasks, upstreams } }) =>
            then === at &&
            upstreams[0]!.live.length > 0 &&
            !upstreams[0]!.live.includes(address) &&
            tasks.some(
              (one) =>
                one.task.id === task && 'runtime' in one && one.runtime.slots.some((slot) => slot.address === address),
            ),
        );
      for (const { at, events } of reports) {
        for (const { incident } of events.filter(({ event }) => event === 'incident-opened')) {
          if (incident.kind === 'stale-address') {
            expect(at - incident.firstSeen).toBeGreaterThanOrEqual(RECORD.graceSeconds * 1000);
            expect(heldOutside(at, incident.task, incident.address)).toBe(true);
            expect(heldOutside(incident.firstSeen, incident.task, incident.address)).toBe(true);
          }
        }
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
      let state: ProxyState = NO_STATE;
      const reported: string[] = [];
      for (let seconds = every; seconds < end + 3 * every; seconds += every) {
        const sent = periods(Math.min(seconds, stops)) + Math.max(0, periods(seconds - resumes));
        const runtime = { uptimeSeconds: seconds, resolvers: resolvers(sent), slots: slots('10.0.0.1') };
        const upstreams = [{ answers: ['10.0.0.1'], owned: [], problems: [], degraded: [] }];
        const seen = { upstreams, tasks: [read('task-1', runtime)] };
        const report = reportOn(record, decodeState(encodeState(state))!, seen, START + seconds * 1000);
        reported.push(...report.events.map(({ event, incident }) => `${event} ${incident.kind}`));
        state = report.state;
      }
      expect(reported).toEqual(['incident-opened silent-resolver', 'incident-resolved silent-resolver']);
    }),
    { numRuns: 40 },
  );
});
