import fc from 'fast-check';
import { censusOf, censusOfMalformed, MAX_PROXY_BYTES } from '../../../lambda/controller/domain/census';
import { reportOn, reportUnchecked } from '../../../lambda/controller/domain/proxy-report';
import type { RawObservation } from '../../../lambda/controller/domain/raw-observation';
import { NO_STATE } from '../../../lambda/controller/domain/state';
import type { RegistryRecord } from '../../../lib/contract/registry-record';
import { anyRaw } from '../arbitrary-observations';
import { ELB, RECORD, raw, read, START, slots, unread, upstream } from '../observations';

const MINUTE = 60_000;

/** The census after some checks, a minute apart. */
function censusAfter(checks: readonly RawObservation[], record: RegistryRecord = RECORD) {
  let state = NO_STATE;
  let at = START;
  for (const one of checks.slice(0, -1)) {
    ({ state } = reportOn(record, state, one, at));
    at += MINUTE;
  }
  return censusOf('orders-1', reportOn(record, state, checks.at(-1)!, at));
}

/** Its process holds an address that the load balancer never had. */
const stale = (id = 'task-1') => read(id, { slots: slots('10.0.0.1', '10.0.0.9') });

test('a proxy that was compared as a whole is compliant, and the document has what was compared with what', () => {
  expect(censusAfter([raw({ tasks: [read('task-1'), read('task-2')] })])).toEqual({
    name: 'orders-1',
    proxy: 'orders',
    at: '2026-11-22T12:00:00.000Z',
    compliance: 'compliant',
    taskSource: { cluster: 'fleet', service: 'orders', runtimeApiPort: 9990 },
    lastWholeAt: '2026-11-22T12:00:00.000Z',
    recordedSince: '2026-11-22T12:00:00.000Z',
    blind: [],
    ended: [],
    upstreams: [
      {
        dnsName: ELB,
        port: 80,
        completeness: 'complete',
        live: ['10.0.0.1', '10.0.0.2'],
        leaving: [],
        interfacesAgeSeconds: 0,
        problems: [],
      },
    ],
    held: [{ tasks: ['task-1', 'task-2'], taskCount: 2, addresses: [['10.0.0.1', '10.0.0.2']] }],
    tasks: 2,
    tasksRead: 2,
    gaps: [],
    incidents: [],
    pending: [],
  });
});

test('a stale address is pending, then an incident without an id, then one with an id and a begin', () => {
  const drifted = raw({ tasks: [stale()] });
  expect(censusAfter([drifted])).toMatchObject({ compliance: 'compliant', incidents: [], pending: ['stale-address'] });
  const proven = censusAfter([drifted, drifted, drifted, drifted]);
  expect(proven).toMatchObject({
    compliance: 'non-compliant',
    since: '2026-11-22T12:00:00.000Z',
    incidents: [
      { id: expect.any(String), kind: 'stale-address', address: '10.0.0.9', since: '2026-11-22T12:00:00.000Z' },
    ],
    pending: [],
  });
  const opensNow = censusAfter([drifted, drifted, drifted]);
  expect(opensNow).toMatchObject({ compliance: 'non-compliant', incidents: [{ kind: 'stale-address' }] });
  expect(opensNow.incidents[0]).not.toHaveProperty('id');
  expect(opensNow.incidents[0]).not.toHaveProperty('openedAt');
});

test('what is suppressed stays in the census, with its reason', () => {
  const suppressions = [{ reason: 'move to the new network', until: '2027-01-01T00:00:00Z' }];
  const drifted = raw({ tasks: [stale()] });
  const { compliance, incidents } = censusAfter([drifted, drifted, drifted, drifted], { ...RECORD, suppressions });
  expect({ compliance, incidents }).toMatchObject({
    compliance: 'non-compliant',
    incidents: [{ kind: 'stale-address', suppressed: 'move to the new network', since: '2026-11-22T12:00:00.000Z' }],
  });
});

