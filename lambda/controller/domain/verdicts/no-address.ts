import { isEnabled } from '../slots';
import { defineVerdict, ofHolding } from './definition';
import { replaceTasks } from './texts';

/**
 * No slot has an address. Slots that each request resolves have none by design. A slot that is down by its health check
 * has an address.
 */
export const noAddress = defineVerdict('no-address', {
  blocksDeployment: true,
  repairedByNewTasks: true,
  explanation: {
    what: 'no slot of the backend has an address, so that HAProxy answers 503',
    why: 'no name server has answered with an address since the start, or HAProxy dropped the last one after errors',
    remedy:
      "query the proxy's name servers for the name from the same subnet; check the security groups and `nameservers`",
  },
  remediation: (subject) =>
    `query the name servers for ${subject.dnsName} from the subnets of the tasks; once they answer: ${replaceTasks(subject)}`,
  over: ({ proxy, dnsName }) => `every task of ${proxy} has an address of ${dnsName} again`,
  evaluate: ({ holdings }) =>
    holdings.flatMap((holding) => {
      const { task, allSlots, upstream } = holding;
      const { backend } = upstream.upstream;
      const where = backend === undefined ? task.id : `backend '${backend}' of ${task.id}`;
      const slots = allSlots.filter(isEnabled);
      const none = slots.every(({ address }) => address === undefined) && slots.some(({ perRequest }) => !perRequest);
      return none ? [ofHolding(holding, { message: `no slot of ${where} has an address: it answers 503` })] : [];
    }),
});
