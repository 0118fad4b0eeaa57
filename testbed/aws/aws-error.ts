/**
 * An error as an AWS service reports it. A handler throws it; the SDK turns it into its own error class by the code.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';

  /**
   * @param code the code on the wire, such as `ParameterNotFound`
   * @param message the text of the service; some of SSM's errors have none
   * @param status the HTTP status: 4xx for the caller's fault, 5xx for the service's, which the SDK tries again
   * @param fields further members of the error, if the protocol is JSON
   */
  constructor(
    readonly code: string,
    message = '',
    readonly status = 400,
    readonly fields: object = {},
  ) {
    super(message);
  }
}
