import { Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Alarm, Dashboard, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import {
  Connections,
  type InterfaceVpcEndpoint,
  type IVpc,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { type IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type QueryDefinition, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { refuseTokens } from '../private/checks';
import { createEndpoints, enterEndpoints, warnOfMissingEndpoints } from '../private/monitor/checker-endpoints';
import { type CheckerFunctionProps, checkerFunction } from '../private/monitor/checker-function';
import { checkerRole } from '../private/monitor/checker-role';
import { DeploymentGate } from '../private/monitor/deployment-gate';
import { ImportedDriftMonitor } from '../private/monitor/imported-monitor';
import { type DriftAlarms, makeAlarms } from './alarms';
import { makeDashboard, saveQueries } from './dashboard';
import { DriftMonitorBase } from './drift-monitor-base';
import type { DriftMonitorAttributes } from './drift-monitor-interface';
import { DEFAULT_GRACE, type IDriftMonitor } from './drift-monitor-interface';
import type { Repair } from './repair';

/** Properties of a `DriftMonitor`. */
export interface DriftMonitorProps {
  /**
   * The VPC in which the checker stands. It must reach the proxies' tasks, and the APIs of SSM, ECS, Elastic Load
   * Balancing and EC2: through a NAT gateway or VPC endpoints.
   */
  readonly vpc: IVpc;

  /**
   * The subnets of the checker: private or isolated ones.
   *
   * @default - the private subnets with egress; the isolated ones where there are no others
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * How often every proxy is checked: whole minutes, from one minute to one day.
   *
   * @default Duration.minutes(1), the shortest that EventBridge Scheduler has
   */
  readonly interval?: Duration;

  /**
   * How long a finding must last before it is an incident: whole seconds, at most one day.
   *
   * @default Duration.minutes(1), so that a single check never makes one
   */
  readonly grace?: Duration;

  /**
   * When the alarms ring.
   *
   * @default - at one open critical incident, and when three runs are missing
   */
  readonly alarms?: DriftAlarms;

  /**
   * What happens when an alarm rings.
   *
   * @default - nothing but the alarm's state
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * Make a CloudWatch dashboard: alarms, figures of every proxy, the last incidents.
   *
   * @default false, because a dashboard costs $3 a month beyond the first three of an account
   */
  readonly dashboard?: boolean;

  /**
   * What is done about a proxy with a critical incident.
   *
   * @default - nothing: the incident names the command that would mend it
   */
  readonly repair?: Repair;

  /**
   * Make an OpsItem in Systems Manager OpsCenter of each incident, and resolve it with the incident.
   *
   * @default false, because OpsItems are paid for
   */
  readonly opsItems?: boolean;

  /**
   * Make the function that judges deployments, for `gateDeployments`.
   *
   * @default false
   */
  readonly gate?: boolean;

  /**
   * Make the interface endpoints for SSM, ECS, Elastic Load Balancing and EC2 that the VPC does not have in this app, for
   * the checkers of this app alone. The names of these services then stand for the endpoints in the whole VPC: what else
   * calls them there must be let in by `endpoints`. In a VPC with a NAT gateway they are not needed.
   *
   * @default false, because each costs about $7.30 a month for every availability zone: about $58 for four in two zones
   */
  readonly createEndpoints?: boolean;
}

/**
 * Compares, on a schedule, the addresses that running HAProxy processes hold with those that their load balancers have,
 * and reports incidents as log lines, metrics and alarms.
 *
 * One monitor can serve many proxies, also those of other stacks and apps of the same account and region.
 */
export class DriftMonitor extends DriftMonitorBase {
  /** A monitor of another app of the same account and region, for proxies of this one. */
  public static fromAttributes(scope: Construct, id: string, attributes: DriftMonitorAttributes): IDriftMonitor {
    return new ImportedDriftMonitor(scope, id, attributes);
  }

  /** The function that checks. */
  public readonly handler: LambdaFunction;
  /** The role of the function. */
  public readonly role: IRole;
  /** Where log lines and embedded metrics go. Kept for a month, removed with the stack. */
  public readonly logGroup: LogGroup;
  /** What starts the function. */
  public readonly schedule: Schedule;
  /** Rings while critical incidents are open. Silence of the checker is not a drift: missing data is fine. */
  public readonly alarm: Alarm;
  /** Rings when the checker is silent. */
  public readonly heartbeatAlarm: Alarm;
  /** Every alarm of the monitor, these two included. */
  public readonly alarms: Alarm[];
  /** Saved questions to the log: incidents, the history of a proxy, what could not be checked. */
  public readonly queries: QueryDefinition[];
  /** The dashboard, where one was asked for. */
  public readonly dashboard?: Dashboard;
  /** The function that judges deployments, where one was asked for. */
  public readonly gateHandler?: LambdaFunction;
  /** What ECS assumes to ask the gate, where one was asked for. */
  public readonly gateRole?: IRole;
  /** The endpoints that were made on request. */
  public readonly endpoints: InterfaceVpcEndpoint[];
  /** The network side of the checker. */
  public readonly connections: Connections;
  public readonly registryPath: string;
  public readonly grace: Duration;
  public readonly repair?: Repair;
  /** @internal */
  protected readonly _monitorName: string;
  /** @internal */
  protected readonly _gate?: DeploymentGate;

  public constructor(scope: Construct, id: string, props: DriftMonitorProps) {
    super(scope, id);
    const { vpc } = props;
    const interval = checkInterval(props.interval ?? Duration.minutes(1));
    this.grace = checkGrace(props.grace ?? DEFAULT_GRACE);
    this.repair = props.repair;
    this._monitorName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.registryPath = `/cdk-haproxy-elb/${this._monitorName}`;
    const { subnets, hasPublic } = vpc.selectSubnets(props.vpcSubnets);
    if (hasPublic) {
      throw new InputError(
        `the subnets of ${this.node.path} are public, where a function has no way out: give vpcSubnets that are private or isolated`,
      );
    }

    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Drift checker: asks DNS, AWS APIs and runtime APIs; accepts nothing',
    });
    this.connections = new Connections({ securityGroups: [securityGroup] });
    const { role, policy } = checkerRole(this, {
      logGroup: this.logGroup,
      registryPath: this.registryPath,
      subnets,
      securityGroup,
      opsItems: props.opsItems ?? false,
    });
    this.role = role;
    const shared: CheckerFunctionProps = {
      vpc,
      subnets,
      securityGroup,
      role,
      policy,
      logGroup: this.logGroup,
      environment: {
        REGISTRY_PATH: this.registryPath,
        MONITOR_NAME: this._monitorName,
        ...(props.repair && { REPAIR: props.repair._mode }),
        ...(props.opsItems && { OPS_ITEMS: 'on' }),
      },
    };
    const description = 'Compares the addresses that HAProxy holds with those that the load balancer has';
    this.handler = checkerFunction(this, description, 'index.handler', shared);
    this._gate = props.gate ? new DeploymentGate(this, 'Gate', shared) : undefined;
    this.gateHandler = this._gate?.handler;
    this.gateRole = this._gate?.role;

    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(this.handler, { retryAttempts: 0, role: scheduleRole(this, this.handler) }),
    });
    const alarms = makeAlarms(
      this,
      { monitor: this, handler: this.handler, interval },
      props.alarms ?? {},
      props.alarmActions ?? [],
    );
    this.alarm = alarms.critical;
    this.heartbeatAlarm = alarms.heartbeat;
    this.alarms = alarms.all;
    this.queries = saveQueries(this, this._monitorName, this.logGroup);
    this.dashboard = props.dashboard
      ? makeDashboard(this, { monitor: this, handler: this.handler, logGroup: this.logGroup, alarms: this.alarms })
      : undefined;
    enterEndpoints(this, vpc, securityGroup);
    this.endpoints = props.createEndpoints ? createEndpoints(this, vpc, subnets, securityGroup) : [];
    warnOfMissingEndpoints(this, vpc, subnets);
  }
}

