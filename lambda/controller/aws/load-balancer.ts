import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RegistryUpstream } from '../../../lib/contract/registry-record';
import type { UpstreamReading } from '../domain/live-addresses';
import { HASTY, reasonOf } from './client-options';
import { readInterfaces, type Scope } from './network-interfaces';

/** What the APIs say of a load balancer: its state, and the addresses that it has. */
export type BalancerReading = Omit<UpstreamReading, 'answers' | 'unanswered'>;

/** States in which a load balancer takes traffic. */
const USABLE = new Set(['active', 'active_impaired']);

/** Where nobody can be asked: a Classic Load Balancer, another account's, a name alone. DNS alone tells. */
const NOT_ASKED: BalancerReading = { owned: [], problems: [], degraded: [] };

/** `arn:…:REGION:ACCOUNT:loadbalancer/TYPE/NAME/ID`. A Classic Load Balancer's has a name only, and another API. */
const ARN = /^arn:[^:]+:elasticloadbalancing:([^:]*):(\d*):loadbalancer\/(?:app|net|gwy)\/[^/]+\/[^/]+$/;

const elb = new ElasticLoadBalancingV2Client(HASTY);

/**
 * Asks about load balancers, about each of them once: many proxies of a fleet share one.
 *
 * @param functionArn ARN of the function: load balancers of other accounts and regions cannot be asked about
 */
export function balancerReader(functionArn: string): (upstream: RegistryUpstream) => Promise<BalancerReading> {
  const [, , , region, account] = functionArn.split(':');
  const readings = new Map<string, Promise<BalancerReading>>();
  return ({ loadBalancerArn, loadBalancerName }) => {
    const [, arnRegion, arnAccount] = ARN.exec(loadBalancerArn ?? '') ?? [];
    const foreign = arnRegion !== region || arnAccount !== account;
    if (loadBalancerArn === undefined ? loadBalancerName === undefined : foreign) {
      return Promise.resolve(NOT_ASKED);
    }
    const key = loadBalancerArn ?? loadBalancerName!;
    const known = readings.get(key) ?? describe(key, loadBalancerArn);
    readings.set(key, known);
    return known;
  };
}

async function describe(key: string, arn: string | undefined): Promise<BalancerReading> {
  const unusable = (owned: string[], state: string): BalancerReading => ({
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
