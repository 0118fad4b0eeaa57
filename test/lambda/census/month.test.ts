import fc from 'fast-check';
import type { MonitorCensus } from '../../../lambda/census/documents';
import { emptyMonth, monthOf, withCensus } from '../../../lambda/census/month';
import { raw, read, START, slots, unread } from '../observations';
import { anySeen, censusesOf, timeOf } from './monitors';

const MONTH = '2026-11';
const MONITOR = '111122223333/eu-west-1/fleet';
const MINUTE = 60_000;

const healthy = raw();
const stale = raw({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.9') })] });
const silent = raw({ tasks: [unread('task-1')] });

const monthOfAll = (censuses: readonly MonitorCensus[]) => monthOf(MONTH, MONITOR, censuses);
const month = (...checks: Parameters<typeof censusesOf>[0]) => monthOfAll(censusesOf(checks));
const at = (minute: number) => timeOf(START + minute * MINUTE);

/** The incidents of the only proxy that are not about what was not seen. */
const staleIn = ({ proxies }: ReturnType<typeof monthOf>) =>
  proxies[0]!.incidents.filter(({ kind }) => kind === 'stale-address');

describe('a blind time', () => {
  test('begins when a run last saw all of the proxy, and ends with the run that sees it again', () => {
    expect(month(healthy, healthy, silent, silent, healthy, healthy).proxies[0]!.blind).toEqual([
      { from: at(1), until: at(4), why: 'connection refused' },
    ]);
  });

  test('that lasts has no end', () => {
    expect(month(healthy, silent, silent).proxies[0]!.blind).toEqual([{ from: at(0), why: 'connection refused' }]);
  });

  test('is known where no census was taken meanwhile', () => {
    const censuses = censusesOf([healthy, healthy, silent, silent, silent, healthy, healthy]);
    expect(monthOfAll([censuses[0]!, censuses[6]!]).proxies[0]).toMatchObject({
      censuses: 2,
      compliant: 2,
      compliantSince: at(6.5),
      blind: [{ from: at(1), until: at(5), why: 'connection refused' }],
    });
  });

  test('in which no run was made is one', () => {
    const censuses = censusesOf([healthy, healthy, 'stopped', 'stopped', 'stopped', 'stopped', healthy, healthy]);
    expect(monthOfAll([censuses[0]!, censuses[7]!]).proxies[0]!.blind).toEqual([
      { from: at(1), until: at(6), why: 'no run was made' },
    ]);
  });

  test('of a census alone is one of that census', () => {
    const [before, seen, after] = censusesOf([healthy, healthy, healthy]);
    const gaps = [{ what: 'task', why: 'refused' }] as const;
    const blind = [{ from: at(0.5), why: 'refused' }];
    const proxies = [{ ...seen!.proxies[0]!, lastWholeAt: at(0.5), compliance: 'unknown', gaps, blind } as const];
    expect(monthOfAll([before!, { ...seen!, proxies }]).proxies[0]!.blind).toEqual(blind);
    expect(monthOfAll([before!, { ...seen!, proxies }, after!]).proxies[0]!.blind).toEqual([
      { ...blind[0], until: at(1) },
    ]);
  });

  test('of a malformed record is that of the runs alone, when they say it', () => {
    const [first, , , last] = censusesOf([healthy, healthy, healthy, healthy]);
    const gaps = [{ what: 'record', why: 'not JSON' }] as const;
    const { lastWholeAt: _, recordedSince: _since, ...proxy } = first!.proxies[0]!;
    const broken = { ...proxy, at: at(1.5), compliance: 'unknown', gaps } as const;
    const recorded = [{ from: at(0), until: at(3), why: 'not JSON' }];
    const censuses = [
      first!,
      { ...first!, startedAt: at(1.5), endedAt: at(1.5), proxies: [broken] },
      { ...last!, proxies: [{ ...last!.proxies[0]!, blind: recorded }] },
    ];
    expect(monthOfAll(censuses).proxies[0]!.blind).toEqual(recorded);
  });

  test('that began while the monitor had no record of the proxy is named', () => {
    const [first] = censusesOf([healthy]);
    const later = { ...censusesOf([healthy])[0]!, startedAt: at(60), endedAt: at(60) };
    const proxies = [{ ...later.proxies[0]!, at: at(60), lastWholeAt: at(60), recordedSince: at(50) }];
    expect(monthOfAll([first!, { ...later, proxies }]).proxies[0]!.blind).toEqual([
      { from: at(0.5), until: at(50), why: 'the monitor has no record of this time' },
    ]);
  });
});

test('a proxy whose first check is a census is not blind until its first run', () => {
  const [first] = censusesOf([healthy]);
  const at0 = { at: at(0.5), lastWholeAt: at(0.5), recordedSince: at(0.5) };
  const at1 = { at: at(1.5), lastWholeAt: at(1.5), recordedSince: at(1) };
  const censuses = [at0, at1].map((times, i) => {
    return { ...first!, startedAt: at(i), proxies: [{ ...first!.proxies[0]!, ...times }] };
  });
  expect(monthOfAll(censuses).proxies[0]!.blind).toEqual([]);
});

test('of a monitor that does not answer nothing is known, until it says what its runs saw', () => {
  const checks = [healthy, 'down', 'down', healthy] as const;
  const { proxies, censuses } = month(...checks.slice(0, 3));
  expect(proxies[0]).toMatchObject({ unanswered: { from: at(0.5), why: 'AccessDenied' }, blind: [] });
  expect(proxies[0]).not.toHaveProperty('compliantSince');
  expect(censuses.map(({ failed }) => failed)).toEqual([undefined, 'AccessDenied', 'AccessDenied']);
  const [after] = month(...checks).proxies;
  expect(after).not.toHaveProperty('unanswered');
  // A monitor that is down makes no runs, either.
  expect(after!.blind).toEqual([{ from: at(0), until: at(3), why: 'no run was made' }]);
});

test('a proxy that is no longer registered is gone since then, and comes back', () => {
  const [first, second, third, fourth] = censusesOf([healthy, stale, healthy, healthy]);
  const without = { ...second!, total: 0, proxies: [] };
  expect(monthOfAll([first!, without, { ...third!, proxies: [] }]).proxies).toMatchObject([
    { name: 'orders-1', censuses: 1, goneSince: second!.endedAt },
  ]);
  expect(monthOfAll([first!, without, fourth!]).proxies[0]).not.toHaveProperty('goneSince');
});

describe('an incident', () => {
  test('has the begin and the end that its events have', () => {
    expect(staleIn(month(stale, stale, stale, stale, healthy, healthy))).toMatchObject([
      { id: expect.any(String), address: '10.0.0.9', since: at(0), openedAt: at(2), overAt: at(4) },
    ]);
  });

  test('is known where no census was taken meanwhile, with why it is over', () => {
    const censuses = censusesOf([healthy, stale, stale, stale, stale, healthy, healthy]);
    const between = monthOfAll([censuses[0]!, censuses[6]!]);
    expect(staleIn(between)).toMatchObject([
      { since: at(1), overAt: at(5), over: '10.0.0.9 is no longer held by any task of orders' },
    ]);
    expect(staleIn(between)[0]).not.toHaveProperty('lastSeenAt');
    expect(between.proxies[0]).toMatchObject({ compliant: 2, compliantSince: at(6.5) });
  });

  test('that the last census has, or that was not seen since, is not over', () => {
    for (const last of [stale, silent]) {
      const [open] = staleIn(month(stale, stale, stale, stale, last));
      expect(open).not.toHaveProperty('overAt');
      expect(open).not.toHaveProperty('overBy');
    }
  });

  test('that one census in between lacks is not over, as its id says', () => {
    const [, , , first, , last] = censusesOf([stale, stale, stale, stale, stale, stale]);
    const [proxy] = first!.proxies;
    const between = { ...first!, startedAt: at(4), proxies: [{ ...proxy!, incidents: [] }] };
    const { proxies } = monthOfAll([first!, between, last!]);
    expect(proxies[0]!.incidents.map(({ id, overBy }) => [id, overBy])).toEqual([[proxy!.incidents[0]!.id, undefined]]);
  });

  test('of the month before is not in this one', () => {
    const censuses = censusesOf([stale, stale, stale, stale, healthy, healthy, healthy]);
    const later = monthOf('2026-12', MONITOR, censuses.slice(-1));
    expect(later.proxies[0]).toMatchObject({ incidents: [], blind: [] });
  });
});

test('of more than a thousand incidents of a proxy the last ones are in it, and it says so', () => {
  const [first] = censusesOf([healthy]);
  const id = (i: number) => String(i).padStart(4, '0');
  const ended = Array.from({ length: 1010 }, (_, i) => {
    const times = { since: at(i), openedAt: at(i), overAt: at(i + 1) };
    return { id: id(i), kind: 'no-address', severity: 'critical', message: 'x', taskCount: 1, ...times } as const;
  });
  const { proxies } = monthOfAll([{ ...first!, proxies: [{ ...first!.proxies[0]!, ended }] }]);
  expect(proxies[0]!.incidents).toHaveLength(1000);
  expect(proxies[0]!.incidents.at(-1)!.id).toBe(id(1009));
  expect(proxies[0]!.leftOut).toEqual([
    'the month has more than 1000 blind times or incidents: only the last ones are here',
  ]);
});

test('a census that is older than the last one is refused', () => {
  const [first, second] = censusesOf([healthy, healthy]);
  expect(() => withCensus(monthOfAll([second!]), first!)).toThrow(
    'census c-0 began before census c-1: add the censuses in their order',
  );
});

describe('whatever was seen', () => {
  test('one census after the other gives the month of all, in any order, and changes no document before', () => {
    fc.assert(
      fc.property(anySeen, (checks) => {
        const censuses = censusesOf(checks);
        let document = emptyMonth(MONTH, MONITOR);
        for (const census of censuses) {
          const before = JSON.stringify(document);
          const next = withCensus(document, census);
          expect(JSON.stringify(document)).toBe(before);
          // As it would be read again.
          document = JSON.parse(JSON.stringify(next));
        }
        expect(document).toEqual(monthOfAll([...censuses].reverse()));
      }),
    );
  });

  test('each census with a gap is in a blind time, and no other one is far inside of one', () => {
    fc.assert(
      fc.property(anySeen, (checks) => {
        const censuses = censusesOf(checks);
        const [history] = monthOfAll(censuses).proxies;
        const blind = (history?.blind ?? []).map(({ from, until = '9999-01-01T00:00:00Z' }) => ({
          from: Date.parse(from),
          until: Date.parse(until),
        }));
        for (const { at: time, gaps, blind: recorded } of censuses.flatMap(({ proxies }) => proxies)) {
          // It saw all between two runs that did not.
          if (recorded.some(({ until }) => until === time)) {
            continue;
          }
          const now = Date.parse(time);
          // Runs are a minute apart: a blind time begins with the last one that saw all, and ends with the first one.
          const margin = gaps.length > 0 ? 0 : MINUTE;
          const inside = blind.some(({ from, until }) => from <= now - margin && now + margin <= until);
          expect({ time, inside }).toEqual({ time, inside: gaps.length > 0 });
        }
      }),
    );
  });

  test('the first and the last census know of the same incidents and blind times as all of them', () => {
    fc.assert(
      fc.property(anySeen, (checks) => {
        const censuses = censusesOf(checks.map((one) => (one === 'down' ? undefined : one)));
        const all = monthOfAll(censuses).proxies[0]!;
        const few = monthOfAll([censuses[0]!, censuses.at(-1)!]).proxies[0]!;
        const idsOf = ({ incidents }: typeof all) => incidents.flatMap(({ id }) => id ?? []).sort();
        expect(idsOf(few)).toEqual(idsOf(all));
        const runsOf = ({ blind }: typeof all) => blind.filter(({ until }) => until?.endsWith(':00.000Z'));
        expect(runsOf(few)).toEqual(runsOf(all));
      }),
    );
  });

  test('an incident of the last census is open, each id occurs once, and no end is before its begin', () => {
    fc.assert(
      fc.property(anySeen, (checks) => {
        const censuses = censusesOf(checks);
        const [history] = monthOfAll(censuses).proxies;
        const ids = (history?.incidents ?? []).flatMap(({ id }) => id ?? []);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { since, overAt = '9', overBy = '9' } of history?.incidents ?? []) {
          expect(since < overAt && since < overBy).toBe(true);
        }
        for (const { from, until = '9' } of history?.blind ?? []) {
          expect(from < until).toBe(true);
        }
        const open = history?.incidents.filter(({ overAt, overBy }) => (overAt ?? overBy) === undefined) ?? [];
        for (const { id } of censuses.at(-1)!.proxies.flatMap(({ incidents }) => incidents)) {
          expect(id === undefined || open.some((one) => one.id === id)).toBe(true);
        }
      }),
    );
  });
});
