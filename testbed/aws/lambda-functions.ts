import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

/** Most bytes of an event and of an answer. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_SYNCHRONOUS_BYTES = 6 * 1024 * 1024;
/** Most bytes of the event of an asynchronous invocation. */
const MAX_ASYNCHRONOUS_BYTES = 256 * 1024;

/** What became of an invocation. */
export interface FunctionAnswer {
  /** What the handler returned, or `{ errorType, errorMessage }`. */
  readonly payload: unknown;
  /** @default - the handler returned */
  readonly functionError?: 'Unhandled';
}

/** A function that can be invoked. It may throw an `AwsError`, such as `TooManyRequestsException`. */
export type FunctionTarget = (event: unknown) => Promise<FunctionAnswer> | FunctionAnswer;

/** The functions of the account, by name. */
export class LambdaFunctions {
  readonly #targets = new Map<string, FunctionTarget>();

  /** Makes a function, or replaces it. */
  public set(name: string, target: FunctionTarget): void {
    this.#targets.set(name, target);
  }

  public readonly handlers = {
    'lambda:Invoke': async ({ FunctionName = '', InvocationType, Payload = '' }) => {
      // A name, an ARN, or either with a version or alias at its end.
      const [name = ''] = (FunctionName.split(':function:').at(-1) ?? '').split(':');
      const target = this.#targets.get(name);
      if (target === undefined) {
        throw new AwsError('ResourceNotFoundException', `Function not found: ${FunctionName}`, 404, { Type: 'User' });
      }
      const text = Buffer.from(Payload as Uint8Array).toString();
      const asynchronous = InvocationType === 'Event';
      const limit = asynchronous ? MAX_ASYNCHRONOUS_BYTES : MAX_SYNCHRONOUS_BYTES;
      if (Buffer.byteLength(text) > limit) {
        const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
        throw new AwsError('RequestTooLargeException', message, 413);
      }
      const event = JSON.parse(text || '{}');
      if (asynchronous) {
        Promise.resolve(target(event)).catch(() => {});
        return { StatusCode: 202, Payload: payloadOf('') };
      }
      const { payload, functionError } = await target(event);
      const answer = JSON.stringify(payload ?? null);
      if (Buffer.byteLength(answer) > MAX_SYNCHRONOUS_BYTES) {
        const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_SYNCHRONOUS_BYTES + 1} bytes).`;
        const failure = { errorType: 'Function.ResponseSizeTooLarge', errorMessage };
        return { StatusCode: 200, FunctionError: 'Unhandled', Payload: payloadOf(JSON.stringify(failure)) };
      }
      const error = functionError === undefined ? {} : { FunctionError: functionError };
      return { StatusCode: 200, ...error, Payload: payloadOf(answer) };
    },
  } satisfies AwsHandlers;
}

/** What the SDK's type of a payload is; only the bytes are sent. */
function payloadOf(text: string) {
  return Buffer.from(text) as never;
}
