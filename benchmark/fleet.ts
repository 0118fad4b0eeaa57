import { CONCURRENT_PROCESSES } from '../lambda/probe/probe';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { AwsEndpoints, type SignedRequest, ssmParameters } from '../testbed/aws';
import { usableBinaries } from '../testbed/binaries/usable';
import { registryRecord } from '../testbed/checker';
import type { DnsListener } from '../testbed/dns-server';
import { startIdleProxy } from '../testbed/idle-proxy';
import { type InvocationResult, LocalLambda } from '../testbed/lambda';
import { ElbDns } from '../testbed/load-balancer';
import type { Comparison } from './handler';
import { sideBySide } from './measure';
import { ReplayServer } from './replay-server';

const RUNS = 11;
/** First runs are not measured: V8 has not compiled the function yet, and the state is not written. */
const WARM_UP = 4;
const SIZES = [10, 100, 1000, 5000];
/** Tasks of the first service, which are one real HAProxy: the most connections that a process accepts at once. */
const REAL_TASKS = 5;
/** Tasks of each other service, which replay its answers. */
const TASKS = 99;
const REGISTRY = '/benchmark';
const ADDRESS = '127.0.0.1';

/** A service of the fleet: its tasks listen on one port. */
interface Service {
  readonly name: string;
  readonly tasks: number;
  readonly port: number;
}

/** What the runs over a fleet of one size took. */
interface FleetRuns {
  readonly millis: number;
  readonly bareMillis: number;
  readonly memoryMb: number;
}

/** One run of the checker over fleets of several sizes, and a loop that opens the same sockets and only reads. */
export async function measureFleet(): Promise<{ figures: Comparison[]; exponent: number }> {
  const { binaries } = await usableBinaries();
  const binary = binaries.at(-1);
  if (binary === undefined) {
    return { figures: [], exponent: Number.NaN };
  }
  const dns = new ElbDns();
  const nameserver = await dns.listen();
  dns.point(ADDRESS);
  const haproxy = await startIdleProxy(binary, await dns.listen());
  const { port } = haproxy.listeners.runtimeApi;
  const replay = await ReplayServer.start(port);
  try {
    const measured: FleetRuns[] = [];
    for (const size of SIZES) {
      const services = Array.from({ length: 1 + Math.ceil((size - REAL_TASKS) / TASKS) }, (_, i): Service => {
        const tasks = i === 0 ? REAL_TASKS : Math.min(TASKS, size - REAL_TASKS - (i - 1) * TASKS);
        return { name: `service-${i}`, tasks, port: i === 0 ? port : replay.port };
      });
      const record = (service: Service): RegistryRecord =>
        registryRecord(binary, nameserver.address, {
          proxy: service.name,
          tasks: { cluster: 'fleet', service: service.name, runtimeApiPort: service.port },
        });
      measured.push(await measure(services, record, nameserver, replay));
    }
    const figures = measured.flatMap(({ millis, bareMillis, memoryMb }, i) => [
      {
        name: `run over ${SIZES[i]} endpoints, compared with a bare loop`,
        ours: millis,
        other: bareMillis,
        unit: 'ms',
      },
      { name: `  its peak memory, compared with its limit of 160 MB`, ours: memoryMb, other: 160, unit: 'MB' },
    ]);
    const [first, last] = [measured[0]!, measured.at(-1)!];
    return { figures, exponent: Math.log(last.millis / first.millis) / Math.log(SIZES.at(-1)! / SIZES[0]!) };
  } finally {
    replay.close();
    await haproxy.stop();
    await dns.close();
  }
}

/** The median of some runs over services, in turn with the bare loop. */
async function measure(
  services: readonly Service[],
  record: (service: Service) => RegistryRecord,
  nameserver: DnsListener,
  replay: ReplayServer,
): Promise<FleetRuns> {
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
  const other = new LocalLambda({ ...settings, taskRoot: 'benchmark/bare-loop', environment: {} });
  try {
    for (let run = 0; run < WARM_UP; run += 1) {
      aws.requests.length = 0;
      await checked(ours, services.length);
    }
    const event = {
      url: aws.url,
      steps: stepsOf(aws.requests),
      nameserver: nameserver.address,
      names: services.flatMap((service) => record(service).upstreams.map(({ dnsName }) => dnsName)),
      host: ADDRESS,
      ports: services.flatMap(({ port, tasks }) => Array<number>(tasks).fill(port)),
      commands: replay.commands,
      concurrency: CONCURRENT_PROCESSES,
    };
    for (let run = 0; run < WARM_UP; run += 1) {
      await other.invoke(event);
    }
    const asked = () => [aws.calls.length, nameserver.queries, replay.connections];
    const askedBy = async (run: () => Promise<unknown>) => {
      const before = asked();
      await run();
      return asked().map((count, i) => count - before[i]!);
    };
    const byOurs = await askedBy(() => checked(ours, services.length));
    const byOther = await askedBy(() => other.invoke(event));
    if (`${byOurs}` !== `${byOther}`) {
      throw new Error(`AWS, DNS and runtime APIs were asked ${byOurs} times, by the bare loop ${byOther} times`);
    }
    let memoryMb = 0;
    const [millis, bareMillis] = await sideBySide(RUNS, [
      async () => {
        const run = await checked(ours, services.length);
        memoryMb = run.maxRssMb;
        return run.durationMs;
      },
      async () => (await other.invoke(event)).durationMs,
    ]);
    return { millis: millis!, bareMillis: bareMillis!, memoryMb };
  } finally {
    await ours.stop();
    await other.stop();
    await aws.close();
  }
}

/** The requests of a run: those of one step do not depend on each other. Pages of the registry do. */
function stepsOf(requests: readonly SignedRequest[]): object[][] {
  const steps = new Map<string, object[]>();
  for (const [i, { headers, body, ...request }] of requests.entries()) {
    const operation = `${headers['x-amz-target']}`;
    const step = operation.endsWith('GetParametersByPath') ? `page ${i}` : operation;
    steps.set(step, [...(steps.get(step) ?? []), { ...request, headers, body: Buffer.from(body).toString() }]);
  }
  return [...steps.values()];
}

/** Runs the checker. @throws Error unless it checked everything */
async function checked(lambda: LocalLambda, proxies: number): Promise<InvocationResult> {
  const result = await lambda.invoke({});
  const { checkedProxies } = result.payload as { checkedProxies?: number };
  const unread = result.logs.filter((line) => /"event":"(incident-opened|not-checked|degraded)"/.test(line));
  if (checkedProxies !== proxies || unread.length > 0) {
    throw new Error(`a run did not check everything: ${JSON.stringify(result.payload)} ${unread[0]}`);
  }
  return result;
}
