import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from './aws-error';
import type { AwsCall } from './operations';

/** The codes that a protocol's services use for what all services refuse. */
export interface CommonErrorCodes {
  readonly missingSignature: string;
  readonly unknownCredentials: string;
  readonly wrongSignature: string;
  readonly unknownOperation: string;
  readonly internal: string;
}

/** A wire format: how requests are read and answers written. */
export interface Protocol {
  /** Content type of its answers. */
  readonly contentType: string;
  readonly codes: CommonErrorCodes;
  /** Reads a request, or returns undefined when its service is not spoken here. */
  read(headers: IncomingHttpHeaders, body: string): AwsCall | undefined;
  writeOutput(call: AwsCall, output: object, requestId: string): string;
  writeError(error: AwsError, requestId: string): string;
}
