import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { ISubnet, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { STATE_FOLDER } from '../../contract/registry-record';
import { acknowledgeWildcards, type WildcardReasons } from '../acknowledge';

/** Properties of the role of the checker. */
interface CheckerRoleProps {
  readonly logGroup: ILogGroup;
  readonly registryPath: string;
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: SecurityGroup;
  readonly opsItems: boolean;
}

/**
 * The role of the checker with the permissions for itself. Each proxy adds the permissions for the proxy.
 *
 * The function must be created after the policy: at the creation of a function Lambda checks whether its role can create
 * network interfaces.
 */
export function checkerRole(scope: Construct, props: CheckerRoleProps): { role: Role; policy: Policy } {
  const stack = Stack.of(scope);
  const ec2 = (resource: string, resourceName: string, account?: string) =>
    stack.formatArn({ service: 'ec2', resource, resourceName, account });
  const parameters = stack.formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: props.registryPath.slice(1),
  });
  const interfaces = ec2('network-interface', '*');
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const policy = new Policy(scope, 'Policy', {
    roles: [role],
    statements: [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [props.logGroup.logGroupArn],
      }),
      new PolicyStatement({ actions: ['ssm:GetParametersByPath'], resources: [parameters] }),
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
        resources: [`${parameters}/${STATE_FOLDER}/*`],
      }),
      // IAM has no resource for these. Lambda needs the first two, the checker calls the first and the third.
      new PolicyStatement({
        actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'elasticloadbalancing:DescribeLoadBalancers'],
        resources: ['*'],
      }),
      // Lambda creates the function's network interfaces with this role, in these subnets and with this security group.
      new PolicyStatement({
        actions: ['ec2:CreateNetworkInterface'],
        resources: [
          interfaces,
          // A subnet that another account shares has that account in its ARN.
          ...props.subnets.map(({ subnetId }) => ec2('subnet', subnetId, '*')),
          ec2('security-group', props.securityGroup.securityGroupId),
        ],
      }),
      new PolicyStatement({
        actions: [...INTERFACE_ACTIONS],
        resources: [interfaces],
      }),
      // For Lambda, not for the code (AWS, "Giving Lambda functions access to resources in an Amazon VPC").
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['ec2:CreateNetworkInterface', 'ec2:DescribeSubnets', ...INTERFACE_ACTIONS],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'lambda:SourceFunctionArn': stack.formatArn({
              service: 'lambda',
              resource: 'function',
              resourceName: '*',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
      ...(props.opsItems ? opsItemStatements(stack) : []),
    ],
  });
  acknowledgeWildcards(policy, WILDCARDS);
  return { role, policy };
}

const WILDCARDS: WildcardReasons = {
  '*': 'IAM has no resource for describing subnets, network interfaces and load balancers, nor for a new OpsItem',
  ':parameter/': 'a state for each proxy, below the path that this monitor owns',
  ':network-interface/': 'Lambda makes the interfaces of the function; nobody knows their ids before',
  ':subnet/': 'the subnets of the function, of whichever account: a shared one has that of its owner in its ARN',
  ':opsitem/': 'the checker makes the OpsItems that it resolves; nobody knows their ids before',
};

const INTERFACE_ACTIONS = [
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

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
