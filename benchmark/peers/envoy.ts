import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { ServerProcess } from '../../testbed/server-process';
import { inFolder, type Peer } from './folder';

/** An address or a name, and a port. */
interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How names are resolved. */
interface EnvoyResolution {
  /** `IP:PORT`. */
  readonly nameserver: string;
  readonly periodMillis: number;
}

/** How Envoy is run. */
interface EnvoySettings {
  readonly listen: Endpoint;
  /** Where the administration interface listens. @default - nowhere */
  readonly admin?: Endpoint;
  /** @default HaproxyMode.HTTP */
  readonly mode?: HaproxyMode;
  /** What it sends to: those of the first priority, then those that it uses when these are not healthy. */
  readonly priorities: readonly (readonly Endpoint[])[];
  /** STRICT_DNS, which Envoy's documentation describes for a name with several addresses. @default - the endpoints are addresses */
  readonly resolution?: EnvoyResolution;
  /** More of the cluster, such as health checks. */
  readonly cluster?: object;
  /** More arguments. */
  readonly args?: readonly string[];
}

const TYPES = 'type.googleapis.com/envoy.extensions';

/** Times of Envoy's configuration. */
export const secondsOf = (millis: number) => `${millis / 1000}s`;

const at = ({ address, port }: Endpoint) => ({ socket_address: { address, port_value: port } });

/** Starts Envoy with one worker. HTTP requests get the retries that its documentation recommends. */
export function startEnvoy(command: readonly string[], settings: EnvoySettings): Peer {
  const { listen, admin, mode = HaproxyMode.HTTP, args = [] } = settings;
  const listener = { address: at(listen), filter_chains: [{ filters: [filterOf(mode)] }] };
  const config = {
    ...(admin && { admin: { address: at(admin) } }),
    static_resources: { listeners: [listener], clusters: [clusterOf(settings)] },
  };
  return inFolder((folder) => {
    const file = path.join(folder, 'envoy.json');
    writeFileSync(file, JSON.stringify(config));
    const fixed = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
    return new ServerProcess([...command, ...fixed, ...args]);
  });
}

function clusterOf({ priorities, resolution, cluster }: EnvoySettings): object {
  return {
    name: 'elb',
    type: resolution === undefined ? 'STATIC' : 'STRICT_DNS',
    connect_timeout: '5s',
    ...(resolution && resolutionOf(resolution)),
    ...cluster,
    load_assignment: {
      cluster_name: 'elb',
      endpoints: priorities.map((endpoints, priority) => ({
        priority,
        lb_endpoints: endpoints.map((endpoint) => ({ endpoint: { address: at(endpoint) } })),
      })),
    },
  };
}

function resolutionOf({ nameserver, periodMillis }: EnvoyResolution): object {
  const [address, port] = nameserver.split(':') as [string, string];
  return {
    dns_refresh_rate: secondsOf(periodMillis),
    dns_lookup_family: 'V4_ONLY',
    typed_dns_resolver_config: {
      name: 'cares',
      typed_config: {
        '@type': `${TYPES}.network.dns_resolver.cares.v3.CaresDnsResolverConfig`,
        resolvers: [at({ address, port: Number(port) })],
      },
    },
  };
}

function filterOf(mode: HaproxyMode): object {
  if (mode === HaproxyMode.TCP) {
    const type = `${TYPES}.filters.network.tcp_proxy.v3.TcpProxy`;
    return { name: 'tcp', typed_config: { '@type': type, stat_prefix: 'in', cluster: 'elb' } };
  }
  const route = {
    cluster: 'elb',
    retry_policy: { retry_on: 'connect-failure,refused-stream,reset', num_retries: 3 },
  };
  return {
    name: 'http',
    typed_config: {
      '@type': `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'in',
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }] },
      http_filters: [{ name: 'router', typed_config: { '@type': `${TYPES}.filters.http.router.v3.Router` } }],
    },
  };
}
