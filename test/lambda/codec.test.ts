import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { NO_STATE, type ProxyState, type WatchedVerdict } from '../../lambda/controller/domain/state';
import { keyOf } from '../../lambda/controller/domain/verdicts/verdict';
import { decodeState, encodeState } from '../../lambda/controller/state/codec';
import { mergeStates } from '../../lambda/controller/state/merge';
import { START } from './observations';

const MAX_CHARACTERS = 4096;

/** Every task holds every address of a load balancer that moved; each task began a second after the one before. */
function stale(tasks: number, addresses: number): ProxyState {
  const rows = Array.from({ length: tasks * addresses }, (_, i): WatchedVerdict => {
    const [task, slot] = [Math.floor(i / addresses), i % addresses];
    return {
      kind: 'stale-address',
      severity: 'critical',
      upstream: 'upstream',
      task: createHash('md5').update(`${task}`).digest('hex'),
      address: `10.0.${slot}.${slot * 7}`,
      slots: [`upstream/elb${slot + 1}`],
      firstSeen: START + task * 1000,
      openedAt: START + task * 1000 + 60_000,
    };
  });
  return { dns: {}, watched: Object.fromEntries(rows.map((row) => [keyOf(row), row])) };
}

const COUNTERS = { at: START, tasks: { 'task-1': { dns: [360, 300] } } } as const;
const FULL: ProxyState = {
  dns: { 'elb.test': { addresses: { '10.0.0.1': [START], '10.0.0.9': [START, START + 1] }, silent: { AAAA: START } } },
  watched: stale(2, 2).watched,
  counters: COUNTERS,
  repaired: { at: START, incidents: ['a'] },
};

test.each([
  ['nothing', NO_STATE],
  ['everything', FULL],
  ['eight addresses on ten tasks', stale(10, 8)],
])('%s is the same when it is read again, and the same text when it is written again', (_what, state) => {
  const text = encodeState(state);
  expect(decodeState(text)).toEqual(state);
  expect(encodeState(decodeState(text)!)).toBe(text);
  expect(text.length).toBeLessThanOrEqual(MAX_CHARACTERS);
});

test('a state that version 0.1 wrote is read', () => {
  const text = `{"format":2,"dns":{},"watched":[["stale-address","upstream","task-1","10.0.0.9",null,["upstream/elb2"],${START},${START + 60_000},"Zm9vYg","oi-1"]],"repaired":{"at":${START},"incidents":["a"]}}`;
  expect(decodeState(text)).toEqual({
    dns: {},
    watched: {
      'stale-address|upstream|task-1|10.0.0.9|': {
        kind: 'stale-address',
        severity: 'critical',
        upstream: 'upstream',
        task: 'task-1',
        address: '10.0.0.9',
        slots: ['upstream/elb2'],
        firstSeen: START,
        openedAt: START + 60_000,
        lastReportedDigest: 'Zm9vYg',
        opsItem: 'oi-1',
      },
    },
    repaired: { at: START, incidents: ['a'] },
  });
});

test('a thousand tasks with sixteen stale addresses each: the oldest are kept, and the rest counted', () => {
  const all = stale(1000, 16);
  const text = encodeState({ ...all, counters: COUNTERS });
  expect(text.length).toBeLessThanOrEqual(MAX_CHARACTERS);
  const { watched, truncated, counters } = decodeState(text)!;
  const kept = Object.values(watched);
  expect(kept.length).toBeGreaterThanOrEqual(100);
  expect(kept.length + truncated!).toBe(16_000);
  expect(counters).toBeUndefined();
  const youngest = Math.max(...kept.map(({ firstSeen }) => firstSeen));
  const older = Object.values(all.watched).filter(({ firstSeen }) => firstSeen < youngest);
  expect(watched).toMatchObject(Object.fromEntries(older.map((row) => [keyOf(row), row])));
  // Nothing changed: nothing is written, although most has no room.
  expect(encodeState(decodeState(text)!)).toBe(text);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '"text"',
  'gzip:',
  'gzip:AAAA',
  JSON.stringify({ dns: {}, watched: {} }),
  JSON.stringify({ format: 3, dns: {}, watched: [] }),
  JSON.stringify({ format: 2, watched: [] }),
  JSON.stringify({ format: 2, dns: {} }),
  JSON.stringify({ format: 2, dns: { 'elb.test': { addresses: { '10.0.0.1': [] }, silent: {} } }, watched: [] }),
  JSON.stringify({ format: 2, dns: {}, watched: [['no-such-verdict', null, null, null, null, null, 1, null, null]] }),
  JSON.stringify({ format: 2, dns: {}, watched: [], counters: { at: 'now' } }),
])('%j is no state', (text) => {
  expect(decodeState(text)).toBeUndefined();
});

test('any text is a state or is refused', () => {
  const whole = encodeState(FULL);
  const damaged = fc.tuple(fc.nat(whole.length), fc.string()).map(([at, junk]) => whole.slice(0, at) + junk);
  fc.assert(
    fc.property(fc.oneof(damaged, fc.string(), fc.json()), (text) => {
      const state = decodeState(text);
      expect(state === undefined || decodeState(encodeState(state))).toBeTruthy();
    }),
  );
});

describe('two runs that overlapped', () => {
  const only = (...tasks: string[]): ProxyState => {
    const rows = tasks.map(
      (task): WatchedVerdict => ({ kind: 'no-address', severity: 'critical', task, firstSeen: START }),
    );
    return { dns: {}, watched: Object.fromEntries(rows.map((row) => [keyOf(row), row])) };
  };

  test('lose nothing that either has found', () => {
    expect(mergeStates(only('a'), only('a', 'b'), only('a', 'c'))).toEqual(only('a', 'b', 'c'));
  });

  test('resolve once what one of them has resolved', () => {
    expect(mergeStates(only('a', 'b'), only('a'), only('a', 'b'))).toEqual(only('a'));
    expect(mergeStates(only('a', 'b'), only('a', 'b'), only('a'))).toEqual(only('a'));
  });

  test('keep an address as long as one of them has it', () => {
    const at = (...life: [number, number?]): ProxyState => ({
      ...NO_STATE,
      dns: { 'elb.test': { addresses: { '10.0.0.1': life }, silent: { A: START } } },
    });
    const answered: ProxyState = { ...NO_STATE, dns: { 'elb.test': { addresses: {}, silent: {} } } };
    expect(mergeStates(NO_STATE, at(5, 9), at(3)).dns).toEqual(at(3).dns);
    expect(mergeStates(NO_STATE, at(5, 9), at(3, 7)).dns).toEqual(at(3, 9).dns);
    expect(mergeStates(NO_STATE, at(5), answered).dns['elb.test']!.silent).toEqual({});
  });

  test('are the same in whichever order they write', () => {
    const subsets = fc.subarray(['a', 'b', 'c', 'd']).map((tasks) => only(...tasks));
    fc.assert(
      fc.property(subsets, subsets, subsets, (base, one, other) => {
        expect(mergeStates(base, one, other)).toEqual(mergeStates(base, other, one));
      }),
    );
  });
});