/** EventBridge Scheduler counts in minutes; an alarm's period is a day at most. */
function checkInterval(interval: Duration): Duration {
  refuseTokens('interval', interval);
  const seconds = interval.toMilliseconds() / 1000;
  if (seconds < 60 || seconds > 86_400 || seconds % 60 !== 0) {
    throw new InputError(`interval '${seconds} s' is not usable: give whole minutes, from 1 minute to 1 day`);
  }
  return interval;
}

function checkGrace(grace: Duration): Duration {
  refuseTokens('grace', grace);
  const seconds = grace.toMilliseconds() / 1000;
  if (seconds > 86_400 || !Number.isInteger(seconds)) {
    throw new InputError(`grace '${seconds} s' is not usable: give whole seconds, at most 1 day`);
  }
  return grace;
}

/** What EventBridge Scheduler assumes: it may start this function, for schedules of this account alone. */
function scheduleRole(scope: Construct, handler: LambdaFunction) {
  const stack = Stack.of(scope);
  const role = new Role(scope, 'ScheduleRole', {
    description: 'For EventBridge Scheduler, to start the drift checker',
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': stack.account,
          'aws:SourceArn': stack.formatArn({
            service: 'scheduler',
            resource: 'schedule-group',
            resourceName: 'default',
          }),
        },
      },
    }),
    inlinePolicies: {
      Invoke: new PolicyDocument({
        statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] })],
      }),
    },
  });
  // The target would add the function's versions, which nothing here has.
  return role.withoutPolicyUpdates();
}
