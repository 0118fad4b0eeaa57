import { ArnFormat, Duration, Names, type RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { Alarm, Dashboard, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Archive, EventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, OrganizationPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type DeadLetterQueue, type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { checkName, refuseTokens } from '../private/checks';
import { makeLogGroup } from '../private/log-group';
import { checkOrganization } from '../private/monitor/census-targets';
import { EVERY_INCIDENT, incidentPattern, refuseEmpty, severityOf } from '../private/monitor/incident-pattern';
import { makeQueueAlarm } from '../private/monitor/queue-alarm';
import { HUB } from '../private/options';
import type { IDriftHub } from './drift-hub-interface';
import { makeHubDashboard } from './hub-dashboard';
import type { IncidentSeverity, OnIncidentOptions } from './incident-rule';

/** Properties of a `DriftHub`. */
export interface DriftHubProps {
  /**
   * Name of the hub and of its event bus: letters, digits, `.`, `-` and `_`, at most 64; unique in its account and region.
   * The ARN of the bus is `arn:aws:events:REGION:ACCOUNT:event-bus/NAME`.
   *
   * @default - made from the construct's path
   */
  readonly hubName?: string;

  /**
   * Ids of the accounts whose monitors forward incidents to this hub, at most 200: the policy of a bus has 10 KB.
   *
   * @default - the account of the hub alone, in every region
   */
  readonly accounts?: string[];

  /**
   * Id of the organization of AWS Organizations whose accounts forward incidents to this hub, such as `o-a1b2c3d4e5`.
   *
   * @default - no organization
   */
  readonly organizationId?: string;

  /**
   * The lowest severity of the incidents in the queue for on-call. Log, archive and dashboard have every incident.
   *
   * @default IncidentSeverity.WARNING
   */
  readonly minSeverity?: IncidentSeverity;

  /**
   * How long the archive keeps events: whole days.
   *
   * @default Duration.days(365)
   */
  readonly archiveRetention?: Duration;

  /**
   * How long the log group keeps events.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * KMS key that encrypts bus, archive, queues and log group. A key of this app allows EventBridge and CloudWatch Logs to
   * use it; allow it in the policy of an imported key yourself.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;

  /**
   * Create a CloudWatch dashboard with the open incidents of every account and region.
   *
   * @default false, because a dashboard costs $3 a month beyond the first three of an account
   */
  readonly dashboard?: boolean;

  /**
   * Actions of an alarm for events that could not be delivered to the queue or that its consumer does not handle.
   *
   * @default - no such alarm
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * What happens to the log group when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Which incidents a rule of a hub takes, and where they go. */
export interface OnHubIncidentOptions extends OnIncidentOptions {
  /**
   * Ids of the accounts of the monitors.
   *
   * @default - every account
   */
  readonly accounts?: string[];
}

/** The policy of a bus has 10 KB; a principal takes about 45 bytes. */
const MAX_ACCOUNTS = 200;
/** SQS keeps a message for 14 days at most. */
const QUEUE_RETENTION = Duration.days(14);
/** How often a consumer gets a message that it does not delete. */
const MAX_RECEIVES = 5;

/**
 * One place for the incidents of the monitors of many accounts and regions: an event bus with an archive, a log, a queue
 * for on-call and a dashboard. A monitor joins with `forwardIncidents`.
 *
 * Each monitor works without the hub: it checks, alarms and sends events in its own account. Nothing but the events of
 * incidents goes to the hub, and nothing goes from the hub to a monitor.
 */
export class DriftHub extends Construct implements IDriftHub {
  /**
   * A hub of another app, account or region, for the monitors of this app.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param busArn the `busArn` of the hub: `arn:aws:events:REGION:ACCOUNT:event-bus/NAME`
   */
  public static fromBusArn(scope: Construct, id: string, busArn: string): IDriftHub {
    checkArguments('DriftHub.fromBusArn', busArn);
    return new ImportedDriftHub(scope, id, busArn);
  }

  /** Name of the hub and of its event bus. */
  public readonly hubName: string;
  /** ARN of the event bus: the one value that other apps need. */
  public readonly busArn: string;
  /** The event bus to which monitors forward their incidents. */
  public readonly bus: EventBus;
  /** Every event, to be replayed. */
  public readonly archive: Archive;
  /** Every event, one log line each. */
  public readonly logGroup: ILogGroup;
  /**
   * The queue for on-call: one message for each change of an incident, the event as JSON. A message may come twice: drop
   * repeats by `detail.eventId`. Give the consumer `grantConsumeMessages`.
   */
  public readonly queue: IQueue;
  /** Messages that the consumer got five times and did not delete, and events that EventBridge could not deliver. */
  public readonly deadLetterQueue: IQueue;
  /** The alarm for messages in `deadLetterQueue`, if it has actions. */
  public readonly alarm?: Alarm;
  /** The dashboard, if requested. */
  public readonly dashboard?: Dashboard;

  public constructor(scope: Construct, id: string, props: DriftHubProps = {}) {
    super(scope, id);
    checkArguments('DriftHub', props);
    checkName(props.hubName, 'hubName');
    const { encryptionKey, accounts, organizationId, minSeverity } = props;
    this.hubName = props.hubName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.deadLetterQueue = makeQueue(this, 'DeadLetters', encryptionKey);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: this.hubName,
      description: 'Incidents of drift monitors',
      kmsKey: encryptionKey,
      // Only a bus with a key has events that it cannot decrypt.
      deadLetterQueue: encryptionKey && this.deadLetterQueue,
    });
    this.busArn = this.bus.eventBusArn;
    this.allowSenders(accounts, organizationId);
    this.archive = new Archive(this, 'Archive', {
      // The policy of the key names the bus, which names the key: a reference would be a circle.
      sourceEventBus: EventBus.fromEventBusArn(this, 'Named', arnOf(this, this.hubName)),
      description: 'Incidents of drift monitors',
      eventPattern: EVERY_INCIDENT,
      retention: checkRetention(props.archiveRetention ?? Duration.millis(HUB.archiveRetention.default)),
      kmsKey: encryptionKey,
    });
    this.archive.node.addDependency(this.bus);
    this.logGroup = makeLogGroup(this, props);
    const logRule = new Rule(this, 'Log', {
      description: `Incidents of ${this.hubName}, to its log`,
      eventBus: this.bus,
      eventPattern: EVERY_INCIDENT,
      targets: [logTarget(this.logGroup, this)],
    });
    allowLog(this.logGroup, logRule);
    this.queue = makeQueue(this, 'Queue', encryptionKey, {
      queue: this.deadLetterQueue,
      maxReceiveCount: MAX_RECEIVES,
    });
    this.onIncident('Queue', {
      target: new SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue }),
      minSeverity,
    });
    this.alarm = makeQueueAlarm(
      this,
      this.deadLetterQueue,
      'Incidents in the hub were not delivered or not handled',
      props.alarmActions ?? [],
    );
    this.dashboard = props.dashboard ? makeHubDashboard(this, this) : undefined;
  }

  /**
   * Sends each incident of every monitor that opens, changes or closes to a target, such as the topic of a team.
   *
   * @param id the id of the rule
   * @param options which incidents, and where their events go
   */
  public onIncident(id: string, options: OnHubIncidentOptions = {}): Rule {
    checkArguments('DriftHub.onIncident', options);
    const { target, accounts } = options;
    refuseEmpty(id, { accounts });
    const rules = (this.node.tryFindChild('OnIncident') as Construct | undefined) ?? new Construct(this, 'OnIncident');
    return new Rule(rules, id, {
      description: `Incidents of ${this.hubName}, ${severityOf(options)} and above`,
      eventBus: this.bus,
      eventPattern: { ...incidentPattern(id, options), account: accounts },
      targets: target && [target],
    });
  }

  /**
   * Whose monitors may send. The account of the hub needs no statement: there the policy of the role is enough. A
   * condition on the source of the events would refuse the events of rules if EventBridge did not evaluate it for them.
   */
  private allowSenders(accounts: string[] | undefined, organizationId: string | undefined): void {
    const allow = (sid: string, principals: (AccountPrincipal | OrganizationPrincipal)[]) =>
      this.bus.addToResourcePolicy(
        new PolicyStatement({ sid, principals, actions: ['events:PutEvents'], resources: [this.busArn] }),
      );
    if (accounts !== undefined) {
      checkAccounts(accounts);
      allow(
        'Accounts',
        accounts.map((account) => new AccountPrincipal(account)),
      );
    }
    if (organizationId !== undefined) {
      checkOrganization(organizationId);
      allow('Organization', [new OrganizationPrincipal(organizationId)]);
    }
  }
}

