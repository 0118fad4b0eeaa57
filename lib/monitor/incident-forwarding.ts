import { Duration, Stack } from 'aws-cdk-lib';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets';
import { type IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';
import { checkArguments } from '../private/check-arguments';
import { ACKNOWLEDGED } from '../private/findings';
import { EVERY_INCIDENT } from '../private/monitor/incident-pattern';
import { makeQueueAlarm } from '../private/monitor/queue-alarm';
import type { IDriftHub } from './drift-hub-interface';

/** How a monitor forwards its incidents. */
export interface ForwardIncidentsOptions {
  /**
   * Actions of an alarm for events that did not reach the hub.
   *
   * @default - no such alarm
   */
  readonly alarmActions?: IAlarmAction[];
}

/** Properties of an `IncidentForwarding`. */
export interface IncidentForwardingProps extends ForwardIncidentsOptions {
  /** Name of the monitor of this account and region whose incidents are forwarded. */
  readonly monitorName: string;

  /** The hub, of any account and region of the same partition. */
  readonly hub: IDriftHub;
}

/** SQS keeps a message for 14 days at most. */
const RETENTION = Duration.days(14);

/**
 * Forwards every incident of a monitor to a hub; `forwardIncidents` of a monitor makes it. The rules, alarms and targets
 * of the monitor in its own account stay as they are.
 *
 * EventBridge tries to deliver an event for 24 hours, then puts it into `deadLetterQueue`, which keeps it for 14 days.
 */
export class IncidentForwarding extends Construct {
  /** The rule on the default bus of the monitor's account and region. */
  public readonly rule: Rule;
  /** The role with which EventBridge sends to the bus of this hub, and may do nothing else. */
  public readonly role: IRole;
  /** Events that did not reach the hub. */
  public readonly deadLetterQueue: IQueue;
  /** The alarm for events that did not reach the hub, if it has actions. */
  public readonly alarm?: Alarm;

  public constructor(scope: Construct, id: string, props: IncidentForwardingProps) {
    super(scope, id);
    checkArguments('IncidentForwarding', props);
    const { monitorName, hub, alarmActions = [] } = props;
    acknowledge(this, ACKNOWLEDGED.ownPolicy, ACKNOWLEDGED.ruleDeadLetters);
    const put = new PolicyStatement({ actions: ['events:PutEvents'], resources: [hub.busArn] });
    const role = new Role(this, 'Role', {
      description: 'For EventBridge, to forward incidents to the hub',
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        // Where EventBridge does not send the account, the events must still arrive.
        conditions: { StringEqualsIfExists: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: { Forward: new PolicyDocument({ statements: [put] }) },
    });
    this.role = role;
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
    });
    this.rule = new Rule(this, 'Rule', {
      description: `Incidents of ${monitorName}, to the hub`,
      eventPattern: { ...EVERY_INCIDENT, detail: { monitor: [monitorName] } },
      targets: [
        new EventBusTarget(EventBus.fromEventBusArn(this, 'Bus', hub.busArn), {
          role: role.withoutPolicyUpdates(),
          deadLetterQueue: this.deadLetterQueue,
        }),
      ],
    });
    this.alarm = makeQueueAlarm(this, this.deadLetterQueue, 'Incidents did not reach the hub', alarmActions);
  }
}
