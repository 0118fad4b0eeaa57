import { usableBinaries } from '../testbed/binaries/usable';
import { lambdaNode, RUNTIME } from '../testbed/lambda';
import { ACQUISITION } from './support/binaries';

/** Fetches what takes longer than a test may, once for all tests. */
export default async function setUp(): Promise<void> {
  process.env[ACQUISITION] = JSON.stringify(await usableBinaries());
  const { major, unavailable } = await lambdaNode();
  if (unavailable !== undefined) {
    console.log(`not available: the Node of ${RUNTIME}: ${unavailable}; functions run on Node ${major}`);
  }
}
