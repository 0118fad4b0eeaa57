import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { CensusPage, CensusProxy, CensusRequest } from '../../../lib/contract/census';
import { REQUIRED } from '../../controller/aws/client-options';

/** The controller answers within its own 55 s. */
const lambda = new LambdaClient({
  ...REQUIRED,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 60_000, throwOnRequestTimeout: true },
});

/**
 * Asks a controller for a census, page after page.
 *
 * @throws when one of the pages cannot be had
 */
export async function* readCensus(controller: string): AsyncGenerator<CensusProxy> {
  let after: string | undefined;
  do {
    const page = await readPage(controller, { census: true, ...(after !== undefined && { after }) });
    yield* page.proxies;
    if (page.next !== undefined && page.next <= (after ?? '')) {
      throw new Error(`the census of ${controller} does not end: after '${after}' comes '${page.next}'`);
    }
    after = page.next;
  } while (after !== undefined);
}

async function readPage(controller: string, request: CensusRequest): Promise<CensusPage> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: controller, Payload: Buffer.from(JSON.stringify(request)) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
  if (FunctionError !== undefined) {
    throw new Error(`the census failed: ${answer?.errorMessage ?? FunctionError}`);
  }
  if (answer?.version !== '1' || !Array.isArray(answer.proxies)) {
    throw new Error(`${controller} answers no census of version 1: deploy the monitor and this function together`);
  }
  return answer;
}
