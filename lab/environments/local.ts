import { LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { LocalHost } from '../../testbed/proxy-under-test';
import type { Environment } from './environment';

/** Processes and servers on the loopback addresses of this machine. See {@link StartEnvironment}. */
export async function startLocalEnvironment(texts: readonly string[]): Promise<Environment> {
  const loadBalancer = await LoadBalancer.start(texts);
  const checkerDns = await loadBalancer.listen();
  return {
    upstreamPort: loadBalancer.port,
    checkerNameserver: checkerDns.address,
    addressOf: nodeAddress,
    point: async (addresses) => loadBalancer.point(addresses),
    failDns: async (failure) => loadBalancer.dns.failAll(failure),
    stopNode: (node) => loadBalancer.kill(nodeAddress(node)),
    restartNode: (node) => loadBalancer.restart(node),
    host: async (binary) => new LocalHost(binary, await loadBalancer.listen()),
    close: () => loadBalancer.close(),
  };
}
