import { defineVerdict, ofHolding } from './definition';

/** No slot that is in service has an address. Slots that each request resolves have none by design. */
export const noAddress = defineVerdict('no-address', {
  blocksDeployment: true,
  repairedByNewTasks: true,
  explanation: {
    what: 'no slot of the backend has an address, so that HAProxy answers 503',
    why: 'no name server has answered with an address since the start, or HAProxy dropped the last one after errors',
    remedy:
      "query the proxy's name servers for the name from the same subnet; check the security groups and `nameservers`",
  },
  evaluate: ({ holdings }) =>
    holdings.flatMap((holding) => {
      const { task, held, slots, upstream } = holding;
      const { backend } = upstream.upstream;
      const where = backend === undefined ? task.id : `backend '${backend}' of ${task.id}`;
      return held.size === 0 && slots.some(({ perRequest }) => !perRequest)
        ? [ofHolding(holding, { message: `no slot of ${where} has an address: it answers 503` })]
        : [];
    }),
});
