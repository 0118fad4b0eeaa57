import { ExecuteCommandLogging, type ICluster, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { type Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { REDUCE_EC2_FARGATE_CLOUDWATCH_PERMISSIONS } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { acknowledgeWildcards, type WildcardReasons } from '../acknowledge';

const WILDCARDS: WildcardReasons = {
  '*': 'IAM has no resource for the channels of ECS Exec (ssmmessages), nor for logs:DescribeLogGroups',
};

/**
 * Keeps the CDK from allowing to write to every log group of the account, as it does for ECS Exec without this flag.
 * Must be called before the construct has children.
 */
export function denySessionLogs(scope: Construct): void {
  scope.node.setContext(REDUCE_EC2_FARGATE_CLOUDWATCH_PERMISSIONS, true);
}

/**
 * Allows to log sessions of ECS Exec where they go unless the cluster says otherwise: to the log of the container (ECS
 * guide, "Using ECS Exec", logging `DEFAULT`). What another logging needs the CDK allows itself.
 */
export function allowSessionLog(cluster: ICluster, { taskRole }: TaskDefinition, logGroup: ILogGroup): void {
  const logging = cluster.executeCommandConfiguration?.logging ?? ExecuteCommandLogging.DEFAULT;
  if (logging === ExecuteCommandLogging.DEFAULT) {
    taskRole.addToPrincipalPolicy(new PolicyStatement({ actions: ['logs:DescribeLogGroups'], resources: ['*'] }));
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
  }
  const policy = taskRole.node.findChild('DefaultPolicy');
  acknowledgeWildcards(policy as Policy, WILDCARDS);
}
