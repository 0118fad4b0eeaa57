import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { ELB_NAME, ElbDns } from '../testbed/load-balancer';
import { freePorts } from '../testbed/ports';
import { untilReady } from '../testbed/server-process';
import { opens } from './ports';

const IDLE_CONNECTIONS = 1000;
/** How long DNS queries are counted, s: six default periods. */
const DNS_SECONDS = 60;

/** The compared configurations. */
type Variant = 'smallest' | 'generated';
const VARIANTS: readonly Variant[] = ['smallest', 'generated'];

/** The cost of idle connections and DNS. */
export interface IdleCost {
  /** KiB of resident memory for 1,000 kept connections. */
  readonly memoryKib: Record<Variant, number>;
  /** DNS queries that one proxy sends in a second, at the default period. */
  readonly dnsPerSecond: number;
}

/** The smallest configuration that does the same work. */
function smallest(listen: number, upstream: number): string {
  return `defaults
    mode http
    timeout connect 5s
    timeout client 65s
    timeout server 65s
frontend web
    bind 127.0.0.1:${listen}
    default_backend elb
backend elb
    server elb 127.0.0.1:${upstream}
`;
}

/** An upstream that costs little, and one proxy for each variant, all of the same binary. */
class IdleTestbed {
  public static async start(binary: HaproxyBinary): Promise<IdleTestbed> {
    const testbed = new IdleTestbed(binary);
    const [upstream] = (await freePorts(1)) as [number];
    await testbed.#run(
      `defaults\n    mode http\n    timeout client 65s\n    timeout server 65s\n    timeout connect 5s\nfrontend up\n    bind 127.0.0.1:${upstream}\n    http-request return status 200 content-type text/plain string ok\n`,
      upstream,
    );
    testbed.dns.point('127.0.0.1');
    const listener = await testbed.dns.listen();
    testbed.queries = () => listener.queries;
    for (const variant of VARIANTS) {
      const [listen, health] = (await freePorts(2)) as [number, number];
      const config =
        variant === 'generated'
          ? HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
              upstream: { dnsName: ELB_NAME, port: upstream },
              listen: { address: '127.0.0.1', port: listen },
              health: { address: '127.0.0.1', port: health },
              resolution: { nameservers: [listener.address] },
            })
          : smallest(listen, upstream);
      testbed.processes[variant] = await testbed.#run(config, listen);
      testbed.ports[variant] = listen;
    }
    // HAProxy has resolved the name after this time.
    await sleep(1500);
    return testbed;
  }

  public readonly ports = {} as Record<Variant, number>;
  public readonly processes = {} as Record<Variant, HaproxyProcess>;
  /** How many queries the generated configuration has sent. */
  public queries: () => number = () => 0;
  public readonly dns = new ElbDns();
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-idle-'));
  readonly #all: HaproxyProcess[] = [];

  private constructor(private readonly binary: HaproxyBinary) {}

  public async close(): Promise<void> {
    await Promise.all(this.#all.map((child) => child.stop()));
    await this.dns.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Its log is discarded: a reader would be measured too. */
  async #run(config: string, port: number): Promise<HaproxyProcess> {
    const file = path.join(this.folder, `${port}.cfg`);
    writeFileSync(file, config);
    const command = ['/bin/sh', '-c', 'exec "$@" > /dev/null', 'sh', ...this.binary.command, '-db', '-f', file];
    const child = new HaproxyProcess(command, {});
    this.#all.push(child);
    await untilReady(`HAProxy ${this.binary.version}`, child, () => opens(port));
    return child;
  }
}

/** Memory of idle connections, and DNS queries. */
export async function measureIdleCost(binary: HaproxyBinary, progress: (line: string) => void): Promise<IdleCost> {
  progress(`memory of ${IDLE_CONNECTIONS} connections, and DNS queries in ${DNS_SECONDS} s`);
  const testbed = await IdleTestbed.start(binary);
  try {
    const before = testbed.queries();
    const since = Date.now();
    const memory = { smallest: await memoryOf(testbed, 'smallest'), generated: await memoryOf(testbed, 'generated') };
    await sleep(Math.max(0, since + DNS_SECONDS * 1000 - Date.now()));
    const dnsPerSecond = (testbed.queries() - before) / ((Date.now() - since) / 1000);
    return { memoryKib: memory, dnsPerSecond };
  } finally {
    await testbed.close();
  }
}

async function memoryOf({ ports, processes }: IdleTestbed, variant: Variant): Promise<number> {
  const before = processes[variant].residentKib;
  const sockets: Socket[] = [];
  while (sockets.length < IDLE_CONNECTIONS) {
    // A few at a time: many requests at once take memory that idle connections do not keep.
    sockets.push(...(await Promise.all(Array.from({ length: 20 }, () => keptConnection(ports[variant])))));
  }
  const after = processes[variant].residentKib;
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
    socket.write(`GET / HTTP/1.1\r\nHost: ${ELB_NAME}\r\n\r\n`);
    socket.once('data', () => resolve(socket));
  });
}
