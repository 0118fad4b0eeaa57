import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type DriftAlarms, DriftMonitor, type DriftMonitorProps } from '../../lib';
import { METRICS } from '../../lib/contract/metrics';
import { resourcesOf } from '../e2e/template';
import { stackWithVpc } from './stacks';

function monitorWith(props: Omit<DriftMonitorProps, 'vpc'> = {}) {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc, ...props });
  return { stack, monitor, template: () => Template.fromStack(stack) };
}

const ours = (monitor: DriftMonitor) => ({
  Namespace: METRICS.namespace,
  Dimensions: [{ Name: METRICS.monitorDimension, Value: monitor.registryPath.split('/')[2] }],
});

test('one alarm fires at a critical incident, and not because of missing data', () => {
  const { monitor, template } = monitorWith();
  template().hasResourceProperties('AWS::CloudWatch::Alarm', {
    ...ours(monitor),
    MetricName: METRICS.criticalIncidents,
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

test('one alarm fires when three runs are missing: missing data is a breach', () => {
  const { monitor, template } = monitorWith();
  template().hasResourceProperties('AWS::CloudWatch::Alarm', {
    ...ours(monitor),
    MetricName: METRICS.heartbeat,
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 3,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
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
  };
  const { monitor, template } = monitorWith({ alarms, interval: Duration.minutes(5) });
  const found = resourcesOf(template(), 'AWS::CloudWatch::Alarm').map(({ properties }) => [
    properties.MetricName,
    properties.ComparisonOperator === 'LessThanThreshold' ? properties.EvaluationPeriods : properties.Threshold,
    properties.Period,
    properties.TreatMissingData,
  ]);
  expect(found).toEqual([
    [METRICS.criticalIncidents, 2, 300, 'notBreaching'],
    [METRICS.heartbeat, 5, 300, 'breaching'],
    [METRICS.openIncidents, 3, 300, 'notBreaching'],
    [METRICS.uncheckedProxies, 4, 300, 'notBreaching'],
    [METRICS.malformedRecords, 6, 300, 'notBreaching'],
    ['Errors', 7, 300, 'notBreaching'],
  ]);
  expect(monitor.alarms).toHaveLength(6);
});

test('every alarm has the requested actions', () => {
  const { stack, vpc } = stackWithVpc();
  const topic = new Topic(stack, 'Topic');
  new DriftMonitor(stack, 'Monitor', { vpc, alarms: { openIncidents: 1 }, alarmActions: [new SnsAction(topic)] });
  const actions = resourcesOf(Template.fromStack(stack), 'AWS::CloudWatch::Alarm').map(
    (one) => one.properties.AlarmActions,
  );
  expect(actions).toEqual(Array(3).fill([stack.resolve(topic.topicArn)]));
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
  [{ missedRuns: 0 }, Duration.minutes(1), "alarms.missedRuns '0' is out of range: give a whole number from 1"],
  [
    { missedRuns: 300 },
    Duration.minutes(5),
    "alarms.missedRuns '300' is out of range: give at most 288, because CloudWatch evaluates no longer period",
  ],
  [
    { missedRuns: 8 },
    Duration.days(1),
    "alarms.missedRuns '8' is out of range: give at most 7, because CloudWatch evaluates no longer period",
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
] as const)('%s is the metric that the function writes, with its own options', (method, metricName) => {
  const { monitor } = monitorWith();
  expect(monitor[method]()).toMatchObject({
    namespace: METRICS.namespace,
    metricName,
    dimensions: { [METRICS.monitorDimension]: monitor.registryPath.split('/')[2] },
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
  expect(monitor[method]({ label: 'ours', period: Duration.minutes(5) })).toMatchObject({
    label: 'ours',
    period: Duration.minutes(5),
  });
});
