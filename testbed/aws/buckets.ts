import { createHash } from 'node:crypto';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** AWS has 1,000 on a page. */
const PAGE = 2;

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
    's3:ListObjectsV2': ({ Bucket, Prefix = '', Delimiter = '', ContinuationToken }) => {
      const start = `${Bucket}/${Prefix}`;
      const below = [...this.objects.keys()]
        .filter((key) => key.startsWith(start))
        .map((key) => key.slice(start.length));
      const names = below.flatMap((key) => (key.includes(Delimiter) ? [key.slice(0, key.indexOf(Delimiter) + 1)] : []));
      const all = [...new Set(names)].sort();
      const at = Number(ContinuationToken ?? 0);
      const next = at + PAGE < all.length ? String(at + PAGE) : undefined;
      return {
        CommonPrefixes: all.slice(at, at + PAGE).map((name) => ({ Prefix: `${Prefix}${name}` })),
        IsTruncated: next !== undefined,
        NextContinuationToken: next,
      };
    },
  } satisfies AwsHandlers;
}
