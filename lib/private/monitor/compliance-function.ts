import { Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type FunctionOptions, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DriftMonitor } from '../../monitor/drift-monitor';
import { functionOf } from './controller-function';

/** SQS keeps a message for 14 days at most. */
const RETENTION = Duration.days(14);

/** Properties of a function for auditors. */
interface ComplianceFunctionProps extends FunctionOptions {
  readonly monitor: DriftMonitor;
  /** What it may do besides writing its log. */
  readonly statements: readonly PolicyStatement[];
}

/** Creates a function from the bundle for auditors, outside of any VPC, with its log in the group of the monitor. */
export function complianceFunction(
  scope: Construct,
  handler: 'index.configRule' | 'index.findings',
  { monitor: { logGroup }, statements, ...own }: ComplianceFunctionProps,
): { handler: LambdaFunction; role: Role; policy: Policy } {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const policy = new Policy(scope, 'Policy', {
    roles: [role],
    statements: [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      ...statements,
    ],
  });
  const created = new LambdaFunction(scope, 'Handler', {
    ...functionOf('compliance'),
    // The policy above is all.
    role: role.withoutPolicyUpdates(),
    logGroup,
    ...own,
    handler,
  });
  created.node.addDependency(policy);
  return { handler: created, role, policy };
}

/** A queue of a construct for auditors, encrypted with a key of SQS. */
export function complianceQueue(
  scope: Construct,
  id: string,
  more?: { readonly deadLetterQueue: IQueue; readonly maxReceiveCount: number; readonly visibilityTimeout: Duration },
): Queue {
  return new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: RETENTION,
    ...(more && {
      visibilityTimeout: more.visibilityTimeout,
      deadLetterQueue: { queue: more.deadLetterQueue, maxReceiveCount: more.maxReceiveCount },
    }),
  });
}
