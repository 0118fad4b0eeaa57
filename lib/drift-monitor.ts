import * as path from 'node:path';
import { Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Metric,
  type MetricOptions,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, type IConnectable, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { type CheckerEnvironment, METRICS, STATE_FOLDER } from './private/contract';

/** Properties of a `DriftMonitor`. */
export interface DriftMonitorProps {
  /**
   * The VPC in which the checker stands. It must reach the proxies' tasks, and the APIs of SSM, ECS and Elastic Load
   * Balancing: through a NAT gateway or VPC endpoints.
   */
  readonly vpc: IVpc;

  /**
   * The subnets of the checker.
   *
   * @default - the private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * How often every proxy is checked, at least one minute.
   *
   * @default Duration.minutes(1), the shortest that EventBridge Scheduler has
   */
  readonly interval?: Duration;

  /**
   * How long a finding must last before it is an incident.
   *
   * @default Duration.minutes(1), so that a single check never makes one
   */
  readonly grace?: Duration;
}

/**
 * Compares, on a schedule, the addresses that running HAProxy processes hold with those that their load balancers have,
 * and reports incidents as log lines, metrics and an alarm.
 *
 * One monitor can serve many proxies, also those of other stacks of the same account and region.
 */
export class DriftMonitor extends Construct implements IConnectable {
  /** The function that checks. */
  public readonly handler: LambdaFunction;
  /** Where the function's log lines and embedded metrics go. Kept for a month, removed with the stack. */
  public readonly logGroup: LogGroup;
  /** What starts the function. */
  public readonly schedule: Schedule;
  /** Rings while at least one critical incident is open. Silence of the checker is not a drift: missing data is fine. */
  public readonly alarm: Alarm;
  /** The network side of the checker. */
  public readonly connections: Connections;
  /** Path of the SSM parameters that say what to check and what was seen. */
  public readonly registryPath: string;
  /** How long a finding must last before it is an incident. */
  public readonly grace: Duration;

  private readonly monitorName: string;
  /** Paths of the proxies that this monitor checks, by name. */
  private readonly proxies = new Map<string, string>();

  public constructor(scope: Construct, id: string, props: DriftMonitorProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const interval = props.interval ?? Duration.minutes(1);
    this.grace = props.grace ?? Duration.minutes(1);
    this.monitorName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.registryPath = `/cdk-haproxy-elb/${this.monitorName}`;

    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Drift checker: asks DNS, AWS APIs and runtime APIs; accepts nothing',
    });
    this.connections = new Connections({ securityGroups: [securityGroup] });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const rolePolicy = new Policy(this, 'Policy', { roles: [role] });

    this.handler = new LambdaFunction(this, 'Handler', {
      description: 'Compares the addresses that HAProxy holds with those that the load balancer has',
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(path.join(__dirname, '..', 'assets', 'drift-checker')),
      handler: 'index.handler',
      memorySize: 256,
      timeout: Duration.seconds(55),
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: [securityGroup],
      logGroup: this.logGroup,
      role,
      environment: {
        REGISTRY_PATH: this.registryPath,
        MONITOR_NAME: this.monitorName,
      } satisfies CheckerEnvironment,
    });
    const parameters = stack.formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: this.registryPath.slice(1),
    });
    rolePolicy.addStatements(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
      // A function in a VPC makes its own network interfaces. None of these calls can be narrowed to a resource that
      // exists beforehand.
      new PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
      new PolicyStatement({ actions: ['ssm:GetParametersByPath'], resources: [parameters] }),
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
        resources: [`${parameters}/${STATE_FOLDER}/*`],
      }),
    );
    // Lambda checks at creation that the role can make network interfaces.
    this.handler.node.addDependency(rolePolicy);

    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(this.handler, { retryAttempts: 0 }),
    });
    this.alarm = new Alarm(this, 'Alarm', {
      alarmDescription:
        'HAProxy holds addresses that its load balancer no longer has, or will not follow the next change',
      metric: this.metricCriticalIncidents({ period: interval }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * Critical incidents that are open, over all proxies of this monitor.
   *
   * @default - the maximum over one minute
   */
  public metricCriticalIncidents(options?: MetricOptions): Metric {
    return new Metric({
      namespace: METRICS.namespace,
      metricName: METRICS.criticalIncidents,
      dimensionsMap: { [METRICS.monitorDimension]: this.monitorName },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
      ...options,
    });
  }

  /**
   * Takes a proxy in: allows the checker to find the tasks of its cluster, and load balancers.
   *
   * The permissions stand in the stack of the caller, because a policy in the monitor's own stack would make the two
   * stacks depend on each other.
   *
   * @internal
   */
  public _admit(scope: Construct, proxyName: string, cluster: ICluster): void {
    const taken = this.proxies.get(proxyName);
    if (taken !== undefined) {
      throw new Error(`proxyName '${proxyName}' is taken by ${taken}: give each proxy of a monitor a name of its own`);
    }
    this.proxies.set(proxyName, scope.node.path);
    const stack = Stack.of(scope);
    const id = `DriftCheck${this.node.addr}${cluster.node.addr}`;
    if (stack.node.tryFindChild(id) !== undefined) {
      return;
    }
    new Policy(stack, id, {
      roles: [this.handler.role!],
      statements: [
        new PolicyStatement({
          actions: ['ecs:ListTasks'],
          // IAM knows no resource for ListTasks of a service; the condition does the narrowing.
          resources: ['*'],
          conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
        }),
        new PolicyStatement({
          actions: ['ecs:DescribeTasks'],
          resources: [stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` })],
        }),
        // IAM has no resource-level permission for it.
        new PolicyStatement({ actions: ['elasticloadbalancing:DescribeLoadBalancers'], resources: ['*'] }),
      ],
    });
  }
}
