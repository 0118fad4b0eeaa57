/** One fault in a process of its own, so that it can be ended. What it came to goes to the one that started it. */

import type { Ground } from './fault';
import { FAULTS } from './faults';
import { soak } from './soak';

/** What a process is to play. */
export interface Order {
  /** The name of a fault, or the minutes of a soak. */
  readonly play: string | number;
  readonly ground: Ground;
}

process.once('message', async ({ play, ground }: Order) => {
  const fault = typeof play === 'number' ? soak(play) : FAULTS.find(({ name }) => name === play)!;
  const result = await fault.run(ground).catch((error: Error) => ({ ok: false, seen: error.message }));
  process.send!(result, () => process.exit());
});
// The end of the other side is the end of this one.
process.on('disconnect', () => process.exit());
