import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { METRICS } from '../contract/metrics';
import type { IDriftMonitor } from './drift-monitor-interface';

/** The newest first. */
const NEWEST = { sort: '@timestamp desc', limit: 100 };

const INCIDENTS: QueryStringProps = {
  fields: [
    '@timestamp',
    'event',
    'incident.proxy',
    'incident.kind',
    'incident.severity',
    'incident.address',
    'incident.taskCount',
    'incident.message',
    'incident.remediation',
  ],
  filterStatements: ['event like /^incident-/'],
  ...NEWEST,
};

/** Saved queries of the controller's log, by name. */
const QUERIES: Record<string, QueryStringProps> = {
  incidents: INCIDENTS,
  'history of a proxy': {
    fields: [
      '@timestamp',
      'event',
      'incident.incidentId',
      'incident.kind',
      'incident.address',
      'incident.taskCount',
      'incident.message',
    ],
    filterStatements: ['event like /^incident-/', 'incident.proxy = "NAME OF THE PROXY"'],
    ...NEWEST,
  },
  'not checked': {
    fields: ['@timestamp', 'event', 'proxy', 'message'],
    filterStatements: ['event in ["not-checked", "degraded"]'],
    ...NEWEST,
  },
  suppressed: {
    fields: ['@timestamp', 'proxy', 'kind', 'reason', 'until', 'message'],
    filterStatements: ['event = "suppressed"'],
    ...NEWEST,
  },
  'repairs and deployments': {
    fields: ['@timestamp', 'event', 'proxy', 'serviceArn', 'message'],
    filterStatements: ['event in ["repair", "gate"]'],
    ...NEWEST,
  },
};

/** Creates the saved queries, which cost nothing until they run. */
export function saveQueries(scope: Construct, monitorName: string, logGroup: ILogGroup): QueryDefinition[] {
  return Object.entries(QUERIES).map(
    ([name, query]) =>
      new QueryDefinition(scope, `Query ${name}`, {
        queryDefinitionName: `${monitorName}/${name}`,
        queryString: new QueryString(query),
        logGroups: [logGroup],
      }),
  );
}

/** The properties of a monitor that its dashboard needs. */
interface DashboardSubject {
  readonly monitor: IDriftMonitor;
  readonly handler: IFunction;
  readonly logGroup: ILogGroup;
  readonly alarms: Alarm[];
  /** Whether the monitor publishes all metrics of each proxy. */
  readonly detailedMetrics: boolean;
}

const FULL = 24;
const HALF = FULL / 2;

/** Graphs of metrics that only `detailedMetrics` publishes. */
const DETAILS = [
  ['Stale addresses', METRICS.staleAddresses],
  ['Percent of sessions on stale addresses', METRICS.staleSessionShare],
] as const;

/** Creates a dashboard with the alarms, the metrics and the last incidents of a monitor. */
export function makeDashboard(scope: Construct, subject: DashboardSubject): Dashboard {
  const { monitor, handler, logGroup, alarms, detailedMetrics } = subject;
  const period = Duration.minutes(1);
  const perProxy = (title: string, metricName: string): IWidget =>
    new GraphWidget({ title, width: HALF, left: [ofEveryProxy(monitor, metricName)], leftYAxis: { min: 0 } });
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new AlarmStatusWidget({ title: 'Alarms', width: HALF, alarms }),
        new SingleValueWidget({
          title: 'Now',
          width: HALF,
          metrics: [
            monitor.metricCriticalIncidents(),
            monitor.metricOpenIncidents(),
            monitor.metricCheckedProxies(),
            monitor.metricUncheckedProxies(),
            monitor.metricOldestIncidentSeconds(),
          ],
        }),
      ],
      ...(detailedMetrics ? [DETAILS.map(([title, name]) => perProxy(title, name))] : []),
      [
        perProxy('Open incidents', METRICS.openIncidents),
        perProxy('Tasks that could not be read', METRICS.uncheckedTasks),
      ],
      [
        new GraphWidget({
          title: 'Runs',
          width: HALF,
          left: [
            monitor.metricHeartbeat({ period, label: 'finished' }),
            handler.metricErrors({ period, label: 'failed' }),
          ],
        }),
        new GraphWidget({
          title: 'Milliseconds of a run',
          width: HALF,
          left: [handler.metricDuration({ period, statistic: Stats.MAXIMUM })],
        }),
      ],
      [
        new LogQueryWidget({
          title: 'Incidents',
          width: FULL,
          height: 9,
          logGroupNames: [logGroup.logGroupName],
          queryString: new QueryString(INCIDENTS).toString(),
        }),
      ],
    ],
  });
}

/** A line for each proxy of a monitor that has the metric, also for proxies that are registered after this deployment. */
function ofEveryProxy({ monitorName }: IDriftMonitor, metricName: string): MathExpression {
  const { namespace, monitorDimension, proxyDimension } = METRICS;
  const schema = `{${namespace},${monitorDimension},${proxyDimension}}`;
  return new MathExpression({
    expression: `SEARCH('${schema} MetricName="${metricName}" ${monitorDimension}="${monitorName}"', 'Maximum', 60)`,
    label: '',
    period: Duration.minutes(1),
  });
}
