import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DnsServer } from '../lab/dns-server';
import { usableBinaries } from '../lab/usable';
import type { RegistryRecord } from '../lib/private/contract';
import { Haproxy, nameFor } from '../test/drift-checker/haproxy';
import { AwsEndpoints, ssmParameters } from '../test/support/aws';
import { type InvocationResult, LocalLambda } from '../test/support/lambda';
import type { Figure } from './handler';
import { median } from './measure';
import { ReplayServer } from './replay-server';

const RUNS = 5;
const SIZES = [10, 100, 1000, 5000];
/** Tasks of the first service, which are a real HAProxy: a single process accepts no more connections at once. */
const REAL_TASKS = 5;
/** Tasks of each other service, which are a replay of its answers. */
const TASKS = 99;
const REGISTRY = '/benchmark';
const ADDRESS = '127.0.0.1';

/** As many sockets at the same time as the checker opens. */
const CONCURRENCY = 64;

/** Opens the sockets that the checker opens, reads what they have to say, and makes nothing of it. */
const BARE = `
import { connect } from 'node:net';
const ask = (port, command) => new Promise((resolve, reject) => {
  const chunks = [];
  const socket = connect(port, '${ADDRESS}', () => socket.write(command));
  socket.on('data', (chunk) => chunks.push(chunk)).on('close', () => resolve(Buffer.concat(chunks))).on('error', reject);
});
export const handler = async ({ ports, commands }) => {
  const rest = ports.values();
  const worker = async () => {
    for (const port of rest) for (const command of commands) await ask(port, command);
  };
  await Promise.all(Array.from({ length: ${CONCURRENCY} }, worker));
};
`;

/** A service of the fleet: its tasks listen on one port. */
interface Service {
  readonly name: string;
  readonly tasks: number;
  readonly port: number;
}

/** What runs of one size took. */
interface Measured {
  readonly millis: number;
  readonly bareMillis: number;
  readonly memoryMb: number;
}

/** One run of the checker over fleets of several sizes, next to a loop that only opens its sockets and reads. */
export async function measureFleet(): Promise<{ figures: Figure[]; exponent: number }> {
  const { binaries } = await usableBinaries();
  const binary = binaries.at(-1);
  if (binary === undefined) {
    return { figures: [], exponent: Number.NaN };
  }
  const dns = new DnsServer();
  const nameserver = await dns.listen();
  dns.set(nameFor(binary), [ADDRESS]);
  const haproxy = await Haproxy.start(binary, nameserver);
  const replay = await ReplayServer.start(haproxy.port);
  const bare = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-bare-'));
  writeFileSync(join(bare, 'index.mjs'), BARE);
  try {
    const measured: Measured[] = [];
    for (const size of SIZES) {
      const services = Array.from({ length: 1 + Math.ceil((size - REAL_TASKS) / TASKS) }, (_, i): Service => {
        const tasks = i === 0 ? REAL_TASKS : Math.min(TASKS, size - REAL_TASKS - (i - 1) * TASKS);
        return { name: `service-${i}`, tasks, port: i === 0 ? haproxy.port : replay.port };
      });
      const record = ({ name, port }: Service): RegistryRecord => ({
        proxy: name,
        haproxyVersion: binary.branch,
        upstreams: [{ backend: 'upstream', dnsName: nameFor(binary), port: 80 }],
        nameservers: [nameserver.address],
        tasks: { cluster: 'fleet', service: name, runtimeApiPort: port },
        resolutionSeconds: 1,
        dnsWindowSeconds: 60,
        graceSeconds: 60,
      });
      measured.push(await measure(services, record, replay, bare));
    }
    const figures = measured.flatMap(({ millis, bareMillis, memoryMb }, i) => [
      { name: `run over ${SIZES[i]} endpoints, to a bare loop`, ours: millis, other: bareMillis, unit: 'ms' },
      { name: `  its peak memory, to the 160 MB it may have`, ours: memoryMb, other: 160, unit: 'MB' },
    ]);
    const [first, last] = [measured[0]!, measured.at(-1)!];
    return { figures, exponent: Math.log(last.millis / first.millis) / Math.log(SIZES.at(-1)! / SIZES[0]!) };
  } finally {
    rmSync(bare, { recursive: true, force: true });
    replay.close();
    await haproxy.stop();
    await dns.close();
  }
}

/** The median of some runs over services, in turn with the bare loop. */
async function measure(
  services: readonly Service[],
  record: (service: Service) => RegistryRecord,
  replay: ReplayServer,
  bare: string,
): Promise<Measured> {
  const records = services.map((one) => [`${REGISTRY}/registry/${one.name}`, JSON.stringify(record(one))]);
  const tasksOf = new Map(services.map(({ name, tasks }) => [name, tasks]));
  const attachments = [{ details: [{ name: 'privateIPv4Address', value: ADDRESS }] }];
  const aws = await AwsEndpoints.start({
    ...ssmParameters(Object.fromEntries(records)),
    'ecs:ListTasks': ({ serviceName = '' }) => ({
      taskArns: Array.from(
        { length: tasksOf.get(serviceName)! },
        (_, i) => `arn:aws:ecs:::task/fleet/${serviceName}-${i}`,
      ),
    }),
    'ecs:DescribeTasks': ({ tasks = [] }) => ({
      tasks: tasks.map((taskArn) => ({ taskArn, lastStatus: 'RUNNING', attachments })),
    }),
  });
  const settings = { handler: 'index.handler', memoryMb: 256, timeoutMs: 55_000 };
  const environment = { REGISTRY_PATH: REGISTRY, MONITOR_NAME: 'benchmark', ...aws.environment };
  const ours = new LocalLambda({ ...settings, taskRoot: 'assets/drift-checker', environment });
  const other = new LocalLambda({ ...settings, taskRoot: bare, environment: {} });
  try {
    // The first run of each is a cold start, and it writes what it sees for the first time.
    let last = await checked(ours, services.length);
    const ports = services.flatMap(({ port, tasks }) => Array.from({ length: tasks }, () => port));
    const event = { ports, commands: replay.commands };
    await other.invoke(event);
    const [millis, bareMillis]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run += 1) {
      last = await checked(ours, services.length);
      millis.push(last.durationMs);
      bareMillis.push((await other.invoke(event)).durationMs);
    }
    return { millis: median(millis), bareMillis: median(bareMillis), memoryMb: last.maxRssMb };
  } finally {
    await ours.stop();
    await other.stop();
    await aws.close();
  }
}

/** A run that must have checked everything. */
async function checked(lambda: LocalLambda, proxies: number): Promise<InvocationResult> {
  const result = await lambda.invoke({});
  const { checkedProxies } = result.payload as { checkedProxies?: number };
  const unread = result.logs.filter((line) => /"event":"(incident-opened|not-checked|degraded)"/.test(line));
  if (checkedProxies !== proxies || unread.length > 0) {
    throw new Error(`the run did not check everything: ${JSON.stringify(result.payload)} ${unread[0]}`);
  }
  return result;
}
