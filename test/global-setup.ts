import { lambdaNode, RUNTIME } from '../testbed/lambda';

/** Fetches what takes longer than a test may, once for all tests. */
export default async function setUp(): Promise<void> {
  const { major, unavailable } = await lambdaNode();
  if (unavailable !== undefined) {
    console.log(`not to be had: the Node of ${RUNTIME}: ${unavailable}; functions run on Node ${major}`);
  }
}
