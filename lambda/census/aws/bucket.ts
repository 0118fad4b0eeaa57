import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { type CensusEnvironment, FOLDERS } from '../../../lib/contract/census-access';
import type { Store } from '../collect';
import { CLIENT } from './client-options';

const s3 = new S3Client(CLIENT);

/**
 * The bucket of the documents, and that of the working files, by the folder of a key. S3 refuses an object whose checksum
 * is another one, and keeps the checksum with it.
 */
export function bucketsOf({ BUCKET, WORKING_BUCKET }: CensusEnvironment): Store {
  const bucketOf = (key: string) => (key.startsWith(`${FOLDERS.working}/`) ? WORKING_BUCKET : BUCKET);
  return {
    async put(Key, Body, ContentType, sha256) {
      const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
      await s3.send(new PutObjectCommand({ Bucket: bucketOf(Key), Key, Body, ContentType, ChecksumSHA256 }));
    },
    async get(Key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucketOf(Key), Key }));
        return await Body?.transformToString();
      } catch (error) {
        // With s3:ListBucket a missing object is this error; without, it is AccessDenied.
        if ((error as Error).name === 'NoSuchKey') {
          return undefined;
        }
        throw error;
      }
    },
    async folders(Prefix) {
      const names: string[] = [];
      const request = { Bucket: bucketOf(Prefix), Prefix, Delimiter: '/' };
      for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client: s3 }, request)) {
        names.push(...CommonPrefixes.map((one) => one.Prefix!.slice(Prefix.length, -1)));
      }
      return names;
    },
  };
}