describe('what was not seen is named', () => {
  test('a task that does not answer', () => {
    expect(censusAfter([raw({ tasks: [read('task-1'), unread('task-2')] })])).toMatchObject({
      compliance: 'unknown',
      tasks: 2,
      tasksRead: 1,
      gaps: [{ what: 'task', id: 'task-2', why: 'connection refused' }],
    });
  });

  test('a load balancer of which no address is known', () => {
    expect(censusAfter([raw({ upstreams: [upstream([])] })])).toMatchObject({
      compliance: 'unknown',
      gaps: [{ what: 'upstream', id: ELB, why: 'no address of it is known' }],
    });
  });

  test('a load balancer that is not active, from the first check on', () => {
    const failed = upstream(['10.0.0.1', '10.0.0.2'], { balancer: 'unusable', problems: ['it is failed'] });
    const census = censusAfter([raw(), raw({ upstreams: [failed] })]);
    expect(census).toMatchObject({ compliance: 'unknown', lastWholeAt: '2026-11-22T12:00:00.000Z' });
    expect(census.gaps).toEqual([{ what: 'proxy', why: 'elb.test: it is failed' }]);
    expect(census.blind).toEqual([{ from: '2026-11-22T12:00:00.000Z', why: 'elb.test: it is failed' }]);
  });

  test('a proxy without a task', () => {
    expect(censusAfter([raw({ tasks: [] })]).gaps).toEqual([
      { what: 'proxy', why: 'no task runs: there is nothing to compare' },
    ]);
  });

  test('a proxy that was not checked, while its incident stays open', () => {
    let { state } = reportOn(RECORD, NO_STATE, raw({ tasks: [stale()] }), START);
    for (const minute of [1, 2, 3]) {
      ({ state } = reportOn(RECORD, state, raw({ tasks: [stale()] }), START + minute * MINUTE));
    }
    const census = censusOf('orders-1', reportUnchecked(RECORD, state, 'no time was left', START + 4 * MINUTE));
    expect(census).toMatchObject({
      compliance: 'non-compliant',
      upstreams: [],
      gaps: [{ what: 'proxy', why: 'no time was left' }],
    });
  });

  test('one of several processes', () => {
    const several = raw({ tasks: [read('task-1', { processes: 2 })] });
    expect(censusAfter([several, several])).toMatchObject({
      compliance: 'unknown',
      gaps: [{ what: 'process', why: '1 of 2 processes of task-1 is seen (nbproc)' }],
    });
  });

  test('a record that cannot be used', () => {
    expect(censusOfMalformed('orders-1', 'not JSON', START)).toMatchObject({
      name: 'orders-1',
      compliance: 'unknown',
      gaps: [{ what: 'record', why: 'not JSON' }],
    });
  });
});

test('a document has a bounded size and names what it leaves out; its verdict is that of all tasks', () => {
  const addresses = (task: number) => Array.from({ length: 10 }, (_, k) => `10.${task >> 8}.${task & 255}.${k}`);
  const many = Array.from({ length: 1500 }, (_, i) =>
    read(`arn:aws:ecs:eu-west-1:111122223333:task/fleet/${i}`, { slots: slots(...addresses(i)) }),
  );
  const drifted = raw({ tasks: many });
  const census = censusAfter([drifted, drifted, drifted, drifted]);
  expect(Buffer.byteLength(JSON.stringify(census))).toBeLessThanOrEqual(MAX_PROXY_BYTES);
  expect(census).toMatchObject({ compliance: 'non-compliant', tasks: 1500, tasksRead: 1500 });
  expect(census.leftOut).toContain('rows of what tasks hold: 1000 of 1500');
});

test('each task is either a gap or in exactly one row', () => {
  fc.assert(
    fc.property(fc.array(anyRaw, { minLength: 1, maxLength: 4 }), (checks) => {
      const census = censusAfter(checks);
      expect(JSON.parse(JSON.stringify(census))).toEqual(census);
      expect(census.held.reduce((sum, { taskCount }) => sum + taskCount, 0)).toBe(census.tasksRead);
      expect(census.gaps.filter(({ what }) => what === 'task')).toHaveLength(census.tasks - census.tasksRead);
      if (census.compliance === 'compliant') {
        expect(census.gaps).toEqual([]);
        expect(census.incidents.filter(({ severity }) => severity !== 'info')).toEqual([]);
      }
    }),
  );
});
