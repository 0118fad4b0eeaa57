import { type Holding, ofHolding, type Verdict } from './verdict';

/** No slot that is in service has an address, except where each request brings its own. */
export function noAddress(holding: Holding): Verdict[] {
  const { task, held, slots } = holding;
  const empty = held.size === 0 && slots.some(({ perRequest }) => !perRequest);
  const { backend } = holding.upstream.upstream;
  const where = backend === undefined ? task.id : `backend '${backend}' of ${task.id}`;
  return empty
    ? [ofHolding('no-address', holding, { message: `no slot of ${where} has an address: it answers 503` })]
    : [];
}
