import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  CENSUS_MEMORY_GB,
  censusBill,
  checkerBill,
  monthBill,
  PRICES,
  type Prices,
  QUANTITIES,
  tasksBill,
} from '../../benchmark/bill';
import { DriftCensus, DriftMonitor, HaproxyElbProxy } from '../../lib';
import { DriftMonitorBase } from '../../lib/monitor/drift-monitor-base';
import { MonitoredProxyBase } from '../../lib/monitor/monitored-proxy-base';
import { monthOfFurther, monthOfOne } from '../../scripts/cost-page';
import { BY_NAME, stackWithVpc } from '../constructs/stacks';
import { resourcesOf } from '../e2e/template';

const { stack, vpc } = stackWithVpc();
const monitor = new DriftMonitor(stack, 'Monitor');
new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME });
const template = Template.fromStack(stack);

const metricsOf = ({ prototype }: { prototype: object }) =>
  Object.getOwnPropertyNames(prototype).filter((name) => /^metric[A-Z]/.test(name)).length;

/** AWS charges an alarm for each metric that it reads. */
const metricsIn = ({ Metrics }: { Metrics?: { MetricStat?: object }[] }) =>
  Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;

test('the bill covers what a stack has by default', () => {
  const only = (type: string) => resourcesOf(template, type)[0]!.properties;
  const task = only('AWS::ECS::TaskDefinition');
  expect(only('AWS::Scheduler::Schedule').ScheduleExpression).toBe('rate(1 minute)');
  expect(QUANTITIES).toEqual({
    hours: 730,
    runs: 730 * 60,
    memoryGb: only('AWS::Lambda::Function').MemorySize / 1024,
    tasksPerProxy: only('AWS::ECS::Service').DesiredCount,
    vcpu: task.Cpu / 1024,
    gib: task.Memory / 1024,
    metricsPerProxy: 3,
    detailedMetrics: metricsOf(MonitoredProxyBase) - 3,
    metricsPerMonitor: metricsOf(DriftMonitorBase),
    alarmMetricsPerMonitor: resourcesOf(template, 'AWS::CloudWatch::Alarm').reduce(
      (sum, { properties }) => sum + metricsIn(properties),
      0,
    ),
  });
});

const FLEET = { proxies: 3, runSeconds: 2, probeSeconds: 1.5, logBytesPerRun: 5000, stateBytes: 1000 };
const together = (bill: object) => Object.values(bill).reduce((sum, part) => sum + part, 0);

test('prices are parameters: where everything costs twice as much, so does the month', () => {
  const twice = Object.fromEntries(Object.entries(PRICES).map(([name, price]) => [name, 2 * price])) as Prices;
  expect(together(checkerBill(FLEET, twice))).toBeCloseTo(2 * together(checkerBill(FLEET)), 9);
  expect(tasksBill(twice)).toBeCloseTo(2 * tasksBill(), 9);
});

test('a further proxy costs its metrics and its state, and the rest is shared', () => {
  const [few, more] = [checkerBill(FLEET), checkerBill({ ...FLEET, proxies: 4 })];
  expect(more.metrics - few.metrics).toBeCloseTo(3 * 0.3, 9);
  expect(more.states - few.states).toBeCloseTo((43_800 * 0.625) / 1e6, 9);
  expect({ ...more, metrics: 0, states: 0 }).toEqual({ ...few, metrics: 0, states: 0 });
});

test('a further proxy on the same monitor costs at most $0.95 a month', () => {
  expect(monthOfFurther()).toBeLessThanOrEqual(0.95);
});

test("the README's figures of a month are those of the bill", () => {
  const [, month, tasks] = /About \$(\d+) a month for a proxy and its monitor; \$(\d+) of it are the two tasks/.exec(
    readFileSync('README.md', 'utf8'),
  )!;
  expect([Number(month), Number(tasks)]).toEqual([monthOfOne(), tasksBill()].map(Math.round));
});

test('a census costs twice as much where everything does, and ten times for ten times the monitors', () => {
  const load = { monitors: 1000, proxies: 20, askSeconds: 2.4, probeSeconds: 1.9, bytesPerProxy: 1700 };
  const twice = Object.fromEntries(Object.entries(PRICES).map(([name, price]) => [name, 2 * price])) as Prices;
  expect(together(censusBill(load, twice))).toBeCloseTo(2 * together(censusBill(load)), 9);
  const more = together(censusBill({ ...load, monitors: 10_000 }));
  expect(more / together(censusBill(load))).toBeCloseTo(10, 1);
});

test('the documents of a month cost more with more censuses, and ten times for ten times the monitors', () => {
  const daily = monthBill(1000, 30);
  expect(monthBill(1000, 720)).toBeGreaterThan(daily);
  expect(monthBill(10_000, 30) / daily).toBeCloseTo(10, 9);
  const twice = Object.fromEntries(Object.entries(PRICES).map(([name, price]) => [name, 2 * price])) as Prices;
  expect(monthBill(1000, 30, twice)).toBeCloseTo(2 * daily, 9);
});

test('the bill of a census has the memory of its functions', () => {
  const census = new Stack();
  new DriftCensus(census, 'Census', { targets: [{ monitorName: 'edge', accounts: ['111111111111'] }] });
  const memory = resourcesOf(Template.fromStack(census), 'AWS::Lambda::Function').map(({ properties }) => [
    properties.Handler.split('.')[1],
    properties.MemorySize / 1024,
  ]);
  expect(Object.fromEntries(memory)).toEqual(CENSUS_MEMORY_GB);
});
