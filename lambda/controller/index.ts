/** What Lambda calls: `index.handler` on a schedule, `index.gate` from a deployment of ECS. */
import type { CheckerEnvironment } from '../../lib/contract/environment';
import { type GateAnswer, type GateEvent, judgeDeployment } from './deployment-gate';
import { Report, type RunSummary } from './report';
import { type Invocation, run } from './run';

const environment = process.env as NodeJS.ProcessEnv & CheckerEnvironment;
const report = new Report(environment.MONITOR_NAME);

/** Checks every proxy of the registry once. */
export function handler(_event: unknown, invocation: Invocation): Promise<RunSummary> {
  return run(environment, invocation, report);
}

/** Says whether a deployment may go on. */
export function gate(event: GateEvent, invocation: Invocation): Promise<GateAnswer> {
  return judgeDeployment(event, environment, invocation, report);
}
