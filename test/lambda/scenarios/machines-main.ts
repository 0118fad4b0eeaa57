/**
 * HAProxy on EC2 instances and in ECS tasks in network modes `bridge` and `host`, each in a network namespace, and a
 * monitor. The load balancer moves, and an instance is replaced meanwhile. Prints the incidents as JSON.
 *
 * It runs in a private network: see `privateNetwork`. Its arguments are binaries of HAProxy and the program `ip`, as JSON.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_KEY } from '../../../lib/contract/state-table';
import { AwsAccount, AwsEndpoints } from '../../../testbed/aws';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { run } from '../../../testbed/binaries/run';
import { registryRecord } from '../../../testbed/checker';
import { functionWith, linesOf, PROBE, REGISTRY, STATES } from '../../../testbed/fleet';
import { startIdleProxy } from '../../../testbed/idle-proxy';
import { ConcurrentLambda } from '../../../testbed/lambda';
import { ELB_NAME, ElbDns } from '../../../testbed/load-balancer';
import { Machine } from '../../../testbed/machines/machine';
import { MachineHost } from '../../../testbed/machines/machine-host';

/** This end of every cable: the name server and the nodes of the load balancer are here. */
const HERE = '10.77.0.1';
const NODES = ['10.77.1.1', '10.77.1.2', '10.77.1.3'] as const;
const [OLD, STAYS, NEW] = NODES;
const NODE_PORT = 8000;
const RUNTIME_API = 9990;

const [binaries, ip] = process.argv.slice(2).map((text) => JSON.parse(text)) as [HaproxyBinary[], string[]];
const account = new AwsAccount();
const dns = new ElbDns({ host: HERE });
let made = 0;

function point(...addresses: string[]): string {
  dns.point(...addresses);
  return account.setBalancer({ name: 'orders', zones: { 'eu-west-1a': addresses } }).arn;
}

/** A HAProxy on a machine: it follows the load balancer's name, or has an address of it for good. */
async function serve(machine: Machine, pinnedTo?: string): Promise<void> {
  const binary = binaries[made % binaries.length]!;
  made += 1;
  const listener = await dns.listen();
  const host = new MachineHost(binary, machine, listener);
  await startIdleProxy(binary, listener, { host, port: NODE_PORT, ...(pinnedTo && { pinnedTo }) });
}

async function instance(id: string): Promise<Machine> {
  const machine = await Machine.start({ ip, address: `10.77.0.${id.slice(2)}`, gateway: HERE });
  account.instances.set({ id, address: machine.address, tags: { role: id === 'i-20' ? 'haproxy' : 'other' } });
  return machine;
}

