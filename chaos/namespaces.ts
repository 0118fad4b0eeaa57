import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../testbed/binaries';
import { ElbDns } from '../testbed/load-balancer';
import { LocalHost, ProxyUnderTest } from '../testbed/proxy-under-test';
import type { Fault, FaultContext } from './fault';
import { PREFIX } from './leftovers';

const NODE_PORT = 8000;
const SERVER = `require('http').createServer((q, r) => setTimeout(() => r.end('ok'), 30)).listen(${NODE_PORT})`;
const NODES = [1, 2];

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe', encoding: 'utf8' });
/** Of a namespace, and of the link to it. */
const nameOf = (node: number) => `${PREFIX}${node}`;
const addressOf = (node: number) => `10.199.${node}.2`;

/** Removes the remains of the nodes. */
function remove(): void {
  for (const node of NODES) {
    for (const command of [
      ['netns', 'del', nameOf(node)],
      ['link', 'del', nameOf(node)],
    ]) {
      try {
        ip(...command);
      } catch {
        // It does not exist.
      }
    }
  }
}

/** Each node in its own network namespace. One is cut off: packets are lost, and nothing is refused. */
export function silentNode(): Fault {
  return {
    name: 'a node in its own network namespace is cut off',
    expected: 'at most the requests in progress are lost, and none 5 s later',
    seconds: 60,
    run: async ({ binary, ownNetwork }: FaultContext) => {
      if (!ownNetwork) {
        return { cannot: 'network namespaces need root' };
      }
      // A run that was killed left its own.
      remove();
      try {
        return await cutOff(binary);
      } finally {
        remove();
      }
    },
  };
}

async function cutOff(binary: HaproxyBinary) {
  const servers = NODES.map((node) => {
    ip('netns', 'add', nameOf(node));
    ip('link', 'add', nameOf(node), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', nameOf(node));
    ip('addr', 'add', `10.199.${node}.1/24`, 'dev', nameOf(node));
    ip('link', 'set', nameOf(node), 'up');
    ip('-n', nameOf(node), 'addr', 'add', `${addressOf(node)}/24`, 'dev', 'eth0');
    ip('-n', nameOf(node), 'link', 'set', 'eth0', 'up');
    return spawn('ip', ['netns', 'exec', nameOf(node), process.execPath, '-e', SERVER], { stdio: 'ignore' });
  });
  const dns = new ElbDns();
  dns.point(...NODES.map(addressOf));
  const host = new LocalHost(binary, await dns.listen());
  const proxy = new ProxyUnderTest(binary, host, { model: { upstream: { port: NODE_PORT } } });
  try {
    await proxy.start();
    await sleep(2000);
    ip('-n', nameOf(1), 'link', 'set', 'eth0', 'down');
    const [atOnce, later] = [await lossesOf(proxy, 5), await lossesOf(proxy, 5)];
    return { ok: later === 0, seen: `${atOnce} lost in the first 5 s, ${later} in the next 5 s` };
  } finally {
    await proxy.stop();
    await dns.close();
    for (const server of servers) {
      server.kill('SIGKILL');
    }
  }
}

/** How many requests of four clients were lost within a time, each on a fresh connection. */
async function lossesOf(proxy: ProxyUnderTest, seconds: number): Promise<number> {
  const end = Date.now() + seconds * 1000;
  let lost = 0;
  const client = async () => {
    while (Date.now() < end) {
      lost += (await proxy.answer(4000)) === 'ok' ? 0 : 1;
      await sleep(20);
    }
  };
  await Promise.all([1, 2, 3, 4].map(client));
  return lost;
}
