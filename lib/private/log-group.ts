import { ArnFormat, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { RETENTION_DAYS } from './retention-days';

/** Settings of a log group that a construct makes for itself. */
interface LogGroupSettings {
  readonly logRetention?: RetentionDays;
  readonly removalPolicy?: RemovalPolicy;
  readonly encryptionKey?: IKey;
}

/** Refuses settings of a new log group beside a given one, which would not have them. */
export function refuseSettings(
  props: LogGroupSettings & { readonly logGroup?: ILogGroup },
  settings: readonly ('logRetention' | 'removalPolicy')[],
): void {
  const set = settings.find((setting) => props[setting] !== undefined);
  if (props.logGroup !== undefined && set !== undefined) {
    throw new InputError(`logGroup and ${set} are both given: leave ${set} out, and set it on the log group`);
  }
}

/** The log group of a construct. The key, if there is one, allows CloudWatch Logs. */
export function makeLogGroup(
  scope: Construct,
  { logRetention, removalPolicy, encryptionKey }: LogGroupSettings,
): LogGroup {
  checkRetention(logRetention);
  if (encryptionKey !== undefined) {
    allowLogs(encryptionKey, scope);
  }
  return new LogGroup(scope, 'LogGroup', {
    retention: logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: removalPolicy ?? RemovalPolicy.DESTROY,
    encryptionKey,
  });
}

/** An enum of numbers is any number to a caller without a compiler. */
function checkRetention(logRetention: RetentionDays | undefined): void {
  if (logRetention === undefined || Token.isUnresolved(logRetention)) {
    return;
  }
  if (logRetention !== RetentionDays.INFINITE && !RETENTION_DAYS.includes(logRetention)) {
    throw new InputError(
      `logRetention '${logRetention}' is not a time that CloudWatch Logs has: give one of ${RETENTION_DAYS.join(', ')} days, or RetentionDays.INFINITE`,
    );
  }
}

/**
 * Allows CloudWatch Logs to use a key for the log groups of this account and region. (CloudWatch Logs, "Encrypt log data
 * using AWS KMS".) The CDK does not add it, and the name of the log group is known only after the key is used.
 */
function allowLogs(key: IKey, scope: Construct): void {
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
}
