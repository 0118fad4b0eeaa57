import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyListenTls } from '../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { makeCertificate } from '../testbed/certificate';
import { DnsServer } from '../testbed/dns-server';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { freePorts } from '../testbed/ports';
import { median, sideBySide } from './measure';
import { load } from './wrk';

const CONNECTIONS = 32;
const SECONDS = 2;
const IDLE_CONNECTIONS = 1000;
const NAME = 'elb.bench.test';
/** How long DNS queries are counted, s: six periods of the default. */
const DNS_SECONDS = 60;

/** A way of talking to the proxy. */
export interface Traffic {
  readonly name: string;
  readonly tls: boolean;
  readonly keepAlive: boolean;
}

/** Each with TLS and without, with a connection for each request and with kept ones. */
const TRAFFICS: readonly Traffic[] = [
  { name: 'HTTP, kept alive', tls: false, keepAlive: true },
  { name: 'HTTP, a connection each', tls: false, keepAlive: false },
  { name: 'TLS, kept alive', tls: true, keepAlive: true },
  { name: 'TLS, a connection each', tls: true, keepAlive: false },
];

/** Requests a second and p99 (ms) of the smallest configuration, of the same with a log, and of the generated one. */
export interface Price {
  readonly traffic: string;
  readonly perSecond: Record<Variant, number>;
  readonly p99: Record<Variant, number>;
}

/** What is compared. */
export type Variant = 'smallest' | 'smallestWithLog' | 'generated';
export const VARIANTS: readonly Variant[] = ['smallest', 'smallestWithLog', 'generated'];

/** What idle connections and DNS cost. */
export interface Upkeep {
  /** KiB of resident memory for 1,000 kept connections. */
  readonly memoryKib: Record<'smallest' | 'generated', number>;
  /** DNS queries that one proxy sends in a second, at the default period. */
  readonly dnsPerSecond: number;
}

/** The smallest configuration that does the same work. */
function smallest(listen: number, upstream: number, tls: HaproxyListenTls | undefined, log: boolean): string {
  const logs = log ? 'global\n    log stdout len 8192 format raw local0 info\n' : '';
  const use = log ? '    log global\n    option httplog\n' : '';
  return `${logs}defaults
    mode http
${use}    timeout connect 5s
    timeout client 65s
    timeout server 65s
frontend web
    bind 127.0.0.1:${listen}${tls ? ` ssl crt ${tls.certificateFile}` : ''}
    default_backend elb
backend elb
    server elb 127.0.0.1:${upstream}
`;
}

