import type { AwsService } from './operations';
import type { Protocol } from './protocol';

/** Services by the first half of `x-amz-target`. */
const SERVICES: Record<string, AwsService> = {
  AmazonSSM: 'ssm',
  AmazonEC2ContainerServiceV20141113: 'ecs',
};

/** awsJson1.1: a JSON body, the operation in a header, times as seconds since 1970. */
export const awsJson: Protocol = {
  contentType: 'application/x-amz-json-1.1',

  codes: {
    missingSignature: 'MissingAuthenticationTokenException',
    unknownCredentials: 'UnrecognizedClientException',
    wrongSignature: 'InvalidSignatureException',
    unknownOperation: 'UnknownOperationException',
    internal: 'InternalFailure',
  },

  read(headers, body) {
    const [target = '', operation = ''] = String(headers['x-amz-target']).split('.');
    const service = SERVICES[target];
    return service && { service, operation, input: JSON.parse(body || '{}') };
  },

  writeOutput: (_call, output) => JSON.stringify(output, secondsForDates),

  // Some errors come without a message on the real wire, too.
  writeError: ({ code, message, fields }) => JSON.stringify({ __type: code, message: message || undefined, ...fields }),
};

/** A replacer for JSON.stringify, which calls toJSON first: only the holder still has the Date. */
function secondsForDates(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