class ImportedDriftHub extends Construct implements IDriftHub {
  public constructor(
    scope: Construct,
    id: string,
    public readonly busArn: string,
  ) {
    super(scope, id);
    if (!Token.isUnresolved(busArn) && !/^arn:[^:]+:events:[^:]+:[^:]+:event-bus\/(?!default$)[\w./-]+$/.test(busArn)) {
      throw new InputError(
        `busArn '${busArn}' is not that of a hub: give arn:aws:events:REGION:ACCOUNT:event-bus/NAME, and not the default bus`,
      );
    }
  }
}

function checkAccounts(accounts: string[]): void {
  refuseTokens('accounts', accounts);
  if (accounts.length === 0 || accounts.length > MAX_ACCOUNTS) {
    throw new InputError(
      `accounts has ${accounts.length} ids: give 1 to ${MAX_ACCOUNTS}, or organizationId for more accounts`,
    );
  }
  const wrong = accounts.find((account) => !Token.isUnresolved(account) && !/^\d{12}$/.test(account));
  if (wrong !== undefined) {
    throw new InputError(`accounts has '${wrong}', which is not the id of an account: give 12 digits`);
  }
}

function checkRetention(time: Duration): Duration {
  refuseTokens('archiveRetention', time);
  const days = time.toMilliseconds() / 86_400_000;
  if (days < 1 || !Number.isInteger(days)) {
    throw new InputError(`archiveRetention '${days} d' is not valid: give whole days, 1 or more`);
  }
  return time;
}

