import { ExecuteCommandLogging, type ICluster, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { REDUCE_EC2_FARGATE_CLOUDWATCH_PERMISSIONS } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from '../acknowledge';
import { WILDCARDS } from '../findings';

/**
 * Prevents the CDK from allowing ECS Exec to write to every log group of the account, as it does without this flag. Must
 * be called before the construct has children.
 */
export function denySessionLogs(scope: Construct): void {
  scope.node.setContext(REDUCE_EC2_FARGATE_CLOUDWATCH_PERMISSIONS, true);
}

/**
 * Allows ECS Exec to log sessions to the log of the container, which is the default of a cluster (ECS guide, "Using ECS
 * Exec", logging `DEFAULT`): without one sessions are not logged. For other settings the CDK itself adds the permissions.
 */
export function allowSessionLog(cluster: ICluster, { taskRole }: TaskDefinition, logGroup?: ILogGroup): void {
  const logging = cluster.executeCommandConfiguration?.logging ?? ExecuteCommandLogging.DEFAULT;
  if (logging === ExecuteCommandLogging.DEFAULT && logGroup !== undefined) {
    taskRole.addToPrincipalPolicy(new PolicyStatement({ actions: ['logs:DescribeLogGroups'], resources: ['*'] }));
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
  }
  // A role that the app must not change has none.
  const policy = taskRole.node.children.find((one) => one instanceof Policy);
  if (policy !== undefined) {
    acknowledgeWildcards(policy, WILDCARDS['the tasks, with ECS Exec']);
  }
}
