import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A role, and the policy that has all its permissions. */
export interface OwnRole {
  readonly role: Role;
  readonly policy: Policy;
}

/** A role for a service of AWS. */
export function serviceRole(
  scope: Construct,
  service: 'lambda' | 'states',
  statements: readonly PolicyStatement[],
  roleName?: string,
): OwnRole {
  const role = new Role(scope, 'Role', { roleName, assumedBy: new ServicePrincipal(`${service}.amazonaws.com`) });
  return { role, policy: new Policy(scope, 'Policy', { roles: [role], statements: [...statements] }) };
}

/** A role for a function, which writes its log. */
export function functionRole(
  scope: Construct,
  { logGroupArn }: ILogGroup,
  statements: readonly PolicyStatement[],
  roleName?: string,
): OwnRole {
  const log = new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroupArn],
  });
  return serviceRole(scope, 'lambda', [log, ...statements], roleName);
}
