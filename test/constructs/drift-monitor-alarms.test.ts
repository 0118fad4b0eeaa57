import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  type DriftAlarms,
  DriftMonitor,
  type DriftMonitorProps,
  HaproxyElbProxy,
  HaproxyTasks,
  MonitoredHaproxy,
} from '../../lib';
import { METRICS } from '../../lib/contract/metrics';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';

function monitorWith(props: DriftMonitorProps = {}) {
  const { stack } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', props);
  return { stack, monitor, template: () => Template.fromStack(stack) };
}

const ours = (monitor: DriftMonitor) => ({
  Namespace: METRICS.namespace,
  Dimensions: [{ Name: METRICS.monitorDimension, Value: monitor.monitorName }],
});

test('one alarm starts at a critical incident, and missing data neither starts nor ends it', () => {
  const { monitor, template } = monitorWith();
  template().hasResourceProperties('AWS::CloudWatch::Alarm', {
    ...ours(monitor),
    MetricName: METRICS.criticalIncidents,
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'ignore',
  });
});

describe('one alarm starts when runs are missing', () => {
  const { monitor, template: synthesize } = monitorWith();
  const template = synthesize();
  const [heartbeat] = resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(({ id }) => id.includes('Heartbeat'));

  test('three of four, by an expression that has no value before the first run', () => {
    expect(heartbeat!.properties).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 4,
      DatapointsToAlarm: 3,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'ignore',
      Metrics: [
        { Expression: 'FILL(runs, REPEAT) * FILL(runs, 0)', ReturnData: true },
        { Id: 'runs', Expression: 'SUM([finished, 0 * started])', ReturnData: false },
        {
          Id: 'finished',
          MetricStat: { Metric: { ...ours(monitor), MetricName: METRICS.heartbeat }, Period: 60, Stat: 'Sum' },
        },
        { Id: 'started', MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations' }, Period: 60 } },
      ],
    });
  });

  /** The expression, as CloudWatch's page on metric math describes its functions. */
  const valuesOf = (finished: (number | undefined)[], started: (number | undefined)[]) => {
    const runs = finished.map((value, i) =>
      value === undefined && started[i] === undefined ? undefined : (value ?? 0),
    );
    let before: number | undefined;
    return runs.map((value) => {
      before = value ?? before;
      return before === undefined ? undefined : before * (value ?? 0);
    });
  };
  const startsWith = (...series: Parameters<typeof valuesOf>) =>
    valuesOf(...series).filter((value) => value !== undefined && value < 1).length >= 3;
  const none = undefined;

  test.each<[string, (number | undefined)[], (number | undefined)[], boolean]>([
    ['before the first run', [none, none, none, none], [none, none, none, none], false],
    ['after the first run', [none, none, none, 1], [none, none, none, 1], false],
    ['in a steady state, where the last minute is not there yet', [1, 1, 1, none], [1, 1, 1, none], false],
    ['after a single late run', [1, none, 1, none], [1, none, 1, none], false],
    ['when runs stop', [1, none, none, none], [1, none, none, none], true],
    ['when no run ever finishes', [none, none, none, none], [none, 1, 1, 1], true],
  ])('%s', (_, finished, started, alarm) => {
    expect(startsWith(finished, started)).toBe(alarm);
  });
});

test('there are no alarms beyond the requested ones, and no actions', () => {
  const { monitor, template } = monitorWith();
  const alarms = resourcesOf(template(), 'AWS::CloudWatch::Alarm');
  expect(alarms).toHaveLength(2);
  expect(alarms.map(({ properties }) => properties.AlarmActions)).toEqual([undefined, undefined]);
  expect(monitor.alarms).toEqual([monitor.alarm, monitor.heartbeatAlarm]);
});

test('each given threshold has its own alarm, evaluated once per interval', () => {
  const alarms: Required<DriftAlarms> = {
    criticalIncidents: 2,
    missedRuns: 5,
    openIncidents: 3,
    uncheckedProxies: 4,
    malformedRecords: 6,
    functionErrors: 7,
    undeliveredEvents: 8,
  };
  const { monitor, template } = monitorWith({ alarms, interval: Duration.minutes(5) });
  const [critical, heartbeat, ...others] = resourcesOf(template(), 'AWS::CloudWatch::Alarm');
  expect(heartbeat!.properties).toMatchObject({ DatapointsToAlarm: 5, EvaluationPeriods: 6 });
  const found = [critical!, ...others].map(({ properties }) => [
    properties.MetricName,
    properties.Threshold,
    properties.Period,
    properties.TreatMissingData,
  ]);
  expect(found).toEqual([
    [METRICS.criticalIncidents, 2, 300, 'ignore'],
    [METRICS.openIncidents, 3, 300, 'notBreaching'],
    [METRICS.uncheckedProxies, 4, 300, 'notBreaching'],
    [METRICS.malformedRecords, 6, 300, 'notBreaching'],
    ['Errors', 7, 300, 'notBreaching'],
    [METRICS.undeliveredEvents, 8, 300, 'notBreaching'],
  ]);
  expect(monitor.alarms).toHaveLength(7);
});

