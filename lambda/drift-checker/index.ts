import { isDeepStrictEqual } from 'node:util';
import type { CheckerEnvironment, RegistryRecord, RegistryUpstream } from '../../lib/private/contract';
import { checkProxy, mapBounded, type Senses } from './check';
import { describeLoadBalancer } from './control-plane/load-balancer';
import { type RegistryEntry, type RegistryProblem, readRegistry, writeState } from './control-plane/registry';
import { listTasks } from './control-plane/tasks';
import type { UpstreamReading } from './live';
import { type LogLine, type ProxyOutcome, proxyLines, runLines } from './report';
import { lookUp } from './senses/dns';
import { readRuntime } from './senses/runtime-client';

/** How many proxies are checked at the same time. */
const CONCURRENT_PROXIES = 8;

const environment = process.env as NodeJS.ProcessEnv & CheckerEnvironment;

const senses: Senses = { upstream: readUpstream, tasks: findTasks, runtime: readRuntime };

/** What a run answers, for people who invoke it by hand. */
export interface RunSummary {
  readonly checkedProxies: number;
  readonly openIncidents: number;
  readonly notChecked: number;
}

/** Checks every proxy of the registry once. */
export async function handler(): Promise<RunSummary> {
  const { REGISTRY_PATH: path, MONITOR_NAME: monitor } = environment;
  const { entries, problems } = await readRegistry(path);
  const outcomes = await mapBounded(entries, CONCURRENT_PROXIES, (entry) => checkEntry(path, entry, problems));
  print(runLines(monitor, outcomes, problems, Date.now()));
  return {
    checkedProxies: outcomes.filter(({ checked }) => checked).length,
    openIncidents: outcomes.flatMap(({ open }) => open).length,
    notChecked: problems.length,
  };
}

/** Checks a proxy, tells what was found and keeps it. What does not work is added to the problems. */
async function checkEntry(
  path: string,
  { name, record, state }: RegistryEntry,
  problems: RegistryProblem[],
): Promise<ProxyOutcome> {
  // An incident that nobody could look at is still open: the alarm must not go out.
  let outcome: ProxyOutcome = { checked: false, open: Object.values(state.watched).filter(({ openedAt }) => openedAt) };
  try {
    const now = Date.now();
    const report = await checkProxy(record, state, senses, now);
    outcome = { checked: true, open: report.open };
    // What was found must be told even when it cannot be kept.
    print(proxyLines(report, now));
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(report.state)), state)) {
      await writeState(path, name, report.state);
    }
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    problems.push({ parameter: record.proxy, reason });
  }
  return outcome;
}

/** Where no load balancer is known by its ARN, DNS alone tells. */
const NOT_ASKED: Awaited<ReturnType<typeof describeLoadBalancer>> = { owned: [], problems: [], degraded: [] };

async function readUpstream(
  { dnsName, loadBalancerArn }: RegistryUpstream,
  { nameservers }: RegistryRecord,
): Promise<UpstreamReading> {
  const [dns, api] = await Promise.all([
    lookUp(dnsName, nameservers),
    loadBalancerArn === undefined ? NOT_ASKED : describeLoadBalancer(loadBalancerArn),
  ]);
  return {
    ...api,
    answers: dns.answers,
    problems: [...dns.problems, ...api.problems],
    degraded: [...dns.degraded, ...api.degraded],
  };
}

async function findTasks({ tasks }: RegistryRecord) {
  return 'endpoints' in tasks
    ? tasks.endpoints.map((endpoint) => ({ id: endpoint, endpoint }))
    : listTasks(tasks.cluster, tasks.service, tasks.runtimeApiPort);
}

/** Embedded metrics must be a line of their own; `console.log` would put the time and a request id before it. */
function print(lines: readonly LogLine[]): void {
  for (const line of lines) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