async function main(): Promise<void> {
  for (const address of ['127.0.0.1', HERE, ...NODES]) {
    await run(ip[0]!, [
      ...ip.slice(1),
      'address',
      'replace',
      `${address}/${address === '127.0.0.1' ? 8 : 32}`,
      'dev',
      'lo',
    ]);
  }
  await run(ip[0]!, [...ip.slice(1), 'link', 'set', 'lo', 'up']);
  await run('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  for (const node of NODES) {
    await once(createServer((socket) => socket.end()).listen(NODE_PORT, node), 'listening');
  }
  const arn = point(OLD, STAYS);

  // An Auto Scaling group: the second instance is pinned.
  const [first] = [await instance('i-11'), await instance('i-12')].map((machine, i) => {
    return { machine, served: serve(machine, i === 1 ? OLD : undefined) };
  });
  await first!.served;
  account.groups.set('edge', [{ id: 'i-11' }, { id: 'i-12' }]);

  // Network mode bridge: two tasks on one instance; the second one is pinned.
  const host = await instance('i-13');
  const ports = [[[RUNTIME_API, 32_768]], [[RUNTIME_API, 32_769]]] as const;
  await serve(await host.container('10.77.9.1', ports[0]));
  await serve(await host.container('10.77.9.2', ports[1]), OLD);
  const placements = ports.map((one) => ({ instance: 'i-13', ports: one }));
  account.setService({ cluster: 'ecs', name: 'bridge', addresses: placements });

  // Network mode host: a task on each instance; the first one is pinned.
  await serve(await instance('i-14'), OLD);
  await serve(await instance('i-15'));
  const onHosts = ['i-14', 'i-15'].map((id) => ({ instance: id, ports: [[RUNTIME_API, RUNTIME_API]] as const }));
  account.setService({ cluster: 'ecs', name: 'host', addresses: onHosts });

  // An instance by its tag, and a service of Cloud Map: both follow.
  await serve(await instance('i-20'));
  account.cloudMap.set('corp.internal', 'edge', [{ id: 'follows', attributes: { AWS_INSTANCE_IPV4: '10.77.0.15' } }]);

  // The resolver of the VPC, which the probe asks for the name of processes.
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-machines-'));
  writeFileSync(path.join(folder, 'resolv.conf'), `nameserver ${HERE}\n`);
  await run('mount', ['--bind', path.join(folder, 'resolv.conf'), '/etc/resolv.conf']);
  rmSync(folder, { recursive: true });
  const { address: nameserver } = await dns.listen(53);
  const runtimeApiPort = RUNTIME_API;
  const sources = {
    group: { autoScalingGroup: 'edge', runtimeApiPort },
    bridge: { cluster: 'ecs', service: 'bridge', runtimeApiPort },
    host: { cluster: 'ecs', service: 'host', runtimeApiPort },
    tagged: { instanceTags: { role: 'haproxy' }, runtimeApiPort },
    registered: { cloudMapNamespace: 'corp.internal', cloudMapService: 'edge', runtimeApiPort },
    named: { name: 'haproxy.corp.internal', runtimeApiPort },
  };
  dns.set('haproxy.corp.internal', ['10.77.0.15', '10.77.0.20']);
  for (const [proxy, tasks] of Object.entries(sources)) {
    const upstreams = [{ backend: 'upstream', dnsName: ELB_NAME, port: NODE_PORT, loadBalancerArn: arn }];
    const { haproxyVersion: _, ...record } = registryRecord(binaries[0]!, nameserver, {
      proxy,
      upstreams,
      tasks,
      dnsWindowSeconds: 3,
      probe: 'probe',
    });
    account.setParameter(`${REGISTRY}/registry/${proxy}`, JSON.stringify(record));
  }
  account.tables.create(STATES, { hash: STATE_KEY });
  const aws = await AwsEndpoints.start(account.handlers);
  const probe = new ConcurrentLambda(PROBE);
  account.functions.set('probe', probe.target);
  const controller = functionWith(aws.environment);
  const failed: string[] = [];
  const check = async () => {
    const result = await controller.invoke({});
    const faults = linesOf(result).filter(({ event }) => event === 'degraded' || event === 'not-checked');
    failed.push(...faults.map(({ message }) => message), ...(result.functionError ? [result.functionError] : []));
    await sleep(1500);
  };

  for (let i = 0; i < 3; i += 1) {
    await check();
  }
  const before = account.bus.events.length;
  point(STAYS, NEW);
  await sleep(3000);
  await check();
  // The first instance of the group is replaced.
  account.groups.set('edge', [{ id: 'i-11', state: 'Terminating' }, { id: 'i-12' }]);
  account.instances.terminate('i-11');
  await first!.machine.stop();
  await check();
  await serve(await instance('i-16'));
  account.groups.set('edge', [{ id: 'i-12' }, { id: 'i-16' }]);
  for (let i = 0; i < 3; i += 1) {
    await check();
  }
  const events = account.bus.events.map(({ detail }) => detail);
  process.stdout.write(`${JSON.stringify({ before, events, failed })}\n`);
  await Promise.all([controller.stop(), probe.stop(), aws.close()]);
  process.exit(0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
