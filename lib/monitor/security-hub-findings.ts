import { Duration, Stack } from 'aws-cdk-lib';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { ACKNOWLEDGED } from '../private/findings';
import { complianceFunction, complianceQueue } from '../private/monitor/compliance-function';
import { incidentPattern } from '../private/monitor/incident-pattern';
import { makeQueueAlarm } from '../private/monitor/queue-alarm';
import type { DriftMonitor } from './drift-monitor';
import type { IncidentSeverity } from './incident-rule';

/** Properties of `SecurityHubFindings`. */
export interface SecurityHubFindingsProps {
  /** The monitor whose incidents become findings. */
  readonly monitor: DriftMonitor;

  /**
   * The lowest severity of the incidents.
   *
   * @default IncidentSeverity.WARNING
   */
  readonly minSeverity?: IncidentSeverity;

  /**
   * Actions of an alarm for incidents that did not become findings.
   *
   * @default - no such alarm
   */
  readonly alarmActions?: IAlarmAction[];
}

/** How long the function may run: Security Hub takes 10 calls a second of an account. */
const TIMEOUT = Duration.seconds(60);
/** As the guide of Lambda has it for queues: six times as long. */
const VISIBILITY = Duration.seconds(6 * 60);
/** A day of attempts, for an outage of Security Hub. */
const MAX_RECEIVES = 240;
/** Findings of a call. */
const BATCH = 100;

/**
 * A finding in AWS Security Hub for each incident of a monitor: it opens, changes and is archived with the incident. The
 * account needs Security Hub CSPM, which collects the findings of many accounts and regions itself.
 *
 * The finding belongs to the default product of the account, and has the id of the incident. Security Hub ignores an event
 * that is older than the last one, so that neither repeats nor a wrong order change a finding. An event is tried for a day,
 * then waits in `deadLetterQueue` for 14 days.
 */
export class SecurityHubFindings extends Construct {
  /** The rule on the default bus. */
  public readonly rule: Rule;
  /** Events of incidents, until their findings are imported. */
  public readonly queue: IQueue;
  /** Events of incidents that did not become findings. */
  public readonly deadLetterQueue: IQueue;
  /** The function that imports the findings. */
  public readonly handler: IFunction;
  /** The role of the function. */
  public readonly role: IRole;
  /** The alarm for incidents that did not become findings, if it has actions. */
  public readonly alarm?: Alarm;

  public constructor(scope: Construct, id: string, props: SecurityHubFindingsProps) {
    super(scope, id);
    checkArguments('SecurityHubFindings', props);
    const { monitor, minSeverity, alarmActions = [] } = props;
    acknowledge(this, ACKNOWLEDGED.ownPolicy, ACKNOWLEDGED.noVpc, ACKNOWLEDGED.oneCaller, ACKNOWLEDGED.queueReader);
    const stack = Stack.of(this);
    this.deadLetterQueue = complianceQueue(this, 'DeadLetters');
    this.queue = complianceQueue(this, 'Queue', {
      deadLetterQueue: this.deadLetterQueue,
      maxReceiveCount: MAX_RECEIVES,
      visibilityTimeout: VISIBILITY,
    });
    const { handler, role } = complianceFunction(this, 'index.findings', {
      monitor,
      description: 'Imports the incidents of a drift monitor into AWS Security Hub',
      timeout: TIMEOUT,
      statements: [
        new PolicyStatement({
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          resources: [this.queue.queueArn],
        }),
        new PolicyStatement({
          actions: ['securityhub:BatchImportFindings'],
          resources: [
            stack.formatArn({
              service: 'securityhub',
              resource: 'product',
              resourceName: `${stack.account}/default`,
            }),
          ],
          conditions: { StringEquals: { 'securityhub:TargetAccount': stack.account } },
        }),
      ],
    });
    this.handler = handler;
    this.role = role;
    new EventSourceMapping(this, 'Source', {
      target: handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH,
      maxBatchingWindow: Duration.seconds(5),
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    this.rule = new Rule(this, 'Rule', {
      description: `Incidents of ${monitor.monitorName}, to Security Hub`,
      eventPattern: incidentPattern(id, { minSeverity }, [monitor.monitorName]),
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue })],
    });
    this.alarm = makeQueueAlarm(
      this,
      this.deadLetterQueue,
      'Incidents did not become findings in Security Hub',
      alarmActions,
    );
  }
}
