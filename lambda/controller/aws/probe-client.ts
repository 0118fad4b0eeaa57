import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ProbeRequest } from '../../../lib/contract/probe';
import { BEST_EFFORT } from './client-options';

/** What a call takes besides the time that the probe has for its work: a cold start above all. */
const OVERHEAD_MILLIS = 5000;

const lambda = new LambdaClient(BEST_EFFORT);

/**
 * Invokes a probe and waits for its answer.
 *
 * @returns what it answered, which is not to be trusted: `readAnswer` decides what it means
 * @throws one line: the probe could not be invoked, or failed. Nothing of the request is in it
 */
export async function invokeProbe(functionArn: string, request: ProbeRequest): Promise<Uint8Array> {
  const { FunctionError, Payload = new Uint8Array() } = await lambda.send(
    new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(request) }),
    { requestTimeout: request.millis + OVERHEAD_MILLIS },
  );
  if (FunctionError !== undefined) {
    // What it says may come from anybody, and may be anything.
    throw new Error(`the probe failed (${FunctionError.slice(0, 40)}): see its log`);
  }
  return Payload;
}
