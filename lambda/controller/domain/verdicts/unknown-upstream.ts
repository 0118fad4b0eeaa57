import type { LiveUpstream } from '../observation';
import { type Verdict, verdict } from './verdict';

/** The load balancer is gone or not active, its name does not resolve, or nothing is known of it at all. */
export function unknownUpstream({ name, upstream, live, balancer, problems }: LiveUpstream): Verdict[] {
  const why = [...problems, ...(live.length === 0 ? ['no address is known'] : [])];
  // An incident of the load balancer itself ends only when its API says so, one of its name when the name resolves.
  const cause = balancer === 'unusable' ? 'balancer' : undefined;
  const message = `${upstream.dnsName}: ${why.join('; ')}`;
  return why.length === 0 ? [] : [verdict('unknown-upstream', { upstream: name, cause, message })];
}
