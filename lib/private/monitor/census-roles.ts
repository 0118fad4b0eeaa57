import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { FOLDERS } from '../../contract/census-access';
import { acknowledgeWildcards } from '../acknowledge';
import { WILDCARDS } from '../findings';
import { throughService } from './decryption';
import { functionRole, type OwnRole, serviceRole } from './function-role';

/** The buckets of a census. */
export interface CensusBuckets {
  readonly documents: IBucket;
  readonly working: IBucket;
}

/** A role for a function of the census, with what every one needs. */
export function censusFunctionRole(...args: Parameters<typeof functionRole>): OwnRole {
  return acknowledged(functionRole(...args));
}

/** The role of the state machine. */
export function machineRole(
  scope: Construct,
  machineName: string,
  functionArns: readonly string[],
  { working }: CensusBuckets,
  results: string,
): OwnRole {
  const stack = Stack.of(scope);
  const arnOf = (resource: string, name: string) => {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return stack.formatArn({ service: 'states', resource, resourceName: name, arnFormat });
  };
  return acknowledged(
    serviceRole(scope, 'states', [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [...functionArns] }),
      // Step Functions, "IAM policies for using Distributed Map states".
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [arnOf('stateMachine', machineName)] }),
      new PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        // Its own runs, and those that the map starts.
        resources: [arnOf('execution', `${machineName}:*`), arnOf('execution', `${machineName}/*:*`)],
      }),
      objects(working, FOLDERS.working, 's3:GetObject'),
      objects(working, results, 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'),
      ...useOfKeys(scope, [working]),
    ]),
  );
}

/** Actions on the objects of a folder. */
export function objects(bucket: IBucket, folder: string, ...actions: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources: [bucket.arnForObjects(`${folder}/*`)] });
}

/** To tell an object that does not exist from one that may not be read. */
export function listing(...buckets: readonly IBucket[]): PolicyStatement {
  return new PolicyStatement({ actions: ['s3:ListBucket'], resources: buckets.map(({ bucketArn }) => bucketArn) });
}

/** S3 uses the key of a bucket with the permissions of the caller. */
export function useOfKeys(scope: Construct, buckets: readonly IBucket[]): PolicyStatement[] {
  const keys = buckets.flatMap(({ encryptionKey }) => (encryptionKey === undefined ? [] : [encryptionKey.keyArn]));
  if (keys.length === 0) {
    return [];
  }
  return [
    new PolicyStatement({
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: [...new Set(keys)],
      conditions: { StringEquals: throughService('s3', scope) },
    }),
  ];
}

function acknowledged(own: OwnRole): OwnRole {
  acknowledgeWildcards(own.policy, WILDCARDS['the census']);
  return own;
}
