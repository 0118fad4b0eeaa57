import type { Incident } from '../../lambda/controller/domain/incidents';
import { planRepairs, type RepairCandidate } from '../../lambda/controller/domain/repair-plan';
import { NO_STATE, type RepairRecord } from '../../lambda/controller/domain/state';
import { RECORD, START } from './observations';

const HOUR = 60 * 60 * 1000;

const incident = (id: string, more: Partial<Incident> = {}): Incident => ({
  id,
  proxy: 'orders',
  kind: 'stale-address',
  severity: 'critical',
  firstSeen: START,
  openedAt: START + 60_000,
  ageSeconds: 60,
  message: '',
  ...more,
});

const candidate = (open: Incident[], repaired?: RepairRecord, record = RECORD): RepairCandidate => ({
  record,
  state: { ...NO_STATE, ...(repaired && { repaired }) },
  open,
});

/** Proxy and repair record of the first planned repair. */
function chosen(candidates: RepairCandidate[], dryRun = false, now = START + HOUR) {
  const [choice] = planRepairs(candidates, dryRun, now);
  return choice && [choice.candidate.record.proxy, choice.repaired];
}

test('a stale address is repaired by new tasks, and the incidents of the repair are remembered', () => {
  const open = [incident('a'), incident('b'), incident('c', { kind: 'silent-resolver' })];
  expect(chosen([candidate(open)])).toEqual(['orders', { at: START + HOUR, incidents: ['a', 'b'] }]);
  expect(chosen([candidate(open)], true)).toEqual([
    'orders',
    { at: START + HOUR, incidents: ['a', 'b'], dryRun: true },
  ]);
});

test('of several services the one with the oldest incident comes first', () => {
  const payments = { ...RECORD, proxy: 'payments' };
  const candidates = [
    candidate([incident('a')]),
    candidate([incident('b', { firstSeen: START - 1 })], undefined, payments),
  ];
  expect(chosen(candidates)?.[0]).toBe('payments');
});

const NEVER: [what: string, candidates: RepairCandidate][] = [
  ['nothing is open', candidate([])],
  [
    'new tasks do not repair it',
    candidate([incident('a', { kind: 'silent-resolver' }), incident('b', { kind: 'pinned' })]),
  ],
  ['the upstream itself is unknown', candidate([incident('a'), incident('b', { kind: 'unknown-upstream' })])],
  ['it was done for the incident before', candidate([incident('a')], { at: START - HOUR, incidents: ['a'] })],
  ['it was done less than an hour ago', candidate([incident('a')], { at: START + 1, incidents: ['b'] })],
  [
    'there is no service to deploy',
    candidate([incident('a')], undefined, { ...RECORD, tasks: { endpoints: ['a:1'] } }),
  ],
];

test.each(NEVER)('nothing is deployed when %s', (_what, one) => {
  expect(chosen([one])).toBeUndefined();
});

test('an hour later another incident may be repaired', () => {
  const open = [incident('a'), incident('b')];
  expect(chosen([candidate(open, { at: START, incidents: ['a'] })])).toEqual([
    'orders',
    { at: START + HOUR, incidents: ['a', 'b'] },
  ]);
});

test('a dry run does not prevent the repair', () => {
  const before: RepairRecord = { at: START + HOUR, incidents: ['a'], dryRun: true };
  expect(chosen([candidate([incident('a')], before)], true)).toBeUndefined();
  expect(chosen([candidate([incident('a')], before)])?.[1]).toEqual({ at: START + HOUR, incidents: ['a'] });
});
