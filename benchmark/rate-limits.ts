/**
 * `npm run rate-limits`: 1,000 clients that ask for more than their limit, by address and by a header, on each HAProxy of
 * this machine. Prints what each got, and the memory of counted clients. Releases as arguments run only these.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyConfigModel } from '../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { usableBinaries } from '../testbed/binaries/usable';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { ElbDns, elbNameFor } from '../testbed/load-balancer';
import { freePorts } from '../testbed/ports';
import { request } from '../testbed/request';
import { untilReady } from '../testbed/server-process';

const CLIENTS = 1000;
/** A client may have 10 requests in 10 s, which is one in a second, and asks for two. */
const LIMIT = { requests: 10, periodMillis: 10_000 };
const ASK_MILLIS = 500;
/** At an end of the time a client may have one request more or fewer: of 100 it is 1 %. */
const PERIODS = 10;
/** Between the first requests of two clients: a thousand new connections at once would be served late. */
const SPREAD_MILLIS = 5;
/** Longer than any answer takes on a busy machine. */
const PATIENCE_MILLIS = 30_000;
/** One client that never waits, and its shorter period: what the limit itself gives. */
const EAGER = { limit: { requests: 10, periodMillis: 2000 }, askMillis: 10 };
const COUNTED = 100_000;
/** More than any client asks for. */
const UNLIMITED = { requests: 1_000_000_000 };
/** The newest one answers in place of a load balancer. */
const UPSTREAM = (port: number) =>
  `defaults\n    mode http\n    timeout client 65s\n    timeout connect 5s\n    timeout server 65s\nfrontend up\n    bind 127.0.0.1:${port}\n    maxconn 10000\n    http-request return status 200 content-type text/plain string ok\n`;

/** What clients got, as a part of what they may have. */
interface Shares {
  /** Of all. */
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** A limit of requests, and how often each client asks. */
interface Measured {
  readonly limit: typeof LIMIT;
  readonly askMillis: number;
}

/**
 * One client, which has one connection at a time and never waits for its share. Its periods begin with its first answer, as
 * those of HAProxy do, however late the machine is.
 */
class Client {
  /** Within its periods. */
  public served = 0;
  public refused = 0;
  #end = Number.POSITIVE_INFINITY;
  #socket?: Socket;
  #waits = false;

  public constructor(
    private readonly port: number,
    private readonly from: string | undefined,
    private readonly headers: () => string,
    private readonly totalMillis: number,
  ) {}

  /** Whether its periods are over. */
  public get done(): boolean {
    return Date.now() >= this.#end;
  }

  /** Asks unless an answer is due. */
  public ask(): void {
    if (this.#waits) {
      return;
    }
    this.#waits = true;
    const socket = this.#socket ?? this.#open();
    socket.write(`GET / HTTP/1.1\r\nHost: elb.test\r\n${this.headers()}\r\n`);
  }

  public close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.port, localAddress: this.from });
    this.#socket = socket;
    const leave = () => {
      if (this.#socket === socket) {
        this.#socket = undefined;
        this.#waits = false;
      }
    };
    socket.on('data', (data) => {
      const text = data.toString('latin1');
      this.#waits = false;
      if (this.#end === Number.POSITIVE_INFINITY) {
        this.#end = Date.now() + this.totalMillis;
      }
      if (this.done) {
        return;
      }
      this.served += text.match(/HTTP\/1\.[01] 200 /g)?.length ?? 0;
      this.refused += text.match(/HTTP\/1\.[01] 429 /g)?.length ?? 0;
    });
    socket.on('error', leave).on('end', leave).on('close', leave);
    return socket;
  }
}

/** The processes of one measurement, whose logs are discarded. */
class Bed {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-limits-'));
  readonly #dns = new ElbDns();
  readonly #all: HaproxyProcess[] = [];

