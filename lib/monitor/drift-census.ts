import { Aws, Duration, Names, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type CensusEnvironment, FOLDERS } from '../contract/census-access';
import { InputError } from '../haproxy/errors';
import { acknowledge } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { checkName, refuseTokens } from '../private/checks';
import { ACKNOWLEDGED } from '../private/findings';
import { makeLogGroup } from '../private/log-group';
import { documentsBucket, workingBucket } from '../private/monitor/census-buckets';
import { checkExternalId, EXTERNAL_ID } from '../private/monitor/census-external-id';
import { censusDefinition, RESULTS } from '../private/monitor/census-machine';
import {
  type CensusBuckets,
  censusFunctionRole,
  listing,
  machineRole,
  objects,
  useOfKeys,
} from '../private/monitor/census-roles';
import { assumeStatement, censusScope, listStatements } from '../private/monitor/census-targets';
import { functionOf } from '../private/monitor/controller-function';
import { finishedRuns } from '../private/monitor/finished-runs';
import { CENSUS } from '../private/options';
import { schedulerRole } from '../private/scheduler-role';
import type { CensusTargets } from './drift-census-options';

/** Properties of a `DriftCensus`. */
export interface DriftCensusProps {
  /** The monitors that are asked. Each needs a `CensusAccess` in its account and region. */
  readonly targets: CensusTargets[];

  /**
   * Name of the census and of its state machine: letters, digits, `.`, `-` and `_`, at most 56; unique in its account, in
   * every region. The role that asks the monitors is `arn:aws:iam::ACCOUNT:role/NAME-collect`.
   *
   * @default - made from the construct's path
   */
  readonly censusName?: string;

  /**
   * Id of the organization of AWS Organizations with the accounts, such as `o-a1b2c3d4e5`. Required for
   * `organizationalUnits`, and for more than 100 monitors: a policy has no room for their roles.
   *
   * @default - none: the policy names each role
   */
  readonly organizationId?: string;

  /**
   * How often a census is taken: whole hours, from one hour to one day.
   *
   * @default Duration.days(1), because a census is the evidence for a day; the monitors report incidents themselves
   */
  readonly interval?: Duration;

  /**
   * How many monitors may not be seen before the census fails, percent of all. The documents of a failed census are
   * complete: they name each monitor that was not seen.
   *
   * @default 5, because of many accounts some are always being made or closed, and more than these are a fault
   */
  readonly toleratedFailurePercentage?: number;

  /**
   * External id with which the roles of the accounts are assumed, 2 to 1224 characters: that of their `CensusAccess`.
   *
   * @default 'cdk-haproxy-elb-census': it is no secret, and shows in the trail of an account who asked
   */
  readonly externalId?: string;

  /**
   * A bucket of your own for the documents, in the account and region of the census.
   *
   * @default - a new bucket: versioned, private, encrypted, TLS only
   */
  readonly bucket?: IBucket;

  /**
   * Lock each document in the new bucket, so that it cannot be changed or deleted: `ObjectLockRetention.compliance` or
   * `governance` with a time in days. It cannot be turned off again.
   *
   * @default - documents are not locked
   */
  readonly objectLock?: ObjectLockRetention;

  /**
   * How long the new bucket keeps documents: whole days, at least as long as `objectLock`.
   *
   * @default - documents do not expire
   */
  readonly documentRetention?: Duration;

  /**
   * KMS key that encrypts the new buckets and the log group. A key of this app allows CloudWatch Logs to use it; allow it
   * in the policy of an imported key yourself.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;

  /**
   * How long the log group keeps log lines.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * What happens to the new bucket with the documents when the stack is deleted.
   *
   * @default RemovalPolicy.RETAIN, because the documents are evidence
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Actions of the alarms for a census that failed, and for one that did not run.
   *
   * @default - none: only the state of the alarms changes
   */
  readonly alarmActions?: IAlarmAction[];
}

/**
 * Asks the monitors of many accounts and regions, on a schedule, what they compared: for each proxy the addresses of its
 * load balancers, those that HAProxy holds, what was not seen, and its incidents. The answers are documents with
 * checksums, for an auditor.
 *
 * A state machine lists the monitors, asks each of them with a role of its account, and writes one document about all. A
 * monitor that does not answer is named in it.
 */
