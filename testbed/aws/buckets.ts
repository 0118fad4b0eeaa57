import { createHash } from 'node:crypto';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** The objects of all buckets, by `BUCKET/KEY`. An object with a wrong checksum is refused, as S3 does. */
export class Buckets {
  public readonly objects = new Map<string, string>();
  /** By `BUCKET/KEY`. */
  public readonly contentTypes = new Map<string, string>();

  public readonly handlers = {
    's3:PutObject': ({ Bucket, Key, Body, ContentType = '', ChecksumSHA256 }) => {
      // The protocol reads a body as a text.
      const text = Body as string;
      if (ChecksumSHA256 !== undefined && createHash('sha256').update(text).digest('base64') !== ChecksumSHA256) {
        throw new AwsError('BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
      }
      this.objects.set(`${Bucket}/${Key}`, text);
      this.contentTypes.set(`${Bucket}/${Key}`, ContentType);
      return { ChecksumSHA256 };
    },
    's3:GetObject': ({ Bucket, Key }) => {
      const text = this.objects.get(`${Bucket}/${Key}`);
      if (text === undefined) {
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
      }
      return { Body: text as never };
    },
  } satisfies AwsHandlers;
}