/** The same binaries behind each other: an upstream that costs little, and one proxy for each variant. */
class Stage {
  public static async set(binary: HaproxyBinary, tls: boolean): Promise<Stage> {
    const stage = new Stage(binary);
    const [upstream] = (await freePorts(1)) as [number];
    await stage.#run(
      `defaults\n    mode http\n    timeout client 65s\n    timeout server 65s\n    timeout connect 5s\nfrontend up\n    bind 127.0.0.1:${upstream}\n    http-request return status 200 content-type text/plain string ok\n`,
      upstream,
    );
    stage.dns.set(NAME, ['127.0.0.1']);
    const listenTls = tls ? { certificateFile: makeCertificate(stage.folder, NAME).file, http2: false } : undefined;
    const listener = await stage.dns.listen();
    stage.queries = () => listener.queries;
    for (const variant of VARIANTS) {
      const [listen, health] = (await freePorts(2)) as [number, number];
      const config =
        variant === 'generated'
          ? HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
              upstream: { dnsName: NAME, port: upstream },
              listen: { address: '127.0.0.1', port: listen },
              listenTls,
              health: { address: '127.0.0.1', port: health },
              resolution: { nameservers: [listener.address] },
            })
          : smallest(listen, upstream, listenTls, variant === 'smallestWithLog');
      stage.processes[variant] = await stage.#run(config, listen);
      stage.ports[variant] = listen;
    }
    // The name is resolved by then.
    await sleep(1500);
    return stage;
  }

  public readonly ports = {} as Record<Variant, number>;
  public readonly processes = {} as Record<Variant, HaproxyProcess>;
  /** How many queries the generated configuration has sent. */
  public queries: () => number = () => 0;
  public readonly dns = new DnsServer();
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-price-'));
  readonly #all: HaproxyProcess[] = [];

  private constructor(private readonly binary: HaproxyBinary) {}

  public async strike(): Promise<void> {
    await Promise.all(this.#all.map((child) => child.stop()));
    await this.dns.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Its log goes nowhere: who reads it would be measured too. */
  async #run(config: string, port: number): Promise<HaproxyProcess> {
    const file = path.join(this.folder, `${port}.cfg`);
    writeFileSync(file, config);
    const command = ['/bin/sh', '-c', 'exec "$@" > /dev/null', 'sh', ...this.binary.command, '-db', '-f', file];
    const child = new HaproxyProcess(command, {});
    this.#all.push(child);
    for (const deadline = Date.now() + 10_000; !(await opens(port)); await sleep(50)) {
      if (child.ended || Date.now() > deadline) {
        throw new Error(`HAProxy ${this.binary.version} does not start: ${child.output}`);
      }
    }
    return child;
  }
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Throughput and latency, each variant in turn. */
export async function measurePrice(
  wrk: readonly string[],
  binary: HaproxyBinary,
  runs: number,
  progress: (line: string) => void,
): Promise<Price[]> {
  const prices: Price[] = [];
  for (const { name, tls, keepAlive } of TRAFFICS) {
    progress(`throughput: ${name}`);
    const stage = await Stage.set(binary, tls);
    const p99s = new Map<Variant, number[]>(VARIANTS.map((variant) => [variant, []]));
    const measure = (variant: Variant) => async () => {
      const { perSecond, p99 } = await load(wrk, {
        url: `${tls ? 'https' : 'http'}://127.0.0.1:${stage.ports[variant]}/`,
        connections: CONNECTIONS,
        seconds: SECONDS,
        headers: keepAlive ? {} : { Connection: 'close' },
      });
      p99s.get(variant)!.push(p99);
      return perSecond;
    };
    try {
      const rates = await sideBySide(runs, VARIANTS.map(measure));
      const p99 = VARIANTS.map((variant) => median(p99s.get(variant)!));
      prices.push({ traffic: name, perSecond: byVariant(rates), p99: byVariant(p99) });
    } finally {
      await stage.strike();
    }
  }
  return prices;
}

function byVariant(values: readonly number[]): Record<Variant, number> {
  return Object.fromEntries(VARIANTS.map((variant, i) => [variant, values[i]!])) as Record<Variant, number>;
}

/** Memory of idle connections, and DNS queries. */
export async function measureUpkeep(binary: HaproxyBinary, progress: (line: string) => void): Promise<Upkeep> {
  progress(`memory of ${IDLE_CONNECTIONS} connections, and DNS queries in ${DNS_SECONDS} s`);
  const stage = await Stage.set(binary, false);
  try {
    const before = stage.queries();
    const since = Date.now();
    const memory = { smallest: await memoryOf(stage, 'smallest'), generated: await memoryOf(stage, 'generated') };
    await sleep(Math.max(0, since + DNS_SECONDS * 1000 - Date.now()));
    const dnsPerSecond = (stage.queries() - before) / ((Date.now() - since) / 1000);
    return { memoryKib: memory, dnsPerSecond };
  } finally {
    await stage.strike();
  }
}

async function memoryOf({ ports, processes }: Stage, variant: 'smallest' | 'generated'): Promise<number> {
  const before = residentKib(processes[variant].pid!);
  const sockets: Socket[] = [];
  while (sockets.length < IDLE_CONNECTIONS) {
    // A few at a time: what many requests at once take is not what idle connections keep.
    sockets.push(...(await Promise.all(Array.from({ length: 20 }, () => keptConnection(ports[variant])))));
  }
  const after = residentKib(processes[variant].pid!);
  for (const socket of sockets) {
    socket.destroy();
  }
  return after - before;
}

/** A connection that has had one answer and stays. */
function keptConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', reject);
    socket.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`);
    socket.once('data', () => resolve(socket));
  });
}

function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}
