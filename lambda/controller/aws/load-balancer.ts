import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RegistryUpstream } from '../../../lib/contract/registry-record';
import type { ObservedUpstream } from '../domain/observation';
import { reasonOf } from '../domain/reason';
import { BEST_EFFORT } from './client-options';
import { readInterfaces, type Scope } from './network-interfaces';

/** State and addresses of a load balancer, from the APIs. */
type ObservedBalancer = Omit<ObservedUpstream, 'answers' | 'unanswered'>;

/** States in which a load balancer takes traffic. */
const USABLE = new Set(['active', 'active_impaired']);

/** A Classic Load Balancer, another account's, or a name alone: its addresses come from DNS alone. */
const NOT_ASKED: ObservedBalancer = { owned: [], problems: [], degraded: [] };

/** `arn:…:REGION:ACCOUNT:loadbalancer/TYPE/NAME/ID`. A Classic Load Balancer's has a name only, and another API. */
const ARN = /^arn:[^:]+:elasticloadbalancing:([^:]*):(\d*):loadbalancer\/(?:app|net|gwy)\/[^/]+\/[^/]+$/;

const elb = new ElasticLoadBalancingV2Client(BEST_EFFORT);

/**
 * Reads load balancers, each once: many proxies of a fleet may share one.
 *
 * @param functionArn ARN of the function: the APIs have no load balancers of other accounts and regions
 */
export function balancerReader(functionArn: string): (upstream: RegistryUpstream) => Promise<ObservedBalancer> {
  const [, , , region, account] = functionArn.split(':');
  const known = new Map<string, Promise<ObservedBalancer>>();
  return ({ loadBalancerArn, loadBalancerName }) => {
    const [, arnRegion, arnAccount] = ARN.exec(loadBalancerArn ?? '') ?? [];
    const foreign = arnRegion !== region || arnAccount !== account;
    if (loadBalancerArn === undefined ? loadBalancerName === undefined : foreign) {
      return Promise.resolve(NOT_ASKED);
    }
    const key = loadBalancerArn ?? loadBalancerName!;
    const balancer = known.get(key) ?? describe(key, loadBalancerArn);
    known.set(key, balancer);
    return balancer;
  };
}

async function describe(key: string, arn: string | undefined): Promise<ObservedBalancer> {
  const unusable = (owned: string[], state: string): ObservedBalancer => ({
    owned,
    balancer: 'unusable',
    problems: [`load balancer ${key} is ${state}`],
    degraded: [],
  });
  try {
    const input = arn === undefined ? { Names: [key] } : { LoadBalancerArns: [key] };
    const [balancer] = (await elb.send(new DescribeLoadBalancersCommand(input))).LoadBalancers ?? [];
    if (balancer === undefined) {
      return unusable([], 'gone');
    }
    const scope: Scope = balancer.Scheme === 'internal' ? 'private' : 'public';
    const fixed = fixedAddresses(balancer, scope);
    const state = balancer.State?.Code ?? 'without a state';
    if (!USABLE.has(state)) {
      return unusable(fixed, state);
    }
    return { owned: fixed, problems: [], ...(await readInterfaces(balancer.LoadBalancerArn ?? key, scope)) };
  } catch (error) {
    return error instanceof LoadBalancerNotFoundException
      ? unusable([], 'gone')
      : { ...NOT_ASKED, balancer: 'unread', degraded: [`DescribeLoadBalancers failed: ${reasonOf(error)}`] };
  }
}

/** The addresses of a Network Load Balancer, which belong to its zones. Other types name none. */
function fixedAddresses({ AvailabilityZones = [] }: LoadBalancer, scope: Scope): string[] {
  return AvailabilityZones.flatMap((zone) => zone.LoadBalancerAddresses ?? [])
    .flatMap((a) => [scope === 'private' ? a.PrivateIPv4Address : a.IpAddress, a.IPv6Address])
    .filter((address) => address !== undefined);
}
