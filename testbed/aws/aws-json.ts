import type { AwsService } from './operations';
import type { Protocol } from './protocol';

/** Services by the first half of `x-amz-target`, for each version of the protocol. */
const SERVICES: Readonly<Record<'1.0' | '1.1', Readonly<Record<string, AwsService>>>> = {
  '1.0': { DynamoDB_20120810: 'dynamodb' },
  '1.1': {
    AmazonSSM: 'ssm',
    AmazonEC2ContainerServiceV20141113: 'ecs',
    AWSEvents: 'events',
    secretsmanager: 'secretsmanager',
    Route53AutoNaming_v20170314: 'servicediscovery',
    StarlingDoveService: 'config',
    AWSOrganizationsV20161128: 'organizations',
  },
};

/** awsJson: a JSON body, the operation in a header, times as seconds since 1970. The versions differ in a header. */
function awsJson(version: keyof typeof SERVICES): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    accepts: contentType,
    contentType,

    codes: {
      missingSignature: 'MissingAuthenticationTokenException',
      unknownCredentials: 'UnrecognizedClientException',
      wrongSignature: 'InvalidSignatureException',
      unknownOperation: 'UnknownOperationException',
      internal: 'InternalFailure',
    },

    read({ headers, body }) {
      const [target = '', operation = ''] = String(headers['x-amz-target']).split('.');
      const service = SERVICES[version][target];
      return service && { service, operation, input: JSON.parse(body || '{}') };
    },

    writeOutput: (_call, output) => JSON.stringify(output, secondsForDates),

    // Some errors come without a message on the real wire, too.
    writeError: ({ code, message, fields }) =>
      JSON.stringify({ __type: code, message: message || undefined, ...fields }),
  };
}

/** awsJson1.0: DynamoDB. */
export const awsJson10 = awsJson('1.0');

/** awsJson1.1: SSM, ECS, EventBridge, Secrets Manager, Cloud Map, AWS Config and Organizations. */
export const awsJson11 = awsJson('1.1');

/** A replacer for JSON.stringify, which calls toJSON first: only the holder still has the Date. */
function secondsForDates(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
