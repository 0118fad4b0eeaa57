import type { InvocationResponse } from '@aws-sdk/client-lambda';
import { AwsError } from './aws-error';
import type { Head, Protocol } from './protocol';

/** `POST /2015-03-31/functions/NAME/invocations`; the name may be an ARN, and is written as a part of a URL. */
const INVOCATION = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

const CODES = {
  missingSignature: 'MissingAuthenticationTokenException',
  unknownCredentials: 'UnrecognizedClientException',
  wrongSignature: 'InvalidSignatureException',
  unknownOperation: 'UnknownOperationException',
  internal: 'ServiceException',
} as const;

/** restJson1, as far as Lambda's Invoke needs it: the payload is the body, all else is in path and headers. */
export const restJson: Protocol = {
  accepts: 'application/octet-stream',
  contentType: 'application/json',
  codes: CODES,

  read({ method, path, headers, body }) {
    const [, name] = (method === 'POST' && INVOCATION.exec(path)) || [];
    const input = {
      FunctionName: decodeURIComponent(name ?? ''),
      InvocationType: headers['x-amz-invocation-type'] ?? 'RequestResponse',
      LogType: headers['x-amz-log-type'] ?? 'None',
      Payload: Buffer.from(body),
    };
    return name === undefined ? undefined : { service: 'lambda', operation: 'Invoke', input };
  },

  writeOutput: (_call, output) => (output as InvocationResponse).Payload ?? '',

  writeError: ({ message, fields }) => JSON.stringify({ message, ...fields }),

  headOf(result): Head {
    if (result instanceof AwsError) {
      return { headers: { 'x-amzn-errortype': result.code } };
    }
    const { StatusCode = 200, FunctionError, ExecutedVersion = '$LATEST' } = result as InvocationResponse;
    return {
      status: StatusCode,
      headers: {
        'X-Amz-Executed-Version': ExecutedVersion,
        ...(FunctionError !== undefined && { 'X-Amz-Function-Error': FunctionError }),
      },
    };
  },
};

/** restJson1, as far as BatchImportFindings of Security Hub needs it: all of it is in the body. */
export const restJsonOfSecurityHub: Protocol = {
  accepts: 'application/json',
  contentType: 'application/json',
  codes: CODES,
  read: ({ method, path, body }) =>
    method === 'POST' && path === '/findings/import'
      ? { service: 'securityhub', operation: 'BatchImportFindings', input: JSON.parse(body) }
      : undefined,
  writeOutput: (_call, output) => JSON.stringify(output),
  writeError: ({ message, fields }) => JSON.stringify({ Message: message, ...fields }),
  headOf: (result): Head => (result instanceof AwsError ? { headers: { 'x-amzn-errortype': result.code } } : {}),
};
