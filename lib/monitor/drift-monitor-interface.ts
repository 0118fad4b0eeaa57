import { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Repair } from './repair';

/** A drift monitor, of this app or imported. */
export interface IDriftMonitor extends IConstruct, IConnectable {
  /** Path of the SSM parameters that say what to check and what was seen. */
  readonly registryPath: string;
  /** The role of the checker: each proxy adds what is needed to check it. */
  readonly role: IRole;
  /** How long a finding must last before it is an incident. */
  readonly grace: Duration;
  /**
   * What is done about a proxy with a critical incident.
   *
   * @default - nothing
   */
  readonly repair?: Repair;

  /** Has each deployment of a service judged before it takes traffic. */
  gateDeployments(service: BaseService): void;

  /** Incidents that are open, over all proxies, those of severity `info` left out. */
  metricOpenIncidents(options?: MetricOptions): Metric;
  /** Critical incidents that are open, over all proxies. */
  metricCriticalIncidents(options?: MetricOptions): Metric;
  /** 1 for each run that was finished. */
  metricHeartbeat(options?: MetricOptions): Metric;
  /** Proxies that a run checked. */
  metricCheckedProxies(options?: MetricOptions): Metric;
  /** Proxies that a run did not reach in its time or could not check, in whole or in part. */
  metricUncheckedProxies(options?: MetricOptions): Metric;
  /** Parameters of the registry that are not records. */
  metricMalformedRecords(options?: MetricOptions): Metric;
  /** Repairs that were begun. */
  metricRepairs(options?: MetricOptions): Metric;
}

/** Two checks that agree, one minute apart, are not a slip. */
export const DEFAULT_GRACE = Duration.minutes(1);

/** What another app needs to know of a `DriftMonitor`, of the same account and region. */
export interface DriftMonitorAttributes {
  /** Its `registryPath`: `/cdk-haproxy-elb/NAME`. */
  readonly registryPath: string;

  /** ARN of its role, `role.roleArn`. */
  readonly roleArn: string;

  /** Id of its security group, `connections.securityGroups[0].securityGroupId`. */
  readonly securityGroupId: string;

  /**
   * How long a finding about the proxies of this app must last before it is an incident.
   *
   * @default Duration.minutes(1), the monitor's own default
   */
  readonly grace?: Duration;

  /**
   * What the monitor does about a proxy with a critical incident. Give what the monitor was made with: a repair needs a
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
   * ARN of the role with which ECS asks the gate, `gateRole.roleArn`.
   *
   * @default - no gate
   */
  readonly gateRoleArn?: string;
}
