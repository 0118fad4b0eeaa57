import { checkProxy } from '../../lambda/controller/check';
import type { ObservedRuntime, ObservedUpstream } from '../../lambda/controller/domain/observation';
import type { ProxyReport } from '../../lambda/controller/domain/proxy-report';
import { NO_STATE, type ProxyState } from '../../lambda/controller/domain/state';
import { countOf, Report, remediationOf } from '../../lambda/controller/report';
import { METRICS } from '../../lib/contract/metrics';
import { eventLines, type Line } from '../../testbed/fleet';
import { figuresOf } from './emf';
import { HEALTHY, RECORD, START, slots } from './observations';

const UPSTREAM: ObservedUpstream = { answers: ['10.0.0.1', '10.0.0.2'], owned: [], problems: [], degraded: [] };
/** Counters that stand still would be another verdict. */
const FINE: ObservedRuntime = { ...HEALTHY, resolvers: undefined };
const DRIFTED: ObservedRuntime = { ...FINE, slots: slots('10.0.0.1', '10.0.0.9') };

/** One check, with a task that holds a stale address unless stated otherwise. */
function check(state: ProxyState, seconds: number, runtime = DRIFTED, upstream = UPSTREAM): Promise<ProxyReport> {
  const probes = {
    upstream: async () => upstream,
    tasks: async () => [{ id: 'task-1', endpoint: '10.1.0.1:9990' }],
    runtime: async () => runtime,
  };
  return checkProxy(RECORD, state, probes, START + seconds * 1000);
}

/** The lines that are printed. */
function printed(print: (report: Report) => void): Line[] {
  const lines: string[] = [];
  const take = (text: unknown) => lines.push(String(text)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockImplementation(take));
  try {
    print(new Report('fleet'));
  } finally {
    for (const spy of spies) {
      spy.mockRestore();
    }
  }
  return lines.map((line) => JSON.parse(line));
}

const linesOf = (found: ProxyReport) => printed((report) => report.proxy(found));

test('a check of a proxy is one document of metrics, with one dimension', async () => {
  const lines = linesOf(await check(NO_STATE, 0));
  expect(lines).toHaveLength(1);
  expect(figuresOf(lines[0])).toEqual({
    dimension: METRICS.proxyDimension,
    value: 'orders',
    figures: expect.objectContaining({
      [METRICS.openIncidents]: 0,
      [METRICS.criticalIncidents]: 0,
      [METRICS.staleAddresses]: 1,
      [METRICS.liveAddresses]: 2,
      [METRICS.checkedTasks]: 1,
      [METRICS.uncheckedTasks]: 0,
    }),
  });
  expect(lines[0]).not.toHaveProperty('service');
});

test('what could not be read of the upstream is logged', async () => {
  const reasons = ['DNS did not answer for elb.test (ETIMEOUT)', 'DescribeLoadBalancers failed: TimeoutError'];
  expect(eventLines(linesOf(await check(NO_STATE, 0, HEALTHY, { ...UPSTREAM, degraded: reasons })))).toEqual([
    {
      level: 'WARN',
      message: 'orders was checked with incomplete data',
      event: 'degraded',
      proxy: 'orders',
      reasons,
    },
  ]);
});

test('an incident is a line when it opens and a line when it is resolved', async () => {
  const first = await check(NO_STATE, 0);
  const opened = await check(first.state, 60);
  const message = 'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test no longer has';
  const incident = {
    kind: 'stale-address',
    severity: 'critical',
    task: 'task-1',
    address: '10.0.0.9',
    slots: ['upstream/elb2'],
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    proxy: 'orders',
    ageSeconds: 60,
    message,
    upstream: 'elb.test',
    live: ['10.0.0.1', '10.0.0.2'],
    firstSeen: '2026-11-22T12:00:00.000Z',
    remediation: 'aws ecs update-service --cluster fleet --service orders --force-new-deployment',
  };
  const lines = linesOf(opened);
  expect(eventLines(lines)).toEqual([
    { level: 'ERROR', message, event: 'incident-opened', incident: expect.objectContaining(incident) },
  ]);
  expect(figuresOf(lines[0]).figures).toMatchObject({ [METRICS.openIncidents]: 1, [METRICS.criticalIncidents]: 1 });

  const resolved = linesOf(await check(opened.state, 120, FINE));
  expect(eventLines(resolved)).toEqual([
    {
      level: 'INFO',
      message: 'resolved',
      event: 'incident-resolved',
      incident: expect.objectContaining({ ...incident, ageSeconds: 120, message: 'resolved' }),
    },
  ]);
  expect(figuresOf(resolved[0]).figures).toMatchObject({ [METRICS.openIncidents]: 0, [METRICS.staleAddresses]: 0 });
});

test('what is only for information is no open incident', () => {
  expect(countOf([{ severity: 'info' }, { severity: 'warning' }, { severity: 'critical' }])).toEqual({
    open: 2,
    critical: 1,
  });
});

test('without ECS the remediation is a restart', () => {
  expect(remediationOf({ endpoints: ['10.1.0.1:9990', 'unix:/run/haproxy.sock'] })).toBe(
    'restart the HAProxy behind 10.1.0.1:9990, unix:/run/haproxy.sock',
  );
});
