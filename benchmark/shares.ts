import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import { acquireBinaries, type HaproxyBinary } from '../testbed/binaries';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { elbNameFor, LoadBalancer } from '../testbed/load-balancer';
import { freePorts } from '../testbed/ports';

/*
 * Shares of requests while the nodes of the load balancer come and go: `npm run benchmark:shares`, with branches as
 * arguments for some HAProxys only.
 */

const PERCENTS = [5, 25, 50] as const;
const NODES = [1, 3, 12] as const;
const [REQUESTS, CONNECTIONS] = [20_000, 20];
/** A node is replaced so often, ms. */
const REPLACEMENT_MILLIS = 400;

/** Requests by who answered them. */
interface Counts {
  machines: number;
  elb: number;
  lost: number;
}

/** Sends requests over kept connections. */
async function send(port: number): Promise<Counts> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const counts: Counts = { machines: 0, elb: 0, lost: 0 };
  let left = REQUESTS;
  const one = () =>
    new Promise<keyof Counts>((resolve) => {
      const pending = request({ host: '127.0.0.1', port, agent, timeout: 5000 }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          body += chunk;
        });
        response.on('error', () => resolve('lost'));
        response.on('end', () => resolve(response.statusCode === 200 ? (body.trim() as keyof Counts) : 'lost'));
      });
      pending.on('timeout', () => pending.destroy());
      pending.on('error', () => resolve('lost')).end();
    });
  const client = async () => {
    while (left > 0) {
      left -= 1;
      counts[await one()] += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
  return counts;
}

/** Replaces one node after the other until it is told to stop. The first one is also the address of `localhost`. */
async function replaceNodes(loadBalancer: LoadBalancer, current: string[], stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const [added] = await loadBalancer.add(['elb']);
    const removed = current.shift()!;
    current.push(added!);
    loadBalancer.dns.point(...current);
    await sleep(REPLACEMENT_MILLIS);
    // As a load balancer does: a node answers for a while after DNS no longer names it.
    sleep(10 * REPLACEMENT_MILLIS).then(() => loadBalancer.nodes.kill(removed));
  }
}

async function measure(binary: HaproxyBinary, percent: number, nodes: number): Promise<Counts> {
  const loadBalancer = await LoadBalancer.start(Array.from({ length: nodes }, () => 'elb'));
  const machines = await LoadBalancer.start(['machines', 'machines']);
  const [listen, health] = (await freePorts(2)) as [number, number];
  const current = loadBalancer.addresses;
  loadBalancer.dns.point(...current);
  const text = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
    upstream: { dnsName: elbNameFor(binary), port: loadBalancer.port },
    shares: [{ name: 'machines', percent, upstream: { addresses: machines.addresses, port: machines.port } }],
    listen: { address: '127.0.0.1', port: listen },
    health: { address: '127.0.0.1', port: health },
    resolution: {
      nameservers: [(await loadBalancer.dns.listen()).address],
      holdValidMillis: REPLACEMENT_MILLIS,
      holdObsoleteMillis: 2 * REPLACEMENT_MILLIS,
    },
  });
  const haproxy = HaproxyProcess.of(binary, text);
  const stop = new AbortController();
  try {
    await sleep(3000);
    const replacing = replaceNodes(loadBalancer, current, stop.signal);
    const counts = await send(listen);
    stop.abort();
    await replacing;
    return counts;
  } finally {
    await haproxy.stop();
    await Promise.all([loadBalancer.close(), machines.close()]);
  }
}

async function main(branches: readonly string[]): Promise<void> {
  const { binaries, unavailable } = await acquireBinaries(branches.length > 0 ? { branches } : {});
  for (const { what, reason } of unavailable) {
    console.error(`${what}: ${reason}`);
  }
  console.log(
    `| HAProxy | nodes | ${PERCENTS.map((percent) => `${percent} %`).join(' | ')} | lost of ${PERCENTS.length * REQUESTS} |`,
  );
  console.log(`| --- | --- | ${PERCENTS.map(() => '---').join(' | ')} | --- |`);
  for (const binary of binaries.filter(({ branch }) => branches.length === 0 || branches.includes(branch))) {
    for (const nodes of NODES) {
      const counts: Counts[] = [];
      for (const percent of PERCENTS) {
        counts.push(await measure(binary, percent, nodes));
      }
      const shares = counts.map(({ machines, elb }) => `${((100 * machines) / (machines + elb)).toFixed(2)} %`);
      const lost = counts.reduce((sum, one) => sum + one.lost, 0);
      console.log(`| ${binary.version} | ${nodes} | ${shares.join(' | ')} | ${lost} |`);
    }
  }
}

void main(process.argv.slice(2));
