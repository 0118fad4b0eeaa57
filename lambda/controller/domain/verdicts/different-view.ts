import { evaluateHeld } from '../held';
import { defineVerdict, ofHolding } from './definition';
import { listOf } from './texts';

/**
 * A process that follows DNS holds addresses that this check's DNS does not name, and nothing else is known: its
 * resolver may get other addresses.
 */
export const differentView = defineVerdict('different-view', {
  requires: ['live'],
  explanation: {
    what: 'a process that follows DNS holds addresses that DNS does not name in this check',
    why: 'caches and zones have different answers, or the name has other addresses in the network of the process',
    remedy:
      'nothing, if the process is served well; give the upstream its load balancer, so that the monitor can read its network interfaces',
  },
  remediation: ({ dnsName }) =>
    `compare the answers for ${dnsName} in the subnets of the tasks with those of the probe`,
  over: ({ proxy, dnsName }) => `the tasks of ${proxy} hold what DNS names for ${dnsName}`,
  evaluate: ({ holdings, observation }) =>
    holdings.flatMap((holding) => {
      const { task, held, upstream } = holding;
      const other = [...held.values()].filter(
        (one) => evaluateHeld(one, holding, observation)?.kind === 'different-view',
      );
      if (other.length === 0) {
        return [];
      }
      const addresses = other.map(({ address }) => address).sort();
      return [
        ofHolding(holding, {
          slots: other.flatMap(({ slots }) => slots).sort(),
          // A difference of caches ends within the window.
          openAfterSeconds: upstream.windowSeconds,
          message: `${task.id} holds ${listOf(addresses)}, which DNS does not name for ${upstream.upstream.dnsName} in this check; the process follows its own DNS`,
        }),
      ];
    }),
});
