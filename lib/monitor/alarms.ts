import { type Duration, Token } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
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
import { finishedRuns } from '../private/monitor/finished-runs';
import { ALARMS } from '../private/options';
import type { IDriftMonitor } from './drift-monitor-interface';

/**
 * Thresholds of the alarms of a monitor. CloudWatch evaluates each alarm once per interval of the monitor; an alarm
 * costs about $0.10 a month for each of its metrics. An alarm without a threshold is not created.
 */
export interface DriftAlarms {
  /**
   * Open critical incidents that trigger an alarm. An alarm that is on already does not report a further incident:
   * use `onIncident` where each one matters.
   *
   * @default 1
   */
  readonly criticalIncidents?: number;

  /**
   * Intervals without a finished run that trigger an alarm, 2 or more, because a monitor that does not run finds no
   * incidents. A run that fails, times out or cannot store its state is not finished. Intervals before the first run
   * do not count, so that the first deployment triggers no alarm.
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

  /**
   * Events of incidents that no run could deliver that trigger an alarm.
   *
   * @default - no alarm, because the next run delivers them
   */
  readonly undeliveredEvents?: number;
}

/** The actions of alarms. */
interface AlarmActions {
  /** When an alarm starts. */
  readonly alarm?: readonly IAlarmAction[];
  /** When it ends. */
  readonly ok?: readonly IAlarmAction[];
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
    description: 'The drift monitor could not check some of the proxies',
  },
  {
    name: 'malformedRecords',
    id: 'MalformedRecordsAlarm',
    metric: ({ monitor }, options) => monitor.metricMalformedRecords(options),
    description: 'The registry of the drift monitor has parameters that are not records',
  },
  {
    name: 'functionErrors',
    id: 'FunctionErrorsAlarm',
    metric: ({ handler }, options) => handler.metricErrors(options),
    description: 'Runs of the drift monitor fail or time out',
  },
  {
    name: 'undeliveredEvents',
    id: 'UndeliveredEventsAlarm',
    metric: ({ monitor }, options) => monitor.metricUndeliveredEvents(options),
    description: 'The drift monitor could not deliver events of incidents',
  },
];

const DAY_SECONDS = 86_400;

/** Creates the alarms of a monitor, in its scope. */
export function makeAlarms(
  scope: Construct,
  subject: AlarmSubject,
  thresholds: DriftAlarms,
  actions: AlarmActions,
): MadeAlarms {
  const period = subject.interval;
  const atLeast = (
    id: string,
    name: keyof DriftAlarms,
    threshold: number,
    metric: Metric,
    alarmDescription: string,
    // The heartbeat alarm covers a monitor that does not run.
    treatMissingData = TreatMissingData.NOT_BREACHING,
  ) => makeAlarm(scope, id, { metric, threshold: checkCount(name, threshold), alarmDescription, treatMissingData });
  const critical = atLeast(
    'Alarm',
    'criticalIncidents',
    thresholds.criticalIncidents ?? ALARMS.criticalIncidents.default,
    subject.monitor.metricCriticalIncidents({ period }),
    'HAProxy holds addresses that its load balancer no longer has, or will not follow the next change',
    // A monitor that does not run has closed no incident.
    TreatMissingData.IGNORE,
  );
  const missedRuns = checkMissedRuns(thresholds.missedRuns ?? ALARMS.missedRuns.default, period);
  const heartbeat = new Alarm(scope, 'HeartbeatAlarm', {
    alarmDescription: 'The drift monitor is silent: it is not known whether the proxies hold the right addresses',
    metric: finishedRuns(
      subject.monitor.metricHeartbeat({ period, statistic: Stats.SUM }),
      subject.handler.metricInvocations({ period }),
      period,
      'finished runs',
    ),
    threshold: 1,
    evaluationPeriods: missedRuns + 1,
    datapointsToAlarm: missedRuns,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    // No value: no run yet, or an alarm that has started already.
    treatMissingData: TreatMissingData.IGNORE,
  });
  const requested = ON_REQUEST.flatMap(({ name, id, metric, description }) => {
    const threshold = thresholds[name];
    return threshold === undefined ? [] : [atLeast(id, name, threshold, metric(subject, { period }), description)];
  });
  const all = [critical, heartbeat, ...requested];
  for (const alarm of all) {
    addActions(alarm, actions);
  }
  return { critical, heartbeat, all };
}

/**
 * Creates the alarm of one proxy, if it has actions of its own. Alarms of other proxies of the monitor do not hide it.
 */
export function makeProxyAlarm(scope: Construct, metric: Metric, actions: AlarmActions): Alarm | undefined {
  if ((actions.alarm ?? []).length + (actions.ok ?? []).length === 0) {
    return undefined;
  }
  const alarm = makeAlarm(scope, 'CriticalIncidentsAlarm', {
    metric,
    threshold: ALARMS.criticalIncidents.default,
    alarmDescription: `${scope.node.path} has critical incidents`,
    treatMissingData: TreatMissingData.IGNORE,
  });
  addActions(alarm, actions);
  return alarm;
}

function makeAlarm(
  scope: Construct,
  id: string,
  props: Pick<AlarmProps, 'metric' | 'threshold' | 'alarmDescription' | 'treatMissingData'>,
): Alarm {
  return new Alarm(scope, id, {
    ...props,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  });
}

function addActions(alarm: Alarm, { alarm: started = [], ok = [] }: AlarmActions): void {
  alarm.addAlarmAction(...started);
  alarm.addOkAction(...ok);
}

function checkCount(name: keyof DriftAlarms, count: number, least = 1): number {
  if (!Token.isUnresolved(count) && (!Number.isInteger(count) || count < least)) {
    throw new InputError(`alarms.${name} '${count}' is out of range: give a whole number from ${least}`);
  }
  return count;
}

/** CloudWatch evaluates at most one day, or seven where a period is an hour or longer, and here a spare period. */
function checkMissedRuns(missedRuns: number, interval: Duration): number {
  const seconds = interval.toSeconds();
  const most = Math.floor(((seconds < 3600 ? 1 : 7) * DAY_SECONDS) / seconds) - 1;
  if (checkCount('missedRuns', missedRuns, ALARMS.missedRuns.min) > most) {
    throw new InputError(
      `alarms.missedRuns '${missedRuns}' is out of range: give at most ${most}, because CloudWatch evaluates no longer period`,
    );
  }
  return missedRuns;
}
