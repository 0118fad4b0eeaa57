/** The handlers of the Lambda functions: `index.handler` on a schedule, `index.gate` from a deployment of ECS. */
import type { CensusPage } from '../../lib/contract/census';
import type { ControllerEnvironment, ScheduledEvent } from '../../lib/contract/environment';
import { censusRequestOf, takeCensus } from './census';
import { type GateAnswer, type GateEvent, gateDeployment } from './deployment-gate';
import { readEnvironment } from './environment';
import { Report, type RunSummary } from './report';
import { type Invocation, run } from './run';

let prepared: { environment: ControllerEnvironment; report: Report } | undefined;

/** Reads the environment at the first invocation: what is wrong with it is then the error of the invocation. */
function prepare() {
  if (prepared === undefined) {
    const environment = readEnvironment(process.env);
    prepared = { environment, report: new Report(environment, process.env.AWS_REGION ?? '') };
  }
  return prepared;
}

/**
 * Checks every proxy of the registry once, or answers a census.
 *
 * @returns undefined for an event that is older than the time between two runs: a newer one is due, or was made
 */
export async function handler(event: unknown, invocation: Invocation): Promise<RunSummary | CensusPage | undefined> {
  const { environment, report } = prepare();
  const request = censusRequestOf(event);
  if (request !== undefined) {
    return takeCensus(request, environment, invocation, report);
  }
  const age = ageSeconds(event);
  if (age > Number(environment.INTERVAL_SECONDS)) {
    report.log('warn', 'skipped', `a run that was due ${Math.round(age)} s ago is skipped`, { ageSeconds: age });
    return undefined;
  }
  return run(environment, invocation, report);
}

/** Decides whether a deployment continues. */
export async function gate(event: GateEvent, invocation: Invocation): Promise<GateAnswer> {
  const { environment, report } = prepare();
  return gateDeployment(event, environment, invocation, report);
}

/** How late the invocation is; 0 where the event has no time, as in an invocation by hand. */
function ageSeconds(event: unknown): number {
  const { time } = Object(event) as ScheduledEvent;
  const due = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(due) ? 0 : (Date.now() - due) / 1000;
}