function makeQueue(scope: Construct, id: string, key: IKey | undefined, deadLetterQueue?: DeadLetterQueue): Queue {
  // The CDK does not allow EventBridge to encrypt what it puts into a dead-letter queue.
  key?.grant(new ServicePrincipal('events.amazonaws.com'), 'kms:Decrypt', 'kms:GenerateDataKey*');
  return new Queue(scope, id, {
    encryption: key === undefined ? QueueEncryption.SQS_MANAGED : QueueEncryption.KMS,
    encryptionMasterKey: key,
    enforceSSL: true,
    retentionPeriod: QUEUE_RETENTION,
    deadLetterQueue,
  });
}

function arnOf(scope: Construct, busName: string): string {
  return Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: busName });
}

/** A log group as a target. That of the CDK adds a function that writes the policy of the log group. */
function logTarget({ logGroupName }: ILogGroup, scope: Construct): IRuleTarget {
  const [service, resource, arnFormat] = ['logs', 'log-group', ArnFormat.COLON_RESOURCE_NAME];
  const arn = Stack.of(scope).formatArn({ service, resource, resourceName: logGroupName, arnFormat });
  return { bind: () => ({ arn }) };
}

/** EventBridge guide, "CloudWatch Logs permissions" of "Using resource-based policies". */
function allowLog(logGroup: ILogGroup, { ruleArn }: Rule): void {
  const principals = ['events', 'delivery.logs'].map((name) => new ServicePrincipal(`${name}.amazonaws.com`));
  const resources = [logGroup.logGroupArn];
  logGroup.addToResourcePolicy(new PolicyStatement({ principals, resources, actions: ['logs:CreateLogStream'] }));
  logGroup.addToResourcePolicy(
    new PolicyStatement({
      principals,
      resources,
      actions: ['logs:PutLogEvents'],
      conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    }),
  );
}
