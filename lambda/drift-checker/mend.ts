import type { CheckerEnvironment } from '../../lib/private/contract';
import { reasonOf } from './control-plane/client-options';
import { isDeploying, redeploy } from './control-plane/redeploy';
import type { RegistryEntry } from './control-plane/registry';
import { keepState } from './control-plane/state-store';
import type { Incident } from './incidents';
import { chooseRepair } from './repair';
import { mendOf, type Report } from './report';
import type { TimeLimit } from './time-limit';

/** A proxy that was checked: its state as it is kept, and what is open on it. */
export interface Checked {
  readonly entry: RegistryEntry;
  readonly open: readonly Incident[];
}

/**
 * Deploys at most one service anew, or says that it would.
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
  const patients = checked.map(({ entry, open }) => ({ entry, open, record: entry.record, state: entry.state }));
  const chosen = mode === undefined ? undefined : chooseRepair(patients, dryRun, Date.now());
  if (chosen === undefined) {
    return 0;
  }
  const { patient, repaired, service } = chosen;
  const { proxy } = patient.record;
  const about = { proxy, incidents: repaired.incidents, mend: mendOf(patient.record.tasks) };
  try {
    return await time.within(async () => {
      if (!dryRun && (await isDeploying(service))) {
        report.tell('info', 'repair', `${proxy} is being deployed already`, about);
        return 0;
      }
      const { state } = await keepState(patient.entry, { ...patient.state, repaired });
      if (state.repaired?.at !== repaired.at) {
        report.tell('info', 'repair', `another run is at ${proxy} already`, about);
        return 0;
      }
      if (dryRun) {
        report.tell('warn', 'repair', `would deploy ${proxy} anew`, { ...about, dryRun });
        return 0;
      }
      await redeploy(service);
      report.tell('warn', 'repair', `${proxy} is deployed anew`, about);
      return 1;
    });
  } catch (error) {
    report.tell('error', 'repair', `${proxy} could not be deployed anew`, { ...about, reasons: [reasonOf(error)] });
    return 0;
  }
}
