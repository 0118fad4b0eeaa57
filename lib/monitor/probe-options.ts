import type { ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/**
 * The probe of a monitor: the function that reads DNS and the runtime APIs in the VPC of the processes. Proxies of one
 * stack, monitor and VPC with the same options share a probe.
 */
export interface ProbeOptions {
  /**
   * The subnets of the probe. It must reach the processes, and needs neither a NAT gateway nor VPC endpoints.
   *
   * @default - the private subnets with egress; the isolated ones if there are none, then the public ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups of the probe. Allow them outbound traffic to the processes and to their name servers.
   *
   * @default - a new one that allows outbound traffic to the processes and their name servers alone
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * Log group of the probe.
   *
   * @default - a new one that keeps log lines for a month and is deleted with the stack
   */
  readonly logGroup?: ILogGroup;
}
