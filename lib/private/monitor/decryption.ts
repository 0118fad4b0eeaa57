import { Stack, Token } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretFile } from '../proxy/secret-files';

/**
 * Allows to decrypt secrets that have a customer managed key. The CDK allows it in the policy of a key of the app, and
 * nowhere for an imported key.
 */
export function allowDecryption(scope: Construct, { grantPrincipal }: IGrantable, files: readonly SecretFile[]): void {
  const keys = files.flatMap(({ secret: { encryptionKey } }) => (encryptionKey === undefined ? [] : [encryptionKey]));
  if (keys.length > 0) {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [...new Set(keys.map(({ keyArn }) => keyArn))],
        conditions: { StringEquals: throughService('secretsmanager', scope) },
      }),
    );
  }
}

/**
 * The condition that the key is used through a service. In China, where the CDK's own key policies have `amazonaws.com`
 * and the suffix is `amazonaws.com.cn`, AWS does not document which one KMS compares with: both are allowed.
 */
export function throughService(
  service: 'secretsmanager' | 'dynamodb' | 's3',
  scope: Construct,
): Record<string, string[]> {
  const { region, urlSuffix } = Stack.of(scope);
  const mayBeChina = Token.isUnresolved(region) || region.startsWith('cn-');
  const suffixes = mayBeChina ? ['amazonaws.com', urlSuffix] : [urlSuffix];
  return { 'kms:ViaService': suffixes.map((suffix) => `${service}.${region}.${suffix}`) };
}
