/** The handlers of the Lambda functions: `index.handler` on a schedule, `index.gate` from a deployment of ECS. */
import type { CheckerEnvironment } from '../../lib/contract/environment';
import { type GateAnswer, type GateEvent, gateDeployment } from './deployment-gate';
import { Report, type RunSummary } from './report';
import { type Invocation, run } from './run';

const environment = process.env as NodeJS.ProcessEnv & CheckerEnvironment;
const report = new Report(environment.MONITOR_NAME);

/** Checks every proxy of the registry once. */
export function handler(_event: unknown, invocation: Invocation): Promise<RunSummary> {
  return run(environment, invocation, report);
}

/** Decides whether a deployment continues. */
export function gate(event: GateEvent, invocation: Invocation): Promise<GateAnswer> {
  return gateDeployment(event, environment, invocation, report);
}