  public async start(binary: HaproxyBinary, upstream: HaproxyBinary, rateLimits: HaproxyConfigModel['rateLimits']) {
    const [listen, health, port] = (await freePorts(3)) as [number, number, number];
    this.#dns.point('127.0.0.1');
    const ready = async (at: number, where: string) => (await request('127.0.0.1', at, 1000, where)) !== undefined;
    await this.#run(upstream, UPSTREAM(port), () => ready(port, '/'));
    const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
      upstream: { dnsName: elbNameFor(binary), port },
      listen: { address: '127.0.0.1', port: listen },
      health: { address: '127.0.0.1', port: health },
      resolution: { nameservers: [(await this.#dns.listen()).address], holdValidMillis: 500 },
      limits: { maxConnections: 5000 },
      rateLimits,
    });
    return { listen, process: await this.#run(binary, config, () => ready(health, '/ready')) };
  }

  public async close(): Promise<void> {
    await Promise.all(this.#all.map((child) => child.stop()));
    await this.#dns.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #run(binary: HaproxyBinary, config: string, ready: () => Promise<boolean>): Promise<HaproxyProcess> {
    const file = path.join(this.folder, `${this.#all.length}.cfg`);
    writeFileSync(file, config);
    const child = new HaproxyProcess(
      ['/bin/sh', '-c', 'exec "$@" > /dev/null', 'sh', ...binary.command, '-db', '-f', file],
      {},
    );
    this.#all.push(child);
    await untilReady(`HAProxy ${binary.version}`, child, ready);
    return child;
  }
}

/** Asks for all clients until the periods of each are over. */
async function sharesOf(clients: readonly Client[], { limit, askMillis }: Measured): Promise<Shares> {
  const start = Date.now();
  const due = clients.map((client, i) => ({ client, at: start + i * SPREAD_MILLIS }));
  const end = start + clients.length * SPREAD_MILLIS + PERIODS * limit.periodMillis + PATIENCE_MILLIS;
  while (!clients.every(({ done }) => done)) {
    const now = Date.now();
    if (now > end) {
      throw new Error('a client got no answer');
    }
    for (const one of due) {
      if (one.at <= now) {
        one.client.ask();
        one.at = Math.max(one.at + askMillis, now);
      }
    }
    await sleep(5);
  }
  const may = PERIODS * limit.requests;
  const shares = clients.map(({ served }) => served / may);
  for (const client of clients) {
    client.close();
  }
  if (clients.some(({ refused }) => refused === 0)) {
    throw new Error('a client met no limit');
  }
  return {
    mean: shares.reduce((sum, one) => sum + one, 0) / shares.length,
    least: Math.min(...shares),
    most: Math.max(...shares),
  };
}

/** Who asks. */
type Make = (listen: number, i: number, totalMillis: number) => Client;

async function measure(
  binary: HaproxyBinary,
  upstream: HaproxyBinary,
  limits: HaproxyConfigModel['rateLimits'],
  make: Make,
  measured: Measured = { limit: LIMIT, askMillis: ASK_MILLIS },
  count = CLIENTS,
): Promise<Shares> {
  const bed = new Bed();
  try {
    const { listen } = await bed.start(binary, upstream, limits);
    const totalMillis = PERIODS * measured.limit.periodMillis;
    return await sharesOf(
      Array.from({ length: count }, (_, i) => make(listen, i, totalMillis)),
      measured,
    );
  } finally {
    await bed.close();
  }
}

let spoofed = 0;
/** Another pretended address with each request. */
const spoof = () => {
  spoofed += 1;
  const address = `10.${(spoofed >> 16) & 255}.${(spoofed >> 8) & 255}.${spoofed & 255}`;
  return `X-Forwarded-For: ${address}\r\nX-Real-IP: ${address}\r\nForwarded: for=${address}\r\n`;
};

/** MiB of resident memory that so many values of a header need. */
async function memoryOf(binary: HaproxyBinary, upstream: HaproxyBinary): Promise<number> {
  const bed = new Bed();
  try {
    const limits = [UNLIMITED, { ...UNLIMITED, header: 'X-Api-Key', periodMillis: 3_600_000 }];
    const { listen, process } = await bed.start(binary, upstream, limits);
    // Without the header nothing is counted by it: what connections and buffers need is there before.
    await askAll(listen, 20_000, () => '');
    const before = process.residentKib;
    await askAll(listen, COUNTED, (i) => `X-Api-Key: ${i}\r\n`);
    return (process.residentKib - before) / 1024;
  } finally {
    await bed.close();
  }
}

/** So many requests, over 20 connections, each after the answer to the last. */
async function askAll(listen: number, count: number, headers: (i: number) => string): Promise<void> {
  let next = 0;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: listen });
      const ask = () => {
        if (next >= count) {
          socket.destroy();
          resolve();
          return;
        }
        socket.write(`GET / HTTP/1.1\r\nHost: elb.test\r\n${headers(next)}\r\n`);
        next += 1;
      };
      socket.on('connect', ask).on('data', ask).on('error', reject);
    });
  await Promise.all(Array.from({ length: 20 }, one));
}

async function main(only: readonly string[]): Promise<void> {
  const { binaries } = await usableBinaries();
  const upstream = binaries.at(-1)!;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const shown = ({ mean, least, most }: Shares) => `${percent(mean)} (${percent(least)} to ${percent(most)})`;
  console.log('| HAProxy | one client that never waits | 1,000 by address | 1,000 by header | 100,000 values |');
  for (const binary of binaries.filter(({ version }) => only.length === 0 || only.includes(version))) {
    const { _capabilities: capabilities } = HaproxyVersion.of(binary.branch);
    const addressOf = (i: number) => `127.77.${1 + (i >> 8)}.${i & 255}`;
    const byAddress: Make = (listen, i, total) => new Client(listen, addressOf(i), spoof, total);
    const { mean: eager } = await measure(binary, upstream, [EAGER.limit], byAddress, EAGER, 1);
    const cells = [binary.version, percent(eager), shown(await measure(binary, upstream, [LIMIT], byAddress))];
    if (capabilities.sha1) {
      const limits = [UNLIMITED, { ...LIMIT, header: 'X-Api-Key' }];
      const byHeader = await measure(
        binary,
        upstream,
        limits,
        (listen, i, total) => new Client(listen, undefined, () => `${spoof()}X-Api-Key: key-${i}\r\n`, total),
      );
      cells.push(shown(byHeader), `${(await memoryOf(binary, upstream)).toFixed(1)} MiB`);
    }
    console.log(`| ${cells.join(' | ')} |`);
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
