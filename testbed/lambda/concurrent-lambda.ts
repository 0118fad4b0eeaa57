import { AwsError, type FunctionAnswer } from '../aws';
import { LambdaFailure } from './lambda-failure';
import { type InvocationResult, LocalLambda } from './local-lambda';
import type { FunctionSettings } from './variables';

/** A function with as many execution environments as it needs at once: what `lambda:Invoke` calls in an account. */
export class ConcurrentLambda {
  readonly #environments: LocalLambda[] = [];
  readonly #invocations: InvocationResult[] = [];

  /**
   * @param reservedConcurrency how many invocations may run at once. @default 10 - what a new account has for all functions
   */
  public constructor(
    private readonly settings: FunctionSettings,
    private readonly reservedConcurrency = 10,
  ) {}

  /** What was invoked so far, in the order of the ends. */
  public get invocations(): readonly InvocationResult[] {
    return this.#invocations;
  }

  /** How many execution environments there are: the most invocations that ran at once. */
  public get environments(): number {
    return this.#environments.length;
  }

  /**
   * Invokes the function in an execution environment that is free.
   *
   * @throws AwsError TooManyRequestsException when as many run as may
   */
  public readonly target = async (event: unknown): Promise<FunctionAnswer> => {
    let free = this.#environments.find(({ busy }) => !busy);
    if (free === undefined) {
      if (this.#environments.length >= this.reservedConcurrency) {
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
          Type: 'User',
          Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
        });
      }
      free = new LocalLambda(this.settings);
      this.#environments.push(free);
    }
    try {
      const result = await free.invoke(event);
      this.#invocations.push(result);
      return result;
    } catch (error) {
      if (!(error instanceof LambdaFailure)) {
        throw error;
      }
      // As Lambda answers when the process has ended or the time is up.
      const errorType = error.message.includes('timed out') ? 'Sandbox.Timedout' : 'Runtime.ExitError';
      return { payload: { errorType, errorMessage: error.message }, functionError: 'Unhandled' };
    }
  };

  /** Ends all processes. */
  public async stop(): Promise<void> {
    await Promise.all(this.#environments.splice(0).map((each) => each.stop()));
  }
}
