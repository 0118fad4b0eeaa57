import { Annotations, Reference, Token, Tokenization } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnVPC, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/**
 * Warns of security groups of another VPC, as far as the app has both VPCs.
 *
 * @param whose whose groups they are, and what is in the VPC, for the text
 * @param effect what AWS does then, and what to change
 */
export function warnOfOtherVpc(
  scope: Construct,
  groups: readonly ISecurityGroup[],
  vpc: IVpc,
  whose: string,
  effect: string,
): void {
  const here = identityOf(vpc.vpcId);
  for (const group of groups) {
    const resource = group.node.defaultChild;
    const there = CfnSecurityGroup.isCfnSecurityGroup(resource) ? identityOf(resource.vpcId) : undefined;
    if (here !== undefined && there !== undefined && here !== there) {
      Annotations.of(scope).addWarningV2(
        'cdk-haproxy-elb:other-vpc',
        `the security group ${group.node.path} of ${whose} is of another VPC than the proxy: ${effect}`,
      );
    }
  }
}

/** The id of a VPC, or the path of a VPC of the app; undefined where only CloudFormation knows it. */
function identityOf(vpcId: string | undefined): string | undefined {
  if (!Token.isUnresolved(vpcId)) {
    return vpcId;
  }
  const token = Tokenization.reverseCompleteString(vpcId!);
  return Reference.isReference(token) && CfnVPC.isCfnVPC(token.target) ? token.target.node.path : undefined;
}
