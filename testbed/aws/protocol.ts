import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from './aws-error';
import type { AwsCall } from './operations';

/** The error codes that all services of a protocol share. */
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
  /** Reads a request, or returns undefined if its service is not available here. */
  read(headers: IncomingHttpHeaders, body: string): AwsCall | undefined;
  writeOutput(call: AwsCall, output: object, requestId: string): string;
  writeError(error: AwsError, requestId: string): string;
}
