import type { LiveUpstream } from '../observation';
import { defineVerdict } from './definition';
import type { Finding } from './verdict';

/** The load balancer is gone or not active, its name does not resolve, or no address of it is known. */
export const unknownUpstream = defineVerdict('unknown-upstream', {
  requires: ['answers'],
  // New tasks would find no address either.
  preventsRepair: true,
  blind: true,
  explanation: {
    what: 'the load balancer is gone or not active, or its name does not resolve',
    why: 'it was deleted or replaced, or the name server cannot resolve its zone',
    remedy:
      'check whether a load balancer with the same name replaced it: it has another DNS name, so deploy again with this name',
  },
  remediation: ({ dnsName }) =>
    `see whether another load balancer replaced ${dnsName}: it has another DNS name, so deploy the proxy with that name`,
  over: ({ dnsName }) => `${dnsName} is known again`,
  evaluate: ({ observation: { upstreams } }) => upstreams.flatMap(evaluateUpstream),
});

function evaluateUpstream({ name, upstream, live, balancer, problems }: LiveUpstream): Finding[] {
  const why = [...problems, ...(live.length === 0 ? ['no address is known'] : [])];
  // An incident of the load balancer itself ends only when its API reports it, an incident of its name when the name
  // resolves.
  const cause = balancer === 'unusable' ? 'balancer' : undefined;
  return why.length === 0 ? [] : [{ upstream: name, cause, message: `${upstream.dnsName}: ${why.join('; ')}` }];
}
