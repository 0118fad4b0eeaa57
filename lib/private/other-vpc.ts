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
    // An id may be that of a VPC of the app: it is compared with another id only.
    if (here && there && here.kind === there.kind && here.name !== there.name) {
      Annotations.of(scope).addWarningV2(
        'cdk-haproxy-elb:other-vpc',
        `the security group ${group.node.path} of ${whose} is of another VPC than the proxy: ${effect}`,
      );
    }
  }
}

/** A VPC, as far as it is known at synthesis. */
interface VpcIdentity {
  readonly kind: 'id' | 'path';
  readonly name: string;
}

/** The id of a VPC, or the path of a VPC of the app; undefined where only CloudFormation knows it. */
function identityOf(vpcId?: string): VpcIdentity | undefined {
  if (vpcId === undefined) {
    return undefined;
  }
  if (!Token.isUnresolved(vpcId)) {
    return { kind: 'id', name: vpcId };
  }
  const token = Tokenization.reverseCompleteString(vpcId);
  const isOfApp = Reference.isReference(token) && CfnVPC.isCfnVPC(token.target);
  return isOfApp ? { kind: 'path', name: token.target.node.path } : undefined;
}
