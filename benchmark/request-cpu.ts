import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyLocality } from '../lib/haproxy/model/options';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { ZONE_SCRIPT, ZONE_SCRIPT_VARIABLE, ZONES_VARIABLE } from '../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { makeCertificate } from '../testbed/certificate';
import { EcsMetadata } from '../testbed/ecs-metadata';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { ELB_NAME, ElbDns } from '../testbed/load-balancer';
import { freePorts } from '../testbed/ports';
import { untilReady } from '../testbed/server-process';
import { inTurn, median } from './measure';
import { opens } from './ports';
import { load } from './wrk';

const CONNECTIONS = 16;
/**
 * Requests of one measurement. Many short ones that alternate tell more than few long ones: on a shared machine the
 * medians of five measurements of 20,000 requests differed by 0.2 between two runs, those of sixty of 4,000 by 0.03.
 */
export const REQUESTS = 4_000;
/** Measurements of each configuration and process. */
export const ROUNDS = 15;
/** The constructs' default of `drainTime`. */
const DRAIN_MILLIS = 30_000;

/** HAProxy has resolved the name after this time. */
const RESOLVED_AFTER_MILLIS = 1500;

/** How clients talk to the proxy. */
interface TrafficKind {
  readonly name: string;
  readonly tls: boolean;
  readonly keepAlive: boolean;
}

const TRAFFIC_KINDS: readonly TrafficKind[] = [
  { name: 'HTTP, kept alive', tls: false, keepAlive: true },
  { name: 'TLS, kept alive', tls: true, keepAlive: true },
  { name: 'HTTP, a connection each', tls: false, keepAlive: false },
];

/** Process time of HAProxy for a request. */
export interface RequestCpu {
  readonly release: string;
  readonly traffic: string;
  /** The smallest configuration, µs. */
  readonly smallest: number;
  /** The generated configuration, µs. */
  readonly generated: number;
  /** For each pair of processes the median of generated / smallest over its rounds. */
  readonly ratios: readonly number[];
}

/** What a line costs: the part of the process time that a configuration without it saves; the median of all rounds. */
export interface LineCost {
  readonly line: string;
  readonly part: number;
}

/** Ports and files that the configurations share. */
interface Places {
  readonly upstream: number;
  readonly nameserver: string;
  readonly certificateFile?: string;
}

/** The generated configuration with the defaults of the constructs. One thread: a second one may spin beside it. */
function generated(
  binary: HaproxyBinary,
  listen: number,
  health: number,
  places: Places,
  locality?: HaproxyLocality,
): string {
  const { upstream, nameserver, certificateFile } = places;
  return HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    upstream: { dnsName: ELB_NAME, port: upstream, locality },
    listen: { address: '127.0.0.1', port: listen },
    listenTls: certificateFile === undefined ? undefined : { certificateFile, http2: false },
    health: { address: '127.0.0.1', port: health },
    resolution: { nameservers: [nameserver] },
    drainTimeMillis: DRAIN_MILLIS,
    stopTimeoutMillis: 2 * DRAIN_MILLIS,
    rawLines: { global: ['nbthread 1'] },
  });
}

/** The smallest configuration that does the same work and writes the same log. */
function smallest(of: string, listen: number, { upstream, certificateFile }: Places): string {
  const [target, format] = [/^ {4}log std.*$/m, /^ {4}(?:option httplog|log-format .*)$/m].map(
    (line) => of.match(line)?.[0] ?? '',
  );
  return `global
    nbthread 1
${target}
defaults
    mode http
    log global
    timeout connect 5s
    timeout client 65s
    timeout server 65s
frontend web
${format}
    bind 127.0.0.1:${listen}${certificateFile === undefined ? '' : ` ssl crt ${certificateFile}`}
    default_backend elb
backend elb
    server elb 127.0.0.1:${upstream}
`;
}

/** A configuration that runs. */
interface Running {
  readonly port: number;
  readonly process: HaproxyProcess;
}

