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

/** A request as it arrived. */
export interface WireRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What an answer has besides its body. */
export interface Head {
  /** @default 200, or the status of the error */
  readonly status?: number;
  /** @default - the headers that every answer has */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A wire format: how requests are read and answers written. */
export interface Protocol {
  /** Content type of its requests. */
  readonly accepts: string;
  /** Content type of its answers. */
  readonly contentType: string;
  readonly codes: CommonErrorCodes;
  /** Reads a request, or returns undefined if its service is not available here. */
  read(request: WireRequest): AwsCall | undefined;
  writeOutput(call: AwsCall, output: object, requestId: string): string | Uint8Array;
  writeError(error: AwsError, requestId: string): string;
  /** What an answer has in its head. @default - nothing special */
  headOf?(result: object | AwsError): Head;
}
