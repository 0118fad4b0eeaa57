import { IDLE_MILLIS } from '../../haproxy/model/options';

/**
 * The default idle timeout of a load balancer whose kind is known, milliseconds.
 *
 * @param arn may be a token
 * @param type of its resource in the app: `network` or another
 */
export function idleMillisOf(arn: string | undefined, type?: string): number | undefined {
  const network = type === 'network' || arn?.includes(':loadbalancer/net/');
  return network ? IDLE_MILLIS.networkLoadBalancer : undefined;
}