/** The actions of each alarm: when it starts, and when it ends. */
const actionsOf = (template: Template) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => [
    properties.AlarmActions,
    properties.OKActions,
  ]);

/** A stack with two topics. */
function stackWithTopics() {
  const { stack, vpc } = stackWithVpc();
  const [started, ended] = ['Started', 'Ended'].map((id) => new Topic(stack, id)) as [Topic, Topic];
  const actions = { alarmActions: [new SnsAction(started)], okActions: [new SnsAction(ended)] };
  const expected = [started, ended].map((topic) => [stack.resolve(topic.topicArn)]);
  return { stack, vpc, actions, expected };
}

test('every alarm has the requested actions', () => {
  const { stack, actions, expected } = stackWithTopics();
  new DriftMonitor(stack, 'Monitor', { alarms: { openIncidents: 1 }, ...actions });
  expect(actionsOf(Template.fromStack(stack))).toEqual(Array(3).fill(expected));
});

test('the actions of a proxy are those of its own monitor', () => {
  const { stack, vpc, actions, expected } = stackWithTopics();
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ...actions });
  expect(actionsOf(Template.fromStack(stack))).toEqual([expected, expected]);
  expect(proxy.alarm).toBeUndefined();
});

test('with a shared monitor they are those of an alarm for this proxy, which no other proxy hides', () => {
  const { stack, vpc, actions, expected } = stackWithTopics();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME, proxyName: 'a', ...actions });
  new MonitoredHaproxy(stack, 'Legacy', {
    monitor,
    proxyName: 'b',
    tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc }),
    upstreams: [{ upstream: BY_NAME }],
    ...actions,
  });
  new HaproxyElbProxy(stack, 'Silent', { vpc, monitor, upstream: BY_NAME });
  const template = Template.fromStack(stack);
  expect(actionsOf(template)).toEqual([[undefined, undefined], [undefined, undefined], expected, expected]);
  expect(proxy.alarm).toBeDefined();
  for (const name of ['a', 'b']) {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: METRICS.namespace,
      MetricName: METRICS.criticalIncidents,
      Dimensions: [
        { Name: METRICS.monitorDimension, Value: monitor.monitorName },
        { Name: METRICS.proxyDimension, Value: name },
      ],
      Threshold: 1,
      TreatMissingData: 'ignore',
    });
  }
});

test.each<[DriftAlarms, Duration, string]>([
  [
    { criticalIncidents: 0 },
    Duration.minutes(1),
    "alarms.criticalIncidents '0' is out of range: give a whole number from 1",
  ],
  [
    { openIncidents: 1.5 },
    Duration.minutes(1),
    "alarms.openIncidents '1.5' is out of range: give a whole number from 1",
  ],
  [{ missedRuns: 1 }, Duration.minutes(1), "alarms.missedRuns '1' is out of range: give a whole number from 2"],
  [
    { missedRuns: 300 },
    Duration.minutes(5),
    "alarms.missedRuns '300' is out of range: give at most 287, because CloudWatch evaluates no longer period",
  ],
  [
    { missedRuns: 8 },
    Duration.days(1),
    "alarms.missedRuns '8' is out of range: give at most 6, because CloudWatch evaluates no longer period",
  ],
])('a threshold that CloudWatch does not take (%#)', (alarms, interval, message) => {
  expect(() => monitorWith({ alarms, interval })).toThrow(new Error(message));
});

test.each([
  ['metricOpenIncidents', METRICS.openIncidents],
  ['metricCriticalIncidents', METRICS.criticalIncidents],
  ['metricHeartbeat', METRICS.heartbeat],
  ['metricCheckedProxies', METRICS.checkedProxies],
  ['metricUncheckedProxies', METRICS.uncheckedProxies],
  ['metricMalformedRecords', METRICS.malformedRecords],
  ['metricRepairs', METRICS.repairs],
  ['metricDetectionSeconds', METRICS.detectionSeconds],
  ['metricOldestIncidentSeconds', METRICS.oldestIncidentSeconds],
  ['metricSuppressedIncidents', METRICS.suppressedIncidents],
  ['metricUndeliveredEvents', METRICS.undeliveredEvents],
] as const)('%s is the metric that the function writes, with its own options', (method, metricName) => {
  const { monitor } = monitorWith();
  expect(monitor[method]()).toMatchObject({
    namespace: METRICS.namespace,
    metricName,
    dimensions: { [METRICS.monitorDimension]: monitor.monitorName },
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
  expect(monitor[method]({ label: 'ours', period: Duration.minutes(5) })).toMatchObject({
    label: 'ours',
    period: Duration.minutes(5),
  });
});
