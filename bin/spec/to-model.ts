import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { DEFAULTS } from '../../lib/haproxy/model/defaults';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import {
  type ConfigurationProps,
  maxConnectionsOf,
  modelOf as modelOfProps,
  type ProxyUpstream,
} from '../../lib/private/proxy/configuration';
import { fargateSizeOf } from '../../lib/private/proxy/fargate-size';
import type { ProxySpec, UpstreamSpec } from '.';

/** Stands for a DNS name that is asked for at deployment. */
const UNKNOWN_NAME = 'known-at-deployment.invalid';
/** Memory of a task on instances, where none is given. */
const EC2_MEMORY_MIB = 512;

/** The HAProxy version of a proxy of a spec. */
export function versionOf({ haproxyVersion }: ProxySpec): HaproxyVersion {
  return haproxyVersion === undefined ? HaproxyVersion.V3_2 : HaproxyVersion.of(haproxyVersion);
}

/** The configuration model of a proxy of a spec: what its task definition will carry. */
export function modelOf(proxy: ProxySpec): HaproxyConfigModel {
  // A file says everything as the properties do, but its times, which tell their milliseconds in the same way.
  const props = proxy as unknown as ConfigurationProps;
  const { capacity = {}, ingress, routes = [], stopTimeout, acceptProxyProtocol } = proxy;
  const upstreams = [proxy.upstream, ...routes.map((route) => route.upstream)].map(upstreamOf);
  const { memoryMiB } =
    capacity.capacityProvider === undefined
      ? fargateSizeOf(capacity)
      : { memoryMiB: capacity.memoryMiB ?? EC2_MEMORY_MIB };
  return modelOfProps(props, {
    upstreams,
    listenPort: proxy.listenPort ?? DEFAULTS.listenPort,
    maxConnections: maxConnectionsOf(props, upstreams, memoryMiB),
    stopTimeoutMillis: stopTimeout?.toMilliseconds() ?? DEFAULTS.stopTimeoutMillis,
    acceptProxyProtocol:
      acceptProxyProtocol ??
      (ingress?.networkLoadBalancer !== undefined && ingress.networkLoadBalancer.proxyProtocol !== false),
  });
}

function upstreamOf(upstream: UpstreamSpec): ProxyUpstream {
  const {
    dnsName = UNKNOWN_NAME,
    loadBalancerArn: _,
    loadBalancerName: __,
    securityGroupIds: ___,
    ...options
  } = upstream;
  return { options: options as unknown as ProxyUpstream['options'], bound: { dnsName } };
}
