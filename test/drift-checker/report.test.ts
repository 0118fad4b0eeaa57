import { checkProxy, type ProxyReport } from '../../lambda/drift-checker/check';
import { NO_STATE, type ProxyState } from '../../lambda/drift-checker/incidents';
import type { UpstreamReading } from '../../lambda/drift-checker/live';
import type { RuntimeReading } from '../../lambda/drift-checker/reading';
import { mendOf, proxyLines, runLines } from '../../lambda/drift-checker/report';
import { METRICS } from '../../lib/private/contract';
import { figuresOf } from './emf';
import { HEALTHY, RECORD, slots } from './readings';
import { START } from './watch';

const UPSTREAM: UpstreamReading = { answers: ['10.0.0.1', '10.0.0.2'], owned: [], problems: [], degraded: [] };
const DRIFTED: RuntimeReading = { ...HEALTHY, slots: slots('10.0.0.1', '10.0.0.9') };

/** One check, with a task that holds a stale address unless told otherwise. */
function check(state: ProxyState, seconds: number, runtime = DRIFTED, upstream = UPSTREAM): Promise<ProxyReport> {
  const senses = {
    upstream: async () => upstream,
    tasks: async () => [{ id: 'task-1', endpoint: '10.1.0.1:9990' }],
    runtime: async () => runtime,
  };
  return checkProxy(RECORD, state, senses, START + seconds * 1000);
}

const asWritten = (lines: readonly object[]) => lines.map((line) => JSON.parse(JSON.stringify(line)));

test('a check of a proxy is one document of metrics', async () => {
  const report = await check(NO_STATE, 0);
  const lines = asWritten(proxyLines(report, START));
  expect(lines).toHaveLength(1);
  expect(lines[0]._aws.Timestamp).toBe(START);
  expect(figuresOf(lines[0])).toEqual({
    dimension: METRICS.proxyDimension,
    value: 'orders',
    figures: {
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
      [METRICS.staleAddresses]: 1,
      [METRICS.liveAddresses]: 2,
      [METRICS.checkedTasks]: 1,
    },
  });
});

test('what could not be read of the upstream stands beside the metrics', async () => {
  const degraded = ['DNS did not answer for elb.test (ETIMEOUT)', 'DescribeLoadBalancers failed: TimeoutError'];
  const [line] = asWritten(proxyLines(await check(NO_STATE, 0, DRIFTED, { ...UPSTREAM, degraded }), START));
  expect(line.degraded).toEqual(degraded);
  expect(figuresOf(line).value).toBe('orders');
});

test('an incident is a line when it opens and a line when it is resolved', async () => {
  const first = await check(NO_STATE, 0);
  const opened = await check(first.state, 60);
  const incident = {
    kind: 'stale-address',
    severity: 'critical',
    task: 'task-1',
    address: '10.0.0.9',
    slots: ['upstream/elb2'],
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    proxy: 'orders',
    ageSeconds: 60,
    message: 'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test no longer has',
    upstream: 'elb.test',
    live: ['10.0.0.1', '10.0.0.2'],
    firstSeen: '2026-11-22T12:00:00.000Z',
    mend: 'aws ecs update-service --cluster fleet --service orders --force-new-deployment',
  };
  const [metrics, ...lines] = asWritten(proxyLines(opened, START));
  expect(lines).toEqual([{ level: 'ERROR', event: 'incident-opened', incident }]);
  expect(figuresOf(metrics).figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });

  const resolved = await check(opened.state, 120, HEALTHY);
  const [after, ...last] = asWritten(proxyLines(resolved, START));
  expect(last).toEqual([
    { level: 'INFO', event: 'incident-resolved', incident: { ...incident, ageSeconds: 120, message: 'is over' } },
  ]);
  expect(figuresOf(after).figures).toMatchObject({ [METRICS.openIncidents]: 0, [METRICS.staleAddresses]: 0 });
});

test('an incident that is not critical is a warning and rings no alarm', async () => {
  const senses = {
    upstream: async () => UPSTREAM,
    tasks: async () => [{ id: 'task-1', endpoint: '10.1.0.1:9990' }],
    runtime: () => Promise.reject(new Error('ECONNREFUSED')),
  };
  const first = await checkProxy(RECORD, NO_STATE, senses, START);
  const report = await checkProxy(RECORD, first.state, senses, START + 60_000);
  const [metrics, ...lines] = asWritten(proxyLines(report, START));
  expect(lines).toMatchObject([
    {
      level: 'WARN',
      event: 'incident-opened',
      incident: { message: 'the runtime API of task-1 does not answer: ECONNREFUSED' },
    },
  ]);
  expect(figuresOf(metrics).figures).toMatchObject({
    [METRICS.openIncidents]: 1,
    [METRICS.criticalIncidents]: 0,
    [METRICS.checkedTasks]: 0,
  });
});

test('a run is one document of metrics over all proxies, and a line for each thing that was not checked', async () => {
  const opened = await check((await check(NO_STATE, 0)).state, 60);
  const problem = { parameter: '/fleet/registry/broken', reason: 'not a registry record of this version' };
  const [metrics, ...lines] = asWritten(
    runLines(
      'fleet',
      [
        { checked: true, ...opened },
        { checked: true, ...(await check(NO_STATE, 0)) },
      ],
      [problem],
      START,
    ),
  );
  expect(figuresOf(metrics)).toEqual({
    dimension: METRICS.monitorDimension,
    value: 'fleet',
    figures: { [METRICS.checkedProxies]: 2, [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 },
  });
  expect(lines).toEqual([{ level: 'ERROR', event: 'not-checked', ...problem }]);
});

test('where there is no ECS, what would mend it is a restart', () => {
  expect(mendOf({ endpoints: ['10.1.0.1:9990', 'unix:/run/haproxy.sock'] })).toBe(
    'restart the HAProxy behind 10.1.0.1:9990, unix:/run/haproxy.sock',
  );
});
