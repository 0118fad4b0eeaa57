import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { HaproxyVersionWarning } from '../../haproxy/version/version';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';

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

function executionNeeds({ logDriver, listenTls, runtimeApiTls }: HaproxyElbProxyProps): string[] {
  const given = { listenTls: listenTls?.secret, runtimeApiTls: runtimeApiTls?.secret };
  const secrets = Object.entries(given).filter(([, secret]) => secret !== undefined);
  const encrypted = secrets.filter(([, secret]) => secret!.encryptionKey !== undefined);
  const of = (some: typeof secrets) => some.map(([name]) => name).join(' and ');
  return [
    ...(logDriver === undefined ? ['logs:CreateLogStream and logs:PutLogEvents for the log group'] : []),
    ...(secrets.length > 0 ? [`secretsmanager:GetSecretValue for the secret of ${of(secrets)}`] : []),
    ...(encrypted.length > 0 ? [`kms:Decrypt for the key of the secret of ${of(encrypted)}`] : []),
  ];
}

function taskNeeds({ enableExecuteCommand }: HaproxyElbProxyProps): string[] {
  return enableExecuteCommand ? [`${CHANNELS.join(', ')} for enableExecuteCommand`] : [];
}
