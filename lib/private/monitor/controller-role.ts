import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../contract/incident-event';
import { acknowledgeWildcards } from '../acknowledge';
import { WILDCARDS } from '../findings';
import { throughService } from './decryption';
import { functionRole, type OwnRole } from './function-role';

/** Properties of the role of the controller. */
interface ControllerRoleProps {
  readonly logGroup: ILogGroup;
  readonly registryPath: string;
  readonly table: ITable;
  /** The key of the table. @default - a key of DynamoDB, which needs no permission */
  readonly encryptionKey?: IKey;
  readonly opsItems: boolean;
}

/** The role of the controller with the permissions for itself. Each proxy adds the permissions for the proxy. */
export function controllerRole(scope: Construct, props: ControllerRoleProps): OwnRole {
  const stack = Stack.of(scope);
  const own = functionRole(scope, props.logGroup, [
    new PolicyStatement({
      actions: ['ssm:GetParametersByPath'],
      resources: [
        stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: props.registryPath.slice(1) }),
      ],
    }),
    new PolicyStatement({
      actions: ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [props.table.tableArn],
    }),
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      // One call has several events, each with a source.
      conditions: { 'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE } },
    }),
    // IAM has no resource for these.
    new PolicyStatement({
      actions: [
        'ec2:DescribeNetworkInterfaces',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
      ],
      resources: ['*'],
    }),
    ...(props.encryptionKey === undefined ? [] : [useOf(props.encryptionKey, scope)]),
    ...(props.opsItems ? opsItemStatements(stack) : []),
  ]);
  acknowledgeWildcards(own.policy, WILDCARDS['the controller']);
  return own;
}

/** DynamoDB uses the key of a table with the permissions of the caller ("How DynamoDB uses AWS KMS"). */
function useOf(key: IKey, scope: Construct): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:DescribeKey',
    ],
    resources: [key.keyArn],
    conditions: { StringEquals: throughService('dynamodb', scope) },
  });
}

function opsItemStatements(stack: Stack): PolicyStatement[] {
  return [
    // IAM has no resource for the creation.
    new PolicyStatement({ actions: ['ssm:CreateOpsItem'], resources: ['*'] }),
    new PolicyStatement({
      actions: ['ssm:UpdateOpsItem'],
      resources: [stack.formatArn({ service: 'ssm', resource: 'opsitem', resourceName: '*' })],
    }),
  ];
}
