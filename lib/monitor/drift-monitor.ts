import { Duration, Names, RemovalPolicy } from 'aws-cdk-lib';
import type { Alarm, Dashboard, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, QueryDefinition, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { registryPathOf } from '../contract/census-access';
import type { ControllerEnvironment, ScheduledEvent } from '../contract/environment';
import { STATE_KEY } from '../contract/state-table';
import { InputError } from '../haproxy/errors';
import { acknowledge } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { checkCount, checkName, refuseTokens } from '../private/checks';
import { ACKNOWLEDGED } from '../private/findings';
import { makeLogGroup, refuseSettings } from '../private/log-group';
import { type ControllerFunctionProps, controllerFunction } from '../private/monitor/controller-function';
import { controllerRole } from '../private/monitor/controller-role';
import { DeploymentGate } from '../private/monitor/deployment-gate';
import { ImportedDriftMonitor, publish } from '../private/monitor/imported-monitor';
import { MONITOR } from '../private/options';
import { schedulerRole } from '../private/scheduler-role';
import { type DriftAlarms, makeAlarms } from './alarms';
import { makeDashboard, saveQueries } from './dashboard';
import { DriftMonitorBase } from './drift-monitor-base';
import type { IDriftMonitor, ImportedMonitorOptions } from './drift-monitor-interface';
import type { Repair } from './repair';

/** Properties of a `DriftMonitor`. */
export interface DriftMonitorProps {
  /**
   * Name of the monitor: letters, digits, `.`, `-` and `_`, at most 64; unique in its account and region. It is the
   * dimension of its metrics, and apps with other proxies give it to `DriftMonitor.fromName`.
   *
   * @default - made from the construct's path
   */
  readonly monitorName?: string;

  /**
   * How often the monitor checks every proxy: whole minutes, from one minute to one day.
   *
   * @default Duration.minutes(1), the shortest interval of EventBridge Scheduler
   */
  readonly interval?: Duration;

  /**
   * Checks in a row that must have a finding before it becomes an incident, 1 to 1440. Findings that a single check
   * proves do not wait.
   *
   * @default 2, so that a single check never opens an incident
   */
  readonly graceChecks?: number;

  /**
   * How long a proxy may be unchecked before that is a critical incident: whole seconds, from one minute to one day.
   *
   * @default Duration.minutes(15)
   */
  readonly blindAfter?: Duration;

  /**
   * Publish seven metrics of each proxy instead of three: also stale and live addresses, checked tasks, and the share of
   * the sessions on stale addresses.
   *
   * @default false, because CloudWatch charges about $0.30 a month for each metric
   */
  readonly detailedMetrics?: boolean;

  /**
   * Thresholds of the alarms.
   *
   * @default - one open critical incident, and three intervals without a finished run
   */
  readonly alarms?: DriftAlarms;

  /**
   * Actions when an alarm starts.
   *
   * @default - none: only the state of the alarm changes
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * Actions when an alarm ends.
   *
   * @default - none: only the state of the alarm changes
   */
  readonly okActions?: IAlarmAction[];

  /**
   * Create a CloudWatch dashboard with the alarms, the metrics of every proxy and the last incidents.
   *
   * @default false, because a dashboard costs $3 a month beyond the first three of an account
   */
  readonly dashboard?: boolean;

  /**
   * What the monitor does about a proxy with a critical incident.
   *
   * @default - nothing: the incident names the command that repairs it
   */
  readonly repair?: Repair;

  /**
   * Create an OpsItem in Systems Manager OpsCenter for each incident, and resolve it with the incident.
   *
   * @default false, because AWS charges for OpsItems
   */
  readonly opsItems?: boolean;

  /**
   * Create the function that checks deployments, for `gateDeployments`.
   *
   * @default false
   */
  readonly gate?: boolean;

  /**
   * Log group of the controller and the gate: incidents, and the log lines from which the metrics are made.
   *
   * @default - a new log group
   */
  readonly logGroup?: ILogGroup;

  /**
   * How long the new log group keeps log lines.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * KMS key that encrypts the table with the states and the new log group. A key of this app allows CloudWatch Logs to
   * use it; allow it in the policy of an imported key yourself.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;

  /**
   * What happens to the table with the states and the new log group when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY: a monitor that is deployed again starts without old incidents
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Reserved concurrency of the controller, 1 to 10. Runs may overlap without harm: the one that ends first counts.
   *
   * @default - none, because AWS refuses a reservation in accounts whose quota is the lowest, 10
   */
  readonly reservedConcurrency?: number;
}

/**
 * Compares, on a schedule, the addresses of running HAProxy processes with those of their load balancers, and reports
 * incidents as events, log lines, metrics and alarms.
 *
 * A controller calls the AWS APIs. It is in no VPC and needs neither a NAT gateway nor VPC endpoints. Each proxy adds a
 * probe in its own VPC, a function without permissions that reads DNS and the processes. One monitor can serve many
 * proxies: of several VPCs, and of other stacks and apps of the same account and region.
 */
export class DriftMonitor extends DriftMonitorBase {
  /**
   * A monitor of another app of the same account and region, for proxies of this app. CloudFormation looks its values
   * up when it deploys; a deployment fails if there is no monitor of this name.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param monitorName the `monitorName` of the other app's monitor
   * @param options what this app allows the monitor
   */
  public static fromName(
    scope: Construct,
    id: string,
    monitorName: string,
    options?: ImportedMonitorOptions,
  ): IDriftMonitor {
    checkArguments('DriftMonitor.fromName', monitorName, options);
    return new ImportedDriftMonitor(scope, id, monitorName, options);
  }

  /** The function of the controller. */
  public readonly handler: LambdaFunction;
  /** The role of the controller. */
  public readonly role: IRole;
  /** Log lines and embedded metrics of the controller. */
  public readonly logGroup: ILogGroup;
  /** The table with the state of each proxy: its open incidents, and events that are not delivered yet. */
  public readonly stateTable: ITable;
  /** The schedule that starts the controller. */
  public readonly schedule: Schedule;
  /** The alarm for open critical incidents. Missing data does not change it; it triggers `heartbeatAlarm`. */
  public readonly alarm: Alarm;
  /** The alarm for a monitor that finishes no runs. */
  public readonly heartbeatAlarm: Alarm;
  /** Every alarm of the monitor, including `alarm` and `heartbeatAlarm`. */
  public readonly alarms: Alarm[];
  /** Saved queries of the log: incidents, the history of a proxy, what could not be checked, what is suppressed. */
  public readonly queries: QueryDefinition[];
  /** The dashboard, if requested. */
  public readonly dashboard?: Dashboard;
  /** The function that checks deployments, if requested. */
  public readonly gateHandler?: LambdaFunction;
  /** The role with which ECS calls the gate, if requested. */
  public readonly gateRole?: IRole;
  public readonly monitorName: string;
  public readonly registryPath: string;
  public readonly graceChecks: number;
  public readonly functionArn: string;
  public readonly repair?: Repair;
  /** @internal */
  protected readonly _gate?: DeploymentGate;

  public constructor(scope: Construct, id: string, props: DriftMonitorProps = {}) {
    super(scope, id);
    checkArguments('DriftMonitor', props);
    acknowledge(this, ACKNOWLEDGED.ownPolicy, ACKNOWLEDGED.deadLetters, ACKNOWLEDGED.noVpc);
    const interval = checkInterval(props.interval ?? Duration.millis(MONITOR.interval.default));
    const blindAfter = checkBlindAfter(props.blindAfter ?? Duration.millis(MONITOR.blindAfter.default));
    checkName(props.monitorName, 'monitorName');
    refuseTokens('graceChecks', props.graceChecks);
    checkCount('graceChecks', props.graceChecks, MONITOR.graceChecks);
    checkCount('reservedConcurrency', props.reservedConcurrency, MONITOR.reservedConcurrency);
    this.graceChecks = props.graceChecks ?? MONITOR.graceChecks.default;
    this.repair = props.repair;
    this.monitorName = props.monitorName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.registryPath = registryPathOf(this.monitorName);
    // The table has the removal policy.
    refuseSettings(props, ['logRetention']);
    this.logGroup = props.logGroup ?? makeLogGroup(this, props);
    this.stateTable = this.makeTable(props);
    acknowledge(this.stateTable, ACKNOWLEDGED.states);
    const { role, policy } = controllerRole(this, {
      logGroup: this.logGroup,
      registryPath: this.registryPath,
      table: this.stateTable,
      encryptionKey: props.encryptionKey,
      opsItems: props.opsItems ?? false,
    });
    this.role = role;
    const environment: ControllerEnvironment = {
      REGISTRY_PATH: this.registryPath,
      MONITOR_NAME: this.monitorName,
      STATE_TABLE: this.stateTable.tableName,
      INTERVAL_SECONDS: `${interval.toSeconds()}`,
      BLIND_AFTER_SECONDS: `${blindAfter.toSeconds()}`,
      LOG_GROUP: this.logGroup.logGroupName,
      ...(props.detailedMetrics && { DETAILED_METRICS: 'on' }),
      ...(props.repair && { REPAIR: props.repair._mode }),
      ...(props.opsItems && { OPS_ITEMS: 'on' }),
    };
    const shared: ControllerFunctionProps = { role, policy, logGroup: this.logGroup, environment };
    this.handler = controllerFunction(this, 'index.handler', shared, {
      description: 'Compares the addresses that HAProxy holds with those that the load balancer has',
      reservedConcurrentExecutions: props.reservedConcurrency,
      // Scheduler invokes asynchronously. The next run does the work of one that failed or came too late.
      retryAttempts: 0,
      maxEventAge: Duration.seconds(Math.min(interval.toSeconds(), MAX_EVENT_AGE_SECONDS)),
    });
    this.functionArn = this.handler.functionArn;
    this._gate = props.gate ? new DeploymentGate(this, 'Gate', shared) : undefined;
    this.gateHandler = this._gate?.handler;
    this.gateRole = this._gate?.role;
    publish(this, this, this._gate);

    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(this.handler, {
        retryAttempts: 0,
        role: scheduleRole(this, this.handler),
        input: ScheduleTargetInput.fromObject({ time: ContextAttribute.scheduledTime } satisfies ScheduledEvent),
      }),
    });
    const alarms = makeAlarms(this, { monitor: this, handler: this.handler, interval }, props.alarms ?? {}, {
      alarm: props.alarmActions,
      ok: props.okActions,
    });
    this.alarm = alarms.critical;
    this.heartbeatAlarm = alarms.heartbeat;
    this.alarms = alarms.all;
    this.queries = saveQueries(this, this.monitorName, this.logGroup);
    this.dashboard = props.dashboard
      ? makeDashboard(this, {
          monitor: this,
          handler: this.handler,
          logGroup: this.logGroup,
          alarms: this.alarms,
          detailedMetrics: props.detailedMetrics ?? false,
        })
      : undefined;
  }

  private makeTable({ removalPolicy, encryptionKey }: DriftMonitorProps): ITable {
    return new Table(this, 'States', {
      partitionKey: { name: STATE_KEY, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // Without a key of its own a table is encrypted with one of DynamoDB.
      encryption: encryptionKey && TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: removalPolicy ?? RemovalPolicy.DESTROY,
    });
  }
}