export class DriftCensus extends Construct {
  /** Name of the census and of its state machine. */
  public readonly censusName: string;
  /** ARN of the role that asks the monitors: the one value that each `CensusAccess` needs. */
  public readonly collectRoleArn: string;
  /** The bucket with the documents. */
  public readonly bucket: IBucket;
  /** The bucket with what the functions leave for one another. Its objects expire after 30 days. */
  public readonly workingBucket: IBucket;
  /**
   * Takes a census. Start it for one between those of the schedule; with the input `{"month": "2026-11"}` it makes the
   * documents of a month out of those of its censuses.
   */
  public readonly stateMachine: StateMachine;
  /** The schedule that starts the state machine. */
  public readonly schedule: Schedule;
  /** The schedule that starts it on the first day of each month, with the input `{"month": "previous"}`. */
  public readonly monthSchedule: Schedule;
  /** Log lines of the functions. */
  public readonly logGroup: ILogGroup;
  /** The alarm for a census that failed: more monitors than tolerated were not seen, or its document was not written. */
  public readonly failedAlarm: Alarm;
  /** The alarm for censuses that do not succeed for two intervals. */
  public readonly heartbeatAlarm: Alarm;

  public constructor(scope: Construct, id: string, props: DriftCensusProps) {
    super(scope, id);
    checkArguments('DriftCensus', props);
    acknowledge(
      this,
      ACKNOWLEDGED.ownPolicy,
      ACKNOWLEDGED.noVpc,
      ACKNOWLEDGED.censusRuns,
      ACKNOWLEDGED.censusConcurrency,
    );
    checkName(props.censusName, 'censusName', CENSUS_NAME_LENGTH);
    const interval = checkInterval(props.interval ?? Duration.millis(CENSUS.interval.default));
    const toleratedFailurePercentage = checkPercentage(
      props.toleratedFailurePercentage ?? CENSUS.toleratedFailurePercentage.default,
    );
    const monitors = censusScope(this, props.targets, props.organizationId);
    this.censusName =
      props.censusName ?? Names.uniqueResourceName(this, { maxLength: CENSUS_NAME_LENGTH, separator: '-' });
    this.bucket = this.makeBucket(props);
    this.workingBucket = workingBucket(this, props.encryptionKey);
    this.logGroup = makeLogGroup(this, { logRetention: props.logRetention, encryptionKey: props.encryptionKey });
    const buckets: CensusBuckets = { documents: this.bucket, working: this.workingBucket };
    const environment: CensusEnvironment = {
      BUCKET: this.bucket.bucketName,
      WORKING_BUCKET: this.workingBucket.bucketName,
      PARTITION: Aws.PARTITION,
      EXTERNAL_ID: checkExternalId(props.externalId ?? EXTERNAL_ID),
    };
    const { documents, working } = buckets;
    const read = (bucket: IBucket, folder: string) => objects(bucket, folder, 's3:GetObject');
    const write = (bucket: IBucket, folder: string) => objects(bucket, folder, 's3:PutObject');
    const list = this.makeFunction('List', 'index.list', LIST_MEMORY, environment, [
      read(documents, FOLDERS.censuses),
      write(working, FOLDERS.working),
      listing(documents),
      ...listStatements(this, monitors),
      ...useOfKeys(this, [documents, working]),
    ]);
    const roleName = `${this.censusName}-collect`;
    const collect = this.makeFunction(
      'Collect',
      'index.collect',
      COLLECT_MEMORY,
      environment,
      [
        assumeStatement(this, monitors),
        objects(documents, FOLDERS.censuses, 's3:GetObject', 's3:PutObject'),
        write(documents, FOLDERS.months),
        write(working, FOLDERS.working),
        listing(documents),
        ...useOfKeys(this, [documents, working]),
      ],
      roleName,
    );
    const conclude = this.makeFunction('Conclude', 'index.conclude', CONCLUDE_MEMORY, environment, [
      read(working, FOLDERS.working),
      write(documents, FOLDERS.censuses),
      write(documents, FOLDERS.months),
      listing(working),
      ...useOfKeys(this, [documents, working]),
    ]);
    this.collectRoleArn = collect.role.roleArn;
    const [listArn, collectArn, concludeArn] = [list, collect, conclude].map(({ handler }) => handler.functionArn) as [
      string,
      string,
      string,
    ];
    const stack = Stack.of(this);
    const machineScope = new Construct(this, 'Machine');
    const machine = machineRole(machineScope, this.censusName, [listArn, collectArn, concludeArn], buckets, RESULTS);
    this.stateMachine = new StateMachine(machineScope, 'StateMachine', {
      stateMachineName: this.censusName,
      comment: 'Asks the drift monitors of many accounts what they compared',
      role: machine.role.withoutPolicyUpdates(),
      definitionBody: DefinitionBody.fromString(
        stack.toJsonString(
          censusDefinition({
            partition: stack.partition,
            list: listArn,
            collect: collectArn,
            conclude: concludeArn,
            workingBucket: this.workingBucket.bucketName,
            targets: monitors.groups,
            toleratedFailurePercentage,
          }),
        ),
      ),
    });
    this.stateMachine.node.addDependency(machine.policy);
    const start = new PolicyStatement({
      actions: ['states:StartExecution'],
      resources: [this.stateMachine.stateMachineArn],
    });
    const role = schedulerRole(this, 'ScheduleRole', {
      description: 'For EventBridge Scheduler, to start the census',
      inlinePolicies: { Start: new PolicyDocument({ statements: [start] }) },
    }).withoutPolicyUpdates();
    const schedule = (id: string, expression: ScheduleExpression, input: object) =>
      new Schedule(this, id, {
        schedule: expression,
        target: new StepFunctionsStartExecution(this.stateMachine, {
          role,
          input: ScheduleTargetInput.fromObject(input),
        }),
      });
    this.schedule = schedule('Schedule', ScheduleExpression.rate(interval), {});
    // At noon: the last census of the month has ended by then.
    this.monthSchedule = schedule('MonthSchedule', ScheduleExpression.cron({ day: '1', hour: '12', minute: '0' }), {
      month: 'previous',
    });
    [this.failedAlarm, this.heartbeatAlarm] = this.makeAlarms(interval, props.alarmActions ?? []);
  }

