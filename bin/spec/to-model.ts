import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { valuesOf } from '../../lib/haproxy/model/option';
import { PORTS, PROCESS } from '../../lib/haproxy/model/options';
import { DEFAULT_VERSION, HaproxyVersion } from '../../lib/haproxy/version/version';
import { CAPACITY, MAX_STOP_SECONDS, PRIVATE_DNS } from '../../lib/private/options';
import {
  configModelOf,
  maxConnectionsOf,
  type ProxyShareUpstream,
  type ProxyUpstream,
  sharesOf,
} from '../../lib/private/proxy/configuration';
import { fargateSizeOf } from '../../lib/private/proxy/fargate-size';
import { idleMillisOf } from '../../lib/private/proxy/idle-timeout';
import { LINGERING, stopTimesOf } from '../../lib/private/proxy/stop-times';
import type { ProxySpec, ShareSpec, UpstreamSpec } from './spec';

/** In place of a DNS name that is looked up at deployment. */
export const UNKNOWN_NAME = 'known-at-deployment.invalid';

/** The HAProxy version of a proxy of a spec. */
export function versionOf({ haproxyVersion }: ProxySpec): HaproxyVersion {
  return haproxyVersion === undefined ? DEFAULT_VERSION : HaproxyVersion.of(haproxyVersion);
}

/** The configuration model of a proxy of a spec: what its task definition will hold. */
export function modelOfSpec(proxy: ProxySpec): HaproxyConfigModel {
  const { capacity = {}, ingress, routes = [], acceptProxyProtocol } = proxy;
  const upstreams = [{ name: undefined, upstream: proxy.upstream }, ...routes].flatMap(({ name, upstream }) =>
    upstream === undefined ? [] : [proxyUpstreamOf(name, upstream)],
  );
  const shareUpstreams = sharesOf<ShareSpec>(proxy).map(
    ({ name, upstream: { addresses, ...options } }): ProxyShareUpstream =>
      addresses === undefined
        ? proxyUpstreamOf(name, options)
        : { name, options: { ...options, identity: undefined }, bound: { addresses } },
  );
  const { memoryMiB } =
    capacity.capacityProvider === undefined
      ? fargateSizeOf(capacity)
      : { memoryMiB: capacity.memoryMiB ?? CAPACITY.memoryMiB.default };
  const listenPort = proxy.listenPort ?? PORTS.listenPort.default;
  return configModelOf(proxy, {
    upstreams,
    shareUpstreams,
    listenPort,
    clientPort: ingress?.networkLoadBalancer?.port ?? listenPort,
    tlsInFront: (ingress?.networkLoadBalancer?.certificateArns ?? []).length > 0,
    additionalCertificates: proxy.listenTls?.additionalSecretArns?.length ?? 0,
    revocationList: proxy.listenTls?.clientCertificates?.revocationListSecretArn !== undefined,
    maxConnections: maxConnectionsOf(proxy, [...upstreams, ...shareUpstreams], memoryMiB),
    stopTimes: stopTimesOf(
      valuesOf(PROCESS, proxy),
      lingeringOf(ingress),
      1000 * MAX_STOP_SECONDS[capacity.capacityProvider === undefined ? 'fargate' : 'ec2'],
    ),
    acceptProxyProtocol:
      acceptProxyProtocol ??
      (ingress?.networkLoadBalancer !== undefined && ingress.networkLoadBalancer.proxyProtocol !== false),
  });
}

function proxyUpstreamOf(
  name: string | undefined,
  { dnsName = UNKNOWN_NAME, identity, ...rest }: UpstreamSpec,
): ProxyUpstream {
  const options = {
    ...rest,
    identity: identity && { certificateOptions: identity.certificate, responseOptions: identity.response },
  };
  return { name, options, bound: { dnsName, idleTimeoutMillis: idleMillisOf(options.loadBalancerArn) } };
}

/** As the constructs' ingress has it. */
function lingeringOf(ingress: ProxySpec['ingress'] = {}): number {
  const { networkLoadBalancer, targetGroupArn, applicationListener, latticeTargetGroupArn, privateDns } = ingress;
  if (networkLoadBalancer !== undefined || targetGroupArn !== undefined) {
    return LINGERING.networkLoadBalancer;
  }
  if (applicationListener !== undefined) {
    return LINGERING.applicationLoadBalancer;
  }
  if (latticeTargetGroupArn !== undefined) {
    return LINGERING.lattice;
  }
  return (privateDns?.dnsTtl?.toMilliseconds() ?? PRIVATE_DNS.dnsTtl.default) + LINGERING.afterTtl;
}
