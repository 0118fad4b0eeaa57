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
    'incident.task',
    'incident.address',
    'incident.remediation',
  ],
  filterStatements: ['event like /^incident-/'],
  ...NEWEST,
};

/** Saved queries of the checker's log, by name. */
const QUERIES: Record<string, QueryStringProps> = {
  incidents: INCIDENTS,
  'history of a proxy': {
    fields: ['@timestamp', 'event', 'incident.id', 'incident.kind', 'incident.task', 'incident.address', 'message'],
    filterStatements: ['event like /^incident-/', 'incident.proxy = "NAME OF THE PROXY"'],
    ...NEWEST,
  },
  'not checked': {
    fields: ['@timestamp', 'event', 'proxy', 'message'],
    filterStatements: ['event in ["not-checked", "degraded"]'],
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
}

const FULL = 24;
const HALF = FULL / 2;

/** Creates a dashboard with the alarms, the metrics and the last incidents of a monitor. */
export function makeDashboard(scope: Construct, { monitor, handler, logGroup, alarms }: DashboardSubject): Dashboard {
  const period = Duration.minutes(1);
  const perProxy = (title: string, metricName: string): IWidget =>
    new GraphWidget({ title, width: HALF, left: [ofEveryProxy(metricName)], leftYAxis: { min: 0 } });
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
          ],
        }),
      ],
      [
        perProxy('Stale addresses', METRICS.staleAddresses),
        perProxy('Percent of sessions on stale addresses', METRICS.staleSessionShare),
      ],
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

/** A line for each proxy that has the metric, also for proxies that are registered after this deployment. */
function ofEveryProxy(metricName: string): MathExpression {
  const schema = `{${METRICS.namespace},${METRICS.proxyDimension}}`;
  return new MathExpression({
    expression: `SEARCH('${schema} MetricName="${metricName}"', 'Maximum', 60)`,
    label: '',
    period: Duration.minutes(1),
  });
}
