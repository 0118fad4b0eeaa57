import type { Duration } from 'aws-cdk-lib';
import type { Repair } from './repair';

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
