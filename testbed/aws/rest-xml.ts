import type { GetObjectOutput, PutObjectOutput } from '@aws-sdk/client-s3';
import { AwsError } from './aws-error';
import type { Head, Protocol } from './protocol';
import { writeXml, type XmlStyle } from './xml';

/** `/BUCKET/KEY?x-id=OPERATION`: the SDK names the operation, and puts the bucket into the path where the host is an address. */
const OBJECT = /^\/([^/?]+)\/([^?]+)\?(?:.*&)?x-id=(GetObject|PutObject)\b/;

const STYLE: XmlStyle = { nameOf: (name) => name };

/** `GET /BUCKET?list-type=2&…`: a page of the keys. */
const LISTING = /^\/([^/?]+)\/?\?(.*\blist-type=2.*)$/;

/** restXml, as far as objects of S3 need it: the object is the body, all else is in path and headers. */
export const restXml: Protocol = {
  accepts: 'application/octet-stream',
  contentType: 'application/xml',

  codes: {
    missingSignature: 'AccessDenied',
    unknownCredentials: 'InvalidAccessKeyId',
    wrongSignature: 'SignatureDoesNotMatch',
    unknownOperation: 'NotImplemented',
    internal: 'InternalError',
  },

  read({ path, headers, body }) {
    const [, listed, query] = LISTING.exec(path) ?? [];
    if (listed !== undefined) {
      const { prefix, delimiter, 'continuation-token': token } = Object.fromEntries(new URLSearchParams(query));
      const input = { Bucket: listed, Prefix: prefix, Delimiter: delimiter, ContinuationToken: token };
      return { service: 's3', operation: 'ListObjectsV2', input };
    }
    const [, bucket, key = '', operation] = OBJECT.exec(path) ?? [];
    if (bucket === undefined || operation === undefined) {
      return undefined;
    }
    const input = {
      Bucket: bucket,
      Key: decodeURIComponent(key),
      ...(operation === 'PutObject' && {
        Body: body,
        ContentType: headers['content-type'],
        ChecksumSHA256: headers['x-amz-checksum-sha256'],
      }),
    };
    return { service: 's3', operation, input };
  },

  writeOutput: ({ operation }, output) =>
    operation === 'ListObjectsV2'
      ? writeXml('ListBucketResult', output, STYLE)
      : (((output as GetObjectOutput).Body as unknown as string) ?? ''),

  writeError: ({ code, message }, requestId) =>
    writeXml('Error', { Code: code, Message: message, RequestId: requestId }, STYLE),

  headOf(result): Head {
    if (result instanceof AwsError) {
      return {};
    }
    const { ChecksumSHA256 } = result as PutObjectOutput;
    return { headers: ChecksumSHA256 === undefined ? {} : { 'x-amz-checksum-sha256': ChecksumSHA256 } };
  },
};
