import type { Incident } from '../../lambda/controller/domain/incident';
import { planRepairs, type RepairCandidate, recentlyRepaired } from '../../lambda/controller/domain/repair-plan';
import { NO_STATE, type ProxyState, type RepairRecord } from '../../lambda/controller/domain/state';
import { RECORD, raw, read, START, slots } from './observations';
import { eventsOf, Watch } from './watch';

const HOUR = 60 * 60 * 1000;
const STALE_KEY = '["stale-address","upstream"]';

const incident = (id: string, more: Partial<Incident> = {}): Incident => ({
  id,
  proxy: 'orders',
  kind: 'stale-address',
  severity: 'critical',
  message: '',
  upstream: 'upstream',
  tasks: ['task-1'],
  taskCount: 1,
  live: [],
  firstSeen: START,
  openedAt: START + 60_000,
  ageSeconds: 60,
  detectionSeconds: 60,
  remediation: '',
  ...more,
});

const repairOf = (at: number, more: Partial<RepairRecord> = {}): RepairRecord => ({
  at,
  findings: [STALE_KEY],
  incidents: ['a'],
  ...more,
});

const candidate = (open: Incident[], repairs: RepairRecord[] = [], record = RECORD): RepairCandidate => ({
  record,
  state: { ...NO_STATE, repairs },
  open,
});

/** Proxy and repair record of the first planned repair. */
function chosen(candidates: RepairCandidate[], dryRun = false, now = START + HOUR) {
  const [choice] = planRepairs(candidates, dryRun, now);
  return choice && [choice.candidate.record.proxy, choice.repaired];
}

test('a stale address is repaired by new tasks, and what the repair is for is remembered', () => {
  const open = [incident('a'), incident('b'), incident('c', { kind: 'silent-resolver' })];
  const repaired = { at: START + HOUR, findings: [STALE_KEY], incidents: ['a', 'b'] };
  expect(chosen([candidate(open)])).toEqual(['orders', repaired]);
  expect(chosen([candidate(open)], true)).toEqual(['orders', { ...repaired, dryRun: true }]);
});

test('of several services the one with the oldest incident comes first', () => {
  const payments = { ...RECORD, proxy: 'payments' };
  const candidates = [candidate([incident('a')]), candidate([incident('b', { firstSeen: START - 1 })], [], payments)];
  expect(chosen(candidates)?.[0]).toBe('payments');
});

test.each<[what: string, candidates: RepairCandidate]>([
  ['nothing is open', candidate([])],
  [
    'new tasks do not repair it',
    candidate([incident('a', { kind: 'silent-resolver' }), incident('b', { kind: 'pinned' })]),
  ],
  ['the upstream itself is unknown', candidate([incident('a'), incident('b', { kind: 'unknown-upstream' })])],
  ['it is suppressed', candidate([incident('a', { suppressed: 'maintenance' })])],
  ['a repair was less than an hour ago', candidate([incident('a')], [repairOf(START + 1)])],
  ['two repairs had no effect', candidate([incident('a')], [repairOf(START - 2 * HOUR), repairOf(START - HOUR)])],
  [
    'two repairs had no effect, and the address is another one now',
    candidate([incident('b', { address: '10.0.0.8' })], [repairOf(START - 2 * HOUR), repairOf(START - HOUR)]),
  ],
  ['there is no service to deploy', candidate([incident('a')], [], { ...RECORD, tasks: { endpoints: ['a:1'] } })],
])('nothing is planned when %s', (_what, one) => {
  expect(chosen([one])).toBeUndefined();
});

test('a repair that was only logged does not prevent the repair itself, nor does it count', () => {
  const logged = [repairOf(START + HOUR - 1, { dryRun: true }), repairOf(START, { dryRun: true })];
  expect(chosen([candidate([incident('a')], logged)])?.[0]).toBe('orders');
  expect(recentlyRepaired([candidate([], logged)], START + HOUR)).toEqual([]);
});

test('what was redeployed within the last hour may still be in progress', () => {
  const candidates = [candidate([], [repairOf(START + 1)])];
  expect(recentlyRepaired(candidates, START + HOUR)).toEqual([{ proxy: 'orders', service: RECORD.tasks }]);
  expect(recentlyRepaired(candidates, START + 2 * HOUR)).toEqual([]);
});

describe('a finding that new tasks do not cure', () => {
  /** Repairs whatever is planned, as a run does. Each repair starts new tasks, which hold the same. */
  function runs(days: number, address: (seconds: number) => string) {
    let watch = new Watch();
    const repairs: number[] = [];
    const events: string[] = [];
    for (let seconds = -180; seconds < days * 86_400; seconds += 300) {
      const id = `task-${repairs.length}`;
      const seen = raw({ tasks: [read(id, { slots: slots('10.0.0.1', address(seconds)) })] });
      const report = watch.check(seconds, seconds < 0 ? raw() : seen);
      events.push(...eventsOf(report).filter((event) => event.includes('failed-repair')));
      const [planned] = planRepairs(
        [{ record: RECORD, state: report.state, open: report.open }],
        false,
        START + seconds * 1000,
      );
      if (planned !== undefined) {
        repairs.push(seconds);
        const state: ProxyState = { ...report.state, repairs: [...report.state.repairs, planned.repaired] };
        watch = new Watch({}, state);
      }
    }
    return { repairs: repairs.length, events };
  }

  test('is repaired twice in three days and then reported, not 72 times', () => {
    expect(runs(3, () => '10.9.9.9')).toEqual({ repairs: 2, events: ['opened critical failed-repair'] });
  });

  test('also if the address is another one every two hours', () => {
    const { repairs, events } = runs(3, (seconds) => `10.9.9.${Math.floor(seconds / 7200)}`);
    expect(repairs).toBeLessThanOrEqual(3);
    expect(events[0]).toBe('opened critical failed-repair');
  });

  test('is forgotten when it has been over for an hour', () => {
    const watch = new Watch({}, candidate([], [repairOf(START - 2 * HOUR)]).state);
    watch.check(0, raw());
    expect(watch.state.repairs).toHaveLength(1);
    watch.check(3599, raw());
    expect(watch.state.repairs).toHaveLength(1);
    watch.check(3600, raw());
    expect(watch.state.repairs).toEqual([]);
  });
});
