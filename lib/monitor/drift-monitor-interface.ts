import type { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Repair } from './repair';

/** A drift monitor, of this app or imported. */
export interface IDriftMonitor extends IConstruct, IConnectable {
  /** Path of the SSM parameters of the monitor: what to check, and the state of each proxy. */
  readonly registryPath: string;
  /** The role of the checker. Each proxy adds the permissions to check it. */
  readonly role: IRole;
  /** How long a finding must last before it becomes an incident. */
  readonly grace: Duration;
  /**
   * What the checker does about a proxy with a critical incident.
   *
   * @default - nothing
   */
  readonly repair?: Repair;

  /** Checks each deployment of a service before its tasks take traffic. */
  gateDeployments(service: BaseService): void;

  /** Open incidents of all proxies, without those of severity `info`. */
  metricOpenIncidents(options?: MetricOptions): Metric;
  /** Open critical incidents of all proxies. */
  metricCriticalIncidents(options?: MetricOptions): Metric;
  /** 1 for each finished run. */
  metricHeartbeat(options?: MetricOptions): Metric;
  /** Proxies that a run checked. */
  metricCheckedProxies(options?: MetricOptions): Metric;
  /** Proxies that a run could not check, in whole or in part, or for which it had no time. */
  metricUncheckedProxies(options?: MetricOptions): Metric;
  /** Parameters of the registry that are not valid records. */
  metricMalformedRecords(options?: MetricOptions): Metric;
  /** Repairs that the checker started. */
  metricRepairs(options?: MetricOptions): Metric;
}

/** Attributes of a `DriftMonitor` of another app, of the same account and region. */
export interface DriftMonitorAttributes {
  /** Its `registryPath`: `/cdk-haproxy-elb/NAME`. */
  readonly registryPath: string;

  /** ARN of its role, `role.roleArn`. */
  readonly roleArn: string;

  /** Id of its security group, `connections.securityGroups[0].securityGroupId`. */
  readonly securityGroupId: string;

  /**
   * How long a finding about the proxies of this app must last before it becomes an incident.
   *
   * @default Duration.minutes(1), the monitor's own default
   */
  readonly grace?: Duration;

  /**
   * What the monitor does about a proxy with a critical incident. Give the `repair` of the monitor: a repair needs a
   * permission for each service.
   *
   * @default - nothing
   */
  readonly repair?: Repair;

  /**
   * ARN of the gate's function, `gateHandler.functionArn`.
   *
   * @default - no gate
   */
  readonly gateFunctionArn?: string;

  /**
   * ARN of the role with which ECS calls the gate, `gateRole.roleArn`.
   *
   * @default - no gate
   */
  readonly gateRoleArn?: string;
}