/** An upstream that costs little, and HAProxy processes of one binary in front of it. */
class CpuTestbed {
  public static async start(binary: HaproxyBinary, tls: boolean): Promise<CpuTestbed> {
    const testbed = new CpuTestbed(binary);
    const [upstream] = (await freePorts(1)) as [number];
    testbed.#dns.point('127.0.0.1');
    testbed.#places = {
      upstream,
      nameserver: (await testbed.#dns.listen()).address,
      certificateFile: tls ? makeCertificate(testbed.#folder, ELB_NAME).file : undefined,
    };
    await testbed.run(
      `defaults\n    mode http\n    timeout client 65s\n    timeout server 65s\n    timeout connect 5s\nfrontend up\n    bind 127.0.0.1:${upstream}\n    http-request return status 200 content-type text/plain string ok\n`,
      upstream,
    );
    return testbed;
  }

  #places!: Places;
  readonly #dns = new ElbDns();
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-cpu-'));
  readonly #all: HaproxyProcess[] = [];

  private constructor(private readonly binary: HaproxyBinary) {}

  public async generated(edit: (text: string) => string = (text) => text): Promise<Running> {
    const [listen, health] = (await freePorts(2)) as [number, number];
    return this.run(edit(generated(this.binary, listen, health, this.#places)), listen);
  }

  /** All nodes are in the zone of the task, if it prefers one. */
  public async inZone(locality: HaproxyLocality, metadata: EcsMetadata): Promise<Running> {
    const [listen, health] = (await freePorts(2)) as [number, number];
    const text = generated(this.binary, listen, health, this.#places, locality);
    const environment = { ...metadata.environment, [ZONES_VARIABLE]: `${metadata.zone}=127.0.0.0/8` };
    return this.run(text, listen, environment);
  }

  public async smallest(): Promise<Running> {
    const [listen] = (await freePorts(1)) as [number];
    return this.run(smallest(generated(this.binary, listen, listen + 1, this.#places), listen, this.#places), listen);
  }

  public async close(): Promise<void> {
    await Promise.all(this.#all.map((child) => child.stop()));
    await this.#dns.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Its log is discarded: a reader would be measured too. */
  public async run(config: string, port: number, environment: Record<string, string> = {}): Promise<Running> {
    const shell = `exec "$@" -db -f /dev/fd/3 > /dev/null 3<<END 4<<ZONE\n$HAPROXY_CONFIG\nEND\n$${ZONE_SCRIPT_VARIABLE}\nZONE`;
    const child = new HaproxyProcess(['/bin/sh', '-c', shell, 'sh', ...this.binary.command], {
      ...environment,
      HAPROXY_CONFIG: config,
      [ZONE_SCRIPT_VARIABLE]: ZONE_SCRIPT,
    });
    this.#all.push(child);
    await untilReady(`HAProxy ${this.binary.version}`, child, () => opens(port));
    return { port, process: child };
  }
}

/** Process time, µs: the sum of utime and stime, which `/proc/PID/stat` rounds to 10 ms. */
function cpuMicros({ pid }: HaproxyProcess): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanos = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]));
  return nanos.reduce((sum, value) => sum + value, 0) / 1000;
}

/** The process time of one request, over a fixed number of requests. */
function perRequest(wrk: readonly string[], { port, process: child }: Running, { tls, keepAlive }: TrafficKind) {
  return async () => {
    const before = cpuMicros(child);
    const { requests, lost } = await load(wrk, {
      url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/`,
      connections: CONNECTIONS,
      requests: REQUESTS,
      headers: keepAlive ? {} : { Connection: 'close' },
    });
    if (lost > 0) {
      throw new Error(`${lost} of ${requests} requests were lost: process time was not measured`);
    }
    return (cpuMicros(child) - before) / requests;
  };
}

/** The generated configuration beside the smallest one with the same log, with `pairs` new processes of each. */
export async function measureRequestCpu(
  wrk: readonly string[],
  binaries: readonly HaproxyBinary[],
  pairs: number,
  progress: (line: string) => void,
): Promise<RequestCpu[]> {
  const results: RequestCpu[] = [];
  for (const binary of binaries) {
    for (const traffic of TRAFFIC_KINDS) {
      progress(`process time of a request: HAProxy ${binary.version}, ${traffic.name}`);
      const testbed = await CpuTestbed.start(binary, traffic.tls);
      try {
        const measured: [number[], number[]][] = [];
        for (let pair = 0; pair < pairs; pair += 1) {
          measured.push(await measurePair(wrk, testbed, traffic));
        }
        results.push({
          release: binary.version,
          traffic: traffic.name,
          smallest: median(measured.flatMap(([small]) => small)),
          generated: median(measured.flatMap(([, ours]) => ours)),
          ratios: measured.map(([small, ours]) => median(ours.map((value, round) => value / small[round]!))),
        });
      } finally {
        await testbed.close();
      }
    }
  }
  return results;
}

async function measurePair(wrk: readonly string[], testbed: CpuTestbed, traffic: TrafficKind) {
  const running = [await testbed.smallest(), await testbed.generated()];
  await sleep(RESOLVED_AFTER_MILLIS);
  const measures = running.map((one) => perRequest(wrk, one, traffic));
  const values = (await inTurn(ROUNDS, measures)) as [number[], number[]];
  await Promise.all(running.map((one) => one.process.stop()));
  return values;
}

/** Process time of a request with a preferred zone. */
export interface ZoneCpu {
  readonly release: string;
  /** For each pair of processes the median, over its rounds, of the parts of the process time without a zone. */
  readonly ratios: readonly number[];
}

/** The generated configuration with a preferred zone beside that without one, with `pairs` new processes of each. */
export async function measureZoneCpu(
  wrk: readonly string[],
  binaries: readonly HaproxyBinary[],
  pairs: number,
  progress: (line: string) => void,
): Promise<ZoneCpu[]> {
  const results: ZoneCpu[] = [];
  for (const binary of binaries.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights)) {
    progress(`process time of a request in a zone: HAProxy ${binary.version}`);
    results.push({ release: binary.version, ratios: await zoneRatios(wrk, binary, pairs) });
  }
  return results;
}

async function zoneRatios(wrk: readonly string[], binary: HaproxyBinary, pairs: number): Promise<number[]> {
  const testbed = await CpuTestbed.start(binary, false);
  const metadata = await EcsMetadata.start('eu-west-1a');
  const ratios: number[] = [];
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      const running = [
        await testbed.inZone(HaproxyLocality.ANY, metadata),
        await testbed.inZone(HaproxyLocality.ZONE, metadata),
      ];
      // The zone is known, and its nodes have their weights.
      await sleep(2 * RESOLVED_AFTER_MILLIS);
      const measures = running.map((one) => perRequest(wrk, one, TRAFFIC_KINDS[0]!));
      const [without, within] = (await inTurn(ROUNDS, measures)) as [number[], number[]];
      ratios.push(median(within.map((value, round) => value / without[round]!)));
      await Promise.all(running.map((one) => one.process.stop()));
    }
  } finally {
    await Promise.all([testbed.close(), metadata.close()]);
  }
  return ratios;
}

/** Lines that a request passes. Each is taken away alone, from every section. */
const LINES: readonly RegExp[] = [
  /^ {4}option forwardfor$/m,
  /^ {4}http-(?:after-)?response set-header Connection .*$/m,
  /^ {4}http-request set-dst-port .*$/m,
  /^ {4}retry-on .*$/m,
  /^ {4}http-request disable-l7-retry .*$/m,
  /^ {4}option redispatch$/m,
  /^ {4}http-reuse safe$/m,
  /^ {4}timeout http-request .*$/m,
  /^ {4}timeout http-keep-alive .*$/m,
  /^ {4}(?:option httplog|log-format .*)$/m,
];

/** A port that is set for each request goes with the relative port of the server line. */
function withoutLine(text: string, line: string): string {
  const rest = text.replace(line, '');
  return line.includes('set-dst-port') ? rest.replace(/:[+]0 check port (\d+)/, ':$1 check') : rest;
}

/** What each line of the generated configuration costs a request over HTTP on a kept connection. */
export async function measureLines(
  wrk: readonly string[],
  binary: HaproxyBinary,
  rounds: number,
  progress: (line: string) => void,
): Promise<LineCost[]> {
  progress(`process time of each line: HAProxy ${binary.version}`);
  const testbed = await CpuTestbed.start(binary, false);
  try {
    const lines: string[] = [];
    const running = [
      await testbed.generated((text) => {
        lines.push(...LINES.flatMap((line) => text.match(line)?.[0] ?? []));
        return text;
      }),
    ];
    for (const line of lines) {
      running.push(await testbed.generated((text) => withoutLine(text, line)));
    }
    await sleep(RESOLVED_AFTER_MILLIS);
    const [whole, ...without] = await inTurn(
      rounds,
      running.map((one) => perRequest(wrk, one, TRAFFIC_KINDS[0]!)),
    );
    const saved = (values: readonly number[]) => median(values.map((value, round) => 1 - value / whole![round]!));
    return lines.map((line, i) => ({ line: line.trim(), part: saved(without[i]!) }));
  } finally {
    await testbed.close();
  }
}
