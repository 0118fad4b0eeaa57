import { Duration } from 'aws-cdk-lib';
import { Dashboard, LogQueryWidget, SingleValueWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** The properties of a hub that its dashboard needs. */
interface HubDashboardSubject {
  readonly logGroup: ILogGroup;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
}

const latest = (...names: string[]) => names.map((name) => `latest(detail.${name}) as ${name}`).join(', ');

/** Queries of the events in the log, by title. An incident's id is unique in its account and region. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'Open incidents': [
    `stats ${latest('change', 'severity', 'monitor', 'proxy', 'kind', 'since', 'message')} by account, region, detail.incidentId`,
    'filter change != "closed"',
    'sort severity asc, since asc',
    'limit 100',
  ],
  'Incidents that opened, by account': [
    'filter detail.change = "opened"',
    'stats count(*) as incidents by account, region, detail.monitor',
    'sort incidents desc',
  ],
  'Every change': [
    'fields time, account, region, detail.change, detail.severity, detail.proxy, detail.message, detail.remediation',
    'sort @timestamp desc',
    'limit 100',
  ],
};

const FULL = 24;

/**
 * Creates a dashboard of a hub. It reads the log of the events, because CloudWatch shows metrics of other accounts only
 * where each of them shares them.
 */
export function makeHubDashboard(
  scope: Construct,
  { logGroup, queue, deadLetterQueue }: HubDashboardSubject,
): Dashboard {
  const statistic = Stats.MAXIMUM;
  return new Dashboard(scope, 'Dashboard', {
    // An incident that is open for longer, without a change, is not shown.
    defaultInterval: Duration.days(7),
    widgets: [
      [
        new SingleValueWidget({
          title: 'On-call',
          width: FULL,
          height: 4,
          metrics: [
            queue.metricApproximateNumberOfMessagesVisible({ statistic, label: 'not handled yet' }),
            queue.metricApproximateAgeOfOldestMessage({ statistic, label: 'age of the oldest, s' }),
            deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic, label: 'dead letters' }),
          ],
        }),
      ],
      ...Object.entries(QUERIES).map(([title, lines]) => [
        new LogQueryWidget({
          title,
          width: FULL,
          height: 8,
          logGroupNames: [logGroup.logGroupName],
          queryString: lines.join('\n| '),
        }),
      ]),
    ],
  });
}
