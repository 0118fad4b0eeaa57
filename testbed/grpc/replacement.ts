import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyProtocol } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../binaries';
import { DnsServer } from '../dns-server';
import { HaproxyProcess } from '../haproxy-process';
import { freePorts } from '../ports';
import { request } from '../request';
import { untilReady } from '../server-process';
import { GrpcClient, GrpcNode, type GrpcStream } from './service';

const CLIENTS = 4;
/** Streams that each client has open all the time. */
const STREAMS = 2;
/** Longer than anything takes on a busy machine. */
const PATIENCE_MILLIS = 60_000;

/** What happened to clients while the nodes of their load balancer were replaced. */
interface GrpcReport {
  readonly version: string;
  readonly replaced: number;
  readonly calls: number;
  /** Why each failed call failed. */
  readonly failed: readonly string[];
  readonly streams: number;
  /** Streams that ended with the node that they were on. */
  readonly endedWithNode: number;
  /** How often a stream lived on while a node was replaced. */
  readonly survived: number;
  /** Why each other stream ended. */
  readonly endedOtherwise: readonly string[];
}

/**
 * Replaces the nodes of a load balancer one by one, under calls and streams. A node leaves DNS and serves on; it dies with
 * all of its connections once HAProxy has left it.
 *
 * @param network nodes have the addresses `127.0.NETWORK.1` and so on
 * @param replacements how many nodes are replaced
 * @param callsEach the fewest calls between two replacements
 */
export async function replaceUnderGrpc(
  binary: HaproxyBinary,
  network: number,
  replacements: number,
  callsEach: number,
): Promise<GrpcReport> {
  const [port, listen, health] = (await freePorts(3)) as [number, number, number];
  const dns = new DnsServer();
  const nodes: GrpcNode[] = [];
  const addNode = async () => nodes.push(await GrpcNode.listen(`127.0.${network}.${nodes.length + 1}`, port));
  await addNode();
  await addNode();
  const show = () =>
    dns.set(
      'elb.test',
      nodes.slice(-2).map(({ address }) => address),
    );
  show();
  const haproxy = HaproxyProcess.of(
    binary,
    HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
      upstream: {
        dnsName: 'elb.test',
        port,
        protocol: HaproxyProtocol.HTTP2,
        // No slot is free: the next address takes the place of the one that leaves.
        slots: 2,
        healthCheck: { intervalMillis: 300 },
      },
      listen: { address: '127.0.0.1', port: listen },
      health: { address: '127.0.0.1', port: health },
      resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 200, holdObsoleteMillis: 600 },
    }),
  );
  const clients: GrpcClient[] = [];
  const load = { calls: 0, stopped: false, failed: [] as string[] };
  try {
    await untilReady(`HAProxy ${binary.version}`, haproxy, () => answers(health));
    clients.push(...Array.from({ length: CLIENTS }, () => new GrpcClient(listen)));
    const loops = clients.map(async (client) => {
      while (!load.stopped) {
        const { code, details } = await client.unary('where');
        load.calls += 1;
        if (code !== 0) {
          load.failed.push(`${code} ${details}`);
        }
        await sleep(1);
      }
    });
    const streams = new Set<GrpcStream>();
    const endedOtherwise: string[] = [];
    let [opened, endedWithNode, survived] = [0, 0, 0];
    for (let replaced = 0; replaced < replacements; replaced += 1) {
      for (; streams.size < CLIENTS * STREAMS; opened += 1) {
        streams.add(clients[opened % CLIENTS]!.echo());
      }
      await ping(streams);
      const leaving = nodes.at(-2)!;
      await addNode();
      show();
      const enough = load.calls + callsEach;
      await until('the new node has calls', () => nodes.at(-1)!.calls > 0);
      await until('HAProxy leaves the old node', () => isQuiet(leaving, load));
      await until('enough calls', () => load.calls >= enough);
      // Its streams go on.
      await ping(streams);
      const there = [...streams].filter(({ open, node }) => open && node === leaving.address);
      leaving.kill();
      for (const stream of there) {
        await stream.ended;
        streams.delete(stream);
      }
      endedWithNode += there.length;
      await ping(streams);
      for (const stream of streams) {
        if (!stream.open) {
          endedOtherwise.push((await stream.ended).details);
          streams.delete(stream);
        }
      }
      survived += streams.size;
    }
    load.stopped = true;
    await Promise.all(loops);
    return {
      version: binary.version,
      replaced: replacements,
      calls: load.calls,
      failed: load.failed,
      streams: opened,
      endedWithNode,
      survived,
      endedOtherwise,
    };
  } finally {
    load.stopped = true;
    for (const one of clients) {
      one.close();
    }
    await haproxy.stop();
    for (const node of nodes) {
      node.kill();
    }
    await dns.close();
  }
}

async function answers(health: number): Promise<boolean> {
  return (await request('127.0.0.1', health, 1000, '/ready')) !== undefined;
}

/** Sends a message in each open stream, and waits until it came back or the stream ended. */
async function ping(streams: Iterable<GrpcStream>): Promise<void> {
  const waiting = [...streams]
    .filter(({ open }) => open)
    .map((stream) => {
      const before = stream.received;
      stream.send('ping');
      return () => stream.received > before || !stream.open;
    });
  await until('each stream answers', () => waiting.every((done) => done()));
}

/** Whether a node gets no call while the others get a hundred. */
async function isQuiet(node: GrpcNode, load: { readonly calls: number }): Promise<boolean> {
  const [before, enough] = [node.calls, load.calls + 100];
  await until('a hundred calls', () => load.calls >= enough);
  return node.calls === before;
}

async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MILLIS; Date.now() < deadline; await sleep(20)) {
    if (await is()) {
      return;
    }
  }
  throw new Error(`it never came to this: ${what}`);
}
