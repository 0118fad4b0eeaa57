import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { HaproxyVersionWarning } from '../../haproxy/version/version';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';
import { secretFilesOf } from './secret-files';

/** What ECS Exec needs (ECS guide, "Using ECS Exec"). */
const CHANNELS = [
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/** The class of the roles to which the CDK adds no permissions: `mutable: false`, `withoutPolicyUpdates()`. */
const UNCHANGED = 'aws-cdk-lib.aws-iam.ImmutableRole';

function isUnchanged(role: IRole | undefined): role is IRole {
  return (role?.constructor as { PROPERTY_INJECTION_ID?: string } | undefined)?.PROPERTY_INJECTION_ID === UNCHANGED;
}

/** For each given role that the app must not change: the permissions that it must have already. */
export function roleWarnings(props: HaproxyElbProxyProps): HaproxyVersionWarning[] {
  const needs = { executionRole: executionNeeds(props), taskRole: taskNeeds(props) };
  const warnings: HaproxyVersionWarning[] = [];
  for (const name of ['executionRole', 'taskRole'] as const) {
    const role = props[name];
    if (isUnchanged(role) && needs[name].length > 0) {
      warnings.push({
        id: 'cdk-haproxy-elb:unchanged-role',
        message: `the app adds no permission to ${name} ${role.node.path}: give the role ${needs[name].join('; ')}`,
      });
    }
  }
  return warnings;
}

function executionNeeds(props: HaproxyElbProxyProps): string[] {
  const secrets = new Map(secretFilesOf(props).map(({ what, secret }) => [what, secret]));
  const names = [...secrets.keys()];
  const encrypted = names.filter((name) => secrets.get(name)!.encryptionKey !== undefined);
  return [
    ...(props.logDriver === undefined ? ['logs:CreateLogStream and logs:PutLogEvents for the log group'] : []),
    ...(names.length > 0 ? [`secretsmanager:GetSecretValue for ${names.join(' and ')}`] : []),
    ...(encrypted.length > 0 ? [`kms:Decrypt for the key of ${encrypted.join(' and ')}`] : []),
  ];
}

function taskNeeds({ enableExecuteCommand }: HaproxyElbProxyProps): string[] {
  return enableExecuteCommand ? [`${CHANNELS.join(', ')} for enableExecuteCommand`] : [];
}
