import { LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { LocalHost } from '../../testbed/proxy-under-test';
import type { Environment } from './environment';

/** Processes and servers on the loopback addresses of this machine. See {@link StartEnvironment}. */
export async function startLocalEnvironment(texts: readonly string[]): Promise<Environment> {
  const loadBalancer = await LoadBalancer.start(texts);
  const checkerDns = await loadBalancer.dns.listen();
  return {
    upstreamPort: loadBalancer.port,
    checkerNameserver: checkerDns.address,
    addressOf: nodeAddress,
    point: async (addresses) => loadBalancer.dns.point(...addresses),
    failDns: async (failure) => loadBalancer.dns.failAll(failure),
    stopNode: (node) => loadBalancer.nodes.kill(nodeAddress(node)),
    restartNode: (node, text) => loadBalancer.restart(node, text),
    host: async (binary) => new LocalHost(binary, await loadBalancer.dns.listen()),
    close: () => loadBalancer.close(),
  };
}
