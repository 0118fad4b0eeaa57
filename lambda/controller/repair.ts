import type { CheckerEnvironment } from '../../lib/contract/environment';
import { OutOfTime, type TimeLimit } from '../probe/time-limit';
import { isDeploying, redeploy } from './aws/redeploy';
import type { RegistryEntry } from './aws/registry';
import { writeState } from './aws/state-store';
import type { Incident } from './domain/incidents';
import { reasonOf } from './domain/reason';
import { type PlannedRepair, planRepairs, type RepairCandidate, recentlyRepaired } from './domain/repair-plan';
import { type Report, remediationOf } from './report';

/** A proxy that was checked: its entry with the state as it is saved, and the incidents that are open on it. */
interface CheckedEntry {
  readonly entry: RegistryEntry;
  readonly open: readonly Incident[];
}

/**
 * Redeploys at most one service, or logs that it would. It waits while an earlier redeployment is in progress, and
 * continues with the next service if one cannot be redeployed.
 *
 * The repair is saved before it is done: a run that is killed in between, or a second run at the same time, may leave
 * an incident without a repair, but never redeploys a service twice.
 *
 * @returns how many services were redeployed
 */
export async function repair(
  checked: readonly CheckedEntry[],
  mode: CheckerEnvironment['REPAIR'],
  time: TimeLimit,
  report: Report,
): Promise<number> {
  const dryRun = mode === 'dry-run';
  const now = Date.now();
  const candidates = checked.map(({ entry, open }) => ({ entry, open, record: entry.record, state: entry.state }));
  const planned = mode === undefined ? [] : planRepairs(candidates, dryRun, now);
  const earlier = planned.length === 0 || dryRun ? [] : recentlyRepaired(candidates, now);
  for (const one of planned) {
    const { proxy, tasks } = one.candidate.record;
    const about = { proxy, incidents: one.repaired.incidents, remediation: remediationOf(tasks) };
    try {
      const outcome = await time.within(() => attempt(one, earlier, dryRun));
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

/** The outcome of a planned repair. */
interface Outcome {
  readonly level: 'info' | 'warn';
  readonly message: string;
  /** Whether the run tries no other one. */
  readonly last: boolean;
  readonly redeployed?: true;
}

async function attempt(
  { candidate: { entry, state, record }, repaired, service }: PlannedRepair<RepairCandidate & CheckedEntry>,
  earlier: ReturnType<typeof recentlyRepaired>,
  dryRun: boolean,
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
  const written = await writeState(entry, { ...state, repaired });
  if (written.state.repaired?.at !== repaired.at) {
    return { level: 'info', message: `another run already repairs ${proxy}`, last: true };
  }
  if (dryRun) {
    return { level: 'warn', message: `would redeploy ${proxy}`, last: true };
  }
  await redeploy(service);
  return { level: 'warn', message: `${proxy} is being redeployed`, last: true, redeployed: true };
}
