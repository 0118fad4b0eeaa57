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
import { allowAtEndpoints, createEndpoints, warnOfMissingEndpoints } from '../private/monitor/checker-endpoints';
import { type CheckerFunctionProps, checkerFunction } from '../private/monitor/checker-function';
import { checkerRole } from '../private/monitor/checker-role';
import { DeploymentGate } from '../private/monitor/deployment-gate';
import { ImportedDriftMonitor } from '../private/monitor/imported-monitor';
import { MONITOR } from '../private/options';
import { type DriftAlarms, makeAlarms } from './alarms';
import { makeDashboard, saveQueries } from './dashboard';
import { DriftMonitorBase } from './drift-monitor-base';
import type { DriftMonitorAttributes, IDriftMonitor } from './drift-monitor-interface';
import type { Repair } from './repair';

/** Properties of a `DriftMonitor`. */
export interface DriftMonitorProps {
  /**
   * The VPC of the checker. The checker must reach the proxies' tasks, and through a NAT gateway or VPC endpoints the
   * APIs of SSM, ECS, Elastic Load Balancing and EC2.
   */
  readonly vpc: IVpc;

  /**
   * The subnets of the checker: private or isolated ones.
   *
   * @default - the private subnets with egress; the isolated ones if there are no others
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * How often the checker checks every proxy: whole minutes, from one minute to one day.
   *
   * @default Duration.minutes(1), the shortest interval of EventBridge Scheduler
   */
  readonly interval?: Duration;

  /**
   * How long a finding must last before it becomes an incident: whole seconds, at most one day.
   *
   * @default Duration.minutes(1), so that a single check never opens an incident
   */
  readonly grace?: Duration;

  /**
   * Thresholds of the alarms.
   *
   * @default - one open critical incident, and three intervals without a finished run
   */
  readonly alarms?: DriftAlarms;

  /**
   * Actions of the alarms.
   *
   * @default - none: only the state of the alarm changes
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * Create a CloudWatch dashboard with the alarms, the metrics of every proxy and the last incidents.
   *
   * @default false, because a dashboard costs $3 a month beyond the first three of an account
   */
  readonly dashboard?: boolean;

  /**
   * What the checker does about a proxy with a critical incident.
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
   * Create the interface endpoints for SSM, ECS, Elastic Load Balancing and EC2 that the VPC does not have in this app.
   * Their security groups allow only the checkers of this app. In the whole VPC the names of these services then
   * resolve to the endpoints: allow other callers with `endpoints`. A VPC with a NAT gateway does not need them.
   *
   * @default false, because an endpoint costs about $7.30 a month in each Availability Zone: four in two zones about $58
   */
  readonly createEndpoints?: boolean;
}

/**
 * Compares, on a schedule, the addresses of running HAProxy processes with those of their load balancers, and reports
 * incidents as log lines, metrics and alarms.
 *
 * One monitor can serve many proxies, also those of other stacks and apps of the same account and region.
 */
export class DriftMonitor extends DriftMonitorBase {
  /** A monitor of another app of the same account and region, for proxies of this app. */
  public static fromAttributes(scope: Construct, id: string, attributes: DriftMonitorAttributes): IDriftMonitor {
    return new ImportedDriftMonitor(scope, id, attributes);
  }

  /** The function of the checker. */
  public readonly handler: LambdaFunction;
  /** The role of the function. */
  public readonly role: IRole;
  /** Log lines and embedded metrics of the checker. Kept for a month, deleted with the stack. */
  public readonly logGroup: LogGroup;
  /** The schedule that starts the function. */
  public readonly schedule: Schedule;
  /** The alarm for open critical incidents. Missing data does not trigger it; it triggers `heartbeatAlarm`. */
  public readonly alarm: Alarm;
  /** The alarm for a checker that finishes no runs. */
  public readonly heartbeatAlarm: Alarm;
  /** Every alarm of the monitor, including `incidentAlarm` and `heartbeatAlarm`. */
  public readonly alarms: Alarm[];
  /** Saved queries of the log: incidents, the history of a proxy, what could not be checked. */
  public readonly queries: QueryDefinition[];
  /** The dashboard, if requested. */
  public readonly dashboard?: Dashboard;
  /** The function that checks deployments, if requested. */
  public readonly gateHandler?: LambdaFunction;
  /** The role with which ECS calls the gate, if requested. */
  public readonly gateRole?: IRole;
  /** The endpoints that `createEndpoints` created. */
  public readonly endpoints: InterfaceVpcEndpoint[];
  /** The security group of the checker. */
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
    const interval = checkInterval(props.interval ?? Duration.millis(MONITOR.interval.default));
    this.grace = checkGrace(props.grace ?? Duration.millis(MONITOR.grace.default));
    this.repair = props.repair;
    this._monitorName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.registryPath = `/cdk-haproxy-elb/${this._monitorName}`;
    const { subnets, hasPublic } = vpc.selectSubnets(props.vpcSubnets);
    if (hasPublic) {
      throw new InputError(
        `the subnets of ${this.node.path} are public, where a function cannot reach AWS APIs: give vpcSubnets that are private or isolated`,
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
    allowAtEndpoints(this, vpc, securityGroup);
    this.endpoints = props.createEndpoints ? createEndpoints(this, vpc, subnets, securityGroup) : [];
    warnOfMissingEndpoints(this, vpc, subnets);
  }
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

function checkGrace(grace: Duration): Duration {
  refuseTokens('grace', grace);
  const seconds = grace.toMilliseconds() / 1000;
  if (seconds > 86_400 || !Number.isInteger(seconds)) {
    throw new InputError(`grace '${seconds} s' is not valid: give whole seconds, at most 1 day`);
  }
  return grace;
}

/** The role of EventBridge Scheduler: it may start this function, for schedules of this account alone. */
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
  // The target would also allow versions of the function, which do not exist.
  return role.withoutPolicyUpdates();
}
