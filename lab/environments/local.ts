import { ZONES_VARIABLE } from '../../lib/haproxy/render/zone-script';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { LocalHost } from '../../testbed/proxy-under-test';
import type { Environment } from './environment';

/** The zone of every HAProxy. */
const ZONE = 'eu-west-1a';

/** Processes and servers on the loopback addresses of this machine. See {@link StartEnvironment}. */
export async function startLocalEnvironment(
  texts: readonly string[],
  zone: readonly number[] = [],
): Promise<Environment> {
  const loadBalancer = await LoadBalancer.start(texts);
  const checkerDns = await loadBalancer.dns.listen();
  const metadata = await EcsMetadata.start(ZONE);
  const networks = zone.map((node) => `${nodeAddress(node)}/32`);
  const environment = { ...metadata.environment, [ZONES_VARIABLE]: `${ZONE}=${networks.join(',')}` };
  return {
    upstreamPort: loadBalancer.port,
    checkerNameserver: checkerDns.address,
    addressOf: nodeAddress,
    point: async (addresses) => loadBalancer.dns.point(...addresses),
    failDns: async (failure) => loadBalancer.dns.failAll(failure),
    stopNode: (node) => loadBalancer.nodes.kill(nodeAddress(node)),
    restartNode: (node, text) => loadBalancer.restart(node, text),
    host: async (binary) => new LocalHost(binary, await loadBalancer.dns.listen(), { environment }),
    close: async () => {
      await Promise.all([loadBalancer.close(), metadata.close()]);
    },
  };
}