/** The oldest event that Lambda may be asked to keep. */
const MAX_EVENT_AGE_SECONDS = 6 * 3600;

function checkBlindAfter(time: Duration): Duration {
  refuseTokens('blindAfter', time);
  const [seconds, { min, max }] = [time.toMilliseconds() / 1000, MONITOR.blindAfter];
  if (seconds < min / 1000 || seconds > max / 1000 || !Number.isInteger(seconds)) {
    throw new InputError(`blindAfter '${seconds} s' is not valid: give whole seconds, from 1 minute to 1 day`);
  }
  return time;
}

/** EventBridge Scheduler counts in minutes; an alarm's period is a day at most. */
function checkInterval(interval: Duration): Duration {
  refuseTokens('interval', interval);
  const seconds = interval.toMilliseconds() / 1000;
  if (seconds < 60 || seconds > 86_400 || seconds % 60 !== 0) {
    throw new InputError(`interval '${seconds} s' is not valid: give whole minutes, from 1 minute to 1 day`);
  }
  return interval;
}

/** The role of EventBridge Scheduler: it may start this function. */
function scheduleRole(scope: Construct, handler: LambdaFunction) {
  const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] });
  const role = schedulerRole(scope, 'ScheduleRole', {
    description: 'For EventBridge Scheduler, to start the drift monitor',
    inlinePolicies: { Invoke: new PolicyDocument({ statements: [invoke] }) },
  });
  // The target would also allow versions of the function, which do not exist.
  return role.withoutPolicyUpdates();
}
