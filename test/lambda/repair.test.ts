import type { Incident } from '../../lambda/controller/domain/incidents';
import { candidatesOf, type Patient, type Repaired } from '../../lambda/controller/domain/repair-plan';
import { NO_STATE } from '../../lambda/controller/state/state';
import { RECORD, START } from './readings';

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

const patient = (open: Incident[], repaired?: Repaired, record = RECORD): Patient => ({
  record,
  state: { ...NO_STATE, ...(repaired && { repaired }) },
  open,
});

/** Proxy and incidents of the first candidate. */
function chosen(patients: Patient[], dryRun = false, now = START + HOUR) {
  const [choice] = candidatesOf(patients, dryRun, now);
  return choice && [choice.patient.record.proxy, choice.repaired];
}

test('a stale address is mended by new tasks, and what it was done for is remembered', () => {
  const open = [incident('a'), incident('b'), incident('c', { kind: 'silent-resolver' })];
  expect(chosen([patient(open)])).toEqual(['orders', { at: START + HOUR, incidents: ['a', 'b'] }]);
  expect(chosen([patient(open)], true)).toEqual(['orders', { at: START + HOUR, incidents: ['a', 'b'], dryRun: true }]);
});

test('of several services the one with the oldest incident comes first', () => {
  const payments = { ...RECORD, proxy: 'payments' };
  const patients = [patient([incident('a')]), patient([incident('b', { firstSeen: START - 1 })], undefined, payments)];
  expect(chosen(patients)?.[0]).toBe('payments');
});

const NEVER: [what: string, patients: Patient][] = [
  ['nothing is open', patient([])],
  [
    'new tasks would not mend it',
    patient([incident('a', { kind: 'silent-resolver' }), incident('b', { kind: 'pinned' })]),
  ],
  ['the upstream itself is unknown', patient([incident('a'), incident('b', { kind: 'unknown-upstream' })])],
  ['it was done for the incident before', patient([incident('a')], { at: START - HOUR, incidents: ['a'] })],
  ['it was done less than an hour ago', patient([incident('a')], { at: START + 1, incidents: ['b'] })],
  ['there is no service to deploy', patient([incident('a')], undefined, { ...RECORD, tasks: { endpoints: ['a:1'] } })],
];

test.each(NEVER)('nothing is deployed when %s', (_what, one) => {
  expect(chosen([one])).toBeUndefined();
});

test('an hour later another incident may be mended', () => {
  const open = [incident('a'), incident('b')];
  expect(chosen([patient(open, { at: START, incidents: ['a'] })])).toEqual([
    'orders',
    { at: START + HOUR, incidents: ['a', 'b'] },
  ]);
});

test('what was only said does not keep it from being done', () => {
  const before: Repaired = { at: START + HOUR, incidents: ['a'], dryRun: true };
  expect(chosen([patient([incident('a')], before)], true)).toBeUndefined();
  expect(chosen([patient([incident('a')], before)])?.[1]).toEqual({ at: START + HOUR, incidents: ['a'] });
});
