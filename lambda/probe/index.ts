/** The handler of the probe's Lambda function: it runs where the processes are, and has no permission in AWS. */
import type { ProbeAnswer } from '../../lib/contract/probe';
import { probe } from './probe';
import { checkRequest } from './request';

/**
 * Answers a request of the controller. The request may have TLS material: nothing of it is logged.
 *
 * @param request a `ProbeRequest`
 * @throws Error with one line when the form of the request is not valid
 */
export async function handler(request: unknown): Promise<ProbeAnswer> {
  return probe(checkRequest(request));
}
