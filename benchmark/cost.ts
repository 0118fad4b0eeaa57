import type { RegistryRecord } from '../lib/contract/registry-record';
import { AwsEndpoints, ssmParameters } from '../testbed/aws';
import { anyUsable } from '../testbed/binaries/usable';
import { registryRecord } from '../testbed/checker';
import { startIdleProxy } from '../testbed/idle-proxy';
import { LocalLambda } from '../testbed/lambda';
import { ElbDns } from '../testbed/load-balancer';
import { checkerBill, QUANTITIES } from './bill';
import { median } from './measure';

/** The cost of the checker for a fleet. */
export interface FleetCost {
  readonly proxies: number;
  readonly millis: number;
  readonly memoryMb: number;
  /** Bytes of log that a run writes. */
  readonly logBytes: number;
  /** US dollars per proxy and month: the function, its log lines, metrics and alarms. */
  readonly perProxy: { readonly lambda: number; readonly logs: number; readonly metrics: number };
}

const SIZES = [1, 10, 100, 500];
const RUNS = 5;
/** Of the state of a proxy without incidents. */
const STATE_BYTES = 1000;
const REGISTRY = '/benchmark';

/** Cost of a month for one proxy of a fleet whose run takes so long. */
function costOf(proxies: number, millis: number, logBytesPerRun: number): FleetCost['perProxy'] {
  const runSeconds = millis / 1000;
  // The probe takes no longer than the run that waits for it.
  const load = { proxies, runSeconds, probeSeconds: runSeconds, logBytesPerRun, stateBytes: STATE_BYTES };
  const { runs, states, logs, metrics, alarms } = checkerBill(load);
  return { lambda: (runs + states) / proxies, logs: logs / proxies, metrics: (metrics + alarms) / proxies };
}

/** Runs the bundled function over fleets of several sizes, each task a runtime API of a real HAProxy. */
export async function measureCost(progress: (line: string) => void): Promise<FleetCost[]> {
  const binary = await anyUsable('3.2');
  const dns = new ElbDns();
  dns.point('127.0.0.1');
  const nameserver = await dns.listen();
  const haproxy = await startIdleProxy(binary, nameserver);
  const tasks = { endpoints: Array<string>(QUANTITIES.tasksPerProxy).fill(haproxy.endpoint) };
  try {
    const costs: FleetCost[] = [];
    for (const proxies of SIZES) {
      progress(`checker over ${proxies} proxies`);
      const records = Array.from({ length: proxies }, (_, i) =>
        registryRecord(binary, nameserver.address, { proxy: `proxy-${i}`, tasks }),
      );
      costs.push(await costOfFleet(records));
    }
    return costs;
  } finally {
    await haproxy.stop();
    await dns.close();
  }
}

async function costOfFleet(records: readonly RegistryRecord[]): Promise<FleetCost> {
  const parameters = records.map((record) => [`${REGISTRY}/registry/${record.proxy}`, JSON.stringify(record)]);
  const aws = await AwsEndpoints.start(ssmParameters(Object.fromEntries(parameters)));
  const lambda = new LocalLambda({
    taskRoot: 'assets/drift-checker',
    handler: 'index.handler',
    memoryMb: QUANTITIES.memoryGb * 1024,
    timeoutMs: 55_000,
    environment: { REGISTRY_PATH: REGISTRY, MONITOR_NAME: 'benchmark', ...aws.environment },
  });
  try {
    // The first run starts cold and writes the first state.
    await lambda.invoke({});
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      runs.push(await lambda.invoke({}));
    }
    const { checkedProxies } = runs.at(-1)!.payload as { checkedProxies: number };
    if (checkedProxies !== records.length) {
      throw new Error(`a run checked ${checkedProxies} of ${records.length} proxies`);
    }
    const millis = median(runs.map(({ durationMs }) => durationMs));
    const logBytes = median(runs.map(({ logs }) => Buffer.byteLength(logs.join('\n'))));
    const memoryMb = Math.max(...runs.map(({ maxRssMb }) => maxRssMb));
    return { proxies: records.length, millis, memoryMb, logBytes, perProxy: costOf(records.length, millis, logBytes) };
  } finally {
    await lambda.stop();
    await aws.close();
  }
}
