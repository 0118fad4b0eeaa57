import { Arn, ArnFormat, RemovalPolicy, type ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import { type Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { InputError } from '../../haproxy/errors';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';
import { ACKNOWLEDGED, WILDCARDS } from '../findings';

/** Attributes of a load balancer that are looked up at deployment: tokens. */
interface FoundLoadBalancer {
  readonly dnsName: string;
  readonly loadBalancerArn: string;
}

/** Whether a resource is in the account and region of a stack, if both are known. */
export function isOfStack(scope: Construct, { account, region }: ResourceEnvironment): boolean {
  const stack = Stack.of(scope);
  return isSame(account, stack.account) && isSame(region, stack.region);
}

/** Looks up a load balancer by its ARN. */
export function lookUpByArn(scope: Construct, id: string, arn: string): FoundLoadBalancer {
  const stack = Stack.of(scope);
  const { account = stack.account, region = stack.region } = Token.isUnresolved(arn)
    ? {}
    : Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME);
  if (!isSame(account, stack.account)) {
    throw new InputError(
      `load balancer '${arn}' is in account ${account}, and ${stack.node.path} in account ${stack.account} cannot look it up: give its DNS name with ElbUpstream.fromDnsName`,
    );
  }
  return lookUp(scope, id, { LoadBalancerArns: [arn] }, arn, isSame(region, stack.region) ? undefined : region);
}

/** Looks up a load balancer by its name. */
export function lookUpByName(scope: Construct, id: string, name: string): FoundLoadBalancer {
  return lookUp(scope, id, { Names: [name] }, name);
}

function lookUp(scope: Construct, id: string, parameters: object, key: string, region?: string): FoundLoadBalancer {
  const [dnsName, arn] = ['LoadBalancers.0.DNSName', 'LoadBalancers.0.LoadBalancerArn'] as const;
  const lookup = new AwsCustomResource(scope, id, {
    onUpdate: {
      service: 'elastic-load-balancing-v2',
      action: 'DescribeLoadBalancers',
      parameters,
      region,
      physicalResourceId: PhysicalResourceId.of(key),
      outputPaths: [dnsName, arn],
    },
    // IAM has no resource-level permission for it.
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({ actions: ['elasticloadbalancing:DescribeLoadBalancers'], resources: ['*'] }),
    ]),
    installLatestAwsSdk: false,
    logGroup: logGroupOf(Stack.of(scope)),
  });
  acknowledge(lookup, ACKNOWLEDGED.ownPolicy);
  acknowledgeWildcards(
    lookup.node.findChild('CustomResourcePolicy') as Policy,
    WILDCARDS['the function that looks a load balancer up at deployment'],
  );
  return { dnsName: lookup.getResponseField(dnsName), loadBalancerArn: lookup.getResponseField(arn) };
}

/** A stack has one function that looks up, and one log group for it. */
function logGroupOf(stack: Stack): LogGroup {
  const id = 'LoadBalancerLookupLogGroup';
  const existing = stack.node.tryFindChild(id) as LogGroup | undefined;
  if (existing !== undefined) {
    return existing;
  }
  const created = new LogGroup(stack, id, {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(created, ACKNOWLEDGED.lookupLog);
  return created;
}

/** Whether two accounts, or two regions, are the same as far as both are known. */
export function isSame(one: string, other: string): boolean {
  return Token.isUnresolved(one) || Token.isUnresolved(other) || one === other;
}
