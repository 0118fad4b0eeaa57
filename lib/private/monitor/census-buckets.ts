import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { FOLDERS } from '../../contract/census-access';
import { InputError } from '../../haproxy/errors';
import { acknowledge } from '../acknowledge';
import { refuseTokens } from '../checks';
import { ACKNOWLEDGED } from '../findings';

/** Settings of the bucket of the documents. */
interface DocumentsSettings {
  readonly objectLock?: ObjectLockRetention;
  readonly documentRetention?: Duration;
  readonly encryptionKey?: IKey;
  readonly removalPolicy?: RemovalPolicy;
}

/** What the functions leave for one another is of use while somebody looks into a failed census. */
const WORKING_DAYS = 30;

/** A month's documents are written again by each of its censuses. */
const MONTH_VERSIONS_DAYS = 90;

/** The bucket of the documents. */
export function documentsBucket(scope: Construct, settings: DocumentsSettings): Bucket {
  const { objectLock, documentRetention, encryptionKey, removalPolicy } = settings;
  checkRetention(documentRetention, objectLock);
  return new Bucket(scope, 'Documents', {
    ...shared(encryptionKey),
    versioned: true,
    objectLockEnabled: objectLock === undefined ? undefined : true,
    objectLockDefaultRetention: objectLock,
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
    lifecycleRules: [
      {
        prefix: `${FOLDERS.months}/`,
        noncurrentVersionExpiration: Duration.days(MONTH_VERSIONS_DAYS),
      },
      ...(documentRetention === undefined
        ? []
        : [{ expiration: documentRetention, noncurrentVersionExpiration: Duration.days(1) }]),
    ],
  });
}

/** The bucket of what the functions leave for one another. It is no evidence: it is not locked, and what it has expires. */
export function workingBucket(scope: Construct, encryptionKey: IKey | undefined): Bucket {
  const bucket = new Bucket(scope, 'Working', {
    ...shared(encryptionKey),
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [
      { expiration: Duration.days(WORKING_DAYS), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
  });
  acknowledge(bucket, ACKNOWLEDGED.workingFiles);
  return bucket;
}

function shared(encryptionKey: IKey | undefined): BucketProps {
  return {
    encryption: encryptionKey === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: encryptionKey === undefined ? undefined : true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
  };
}

/** S3 counts in days. A document that is locked for longer than it is kept would only be hidden. */
function checkRetention(retention: Duration | undefined, lock: ObjectLockRetention | undefined): void {
  if (retention === undefined) {
    return;
  }
  refuseTokens('documentRetention', retention);
  const days = retention.toMilliseconds() / 86_400_000;
  if (days < 1 || !Number.isInteger(days)) {
    throw new InputError(`documentRetention '${days} d' is not valid: give whole days, 1 or more`);
  }
  if (lock !== undefined && lock.duration.toDays() > days) {
    throw new InputError(
      `documentRetention '${days} d' is shorter than objectLock, ${lock.duration.toDays()} d: give at least this, or leave it out`,
    );
  }
}
