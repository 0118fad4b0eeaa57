import { isDeepStrictEqual } from 'node:util';
import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import type { CheckerEnvironment } from '../../lib/private/contract';
import { checkProxy, type Senses } from './check';
import { type RegistryEntry, type RegistryProblem, readRegistry, writeState } from './control-plane/registry';
import { type LogLine, type ProxyOutcome, proxyLines, runLines } from './report';
import { sensesOf } from './world';

/** How many proxies are checked at the same time. */
const CONCURRENT_PROXIES = 32;

const environment = process.env as NodeJS.ProcessEnv & CheckerEnvironment;

/** What a run answers, for people who invoke it by hand. */
export interface RunSummary {
  readonly checkedProxies: number;
  readonly openIncidents: number;
  readonly notChecked: number;
}

/** Checks every proxy of the registry once. */
export async function handler(_event: unknown, context: Context): Promise<RunSummary> {
  const { REGISTRY_PATH: path, MONITOR_NAME: monitor } = environment;
  const { entries, problems } = await readRegistry(path);
  const senses = sensesOf(context.invokedFunctionArn);
  const limit = pLimit(CONCURRENT_PROXIES);
  const outcomes = await Promise.all(entries.map((entry) => limit(() => checkEntry(path, entry, senses, problems))));
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
  senses: Senses,
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

/** Embedded metrics must be a line of their own; `console.log` would put the time and a request id before it. */
function print(lines: readonly LogLine[]): void {
  for (const line of lines) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
