import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../testbed/binaries';
import { Stage } from './stage';

/** What must be so afterwards, with what was seen. */
export interface Outcome {
  readonly ok: boolean;
  readonly seen: string;
}

/** A fault that this machine cannot have, and why. */
export interface Impossible {
  readonly cannot: string;
}

/** What faults are played with. */
export interface Ground {
  readonly binary: HaproxyBinary;
  /** The one whose clock can be set. */
  readonly clockBinary?: HaproxyBinary;
  /** Whether the network belongs to this fault alone, so that packets may be dropped in it. It takes root. */
  readonly ownNetwork: boolean;
  /** Programs out of Debian's packages, as far as they can be had. */
  readonly tools: { readonly nft?: readonly string[]; readonly faketime?: readonly string[] };
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  readonly expected: string;
  /** Its process is killed after this time, s. */
  readonly seconds: number;
  run(ground: Ground): Promise<Outcome | Impossible>;
}

/** How a stage differs from the usual one, or why it cannot be set up. */
export type Setting = (ground: Ground) => StageOptions | Impossible;

/** See {@link Stage.set}. */
type StageOptions = NonNullable<Parameters<typeof Stage.set>[1]>;

/** A fault of a running stage. */
export function onStage(
  name: string,
  expected: string,
  seconds: number,
  play: (stage: Stage, ground: Ground) => Promise<Outcome>,
  setting: Setting = () => ({}),
): Fault {
  const run = async (ground: Ground) => {
    const options = setting(ground);
    if ('cannot' in options) {
      return options;
    }
    const stage = await Stage.set(ground.binary, options);
    try {
      return await play(stage, ground);
    } finally {
      await stage.strike();
    }
  };
  return { name, expected, seconds, run };
}

/** Checks a second apart until incidents are open, or none, as the schedule does. @returns those of the last check */
export async function checkUntil(wanted: 'open' | 'none', stage: Stage, seconds = 15): Promise<string[]> {
  let open: string[] = [];
  for (let i = 0; i < seconds; i += 1) {
    ({ open } = await stage.check());
    if (open.length > 0 === (wanted === 'open')) {
      break;
    }
    await sleep(1000);
  }
  return open;
}

/** A list for people. */
export const listed = (texts: readonly string[]) => texts.join(', ') || 'none';
