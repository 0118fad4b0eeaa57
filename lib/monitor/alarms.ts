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
import { ALARMS } from '../private/options';
import type { IDriftMonitor } from './drift-monitor-interface';

/**
 * Thresholds of the alarms of a monitor. CloudWatch evaluates each alarm once per interval of the monitor; an alarm
 * costs about $0.10 a month. An alarm without a threshold is not created.
 */
export interface DriftAlarms {
  /**
   * Open critical incidents that trigger an alarm.
   *
   * @default 1
   */
  readonly criticalIncidents?: number;

  /**
   * Intervals without a finished run that trigger an alarm, because a checker that does not run finds no incidents. A
   * run that fails, times out or cannot store its state is not finished.
   *
   * @default 3, so that a single late run triggers no alarm
   */
  readonly missedRuns?: number;

  /**
   * Open incidents, warnings included, that trigger an alarm.
   *
   * @default - no alarm
   */
  readonly openIncidents?: number;

  /**
   * Proxies that a run could not check that trigger an alarm.
   *
   * @default - no alarm
   */
  readonly uncheckedProxies?: number;

  /**
   * Malformed records in the registry that trigger an alarm.
   *
   * @default - no alarm
   */
  readonly malformedRecords?: number;

  /**
   * Failed runs within one interval, time-outs included, that trigger an alarm.
   *
   * @default - no alarm, because `missedRuns` triggers one when runs keep failing
   */
  readonly functionErrors?: number;
}

/** The properties of a monitor that its alarms need. */
interface AlarmSubject {
  readonly monitor: IDriftMonitor;
  readonly handler: IFunction;
  readonly interval: Duration;
}

/** The alarms of a monitor. */
interface MadeAlarms {
  readonly critical: Alarm;
  readonly heartbeat: Alarm;
  /** Every alarm of the monitor. */
  readonly all: Alarm[];
}

interface AtLeast {
  readonly name: Exclude<keyof DriftAlarms, 'missedRuns' | 'criticalIncidents'>;
  readonly id: string;
  readonly metric: (subject: AlarmSubject, options: MetricOptions) => Metric;
  readonly description: string;
}

/** The alarms that are created on request. */
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

/** Creates the alarms of a monitor, in its scope. */
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
      // The heartbeat alarm covers a checker that does not run.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  const critical = atLeast(
    'Alarm',
    'criticalIncidents',
    thresholds.criticalIncidents ?? ALARMS.criticalIncidents.default,
    subject.monitor.metricCriticalIncidents({ period }),
    'HAProxy holds addresses that its load balancer no longer has, or will not follow the next change',
  );
  const heartbeat = new Alarm(scope, 'HeartbeatAlarm', {
    alarmDescription: 'The drift checker is silent: nobody knows whether the proxies hold the right addresses',
    metric: subject.monitor.metricHeartbeat({ period, statistic: Stats.SUM }),
    threshold: 1,
    evaluationPeriods: checkMissedRuns(thresholds.missedRuns ?? ALARMS.missedRuns.default, period),
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
    throw new InputError(`alarms.${name} '${count}' is out of range: give a whole number from 1`);
  }
  return count;
}

/** CloudWatch evaluates at most one day, or seven where a period is an hour or longer. */
function checkMissedRuns(missedRuns: number, interval: Duration): number {
  const seconds = interval.toSeconds();
  const most = Math.floor(((seconds < 3600 ? 1 : 7) * DAY_SECONDS) / seconds);
  if (checkCount('missedRuns', missedRuns) > most) {
    throw new InputError(
      `alarms.missedRuns '${missedRuns}' is out of range: give at most ${most}, because CloudWatch evaluates no longer period`,
    );
  }
  return missedRuns;
}
