import { type Duration, Token } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type Metric,
  type MetricOptions,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import type { IDriftMonitor } from './drift-monitor-interface';

/**
 * When the alarms of a monitor ring. Each is evaluated once per interval of the monitor and costs about $0.10 a month;
 * one that is not named and has no default is not made.
 */
export interface DriftAlarms {
  /**
   * Rings at this many open critical incidents or more.
   *
   * @default 1
   */
  readonly criticalIncidents?: number;

  /**
   * Rings when no run was finished for this many intervals: a checker that is silent must not pass for one that finds
   * nothing. A run that fails, times out or can keep nothing of what it saw is such a silence.
   *
   * @default 3, so that a single late run does not ring
   */
  readonly missedRuns?: number;

  /**
   * Rings at this many open incidents or more, warnings included.
   *
   * @default - no alarm
   */
  readonly openIncidents?: number;

  /**
   * Rings at this many proxies or more that a run could not check.
   *
   * @default - no alarm
   */
  readonly uncheckedProxies?: number;

  /**
   * Rings at this many malformed records or more in the registry.
   *
   * @default - no alarm
   */
  readonly malformedRecords?: number;

  /**
   * Rings at this many failed runs or more within one interval, time-outs included.
   *
   * @default - no alarm, because `missedRuns` rings when it lasts
   */
  readonly functionErrors?: number;
}

/** What the alarms look at. */
export interface AlarmSubject {
  readonly monitor: IDriftMonitor;
  readonly handler: IFunction;
  readonly interval: Duration;
}

/** The alarms of a monitor. */
export interface MadeAlarms {
  readonly critical: Alarm;
  readonly heartbeat: Alarm;
  /** These two, and those that were asked for. */
  readonly all: Alarm[];
}

interface AtLeast {
  readonly name: Exclude<keyof DriftAlarms, 'missedRuns' | 'criticalIncidents'>;
  readonly id: string;
  readonly metric: (subject: AlarmSubject, options: MetricOptions) => Metric;
  readonly description: string;
}

/** The alarms that are made when they are asked for. */
const ON_REQUEST: readonly AtLeast[] = [
  {
    name: 'openIncidents',
    id: 'OpenIncidentsAlarm',
    metric: ({ monitor }, options) => monitor.metricOpenIncidents(options),
    description: 'HAProxy and its load balancer do not agree on addresses',
  },
  {
    name: 'uncheckedProxies',
    id: 'UncheckedProxiesAlarm',
    metric: ({ monitor }, options) => monitor.metricUncheckedProxies(options),
    description: 'The drift checker could not check some of the proxies',
  },
  {
    name: 'malformedRecords',
    id: 'MalformedRecordsAlarm',
    metric: ({ monitor }, options) => monitor.metricMalformedRecords(options),
    description: 'The registry of the drift checker has parameters that are not records',
  },
  {
    name: 'functionErrors',
    id: 'FunctionErrorsAlarm',
    metric: ({ handler }, options) => handler.metricErrors(options),
    description: 'Runs of the drift checker fail or time out',
  },
];

const DAY_SECONDS = 86_400;

/** Makes the alarms of a monitor, in its scope. */
export function makeAlarms(
  scope: Construct,
  subject: AlarmSubject,
  thresholds: DriftAlarms,
  actions: readonly IAlarmAction[],
): MadeAlarms {
  const period = subject.interval;
  const atLeast = (id: string, name: keyof DriftAlarms, threshold: number, metric: Metric, alarmDescription: string) =>
    new Alarm(scope, id, {
      alarmDescription,
      metric,
      threshold: checkCount(name, threshold),
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Silence of the checker is not a drift. The alarm of the heartbeat is for that.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  const critical = atLeast(
    'Alarm',
    'criticalIncidents',
    thresholds.criticalIncidents ?? 1,
    subject.monitor.metricCriticalIncidents({ period }),
    'HAProxy holds addresses that its load balancer no longer has, or will not follow the next change',
  );
  const heartbeat = new Alarm(scope, 'HeartbeatAlarm', {
    alarmDescription: 'The drift checker is silent: nobody knows whether the proxies hold the right addresses',
    metric: subject.monitor.metricHeartbeat({ period, statistic: Stats.SUM }),
    threshold: 1,
    evaluationPeriods: checkMissedRuns(thresholds.missedRuns ?? 3, period),
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  });
  const requested = ON_REQUEST.flatMap(({ name, id, metric, description }) => {
    const threshold = thresholds[name];
    return threshold === undefined ? [] : [atLeast(id, name, threshold, metric(subject, { period }), description)];
  });
  const all = [critical, heartbeat, ...requested];
  for (const alarm of all) {
    alarm.addAlarmAction(...actions);
  }
  return { critical, heartbeat, all };
}

function checkCount(name: keyof DriftAlarms, count: number): number {
  if (!Token.isUnresolved(count) && (!Number.isInteger(count) || count < 1)) {
    throw new InputError(`alarms.${name} '${count}' is not usable: give a whole number from 1`);
  }
  return count;
}

/** CloudWatch looks back one day, or seven where a period is an hour or longer. */
function checkMissedRuns(missedRuns: number, interval: Duration): number {
  const seconds = interval.toSeconds();
  const most = Math.floor(((seconds < 3600 ? 1 : 7) * DAY_SECONDS) / seconds);
  if (checkCount('missedRuns', missedRuns) > most) {
    throw new InputError(
      `alarms.missedRuns '${missedRuns}' is further back than CloudWatch looks: give at most ${most}`,
    );
  }
  return missedRuns;
}
