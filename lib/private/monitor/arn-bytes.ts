import { CfnResource, type IResolvable, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';

/** Least lengths of what CloudFormation fills in for every stack. */
const PSEUDO: Readonly<Record<string, number>> = {
  'AWS::Partition': 'aws'.length,
  'AWS::Region': 'us-east-1'.length,
  'AWS::AccountId': 12,
};
/** What stands before the name in the shortest ARN here, that of a cluster or a service. */
const BEFORE_NAME = 'arn:aws:ecs:us-east-1:111111111111:cluster/'.length;
/** A name that CloudFormation makes is `STACK-LOGICALID-` and this many characters, or one more. */
const RANDOM = 12;
/** Least length of an ARN of which nothing is known. */
const LEAST = 64;
const MARKER = /\$\{Token\[[^\]]*\]\}/g;

/**
 * Least length of an ARN in a deployed policy, so that a sum of them refuses nothing that IAM would accept.
 */
export function arnBytes(arn: string): number {
  if (!Token.isUnresolved(arn)) {
    return arn.length;
  }
  const literals = arn.replace(MARKER, '').length;
  const { tokens } = Tokenization.reverseString(arn);
  // A token beside others is a part of an ARN, of at least one character.
  const unknown = literals === 0 && tokens.length === 1 ? LEAST : 1;
  return tokens.reduce((sum, token) => sum + (knownBytes(token) ?? unknown), literals);
}

function knownBytes(token: IResolvable): number | undefined {
  if (!Reference.isReference(token)) {
    return undefined;
  }
  const { target, displayName } = token;
  if (displayName in PSEUDO) {
    return PSEUDO[displayName];
  }
  if (!CfnResource.isCfnResource(target)) {
    return undefined;
  }
  const stack = Stack.of(target);
  if (Token.isUnresolved(stack.stackName)) {
    return undefined;
  }
  const properties = target as CfnResource & Record<string, unknown>;
  const property = ['clusterName', 'serviceName', 'logGroupName', 'tableName'].find((name) => name in properties);
  // The CDK gives a token where CloudFormation makes the name.
  const given: unknown = property && stack.resolve(properties[property]);
  const made = stack.stackName.length + stack.getLogicalId(target).length + RANDOM + 2;
  const ofCluster = typeof properties.cluster === 'string' ? nameBytes(properties.cluster) + 1 : 0;
  return BEFORE_NAME + ofCluster + (typeof given === 'string' ? given.length : made);
}

/** Least length of a name, which the CDK has as the reference of its resource. */
function nameBytes(name: string): number {
  return Token.isUnresolved(name) ? Math.max(1, arnBytes(name) - BEFORE_NAME) : name.length;
}
