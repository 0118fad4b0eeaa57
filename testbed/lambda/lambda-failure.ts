/** An invocation that ended without an answer of the handler: a failed init, a time-out, a process that ended. */
export class LambdaFailure extends Error {
  override readonly name = 'LambdaFailure';

  /**
   * @param message why, in the words of Lambda
   * @param logs lines printed since the invocation before, until the end
   * @param maxRssMb most memory that the process had, as far as it was seen; NaN if the system does not report it
   */
  constructor(
    message: string,
    readonly logs: readonly string[],
    readonly maxRssMb: number,
  ) {
    super(message);
  }
}
