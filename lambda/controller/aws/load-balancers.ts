import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RegistryUpstream } from '../../../lib/contract/registry-record';
import type { ObservedUpstream } from '../domain/raw-observation';
import { reasonOf } from '../domain/reason';
import { BEST_EFFORT, paced } from './client-options';
import { inBatches } from './in-batches';
import { type InterfaceQuery, readInterfaces, type Scope } from './network-interfaces';
import { routingReader } from './routing';
import type { TimeLimit } from './time-limit';

/** What the APIs say of a load balancer: everything about an upstream but DNS. */
export interface ObservedBalancer extends Omit<ObservedUpstream, 'dns'> {
  /** Names of its zones, where DNS answers each zone otherwise: `ZONE.NAME`. @default - none */
  readonly zones?: readonly string[];
}

/** States in which a load balancer takes traffic. */
const USABLE = new Set(['active', 'active_impaired']);

/** A Classic Load Balancer, another account's, or a name alone: its addresses come from DNS alone. */
const NOT_READABLE: ObservedBalancer = { owned: [], readable: false, problems: [], degraded: [] };

/** `arn:…:REGION:ACCOUNT:loadbalancer/TYPE/NAME/ID`. A Classic Load Balancer's has a name only, and another API. */
const ARN = /^arn:[^:]+:elasticloadbalancing:([^:]*):(\d*):loadbalancer\/(?:app|net|gwy)\/[^/]+\/[^/]+$/;

/** How many load balancers one call describes. */
const MAX_BALANCERS = 20;

const elb = paced(new ElasticLoadBalancingV2Client(BEST_EFFORT));

/** One load balancer to read: by its ARN, or else by its name. */
interface BalancerQuery {
  readonly key: string;
  readonly by: 'LoadBalancerArns' | 'Names';
}

/** A load balancer as its API described it, or what is known without. */
type Described = { readonly balancer: LoadBalancer } | { readonly observed: ObservedBalancer };

/**
 * Reads the load balancers of many upstreams, each once and many in one call.
 *
 * @param functionArn ARN of the function: the APIs have no load balancers of other accounts and regions
 * @returns what is known of the load balancer of an upstream; never rejects
 */
export async function readBalancers(
  upstreams: readonly RegistryUpstream[],
  functionArn: string,
  time: TimeLimit,
): Promise<(upstream: RegistryUpstream) => ObservedBalancer> {
  const queries = new Map<string, BalancerQuery>();
  for (const upstream of upstreams) {
    const query = queryOf(upstream, functionArn);
    if (query !== undefined) {
      queries.set(query.key, query);
    }
  }
  const described = await describeAll([...queries.values()], time);
  const observed = await observeAll(described, time);
  return (upstream) => {
    const query = queryOf(upstream, functionArn);
    return query === undefined ? NOT_READABLE : (observed.get(query.key) ?? unread('the run had no time left'));
  };
}

/** How to ask for the load balancer of an upstream; undefined where it cannot be asked for. */
function queryOf({ loadBalancerArn, loadBalancerName }: RegistryUpstream, functionArn: string) {
  const [, , , region, account] = functionArn.split(':');
  if (loadBalancerArn === undefined) {
    return loadBalancerName === undefined ? undefined : ({ key: loadBalancerName, by: 'Names' } as const);
  }
  const [, arnRegion, arnAccount] = ARN.exec(loadBalancerArn) ?? [];
  const own = arnRegion === region && arnAccount === account;
  return own ? ({ key: loadBalancerArn, by: 'LoadBalancerArns' } as const) : undefined;
}

async function describeAll(queries: readonly BalancerQuery[], time: TimeLimit): Promise<Map<string, Described>> {
  const described = new Map<string, Described>();
  for (const by of ['LoadBalancerArns', 'Names'] as const) {
    const keys = queries.filter((query) => query.by === by).map(({ key }) => key);
    await inBatches(keys, MAX_BALANCERS, (batch) => describe(batch, by, described, time));
  }
  return described;
}

/** Describes a batch. The API refuses all of it for one that is gone: then each half is asked for alone. */
async function describe(
  keys: readonly string[],
  by: BalancerQuery['by'],
  into: Map<string, Described>,
  time: TimeLimit,
): Promise<void> {
  try {
    const { LoadBalancers = [] } = await time.within(() =>
      elb.send(new DescribeLoadBalancersCommand({ [by]: [...keys] })),
    );
    const found = new Map(
      LoadBalancers.map((one) => [by === 'Names' ? one.LoadBalancerName : one.LoadBalancerArn, one]),
    );
    for (const key of keys) {
      const balancer = found.get(key);
      into.set(key, balancer === undefined ? { observed: unusable(key, [], 'gone') } : { balancer });
    }
  } catch (error) {
    if (!(error instanceof LoadBalancerNotFoundException)) {
      const observed = unread(`DescribeLoadBalancers failed: ${reasonOf(error)}`);
      for (const key of keys) {
        into.set(key, { observed });
      }
      return;
    }
    if (keys.length === 1) {
      into.set(keys[0]!, { observed: unusable(keys[0]!, [], 'gone') });
      return;
    }
    const half = Math.ceil(keys.length / 2);
    await describe(keys.slice(0, half), by, into, time);
    await describe(keys.slice(half), by, into, time);
  }
}

/** Adds to each described load balancer its interfaces and its routing. */
async function observeAll(described: ReadonlyMap<string, Described>, time: TimeLimit) {
  const observed = new Map<string, ObservedBalancer>();
  const usable: { key: string; balancer: LoadBalancer; query: InterfaceQuery }[] = [];
  for (const [key, one] of described) {
    if ('observed' in one) {
      observed.set(key, one.observed);
      continue;
    }
    const { balancer } = one;
    const scope: Scope = balancer.Scheme === 'internal' ? 'private' : 'public';
    const state = balancer.State?.Code ?? 'without a state';
    if (USABLE.has(state)) {
      usable.push({ key, balancer, query: { arn: balancer.LoadBalancerArn ?? key, scope } });
    } else {
      observed.set(key, unusable(key, fixedAddresses(balancer, scope), state));
    }
  }
  const [interfacesOf, routingOf] = await Promise.all([
    readInterfaces(
      usable.map(({ query }) => query),
      time,
    ),
    routingReader(
      usable.map(({ balancer }) => balancer),
      time,
    ),
  ]);
  for (const { key, balancer, query } of usable) {
    const routing = routingOf(balancer);
    const zones = (balancer.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []);
    observed.set(key, {
      owned: fixedAddresses(balancer, query.scope),
      readable: true,
      problems: [],
      ...interfacesOf(query),
      ...(routing !== undefined && { routing }),
      ...(routing === 'zonal' && { zones }),
    });
  }
  return observed;
}

function unread(reason: string): ObservedBalancer {
  return { owned: [], readable: true, balancer: 'unread', problems: [], degraded: [reason] };
}

function unusable(key: string, owned: readonly string[], state: string): ObservedBalancer {
  return {
    owned,
    readable: true,
    balancer: 'unusable',
    problems: [`load balancer ${key} is ${state}`],
    degraded: [],
  };
}

/** The addresses of a Network Load Balancer, which belong to its zones. Other types name none. */
function fixedAddresses({ AvailabilityZones = [] }: LoadBalancer, scope: Scope): string[] {
  return AvailabilityZones.flatMap((zone) => zone.LoadBalancerAddresses ?? [])
    .flatMap((a) => [scope === 'private' ? a.PrivateIPv4Address : a.IpAddress, a.IPv6Address])
    .filter((address) => address !== undefined);
}
