import type { ControllerEnvironment } from '../../lib/contract/environment';
import { OutOfTime } from '../../lib/contract/out-of-time';
import type { TaskSource } from '../../lib/contract/registry-record';
import { isDeploying, redeploy } from './aws/redeploy';
import { LostWrite, type StateTable, type StoredState } from './aws/state-table';
import type { TimeLimit } from './aws/time-limit';
import { reasonOf } from './domain/reason';
import { type PlannedRepair, planRepairs, type RepairCandidate, recentlyRepaired } from './domain/repair-plan';
import type { Report } from './report';
import { encodeState } from './state/codec';

/** A proxy that was checked: its state as it is stored, and the incidents that are open on it. */
export interface RepairableEntry extends RepairCandidate {
  readonly stored: StoredState;
}

/**
 * Redeploys at most one service, or logs that it would. It waits while an earlier redeployment is in progress, and
 * continues with the next service if one cannot be redeployed.
 *
 * The repair is stored before it is done: a run that is killed in between, or a second run at the same time, may leave
 * an incident without a repair, but never redeploys a service twice.
 *
 * @returns how many services were redeployed
 */
export async function repair(
  candidates: readonly RepairableEntry[],
  mode: ControllerEnvironment['REPAIR'],
  table: StateTable,
  time: TimeLimit,
  report: Report,
): Promise<number> {
  const dryRun = mode === 'dry-run';
  const now = Date.now();
  const planned = mode === undefined ? [] : planRepairs(candidates, dryRun, now);
  const earlier = planned.length === 0 || dryRun ? [] : recentlyRepaired(candidates, now);
  for (const one of planned) {
    const { proxy, tasks } = one.candidate.record;
    const about = { proxy, incidents: one.repaired.incidents, remediation: commandOf(tasks) };
    try {
      const outcome = await time.within(() => attempt(one, earlier, dryRun, table));
      report.log(outcome.level, 'repair', outcome.message, { ...about, ...(dryRun && { dryRun }) });
      if (outcome.last) {
        return outcome.redeployed ? 1 : 0;
      }
    } catch (error) {
      report.log('error', 'repair', `${proxy} could not be redeployed`, { ...about, reasons: [reasonOf(error)] });
      if (error instanceof OutOfTime) {
        return 0;
      }
    }
  }
  return 0;
}

/** The command that does the same. */
function commandOf(tasks: TaskSource): string | undefined {
  return 'service' in tasks
    ? `aws ecs update-service --cluster ${tasks.cluster} --service ${tasks.service} --force-new-deployment`
    : undefined;
}

/** The outcome of a planned repair. */
interface Outcome {
  readonly level: 'info' | 'warn';
  readonly message: string;
  /** Whether the run tries no other one. */
  readonly last: boolean;
  readonly redeployed?: true;
}

async function attempt(
  { candidate: { stored, state, record }, repaired, service }: PlannedRepair<RepairableEntry>,
  earlier: ReturnType<typeof recentlyRepaired>,
  dryRun: boolean,
  table: StateTable,
): Promise<Outcome> {
  const { proxy } = record;
  for (const other of earlier) {
    if (await isDeploying(other.service)) {
      return { level: 'info', message: `${proxy} waits: ${other.proxy} is still being redeployed`, last: true };
    }
  }
  if (!dryRun && (await isDeploying(service))) {
    return { level: 'info', message: `${proxy} is already being deployed`, last: false };
  }
  try {
    const next = { ...state, repairs: [...state.repairs, repaired] };
    await table.write(stored, encodeState(next), stored.checkedAt);
  } catch (error) {
    if (error instanceof LostWrite) {
      return { level: 'info', message: `another run has checked ${proxy} meanwhile, and repairs it`, last: true };
    }
    throw error;
  }
  if (dryRun) {
    return { level: 'warn', message: `would redeploy ${proxy}`, last: true };
  }
  await redeploy(service);
  return { level: 'warn', message: `${proxy} is being redeployed`, last: true, redeployed: true };
}
