import type { CheckerEnvironment } from '../../lib/contract/environment';
import { reasonOf } from './aws/client-options';
import { isDeploying, redeploy } from './aws/redeploy';
import type { RegistryEntry } from './aws/registry';
import { keepState } from './aws/state-store';
import type { Incident } from './domain/incidents';
import { type Candidate, candidatesOf, lastRepaired, type Patient } from './domain/repair-plan';
import { mendOf, type Report } from './report';
import { OutOfTime, type TimeLimit } from './time-limit';

/** A proxy that was checked: its state as it is kept, and what is open on it. */
export interface Checked {
  readonly entry: RegistryEntry;
  readonly open: readonly Incident[];
}

/**
 * Deploys at most one service anew, or says that it would: none while one that was deployed anew before is still at it,
 * and the next one where one cannot be.
 *
 * It is written down before it is done: a run that is killed in between, or another one that runs at the same time,
 * leaves an incident that nobody mends, and never a service that is deployed twice.
 *
 * @returns how many services were deployed anew
 */
export async function mendOne(
  checked: readonly Checked[],
  mode: CheckerEnvironment['REPAIR'],
  time: TimeLimit,
  report: Report,
): Promise<number> {
  const dryRun = mode === 'dry-run';
  const now = Date.now();
  const patients = checked.map(({ entry, open }) => ({ entry, open, record: entry.record, state: entry.state }));
  const candidates = mode === undefined ? [] : candidatesOf(patients, dryRun, now);
  const before = candidates.length === 0 || dryRun ? [] : lastRepaired(patients, now);
  for (const candidate of candidates) {
    const { proxy } = candidate.patient.record;
    const about = { proxy, incidents: candidate.repaired.incidents, mend: mendOf(candidate.patient.record.tasks) };
    try {
      const outcome = await time.within(() => mend(candidate, before, dryRun));
      report.tell(outcome.level, 'repair', outcome.message, { ...about, ...(dryRun && { dryRun }) });
      if (outcome.last) {
        return outcome.deployed ? 1 : 0;
      }
    } catch (error) {
      report.tell('error', 'repair', `${proxy} could not be deployed anew`, { ...about, reasons: [reasonOf(error)] });
      if (error instanceof OutOfTime) {
        return 0;
      }
    }
  }
  return 0;
}

/** What came of a candidate. */
interface Outcome {
  readonly level: 'info' | 'warn';
  readonly message: string;
  /** Whether it is the last one of this run. */
  readonly last: boolean;
  readonly deployed?: true;
}

async function mend(
  { patient: { entry, state, record }, repaired, service }: Candidate<Patient & Checked>,
  before: ReturnType<typeof lastRepaired>,
  dryRun: boolean,
): Promise<Outcome> {
  const { proxy } = record;
  for (const other of before) {
    if (await isDeploying(other.service)) {
      return {
        level: 'info',
        message: `${proxy} has to wait: ${other.proxy} is still being deployed anew`,
        last: true,
      };
    }
  }
  if (!dryRun && (await isDeploying(service))) {
    return { level: 'info', message: `${proxy} is being deployed already`, last: false };
  }
  const kept = await keepState(entry, { ...state, repaired });
  if (kept.state.repaired?.at !== repaired.at) {
    return { level: 'info', message: `another run is at ${proxy} already`, last: true };
  }
  if (dryRun) {
    return { level: 'warn', message: `would deploy ${proxy} anew`, last: true };
  }
  await redeploy(service);
  return { level: 'warn', message: `${proxy} is deployed anew`, last: true, deployed: true };
}
