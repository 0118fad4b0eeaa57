import { Duration } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type FunctionOptions, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DriftMonitor } from '../../monitor/drift-monitor';
import { functionOf } from './controller-function';
import { functionRole, type OwnRole } from './function-role';

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
): OwnRole & { handler: LambdaFunction } {
  const { role, policy } = functionRole(scope, logGroup, statements);
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
