/** Runs one fault in a separate process, which can be killed, and sends the outcome to the parent. */

import type { FaultContext } from './fault';
import { FAULTS } from './faults';
import { soak } from './soak';

/** What a process is to run. */
export interface Job {
  /** The name of a fault, or the minutes of a soak. */
  readonly run: string | number;
  readonly context: FaultContext;
}

process.once('message', async ({ run, context }: Job) => {
  const fault = typeof run === 'number' ? soak(run) : FAULTS.find(({ name }) => name === run)!;
  const outcome = await fault.run(context).catch((error: Error) => ({ ok: false, seen: error.message }));
  process.send!(outcome, () => process.exit());
});
// It ends with its parent.
process.on('disconnect', () => process.exit());