  private makeBucket({ bucket, encryptionKey, ...settings }: DriftCensusProps): IBucket {
    if (bucket === undefined) {
      return documentsBucket(this, { ...settings, encryptionKey });
    }
    const own = (['objectLock', 'documentRetention', 'removalPolicy'] as const).find(
      (name) => settings[name] !== undefined,
    );
    if (own !== undefined) {
      throw new InputError(`${own} is for a new bucket: set it on your bucket, or leave bucket out`);
    }
    return bucket;
  }

  private makeFunction(
    id: string,
    handler: string,
    memorySize: number,
    environment: CensusEnvironment,
    statements: PolicyStatement[],
    roleName?: string,
  ): { handler: LambdaFunction; role: IRole } {
    const scope = new Construct(this, id);
    const { role, policy } = censusFunctionRole(scope, this.logGroup, statements, roleName);
    const created = new LambdaFunction(scope, 'Handler', {
      ...functionOf('census'),
      description: `Of a census of HAProxy: ${id.toLowerCase()}`,
      role,
      handler,
      memorySize,
      timeout: Duration.minutes(15),
      logGroup: this.logGroup,
      environment: { ...environment },
    });
    created.node.addDependency(policy);
    return { handler: created, role };
  }

  private makeAlarms(interval: Duration, actions: readonly IAlarmAction[]): [Alarm, Alarm] {
    const period = Duration.hours(1);
    const failed = new MathExpression({
      expression: 'SUM([failed, late, stopped])',
      usingMetrics: {
        failed: this.stateMachine.metricFailed({ period }),
        late: this.stateMachine.metricTimedOut({ period }),
        stopped: this.stateMachine.metricAborted({ period }),
      },
      label: 'censuses that failed',
      period,
    });
    const metrics: Record<string, IMetric> = {
      finished: this.stateMachine.metricSucceeded({ period: interval }),
      started: this.stateMachine.metricStarted({ period: interval }),
    };
    const alarms: [Alarm, Alarm] = [
      new Alarm(this, 'FailedAlarm', {
        alarmDescription:
          'A census of HAProxy failed: its document, if it has one, names the monitors that were not seen',
        metric: failed,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
      new Alarm(this, 'HeartbeatAlarm', {
        alarmDescription: 'No census of HAProxy succeeds',
        metric: finishedRuns(metrics.finished!, metrics.started!, interval, 'finished censuses'),
        threshold: 1,
        evaluationPeriods: MISSED_CENSUSES + 1,
        datapointsToAlarm: MISSED_CENSUSES,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        // No value: no census yet, or an alarm that has started already.
        treatMissingData: TreatMissingData.IGNORE,
      }),
    ];
    for (const alarm of alarms) {
      alarm.addAlarmAction(...actions);
    }
    return alarms;
  }
}

/** The name of a role has 64 characters. */
const CENSUS_NAME_LENGTH = 56;

/** Intervals without a census: one that is late is none. */
const MISSED_CENSUSES = 2;

/** MiB, as measured. */
const LIST_MEMORY = 512;
const COLLECT_MEMORY = 512;
const CONCLUDE_MEMORY = 1024;

function checkInterval(interval: Duration): Duration {
  refuseTokens('interval', interval);
  const hours = interval.toMilliseconds() / 3_600_000;
  if (hours < 1 || hours > 24 || !Number.isInteger(hours)) {
    throw new InputError(`interval '${hours} h' is not valid: give whole hours, from 1 hour to 1 day`);
  }
  return interval;
}

function checkPercentage(percentage: number): number {
  refuseTokens('toleratedFailurePercentage', percentage);
  if (!(percentage >= 0 && percentage <= 100)) {
    throw new InputError(`toleratedFailurePercentage '${percentage}' is out of range: give 0 to 100`);
  }
  return percentage;
}
